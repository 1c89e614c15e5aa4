/** How good a line is, from the time that pings take there and back. */

const ENOUGH = 3;
const LATEST = 9;
// Half round the world and back takes 300 ms at best: that is no fault of anybody's line.
const GOOD_MS = 400;
const FAIR_MS = 1000;

/** @typedef {"unknown" | "off" | "good" | "fair" | "poor"} Quality */

/** @param {number[]} trips ms, oldest first @returns {number | null} the median of the latest, ms */
export function roundTrip(trips) {
  if (trips.length < ENOUGH) return null;
  const latest = trips.slice(-LATEST).sort((a, b) => a - b);
  return Math.round(latest[latest.length >> 1]);
}

/** @param {number | null} trip ms @param {boolean} online @returns {Quality} */
export function quality(trip, online) {
  if (!online) return "off";
  if (trip === null) return "unknown";
  if (trip <= GOOD_MS) return "good";
  return trip <= FAIR_MS ? "fair" : "poor";
}
