/** The projector in the hall: who, what, how long; readable from the last row. */

import { start } from "../lib/live.js";
import {
  nextAt, onAir, phase, questionOnStage, remaining, startsAt, upNext, urgency,
} from "../lib/scene.js";
import { clock, countdown, day, sameDay } from "../lib/time.js";
import { notice } from "../widgets/notice.js";

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

  stage: () => ({
    get phase() {
      return phase(this.$store.live);
    },
    /** What the screen is for at this moment. */
    get scene() {
      return this.question && this.phase !== "after" ? "question" : this.phase;
    },
    /** Whether there is room to show the way to the asking. */
    get asking() {
      return this.scene !== "question" && this.scene !== "after";
    },
    get urgency() {
      return urgency(this.$store.live);
    },
    get subject() {
      return onAir(this.$store.live);
    },
    get next() {
      return upNext(this.$store.live);
    },
    get kind() {
      return this.$root.dataset[`kind_${this.subject.kind}`] ?? "";
    },
    get question() {
      return questionOnStage(this.$store.live);
    },
    get questionText() {
      return this.question?.text ?? "";
    },
    get questionLang() {
      return this.question?.lang ?? null;
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

    get left() {
      return remaining(this.$store.live);
    },
    get running() {
      return this.$store.live.left !== null;
    },
    /** @returns {{[property: string]: string}} */
    get passed() {
      const { cueOnAir, left } = this.$store.live;
      const length = cueOnAir ? cueOnAir.seconds + cueOnAir.adjusted_seconds : 0;
      const share = length && left !== null ? 1 - left / length : 0;
      return { "--passed": Math.min(1, Math.max(0, share)).toFixed(3) };
    },
    /** @returns {number | null} */
    get starts() {
      return startsAt(this.$store.live);
    },
    get due() {
      return this.starts !== null && this.starts <= this.$store.live.now;
    },
    get until() {
      const { now } = this.$store.live;
      return this.starts === null ? "" : countdown(Math.max(0, (this.starts - now) / 1000));
    },
    /** @returns {boolean} a countdown of days says less than the date */
    get near() {
      const { now } = this.$store.live;
      return this.starts !== null && this.starts - now < 24 * 3600_000;
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
