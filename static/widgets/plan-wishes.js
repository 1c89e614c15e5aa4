/** The organiser's wishes: edited as a form, saved as one command. */

import { component } from "../lib/component.js";
import { isoDay } from "../lib/time.js";
import { words } from "./words.js";
import { askPlanner, put } from "./planner-line.js";

const SOON_MS = 250;
const SECOND = 1000;

/** @param {string[]} names @returns {{[name: string]: boolean}} */
const set = (names) => Object.fromEntries(names.map((name) => [name, true]));
/** @param {{[name: string]: boolean}} chosen */
const names = (chosen) => Object.keys(chosen).filter((name) => chosen[name]);

/** What a show without wishes would say. */
const nothing = () => ({
  together: [], apart: [], order: [], pins: {}, ends: null, days: [], starts: "", curve: "gentle",
  audience: [], weights: {}, changeover_seconds: 0, comments: {},
});

/** @param {any} wishes a record, or what stands in the place of one */
const formOf = (wishes) => ({
  together: set(wishes.together),
  apart: wishes.apart.map((/** @type {string[]} */ [one, other]) => ({ one, other })),
  order: wishes.order.map((/** @type {string[]} */ [one, other]) => ({ one, other })),
  ends: (wishes.ends ?? "").slice(0, 16),
  days: wishes.days.map((/** @type {string} */ day) => ({ day })),
  from: wishes.starts.split("-")[0] ?? "",
  to: wishes.starts.split("-")[1] ?? "",
  changeover: wishes.changeover_seconds,
  audience: wishes.audience.map((/** @type {{zone: string, weight: number}} */ each) => ({ ...each })),
  curve: typeof wishes.curve === "string" ? wishes.curve : "own",
  knots: typeof wishes.curve === "string" ? [] : wishes.curve.map((/** @type {number[]} */ [hour, burden]) => ({ hour, burden })),
  weights: { ...wishes.weights },
  comments: Object.fromEntries(Object.entries(wishes.comments).map(([id, fields]) => [id, set(/** @type {string[]} */ (fields))])),
});

