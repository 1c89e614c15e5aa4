/** The crew's control of asking: open or closed, and how long late viewers may still ask. */

import { component } from "../lib/component.js";
import { subject } from "../lib/scene.js";
import { clockSeconds } from "../lib/time.js";
import { settle } from "./keyed.js";

/** As `server/domain/windows.py` has it. */
const GRACE_LIMIT_MS = 45_000;
const LOOK_MS = 500;

/**
 * @typedef {import("../lib/live.js").Live} Live
 * @typedef {{id: string, over: boolean, slot: string | null, name: string, open: boolean, closed: string, left: number, still: boolean}} Row
 */

/**
 * The window through which questions about a slot come; null: none was ever closed.
 * @param {Live} live
 * @param {string} slot "" is the whole show
 * @returns {{open: boolean, closed_at: number | null} | null}
 */
export const windowOf = (live, slot) => live.get("window", slot) ?? live.get("window", "show");

/** @param {Live} live @param {string} slot @returns {Row} */
function row(live, slot) {
  const window = windowOf(live, slot);
  const place = slot ? live.get("slot", slot)?.place : "";
  const closedAt = window && !window.open ? window.closed_at : null;
  const since = closedAt === null ? Infinity : live.serverNow() - closedAt;
  const behind = live.get("picture", "main")?.behind_ms ?? 0;
  const grace = Math.min(behind, GRACE_LIMIT_MS);
  return {
    id: slot || "show",
    over: place === "done",
    slot: slot || null,
    name: slot ? subject(live, { slot }).name : "",
    open: window?.open ?? true,
    closed: clockSeconds(closedAt, live.zone),
    left: Math.max(0, Math.ceil((grace - since) / 1000)),
    still: behind > 0 && since > grace && since <= GRACE_LIMIT_MS,
  };
}

export const questionWindows = component(() => ({
  /** @type {Row[]} */ rows: [],
  busy: "",
  refusal: "",

  init() {
    this.$watch("$store.live.seq", () => this.look());
    setInterval(() => this.look(), LOOK_MS);
  },
  look() {
    const live = this.$store.live;
    if (!live.ready) return;
    const onAir = live.slotOnAir?.id;
    // The one before stays in reach: late viewers have only begun to ask about it.
    const before = live.slots.filter(({ id, place }) => place === "done" && id !== onAir).pop()?.id;
    const slots = [onAir, before, ""].filter((slot) => slot !== undefined);
    settle(this.rows, slots.map((slot) => row(live, String(slot))));
  },
  /** @param {Row} row */
  async turn(row) {
    const live = this.$store.live;
    if (this.busy || live.stale || !live.online) return;
    this.busy = row.id;
    const type = row.open ? "questions.close" : "questions.open";
    const answer = await live.do({ type, slot: row.slot });
    this.busy = "";
    this.refusal = answer.text ?? "";
    this.look();
  },
}));
