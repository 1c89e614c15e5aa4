/** When the cues ahead will really start: the rule of `server/domain/rundown.py`, for screens. */

/**
 * @typedef {import("./protocol.js").Cue} Cue
 * @typedef {import("./protocol.js").Stage} Stage
 * @typedef {{start: number, end: number}} Span instants, ms UTC
 */

/**
 * Seconds left of the cue on air, negative in overtime; null where nothing is on air.
 * @param {Stage | null | undefined} stage
 * @param {number} now ms UTC
 */
export function secondsLeft(stage, now) {
  if (!stage?.on_air || !stage.anchor) return null;
  const { at, seconds } = stage.anchor;
  return stage.held_at == null ? seconds - (now - at) / 1000 : seconds;
}

/**
 * The instant at which the cue on air will be over, if nothing more happens; null: none is on air.
 * @param {Stage | null | undefined} stage
 * @param {number} now
 */
export function freeAt(stage, now) {
  const left = secondsLeft(stage, now);
  return left === null ? null : now + Math.max(0, Math.round(left * 1000));
}

/**
 * The cues that are still to be called, in order: the one that stands by and what follows it.
 * @template {Cue} C
 * @param {C[]} cues by position
 * @param {Stage | null | undefined} stage
 * @returns {C[]}
 */
export function ahead(cues, stage) {
  const standby = cues.find((cue) => cue.id === stage?.standby);
  if (!stage || !standby) return [];
  return cues.filter(
    (cue) =>
      cue.position >= standby.position && cue.id !== stage.on_air && cue.started_at == null,
  );
}

/**
 * The projected span of each cue on air or ahead, by id.
 * @param {Cue[]} cues by position
 * @param {Stage | null | undefined} stage
 * @param {number} now ms UTC
 * @returns {{[cue: string]: Span}}
 */
export function project(cues, stage, now) {
  /** @type {{[cue: string]: Span}} */
  const spans = {};
  let free = freeAt(stage, now);
  const running = cues.find((cue) => cue.id === stage?.on_air);
  if (running && free !== null) spans[running.id] = { start: running.started_at ?? now, end: free };
  for (const cue of ahead(cues, stage)) {
    const planned = cue.planned_at;
    free ??= Math.max(planned, now);
    const start = cue.hard ? Math.max(free, planned) : free;
    const length = cue.seconds + cue.adjusted_seconds;
    const late = Math.max(0, start - planned) / 1000;
    free = start + Math.round((length - Math.min(cue.buffer_seconds, length, late)) * 1000);
    spans[cue.id] = { start, end: free };
  }
  return spans;
}

/**
 * Signed seconds against plan, over positive; before the first cue, how late it is already.
 * @param {Cue[]} cues
 * @param {Stage | null | undefined} stage
 * @param {number} now
 */
export function drift(cues, stage, now) {
  const free = freeAt(stage, now);
  const running = cues.find((cue) => cue.id === stage?.on_air);
  if (!running || free === null) {
    const first = stage?.started_at == null && cues.find((cue) => cue.id === stage?.standby);
    return first ? Math.max(0, (now - first.planned_at) / 1000) : 0;
  }
  return (free - running.planned_at - running.seconds * 1000) / 1000;
}

/**
 * When some cues happen, first to last: really where they have begun, else as projected; and `over`
 * once all of them have ended.
 * @param {Cue[]} cues by position, at least one
 * @param {{[cue: string]: Span}} projected
 * @returns {Span & {planned: number, begun: boolean, over: boolean}}
 */
export function spanOf(cues, projected) {
  const first = cues[0];
  const last = cues[cues.length - 1];
  const length = (last.seconds + last.adjusted_seconds) * 1000;
  return {
    start: first.started_at ?? projected[first.id]?.start ?? first.planned_at,
    end: last.ended_at ?? projected[last.id]?.end ?? last.planned_at + length,
    planned: Math.min(...cues.map((cue) => cue.planned_at)),
    begun: cues.some((cue) => cue.started_at != null),
    over: cues.every((cue) => cue.ended_at != null),
  };
}

/**
 * When a slot happens; null: it has no cues.
 * @param {Cue[]} cues by position
 * @param {string} slot
 * @param {{[cue: string]: Span}} projected
 */
export function slotSpan(cues, slot, projected) {
  const own = cues.filter((cue) => cue.slot === slot);
  return own.length ? spanOf(own, projected) : null;
}
