/** Everybody's questions: read in a standing order, with one's own upvotes. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { subject } from "../lib/scene.js";

const SHOWN = ["approved", "on_stage", "answered"];

/** @typedef {import("../lib/live.js").Live} Live */

export const publicQuestions = component(() => ({
  /** @type {string[]} the order that the reader has before their eyes */ order: [],
  settled: false,
  /** @type {{[question: string]: {by: number, seq: number}}} votes on their way */ pending: {},
  fault: "",
  faultOn: "",

  init() {
    this.$watch("$store.live.seq", () => this.follow());
    // A replay goes back and forth: its list is always that of its moment.
    if (boot.replay) this.$watch("$store.live.records.question", () => this.sort());
    this.follow();
  },

  /** Take in what has come; a list that is being read keeps its order. */
  follow() {
    const live = this.$store.live;
    if (!live.ready && !live.seq) return;
    for (const [id, { seq }] of Object.entries(this.pending)) {
      if (seq && live.seq >= seq) delete this.pending[id];
    }
    if (!this.settled || !this.order.length) this.sort();
    this.settled = true;
  },

  sort() {
    this.order = this.best();
    this.fault = "";
  },

  /** @returns {string[]} ids: on stage, then by votes, then what has been answered */
  best() {
    const rank = (/** @type {any} */ q) => ["on_stage", "approved", "answered"].indexOf(q.state);
    return this.open()
      .sort(
        (a, b) =>
          rank(a) - rank(b) || this.count(b.id) - this.count(a.id) || a.asked_at - b.asked_at,
      )
      .map(({ id }) => id);
  },
  open() {
    return this.$store.live.all("question").filter(({ state }) => SHOWN.includes(state));
  },

  get fresh() {
    const known = new Set(this.order);
    return this.open().filter(({ id }) => !known.has(id)).length;
  },
  get unsorted() {
    return !this.fresh && this.best().join() !== this.order.join();
  },
  get none() {
    return this.settled && !this.order.length;
  },
  get total() {
    return this.open().length;
  },

  /** @param {string} id */
  question(id) {
    const found = this.$store.live.get("question", id);
    const gone = !found || !SHOWN.includes(found.state);
    return gone
      ? { id, gone, text: "", lang: "", state: "gone", mine: false, about: "", reply: "", by: "" }
      : {
          ...found,
          gone,
          mine: Boolean(found.mine),
          about: this.about(found),
          by: this.$store.live.person(found.replied_by).name,
        };
  },
  /** @param {any} question */
  about(question) {
    return question.slot ? subject(this.$store.live, { slot: question.slot }).name : "";
  },
  /** @param {string} id */
  count(id) {
    const held = this.$store.live.get("tally", id)?.votes ?? 0;
    return Math.max(0, held + (this.pending[id]?.by ?? 0));
  },
  /** @param {string} id */
  voted(id) {
    return Boolean(this.$store.live.votes[id]);
  },
  /** @param {string} id */
  votable(id) {
    return ["approved", "on_stage"].includes(this.question(id).state);
  },

  /** One's own vote counts at once; if the server says no, it is taken back. @param {string} id */
  async vote(id) {
    const live = this.$store.live;
    if (!this.votable(id) || this.pending[id]) return;
    const cast = !this.voted(id);
    this.fault = "";
    this.pending[id] = { by: cast ? 1 : -1, seq: 0 };
    this.mark(live, id, cast);
    const type = cast ? "question.upvote" : "question.unvote";
    const answer = await live.do({ type, question: id });
    if (answer.type === "done" && (answer.seq ?? 0) > live.seq) {
      this.pending[id] = { by: cast ? 1 : -1, seq: answer.seq ?? 0 };
      return;
    }
    delete this.pending[id];
    if (answer.type === "done") return;
    this.mark(live, id, !cast);
    this.fault = answer.text ?? answer.code ?? "";
    this.faultOn = id;
  },
  /** @param {Live} live @param {string} id @param {boolean} cast */
  mark(live, id, cast) {
    if (cast) live.votes[id] = true;
    else delete live.votes[id];
  },
}));
