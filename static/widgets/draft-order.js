/** An order that is being tried: slots segment by segment, as many in each as there are now. */

/**
 * @typedef {{[segment: string]: string[]}} Order
 * @typedef {{[slot: string]: true}} Pins
 */

/** @param {Order} order @returns {string[]} all slots, one after the other */
export const flat = (order) => Object.values(order).flat();

/**
 * Deal slots out to the segments of another order, as many to each as it has there.
 * @param {string[]} slots
 * @param {Order} like
 * @returns {Order}
 */
export function deal(slots, like) {
  const left = [...slots];
  return Object.fromEntries(Object.entries(like).map(([id, held]) => [id, left.splice(0, held.length)]));
}

/**
 * Move a slot to another place; what is pinned stays where it is, and the others close up.
 * @param {string[]} slots
 * @param {string} slot
 * @param {number} to its place afterwards, from 0
 * @param {Pins} pins
 * @returns {string[]} the same list where that changes nothing
 */
export function moved(slots, slot, to, pins) {
  const from = slots.indexOf(slot);
  if (from < 0 || pins[slot]) return slots;
  const step = Math.sign(to - from);
  // A pinned place is no place to go to: the next one beyond it is meant.
  while (slots[to] !== undefined && pins[slots[to]]) to += step;
  if (to < 0 || to >= slots.length || to === from) return slots;
  const loose = slots.filter((each) => !pins[each] && each !== slot);
  const before = slots.slice(0, to + (step > 0 ? 1 : 0)).filter((each) => !pins[each] && each !== slot).length;
  loose.splice(before, 0, slot);
  return slots.map((each) => (pins[each] ? each : /** @type {string} */ (loose.shift())));
}

/**
 * Fit a draft to what there is to be ordered now: what has gone is left out, what has come goes
 * where it stands.
 * @param {string[]} slots
 * @param {Order} present
 */
export function fitted(slots, present) {
  const now = flat(present);
  const kept = slots.filter((slot) => now.includes(slot));
  now.forEach((slot, at) => {
    if (!kept.includes(slot)) kept.splice(at, 0, slot);
  });
  return kept;
}

/** @param {string[]} slots @param {Pins} pins @returns {{[slot: string]: number}} */
export const places = (slots, pins) =>
  Object.fromEntries(slots.flatMap((slot, at) => (pins[slot] ? [[slot, at]] : [])));

/** @param {string[]} a @param {string[]} b */
export const same = (a, b) => a.length === b.length && a.every((slot, at) => slot === b[at]);

/**
 * Return which segment is of which field, if each is of one field alone that no other has.
 * @param {Order} order
 * @param {(slot: string) => string} field
 * @returns {{[field: string]: string} | null}
 */
export function titlesByField(order, field) {
  /** @type {{[field: string]: string}} */
  const found = {};
  for (const [segment, slots] of Object.entries(order)) {
    const [own, ...others] = new Set(slots.map(field));
    if (!own || others.length || own in found) return null;
    found[own] = segment;
  }
  return found;
}
