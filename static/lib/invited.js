/** How a slot's invitation stands against the plan, by the records alone. */

/**
 * `none`: nobody has been told; `sent`, `accepted`, `move`, `cancelled`: as the invitation says;
 * `changed`: the plan is another than what was told; `gone`: the slot has left the rundown since.
 * @typedef {"none" | "sent" | "accepted" | "move" | "cancelled" | "changed" | "gone"} Standing
 * @typedef {{starts_at: number, ends_at: number}} Times ms UTC
 */

const CALLED = ["on_air", "done"];

/**
 * When a slot is planned; null: it has no cues.
 * @param {{slot: string | null, position: number, planned_at: number, seconds: number}[]} cues
 * @param {string} slot
 * @returns {Times | null}
 */
export function planned(cues, slot) {
  const own = cues.filter((cue) => cue.slot === slot).sort((a, b) => a.position - b.position);
  const last = own.at(-1);
  if (!last) return null;
  const starts_at = Math.min(...own.map(({ planned_at }) => planned_at));
  return { starts_at, ends_at: last.planned_at + last.seconds * 1000 };
}

/**
 * @param {{presenter: string, place: string}} slot
 * @param {any} invitation null: there is none
 * @param {Times | null} times as planned
 * @returns {Standing}
 */
export function standing(slot, invitation, times) {
  if (!invitation) return "none";
  if (invitation.state === "cancelled" || CALLED.includes(slot.place)) return invitation.state;
  if (slot.place === "withdrawn" || !times) return "gone";
  const same =
    invitation.person === slot.presenter &&
    invitation.starts_at === times.starts_at &&
    invitation.ends_at === times.ends_at;
  return same ? invitation.state : "changed";
}

/**
 * Whether there is something to tell the presenter that they have not been told, as
 * `invitation.send` without slots would.
 * @param {{presenter: string, place: string}} slot
 * @param {any} invitation
 * @param {Times | null} times
 */
export function isDue(slot, invitation, times) {
  if (CALLED.includes(slot.place)) return false;
  const stands = standing(slot, invitation, times);
  if (stands === "none") return slot.place !== "withdrawn" && times !== null;
  if (stands === "cancelled") return invitation.withdrawn === true && slot.place !== "withdrawn";
  return stands === "changed" || stands === "gone";
}