export const planWishes = component(() => ({
  /** @type {ReturnType<typeof formOf>} */ form: formOf(nothing()),
  /** @type {string} the form as it was loaded */ loaded: "",
  saving: false,
  fault: "",
  faultField: "",
  saved: false,
  curveFault: "",

  init() {
    this.$watch("$store.live.seq", () => this.follow());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let due;
    this.$watch("form", () => {
      if (this.changed) this.saved = false;
      clearTimeout(due);
      due = setTimeout(() => this.draw(), SOON_MS);
    });
    this.follow();
  },

  get record() {
    return this.$store.live.get("wishes", "main") ?? nothing();
  },
  get changed() {
    return JSON.stringify(this.form) !== this.loaded;
  },
  /** Take up what others have saved, unless something is being written here. */
  follow() {
    if (!this.$store.live.ready || (this.loaded && this.changed)) return;
    const form = formOf(this.record);
    const text = JSON.stringify(form);
    if (text === this.loaded) return;
    this.form = form;
    this.loaded = text;
  },
  reset() {
    this.loaded = "";
    this.fault = "";
    this.faultField = "";
    this.follow();
  },

  // ---- what there is to choose from

  get fields() {
    const slots = this.$store.live.slots;
    const all = this.$store.live.details?.fields ?? [];
    return all.map((/** @type {string} */ name) => ({ name, count: slots.filter(({ field }) => field === name).length }));
  },
  get slots() {
    const live = this.$store.live;
    return live.slots.map((slot) => ({ id: slot.id, name: `${live.person(slot.presenter).name} · ${slot.topic}` }));
  },
  get commentators() {
    return this.$store.live.all("person").filter(({ role }) => role === "commentator");
  },
  get people() {
    return this.$store.live.all("person").filter(({ role }) => ["presenter", "commentator", "host"].includes(role));
  },
  get zones() {
    return Intl.supportedValuesOf("timeZone");
  },
  /** @param {string} id @param {string} field */
  comments(id, field) {
    const chosen = this.form.comments[id];
    return !chosen || chosen[field] === true;
  },
  /** @param {string} id @param {string} field */
  toggleComment(id, field) {
    const every = set(this.fields.map((/** @type {{name: string}} */ { name }) => name));
    const chosen = { ...(this.form.comments[id] ?? every) };
    chosen[field] = !chosen[field];
    // Who comments on every field, or on none, is needed for all.
    const all = this.fields.every((/** @type {{name: string}} */ { name }) => chosen[name]);
    const { [id]: _, ...others } = this.form.comments;
    this.form.comments = all || !names(chosen).length ? others : { ...others, [id]: chosen };
  },
  /** @param {string} id */
  weightOf(id) {
    return this.form.weights[id] ?? 1;
  },
  /** @param {string} id @param {string} text */
  weigh(id, text) {
    const { [id]: _, ...others } = this.form.weights;
    const weight = Math.max(0, Math.round(Number(text)));
    this.form.weights = weight === 1 || Number.isNaN(weight) ? others : { ...others, [id]: weight };
  },

  // ---- lists

  /** @param {"apart" | "order"} list */
  addPair(list) {
    const [one, other] = this.slots;
    this.form[list] = [...this.form[list], { one: one?.id ?? "", other: other?.id ?? "" }];
  },
  addDay() {
    const last = this.form.days.at(-1)?.day ?? isoDay(this.$store.live.details?.starts_at, this.$store.live.zone);
    this.form.days = [...this.form.days, { day: last }];
  },
  addZone() {
    this.form.audience = [...this.form.audience, { zone: this.$store.live.zone, weight: 1 }];
  },
  addKnot() {
    const last = this.form.knots.at(-1);
    this.form.knots = [...this.form.knots, { hour: Math.min(23, (last?.hour ?? -1) + 1), burden: last?.burden ?? 0 }];
  },
  /** @param {"apart" | "order" | "days" | "audience" | "knots"} list @param {number} at */
  remove(list, at) {
    /** @type {any} */ (this.form)[list] = this.form[list].filter((/** @type {any} */ _, /** @type {number} */ each) => each !== at);
  },

  // ---- the curve

  /** @returns {string | number[][]} */
  get curve() {
    return this.form.curve === "own" ? this.form.knots.map((/** @type {{hour: number, burden: number}} */ { hour, burden }) => [Number(hour), Number(burden)]) : this.form.curve;
  },
  /** One's own curve begins as the one that was chosen before. @param {string} kind */
  async chooseCurve(kind) {
    if (kind === "own" && !this.form.knots.length) {
      const { answer } = await askPlanner("curve", { curve: this.form.curve });
      this.form.knots = answer.knots.map((/** @type {number[]} */ [hour, burden]) => ({ hour, burden }));
    }
    this.form.curve = kind;
  },
  async draw() {
    try {
      const { answer, refused } = await askPlanner("curve", { curve: this.curve });
      this.curveFault = refused?.text ?? "";
      if (answer) put(this.$root, answer.html);
    } catch {
      // The banner of the page says that there is no connection.
    }
  },

  // ---- saving

  get command() {
    const { form } = this;
    return {
      type: "plan.wish",
      together: names(form.together),
      apart: form.apart.map((/** @type {{one: string, other: string}} */ { one, other }) => [one, other]),
      order: form.order.map((/** @type {{one: string, other: string}} */ { one, other }) => [one, other]),
      pins: this.record.pins,
      ends: form.ends ? `${form.ends}:00` : null,
      days: form.days.map((/** @type {{day: string}} */ { day }) => day).filter(Boolean),
      starts: form.from && form.to ? `${form.from}-${form.to}` : "",
      curve: this.curve,
      audience: form.audience.map((/** @type {{zone: string, weight: number | string}} */ { zone, weight }) => ({ zone, weight: Number(weight) })),
      weights: form.weights,
      changeover_seconds: Number(form.changeover) || 0,
      comments: Object.fromEntries(Object.entries(form.comments).map(([id, fields]) => [id, names(fields)])),
    };
  },
  async save() {
    if (this.saving) return;
    this.saving = true;
    this.fault = "";
    this.faultField = "";
    const live = this.$store.live;
    const answer = await live.do({ ...this.command, seen: live.seq });
    this.saving = false;
    if (answer.type === "done") {
      this.loaded = JSON.stringify(this.form);
      this.saved = true;
      setTimeout(() => (this.saved = false), 6 * SECOND);
      this.$dispatch("plan-again");
    } else {
      this.fault = answer.text ?? words().lost ?? "";
      this.faultField = answer.field?.split(/[.[]/)[0] ?? "";
    }
  },
}));
