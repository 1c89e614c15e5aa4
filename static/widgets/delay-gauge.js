/** How late the viewers see the stage: half of them, and nineteen of twenty. */

import { component } from "../lib/component.js";
import { language } from "../lib/time.js";

/** Beyond this, whoever asks and whoever answers no longer talk of the same thing. */
const LATE_MS = 15_000;
const SCALE_MS = 30_000;

/** @param {number} ms "4.2s" as people of this language write it @param {number} [digits] */
export function seconds(ms, digits = ms < 9950 ? 1 : 0) {
  return new Intl.NumberFormat(language(), {
    style: "unit", unit: "second", unitDisplay: "narrow",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(ms / 1000);
}

/** @param {number} ms */
const place = (ms) => `${((Math.min(ms, SCALE_MS) / SCALE_MS) * 100).toFixed(1)}%`;

export const delayGauge = component(() => ({
  /** @returns {boolean} */
  get known() {
    return this.$store.live.delays !== null;
  },
  get median() {
    return seconds(this.$store.live.delays?.median ?? 0);
  },
  get most() {
    return seconds(this.$store.live.delays?.p95 ?? 0);
  },
  get viewers() {
    return this.$store.live.delays?.viewers ?? 0;
  },
  get kind() {
    return (this.$store.live.delays?.p95 ?? 0) > LATE_MS ? "late" : "fine";
  },
  /** @returns {{[property: string]: string}} */
  get places() {
    const { median = 0, p95 = 0 } = this.$store.live.delays ?? {};
    return { "--median": place(median), "--most": place(p95) };
  },
}));
