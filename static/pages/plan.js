/** The organiser's page: the order as it is beside a draft, who pays, and the fair order. */

import { boot, start } from "../lib/live.js";
import { fill, words } from "../widgets/words.js";
import { deal, fitted, flat, moved, places, same, titlesByField } from "../widgets/draft-order.js";
import { askPlanner, put } from "../widgets/planner-line.js";
import { planHours } from "../widgets/plan-hours.js";
import { planWishes } from "../widgets/plan-wishes.js";

const SOON_MS = 300;
const KEPT = 100;
// The picture is drawn once a slot that is moved has come to rest.
const REST_MS = 250;
const PLANNED_BY = /** @type {const} */ (["slot", "cue", "wishes", "availability", "person", "details", "invitation"]);

const say = words();

/**
 * @typedef {import("../widgets/draft-order.js").Order} Order
 * @typedef {{slot: string, segment: string, name: string, topic: string, here: string, there: string,
 *   city: string, said: string, level: number, by: number, by_said: string, moved: boolean, broken: boolean}} Line
 */

start({
  planHours,
  planWishes,

  plan: () => ({
    /** @type {Order} as it is now */ present: {},
    /** @type {string[]} the order that is being tried */ draft: [],
    /** @type {string[][]} drafts before this one */ past: [],
    /** @type {string[]} the fair order, once it is known */ fair: [],
    /** @type {{[slot: string]: true}} */ pins: {},
    /** @type {{[slot: string]: Line}} */ lines: {},
    /** @type {Line[]} */ today: [],
    breaches: 0,
    /** @type {string} what a plan depends on, as the latest weighing found it */ mark: "",
    /** @type {string} and as it was when the fair order was found */ planned: "",
    solving: false,
    /** @type {string} what the planner has refused */ fault: "",
    /** @type {string} why the draft could not be weighed */ unweighed: "",
    weighing: false,
    again: false,
    /** @type {boolean} a slot is being moved: only what it costs matters now */ hasty: false,
    /** @type {ReturnType<typeof setTimeout> | undefined} */ rest: undefined,
    taking: false,
    /** @type {string} how things stood when the draft was last brought in line */ known: "",
    /** @type {Order | null} the order before the one that was taken */ before: null,
    /** @type {string} */ dragged: "",
    said: { kind: "calm", text: "" },
    invited: { kind: "calm", text: "" },

    init() {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let due;
      const soon = () => {
        clearTimeout(due);
        due = setTimeout(() => this.follow(), SOON_MS);
      };
      this.$watch("$store.live.seq", soon);
      this.$watch("$store.live.online", soon);
      this.$root.addEventListener("pointermove", (event) => this.drag(event));
      for (const end of ["pointerup", "pointercancel"]) {
        document.addEventListener(end, () => (this.dragged = ""));
      }
    },

    // ---- how things stand

    /** Weigh anew when what a plan depends on has changed, and plan once at the beginning. */
    async follow() {
      const live = this.$store.live;
      if (!live.ready || !live.online) return;
      const known = JSON.stringify(PLANNED_BY.map((kind) => live.records[kind] ?? {}));
      if (known === this.known) return;
      const first = !this.known;
      this.known = known;
      await this.weigh();
      if (first) await this.solve();
    },
    /** What the planner said was about something else than what there is now. */
    get outdated() {
      return Boolean(this.planned && this.mark && this.planned !== this.mark);
    },
    get ready() {
      return this.draft.length > 0;
    },
    get count() {
      return this.draft.length;
    },
    get rows() {
      const heads = this.heads(this.present);
      const titles = this.heads(deal(this.draft, this.present));
      return this.draft.map((slot, at) => ({
        id: slot,
        at,
        ...(this.lines[slot] ?? { name: "", there: "", here: "", city: "", said: "", level: 0, by: 0, by_said: "" }),
        head: heads[at] ?? "",
        title: titles[at] ?? "",
        pinned: this.pins[slot] === true,
        lifted: this.dragged === slot,
        was: this.today[at] ?? { name: "", there: "", here: "", city: "", said: "", level: 0 },
        first: at === 0,
        last: at === this.draft.length - 1,
      }));
    },

    /**
     * The title over each place where a segment begins; titles that name a field go where it goes.
     * @param {Order} order
     */
    heads(order) {
      const live = this.$store.live;
      const title = (/** @type {string} */ segment) => live.get("segment", segment)?.title ?? "";
      const field = (/** @type {string} */ slot) => live.get("slot", slot)?.field ?? "";
      const named = titlesByField(this.present, field);
      const now = titlesByField(order, field);
      const follow = named && now && Object.keys(now).every((each) => each in named);
      return Object.entries(order).flatMap(([segment, slots]) =>
        slots.map((slot, at) => (at ? "" : title(follow ? named[field(slot)] : segment))),
      );
    },

    // ---- weighing

    /** Ask what the draft costs; while an answer is on its way, once more for all that came since. */
    async weigh() {
      this.again = true;
      if (this.weighing) return;
      this.weighing = true;
      while (this.again) {
        this.again = false;
        await this.weighOnce();
      }
      this.weighing = false;
    },
    /** @param {string} slot */
    open(slot) {
      return ["ahead", "standby"].includes(this.$store.live.get("slot", slot)?.place);
    },
    async weighOnce() {
      this.draft = this.draft.filter((slot) => this.open(slot));
      const order = deal(this.draft, this.present);
      try {
        let { answer, refused } = await askPlanner("weigh", this.draft.length ? { order, brief: this.hasty } : {});
        // Something in the draft is there no more: how do things stand?
        if (refused) ({ answer, refused } = await askPlanner("weigh", {}));
        this.unweighed = refused?.text ?? "";
        if (!answer) return;
        this.show(answer);
        if (JSON.stringify(deal(this.draft, this.present)) !== JSON.stringify(order)) this.again = true;
      } catch {
        this.unweighed = say.lost ?? "";
      }
    },
    /** @param {any} answer */
    show(answer) {
      this.present = answer.present;
      this.draft = fitted(this.draft, this.present);
      this.lines = Object.fromEntries(answer.rows.map((/** @type {Line} */ line) => [line.slot, line]));
      this.today = answer.today;
      this.breaches = answer.breaches;
      this.mark = answer.mark;
      put(this.$root, answer.html);
    },

    // ---- the fair order

    async solve() {
      if (this.solving) return;
      this.solving = true;
      this.fault = "";
      try {
        // At first the pins among the wishes hold; the page shows them once they are in their places.
        const pins = this.planned ? { pins: places(this.draft, this.pins) } : {};
        const { answer, refused } = await askPlanner("propose", pins);
        if (refused) this.fault = refused.text ?? "";
        else {
          put(this.$root, answer.html);
          const first = !this.planned;
          this.planned = answer.planned;
          if (answer.rearrange) {
            this.fair = flat(answer.rearrange);
            this.try(this.fair);
            if (first) this.pins = this.wished;
          }
        }
      } catch {
        this.fault = say.lost ?? "";
      }
      this.solving = false;
    },
    get pinned() {
      return Object.keys(this.pins).length;
    },
    /** The pins among the wishes. @returns {{[slot: string]: true}} */
    get wished() {
      const pins = this.$store.live.get("wishes", "main")?.pins ?? {};
      return Object.fromEntries(this.draft.filter((slot) => slot in pins).map((slot) => [slot, true]));
    },
    get unkept() {
      return JSON.stringify(Object.keys(this.pins).sort()) !== JSON.stringify(Object.keys(this.wished).sort());
    },
    /** Write the pins of this draft among the wishes, where slots that were called are counted too. */
    async keepPins() {
      const live = this.$store.live;
      const { id: _, ...wishes } = live.get("wishes", "main") ?? {};
      const called = live.slots.filter(({ id }) => !this.draft.includes(id)).length;
      const pins = Object.fromEntries(
        Object.entries(places(this.draft, this.pins)).map(([slot, at]) => [slot, at + called]),
      );
      const answer = await live.do({ type: "plan.wish", ...wishes, pins, seen: live.seq });
      this.tell(answer.type === "done" ? "good" : "bad", answer.type === "done" ? say.saved : answer.text);
    },
    /** A button among those for orders that are as good. @param {Event & {target: HTMLElement}} event */
    choose(event) {
      const button = /** @type {HTMLElement | null} */ (event.target.closest("[data-order]"));
      if (button) this.try(flat(JSON.parse(button.dataset.order ?? "{}")));
    },

    // ---- the draft

    /** @param {string[]} slots @param {boolean} [hasty] it is one of many steps */
    try(slots, hasty = false) {
      clearTimeout(this.rest);
      this.hasty = hasty;
      if (hasty) this.rest = setTimeout(() => this.settle(), REST_MS);
      if (!same(slots, this.draft)) {
        this.past = [...this.past, this.draft].slice(-KEPT);
        this.draft = slots;
      }
      void this.weigh();
    },
    settle() {
      this.hasty = false;
      void this.weigh();
    },
    back() {
      const before = this.past.at(-1);
      if (!before) return;
      this.past = this.past.slice(0, -1);
      this.draft = fitted(before, this.present);
      void this.weigh();
    },
    asItIs() {
      this.try(flat(this.present));
    },
    asIsFair() {
      this.try(fitted(this.fair, this.present));
    },
    get isPresent() {
      return same(this.draft, flat(this.present));
    },
    get isFair() {
      return this.fair.length > 0 && same(this.draft, this.fair);
    },
    /** @param {string} slot */
    pin(slot) {
      const { [slot]: held, ...others } = this.pins;
      this.pins = held ? others : { ...this.pins, [slot]: true };
    },
    /** @param {string} slot @param {number} to */
    async move(slot, to) {
      const slots = moved(this.draft, slot, to, this.pins);
      if (same(slots, this.draft)) return;
      this.try(slots, true);
      await this.$nextTick();
      /** @type {HTMLElement | null} */ (document.getElementById(`handle-${slot}`))?.focus({ preventScroll: true });
    },
    /** @param {string} slot @param {number} step */
    async step(slot, step) {
      await this.move(slot, this.draft.indexOf(slot) + step);
      const line = this.lines[slot];
      this.tell("calm", fill(say.moved, { name: line?.name ?? "", place: this.draft.indexOf(slot) + 1, count: this.draft.length }));
    },
    /** @param {KeyboardEvent} event @param {string} slot */
    key(event, slot) {
      const steps = { ArrowUp: -1, ArrowDown: 1, Home: -this.draft.length, End: this.draft.length };
      const step = steps[/** @type {keyof typeof steps} */ (event.key)];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const to = Math.max(0, Math.min(this.draft.length - 1, this.draft.indexOf(slot) + step));
      void this.step(slot, to - this.draft.indexOf(slot));
    },

    // ---- dragging

    /** @param {PointerEvent} event @param {string} slot */
    lift(event, slot) {
      if (event.button !== 0 || this.pins[slot]) return;
      this.dragged = slot;
    },
    /** @param {PointerEvent} event */
    drag(event) {
      const slot = this.dragged;
      if (!slot) return;
      event.preventDefault();
      const rows = [...this.$root.querySelectorAll(".draft-row")];
      const here = this.draft.indexOf(slot);
      const middle = (/** @type {number} */ at) => {
        const { top, height } = rows[at].getBoundingClientRect();
        return top + height / 2;
      };
      let to = here;
      while (to + 1 < rows.length && event.clientY > middle(to + 1)) to += 1;
      while (to > 0 && event.clientY < middle(to - 1)) to -= 1;
      if (to !== here) void this.move(slot, to);
    },

    // ---- invitations

    /** A button among the invitations. @param {Event & {target: HTMLElement}} event */
    async invite(event) {
      const button = /** @type {HTMLButtonElement | null} */ (event.target.closest("button"));
      if (!button || button.disabled) return;
      const { send, cancel } = button.dataset;
      const slots = send === "all" ? {} : { slots: [send ?? cancel] };
      button.disabled = true;
      const answer = await this.$store.live.do({ type: cancel ? "invitation.cancel" : "invitation.send", ...slots });
      button.disabled = false;
      const done = answer.type === "done";
      this.invited = { kind: done ? "good" : "bad", text: (done ? (cancel ? say.cancelled : say.sent) : answer.text) ?? "" };
    },

    // ---- taking it

    async take() {
      if (this.taking || this.isPresent) return;
      await this.rearrange(deal(this.draft, this.present), this.present, say.taken);
    },
    async takeBack() {
      if (this.before) await this.rearrange(this.before, null, say.taken_back);
    },
    get withdrawn() {
      const live = this.$store.live;
      const gone = live.all("slot").filter(({ place }) => place === "withdrawn");
      return gone.map(({ id, presenter }) => ({ id, name: live.person(presenter).name }));
    },
    async takeOut() {
      const slot = /** @type {HTMLSelectElement} */ (this.$refs.out).value;
      if (this.taking || !slot) return;
      const left = Object.entries(this.present).map(([segment, slots]) => [segment, slots.filter((each) => each !== slot)]);
      await this.rearrange(Object.fromEntries(left), this.present, say.out);
    },
    /** @param {string} slot */
    async bringBack(slot) {
      if (this.taking) return;
      const { segment } = this.$store.live.get("slot", slot);
      const back = { ...this.present, [segment]: [...(this.present[segment] ?? []), slot] };
      await this.rearrange(back, this.present, say.back);
    },
    /** @param {Order} order @param {Order | null} before @param {string | undefined} words */
    async rearrange(order, before, words) {
      this.taking = true;
      const live = this.$store.live;
      const answer = await live.do({ type: "rundown.rearrange", order, seen: live.seq });
      this.taking = false;
      if (answer.type === "done") {
        this.before = before;
        this.tell("good", words);
      } else this.tell("bad", answer.text);
    },
    /** @param {string} kind @param {string | undefined} text */
    tell(kind, text) {
      this.said = { kind, text: text ?? "" };
    },
    print() {
      window.print();
    },
    get show_id() {
      return boot.show;
    },
  }),
});
