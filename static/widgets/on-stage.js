/** What is on stage, in the words that every page which shows it uses in its template. */

import { component } from "../lib/component.js";
import {
  onAir, phase, questionOnStage, remaining, startsAt, upNext, urgency,
} from "../lib/scene.js";
import { countdown } from "../lib/time.js";

const shown = component(() => ({
  get phase() {
    return phase(this.$store.live);
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
  get left() {
    return remaining(this.$store.live);
  },
  /** @returns {{[property: string]: string}} how much of the cue on air has passed */
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
}));

/** @typedef {ReturnType<typeof shown>} OnStage */

/**
 * Return a page's own properties beside these. A getter stays one: it is not read here.
 * @template {object} C
 * @param {C & ThisType<C & OnStage & import("../lib/live.js").Magics>} own
 * @returns {C & OnStage}
 */
export function onStage(own) {
  const properties = {
    ...Object.getOwnPropertyDescriptors(shown()),
    ...Object.getOwnPropertyDescriptors(own),
  };
  return /** @type {any} */ (Object.defineProperties({}, properties));
}
