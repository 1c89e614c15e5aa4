/** The agenda: what was planned, when it will really be, and how far the stage has got. */

import { component } from "../lib/component.js";
import { spanOf } from "../lib/projection.js";
import { subject } from "../lib/scene.js";
import { clock, day, sameDay, zoneName } from "../lib/time.js";

const MOVED_MS = 60_000;
const HIDDEN = ["handover"];

export const agenda = component(() => ({
  inShowZone: false,

  get zone() {
    return this.inShowZone ? this.$store.live.zone : this.$store.live.myZone;
  },
  /** Nothing to choose where both clocks read the same. */
  get elsewhere() {
    const { zone, myZone } = this.$store.live;
    return zoneName(zone).split("UTC")[1] !== zoneName(myZone).split("UTC")[1];
  },
  get myZoneName() {
    return zoneName(this.$store.live.myZone, this.at);
  },
  get showZoneName() {
    return zoneName(this.$store.live.zone, this.at);
  },
  /** @returns {number} */
  get at() {
    return this.$store.live.details?.starts_at || this.$store.live.now;
  },
  useMine() {
    this.inShowZone = false;
  },
  useShows() {
    this.inShowZone = true;
  },

  /** One line for each slot and for each cue outside of slots, in order. */
  get lines() {
    const live = this.$store.live;
    const { stage, projected } = live;
    /** @type {any[]} */
    const lines = [];
    let segment = "";
    let last = 0;
    const groups = group(live.cues.filter(({ kind, slot }) => slot || !HIDDEN.includes(kind)));
    for (const cues of groups) {
      const [first] = cues;
      const span = spanOf(cues, projected);
      const about = subject(live, first);
      const title = live.get("segment", first.segment)?.title ?? "";
      const airing = cues.some(({ id }) => id === stage?.on_air);
      const moved = Math.abs(span.start - first.planned_at) >= MOVED_MS;
      lines.push({
        ...about,
        key: first.id,
        heading: title !== segment && title !== about.title ? title : "",
        day: !last || !sameDay(last, span.start, this.zone) ? day(span.start, this.zone) : "",
        time: clock(span.start, this.zone),
        until: clock(span.end, this.zone),
        planned: moved ? clock(first.planned_at, this.zone) : "",
        state: airing ? "on_air" : span.over ? "done" : "ahead",
      });
      segment = title;
      last = span.start;
    }
    return lines;
  },
}));

/** @param {any[]} cues @returns {any[][]} the cues of one slot stay together */
function group(cues) {
  /** @type {any[][]} */
  const groups = [];
  for (const cue of cues) {
    const open = groups[groups.length - 1];
    if (open && cue.slot && open[0].slot === cue.slot) open.push(cue);
    else groups.push([cue]);
  }
  return groups;
}
