/** A presenter who is lost or late: the planner's repair of the rundown, taken with one press. */

import { component } from "../lib/component.js";
import { clock } from "../lib/time.js";
import { askPlanner, put } from "./planner-line.js";
import { fill, words } from "./words.js";

/**
 * @typedef {import("../lib/live.js").Live} Live
 * @typedef {{[segment: string]: string[]}} Order
 * @typedef {{slot: string, kind: "lost" | "late", until: number, time: string}} Missing
 * @typedef {{rearrange: Order | null, keep: Order, seq: number}} Proposed
 */

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
const SOON_MINUTES = 15;
const STEP_MINUTES = 5;
const NOTHING_LEFT = "plan.nothing";

/** Whether no cue of a slot was called yet. @param {Live} live @param {string} slot */
export const isToCome = (live, slot) =>
  live.cues.some((cue) => cue.slot === slot) &&
  live.cues.every((cue) => cue.slot !== slot || cue.started_at == null);

/**
 * The slots still to come, segment by segment, as `rundown.rearrange` takes them.
 * @param {Live} live
 */
export function orderToCome(live) {
  /** @type {Order} */
  const order = {};
  for (const { slot, segment } of live.cues) {
    if (!slot || !isToCome(live, slot)) continue;
    order[segment] ??= [];
    if (!order[segment].includes(slot)) order[segment].push(slot);
  }
  return order;
}

/**
 * The next instant (ms UTC) at which a clock shows a time such as "19:40"; null: none does.
 * @param {string} time @param {number} now @param {string} zone
 */
export function nextAt(time, now, zone) {
  const from = Math.ceil(now / MINUTE) * MINUTE;
  for (let minute = 0; minute <= DAY_MINUTES; minute += 1) {
    const at = from + minute * MINUTE;
    if (clock(at, zone) === time) return at;
  }
  return null;
}

/** In a cue's sheet: its presenter is not there. */
export const missing = component(() => ({
  time: "",

  init() {
    this.$watch("open", () => this.offer());
  },
  /** Offer a time that may be meant, whenever another sheet is opened. */
  offer() {
    const live = this.$store.live;
    const step = STEP_MINUTES * MINUTE;
    this.time = clock(Math.ceil((live.now + SOON_MINUTES * MINUTE) / step) * step, live.zone);
  },
  /** @param {"lost" | "late"} kind @param {string} slot */
  tell(kind, slot) {
    const live = this.$store.live;
    const until = kind === "late" ? nextAt(this.time, live.now, live.zone) : 0;
    if (until === null) return;
    /** @type {HTMLDialogElement} */ (this.$root.closest("dialog")).close();
    this.$dispatch("missing", { slot, kind, until, time: this.time });
  },
}));

/** The dialog with the repair. */
export const repair = component(() => {
  const say = words();
  let asked = 0;
  return {
    /** @type {Missing | null} */ about: null,
    /** @type {Proposed | null} */ proposed: null,
    asking: false,
    fault: "",

    init() {
      const refuse = (/** @type {KeyboardEvent} */ event) => event.key === " " && event.preventDefault();
      this.$root.addEventListener("keydown", refuse);
      this.$root.addEventListener("keyup", refuse);
      // What was proposed before the stage went on is about another rundown.
      this.$watch("$store.live.stage", (now, before) => {
        const same = now?.on_air === before?.on_air && now?.standby === before?.standby;
        if (this.about && !same) void this.ask();
      });
    },
    get dialogOf() {
      return /** @type {HTMLDialogElement} */ (this.$root);
    },
    get name() {
      const live = this.$store.live;
      return live.person(live.get("slot", this.about?.slot)?.presenter).name;
    },
    get lost() {
      return this.about?.kind === "lost";
    },
    get ready() {
      return !this.asking && this.proposed !== null && this.proposed.rearrange !== null;
    },
    /** There is nothing to take. Until it is asked there may be: a hidden button takes no focus. */
    get none() {
      return this.about !== null && !this.asking && !this.ready;
    },
    /** No order keeps to everything; the others can still stay as they are. */
    get stuck() {
      return this.none && this.lost && this.proposed !== null;
    },

    /** @param {CustomEvent<Missing>} event */
    begin(event) {
      this.about = event.detail;
      this.dialogOf.showModal();
      void this.ask();
    },
    async ask() {
      const { about } = this;
      if (!about) return;
      const number = (asked += 1);
      this.asking = true;
      this.fault = "";
      this.proposed = null;
      put(this.$root, { repair: "" });
      const missed = this.lost ? { lost: [about.slot] } : { late: { [about.slot]: about.until } };
      const { answer, refused } = await askPlanner("propose", { repair: true, ...missed }).catch(
        () => ({ answer: null, refused: { text: say.away, code: "" } }),
      );
      if (number !== asked || !this.about) return;
      this.asking = false;
      if (answer) {
        this.proposed = answer;
        put(this.$root, { repair: answer.html.repair });
      } else if (refused?.code === NOTHING_LEFT) {
        this.proposed = { rearrange: {}, keep: {}, seq: this.$store.live.seq };
      } else this.fault = refused?.text ?? "";
    },
    take() {
      const order = this.proposed?.rearrange ?? null;
      if (order && !this.asking) this.go(order);
    },
    keep() {
      if (this.proposed && this.stuck) this.go(this.proposed.keep);
    },
    /** @param {Order} order */
    go(order) {
      const desk = /** @type {any} */ (this);
      const { name, lost } = this;
      const seen = this.proposed?.seq;
      this.leave();
      if (!desk.free()) return;
      const done = lost ? say.taken_out : say.put_later;
      desk.decide({ type: "rundown.rearrange", order, seen }, () => fill(done, { name }));
    },
    leave() {
      this.about = null;
      this.proposed = null;
      asked += 1;
      this.dialogOf.close();
    },
    /** By the Escape key, too. */
    closed() {
      this.about = null;
    },
  };
});

/** Who was taken out of the rundown, and can be put back. */
export const takenOut = component(() => {
  const say = words();
  return {
    get gone() {
      const live = this.$store.live;
      return live
        .all("slot")
        .filter(({ place }) => place === "withdrawn")
        .map(({ id, presenter, segment, topic }) => ({ id, segment, topic, name: live.person(presenter).name }));
    },
    /** @param {{id: string, segment: string, name: string}} slot */
    putBack({ id, segment, name }) {
      const desk = /** @type {any} */ (this);
      if (!desk.free()) return;
      const order = orderToCome(this.$store.live);
      order[segment] = [...(order[segment] ?? []), id];
      desk.decide({ type: "rundown.rearrange", order }, () => fill(say.put_back, { name }));
    },
  };
});
