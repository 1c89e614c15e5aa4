/** The hours at which somebody can come, on their own clock: marked by the thumb, kept until sent. */

import { component } from "../lib/component.js";
import { dated, EVERY, free, given, marks, never } from "../lib/hours.js";
import { boot } from "../lib/live.js";
import { clock, day, language, zoneName } from "../lib/time.js";
import { shown } from "./press.js";
import { fill, words } from "./words.js";

/**
 * @typedef {import("../lib/hours.js").Mark} Mark
 * @typedef {import("../lib/hours.js").Days} Days
 */

const HOUR_MS = 3_600_000;
const DAYS_LIMIT = 7;
const NIGHT = [23, 0, 1, 2, 3, 4, 5, 6];
const WORDS_LIMIT = 500;
const KEPT = `luyan.hours.${boot.show}.${boot.person}`;

const say = words();

/** @param {string} date @param {Intl.DateTimeFormatOptions} options */
const written = (date, options) =>
  new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" }).format(Date.parse(`${date}T00:00Z`));

/** Without storage a page forgets, and nothing breaks. @returns {any} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

/** @param {object | null} draft */
function keep(draft) {
  try {
    if (draft) localStorage.setItem(KEPT, JSON.stringify(draft));
    else localStorage.removeItem(KEPT);
  } catch {
    // A private window: what is not sent lives as long as the page.
  }
}

export const ownHours = component(() => ({
  /** @type {Mark} */ brush: "cannot",
  /** @type {Days} */ days: { [EVERY]: free() },
  text: "",
  dirty: false,
  busy: false,
  fault: "",

  init() {
    const draft = kept();
    if (draft?.days) {
      this.days = draft.days;
      this.text = draft.text ?? "";
      this.dirty = true;
    }
  },

  // ---- what the server holds

  /** @returns {any} */
  get record() {
    return this.$store.live.get("availability", boot.person);
  },
  /** Take up what was given, here or elsewhere, unless something else is being marked. */
  follow() {
    const { record, dates } = this;
    if (!this.$store.live.ready || this.dirty || this.busy) return;
    // Alpine runs nothing twice in one go: what is written within it would not be drawn.
    queueMicrotask(() => this.take(record, dates));
  },
  /** @param {any} record @param {string[]} show the dates of the show */
  take(record, show) {
    if (this.dirty || this.busy) return;
    const [available, preferred] = [record?.available ?? [], record?.preferred ?? []];
    const dates = dated([...available, ...preferred]) ? show : [EVERY];
    this.days = Object.fromEntries(dates.map((date) => [date, marks(available, preferred, date)]));
    this.text = record?.words ?? "";
  },
  get zone() {
    const live = this.$store.live;
    return live.person(boot.person).zone ?? boot.person_zone ?? live.myZone;
  },
  get zoneName() {
    return zoneName(this.zone, this.$store.live.details?.starts_at);
  },
  get savedAt() {
    const at = this.record?.given_at;
    return at ? fill(say.saved, { time: clock(at, this.zone), day: day(at, this.zone) }) : "";
  },
  get fromFile() {
    return Boolean(this.record?.available?.length || this.record?.preferred?.length) && !this.savedAt;
  },

  // ---- the tiles

  /** The dates on their calendar on which the show is. */
  get dates() {
    const { details } = this.$store.live;
    const found = new Set();
    const ends = Math.max(details?.ends_at ?? 0, details?.starts_at ?? 0);
    for (let at = details?.starts_at ?? 0; at < ends && found.size < DAYS_LIMIT; at += HOUR_MS) {
      found.add(this.dateAt(at));
    }
    if (ends) found.add(this.dateAt(ends - 1));
    return /** @type {string[]} */ ([...found]);
  },
  /** @param {number} at ms UTC @returns {string} "2020-11-13" on their clock */
  dateAt(at) {
    return new Intl.DateTimeFormat("sv-SE", { timeZone: this.zone }).format(at);
  },
  get several() {
    return this.dates.length > 1;
  },
  get daily() {
    return EVERY in this.days;
  },
  /** The hours of each date in which the show is, as it is planned now. */
  get showing() {
    const { details, cues } = this.$store.live;
    const found = new Set();
    const last = cues.at(-1);
    const ends = last ? last.planned_at + last.seconds * 1000 : (details?.ends_at ?? 0);
    for (let at = details?.starts_at ?? 0; at < ends; at += HOUR_MS / 2) {
      found.add(`${this.dateAt(at)} ${clock(at, this.zone).slice(0, 2)}`);
    }
    return found;
  },
  get sheets() {
    const { showing } = this;
    const dates = this.daily ? this.dates : null;
    return Object.entries(this.days).map(([date, marked]) => ({
      date,
      title: date ? written(date, { weekday: "long", month: "long", day: "numeric" }) : "",
      hours: marked.map((mark, hour) => {
        const two = String(hour).padStart(2, "0");
        const on = (dates ?? [date]).some((one) => showing.has(`${one} ${two}`));
        const said = fill(say.hour, { from: `${two}:00`, until: `${String(hour + 1).padStart(2, "0")}:00` });
        const name = [said, say[mark], on ? say.show_on : ""].filter(Boolean).join(", ");
        return { key: `${date} ${two}`, hour, mark, on, label: `${two}:00`, name };
      }),
    }));
  },

  // ---- marking

  changed() {
    this.dirty = true;
    this.fault = "";
    keep({ days: this.days, text: this.text });
  },
  /** @param {string} date @param {number} hour */
  press(date, hour) {
    const marked = [...this.days[date]];
    marked[hour] = marked[hour] === this.brush ? "can" : this.brush;
    this.days = { ...this.days, [date]: marked };
    this.changed();
  },
  nights() {
    const blank = (/** @type {Mark} */ mark, /** @type {number} */ hour) => (NIGHT.includes(hour) ? "cannot" : mark);
    this.days = Object.fromEntries(Object.entries(this.days).map(([date, marked]) => [date, marked.map(blank)]));
    this.changed();
  },
  clear() {
    this.days = Object.fromEntries(Object.keys(this.days).map((date) => [date, free()]));
    this.changed();
  },
  /** Tell the days apart, each as it was; or take the first for all. */
  split() {
    const [first] = Object.values(this.days);
    const dates = this.daily ? this.dates : [EVERY];
    this.days = Object.fromEntries(dates.map((date) => [date, [...first]]));
    this.changed();
  },
  write() {
    this.changed();
  },
  get left() {
    return WORDS_LIMIT - [...this.text.trim()].length;
  },
  get tooLong() {
    return this.left < 0;
  },
  get never() {
    return never(this.days);
  },

  // ---- giving

  get state() {
    if (this.busy) return this.$store.live.online ? "saving" : "waiting";
    if (this.fault) return "fault";
    if (this.dirty) return "unsaved";
    return this.savedAt ? "saved" : "nothing";
  },
  async save() {
    if (this.busy || this.tooLong || this.never) return;
    this.busy = true;
    this.fault = "";
    const before = JSON.stringify(this.days) + this.text;
    const answer = await this.$store.live.do({
      type: "availability.give", ...given(this.days), words: this.text,
    });
    if (answer.type !== "done") this.fault = answer.text ?? answer.code ?? "";
    else await shown(this.$store.live, answer.seq ?? 0);
    // What was marked while this was under way is still to be sent.
    if (answer.type === "done" && JSON.stringify(this.days) + this.text === before) {
      this.dirty = false;
      keep(null);
    }
    this.busy = false;
  },
}));
