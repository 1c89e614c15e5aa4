/** The projector in the hall: who, what, how long; readable from the last row. */

import { start } from "../lib/live.js";
import { nextAt } from "../lib/scene.js";
import { clock, day, sameDay } from "../lib/time.js";
import { notice } from "../widgets/notice.js";
import { onStage } from "../widgets/on-stage.js";

/** How many characters fit at which size, from the largest down. */
const SIZES = [
  [70, "huge"],
  [160, "big"],
  [300, "fair"],
  [520, "small"],
  [720, "smaller"],
];

/** @param {string} text */
function sizeOf(text) {
  // A Chinese, Japanese or Korean character takes twice the room of a Latin one.
  const wide = text.match(/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]/g)?.length ?? 0;
  const room = text.length + wide;
  return SIZES.find(([most]) => room <= Number(most))?.[1] ?? "least";
}

start({
  notice,

  stage: () => onStage({
    /** What the screen is for at this moment. */
    get scene() {
      return this.question && this.phase !== "after" ? "question" : this.phase;
    },
    /** Whether there is room to show the way to the asking. */
    get asking() {
      return this.scene !== "question" && this.scene !== "after";
    },
    get questionSize() {
      return sizeOf(this.questionText);
    },
    get titleSize() {
      return sizeOf(this.subject.title);
    },
    get nameSize() {
      return sizeOf(`${this.subject.name}`.repeat(3));
    },

    get running() {
      return this.$store.live.left !== null;
    },
    get startsAt() {
      const { now, zone } = this.$store.live;
      if (this.starts === null) return "";
      const date = sameDay(this.starts, now, zone) ? "" : `${day(this.starts, zone)} `;
      return date + clock(this.starts, zone);
    },
    get nextClock() {
      return clock(nextAt(this.$store.live), this.$store.live.zone);
    },
    get wallClock() {
      return clock(this.$store.live.now, this.$store.live.zone);
    },
    /** Where the hall asks its questions. */
    get address() {
      return location.host + location.pathname.replace(/\/stage$/, "");
    },
    get lamps() {
      return this.$store.live.slots.map(({ id, place }) => ({ id, place }));
    },
  }),
});
