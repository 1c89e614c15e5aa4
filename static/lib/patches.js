/** How a screen keeps its copy of the show: the merge rule, and nothing else. */

/**
 * @typedef {{[field: string]: any, id: string}} Doc
 * @typedef {{[kind: string]: {[id: string]: Doc}}} Records
 * @typedef {{epoch: string | null, seq: number, records: Records}} Held what a screen holds, and up to which seq
 * @typedef {{after: number, seq: number, records: {[key: string]: Doc | null}}} Patch
 */

/** @returns {Held} */
export const nothing = () => ({ epoch: null, seq: 0, records: {} });

/**
 * Take up a server's epoch: in another one, what is held is worth nothing.
 * @param {Held} held
 * @param {string} epoch
 * @returns {Held}
 */
export const enter = (held, epoch) =>
  held.epoch === epoch ? held : { epoch, seq: 0, records: {} };

/**
 * Merge a patch. Returns what is held then: the same object, if the patch was older than it;
 * null for a gap, after which the screen must say hello again. Kinds that the patch does not
 * touch stay the same objects.
 * @param {Held} held
 * @param {Patch} patch
 * @returns {Held | null}
 */
export function merge(held, patch) {
  const afresh = patch.after === 0;
  if (!afresh && patch.seq < held.seq) return held;
  if (!afresh && patch.after > held.seq) return null;
  const records = changed(afresh ? {} : held.records, patch.records);
  return { epoch: held.epoch, seq: patch.seq, records };
}

/**
 * Records by their keys, by kind and id instead.
 * @param {{[key: string]: Doc}} records
 * @returns {Records}
 */
export const nested = (records) => changed({}, records);

/**
 * Records after some of them have changed. Kinds in which nothing has stay the same objects.
 * @param {Records} records
 * @param {{[key: string]: Doc | null}} changes by key; null: gone
 * @returns {Records}
 */
export function changed(records, changes) {
  /** @type {Records} */
  const found = { ...records };
  const copied = new Set();
  for (const [key, doc] of Object.entries(changes)) {
    const slash = key.indexOf("/");
    const kind = key.slice(0, slash);
    const id = key.slice(slash + 1);
    if (!copied.has(kind)) {
      copied.add(kind);
      found[kind] = { ...found[kind] };
    }
    if (doc === null) delete found[kind][id];
    else found[kind][id] = doc;
  }
  return found;
}
