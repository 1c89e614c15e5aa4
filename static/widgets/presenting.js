/** A presenter's own slots in the show: which of them counts now, and when it happens. */

import { slotSpan } from "../lib/projection.js";

/** @typedef {import("../lib/live.js").Live} Live */
/** @typedef {"none" | "ahead" | "standby" | "on_air" | "done" | "withdrawn"} Place */

/** @param {Live} live @param {string | undefined} person @returns {any[]} in order of the rundown */
export function slotsOf(live, person) {
  const first = (/** @type {any} */ slot) =>
    live.cues.find((cue) => cue.slot === slot.id)?.position ?? Infinity;
  return live.slots
    .filter(({ presenter }) => presenter === person)
    .sort((a, b) => first(a) - first(b));
}

/** @param {any[]} slots in order @returns {any} the one that counts now; null: there are none */
export function slotNow(slots) {
  for (const place of ["on_air", "standby", "ahead"]) {
    const found = slots.find((slot) => slot.place === place);
    if (found) return found;
  }
  return slots[slots.length - 1] ?? null;
}

/** @param {Live} live @param {any} slot  its span as `slotSpan` gives it, null without cues */
export function spanOf(live, slot) {
  return slot ? slotSpan(live.cues, slot.id, live.projected) : null;
}

/**
 * How many other slots come before this one, the one on air included.
 * @param {Live} live @param {any} slot
 */
export function slotsBefore(live, slot) {
  const from = (live.cueOnAir ?? live.cueStandby)?.position ?? 0;
  const until = live.cues.find((cue) => cue.slot === slot?.id)?.position ?? 0;
  const between = live.cues.filter((cue) => cue.position >= from && cue.position < until);
  return new Set(between.map((cue) => cue.slot).filter((id) => id && id !== slot?.id)).size;
}

/** @param {Live} live @param {any} slot @returns {any} its cue after the one on air, if it has one */
export function cueAfter(live, slot) {
  const now = live.cueOnAir?.position ?? -1;
  return live.cues.find((cue) => cue.slot === slot?.id && cue.position > now) ?? null;
}
