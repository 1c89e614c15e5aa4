/** Lengths of time in words of the page's language: "1 hr 5 min", "+2 min", "30 sec". */

import { language } from "../lib/time.js";

const MINUS = "\u2212";

/** @type {[string, number][]} */
const UNITS = [["hour", 3600], ["minute", 60], ["second", 1]];

/**
 * One count of a unit, "5 min", with its sign if wanted.
 * @param {number} count @param {string} unit @param {boolean} sign
 */
const counted = (count, unit, sign) =>
  new Intl.NumberFormat(language(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    signDisplay: sign ? "exceptZero" : "auto",
  })
    .format(count)
    .replace("-", MINUS);

/**
 * @param {number} seconds
 * @param {{sign?: boolean}} [options] `sign`: say + or − in front
 */
export function spelled(seconds, { sign = false } = {}) {
  let rest = Math.abs(Math.round(seconds));
  /** @type {string[]} */
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    const first = parts.length === 0;
    if (count || (first && unit === "second")) {
      parts.push(counted(first && seconds < 0 ? -count : count, unit, first && sign));
    }
  }
  return parts.join(" ");
}

/** @param {number} seconds  signed, in whole minutes */
export const minutes = (seconds) => spelled(Math.trunc(seconds / 60) * 60, { sign: true });
