/** Lists that a page redraws only where they changed. */

/** @typedef {{id: string, [field: string]: any}} Row */

/**
 * Bring a list that is on screen in line with a fresh one: rows that stay are the same objects, and
 * only fields that differ are written. Fields that hold rows themselves are brought in line too.
 * @param {Row[]} held
 * @param {Row[]} fresh
 */
export function settle(held, fresh) {
  const known = new Map(held.map((row) => [row.id, row]));
  const next = fresh.map((row) => {
    const old = known.get(row.id);
    return old ? refresh(old, row) : row;
  });
  const same = next.length === held.length && next.every((row, at) => row.id === held[at].id);
  if (!same) held.splice(0, held.length, ...next);
}

/** @param {Row} old @param {Row} fresh */
function refresh(old, fresh) {
  for (const [field, value] of Object.entries(fresh)) {
    if (Array.isArray(value) && Array.isArray(old[field])) settle(old[field], value);
    else if (old[field] !== value) old[field] = value;
  }
  return old;
}
