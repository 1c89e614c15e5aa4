/** The form that asks a question, and what of one's own is still on its way. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { languageName } from "../lib/names.js";
import { subject } from "../lib/scene.js";
import { windowOf } from "./question-windows.js";

const LIMIT = 500;
const DRAFT = `luyan.draft.${boot.show}`;
const LANGUAGES = "en zh ja ko fr de it es pt ru he ar hi pl tr vi th id".split(" ");

/** @typedef {{id: number, text: string, seq: number}} Sending */

/** What is written survives a reload; where nothing can be kept, it does not. */
function draft() {
  try {
    return JSON.parse(localStorage.getItem(DRAFT) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {object} written */
function keep(written) {
  try {
    localStorage.setItem(DRAFT, JSON.stringify(written));
  } catch {
    // A private window without storage: the draft lives as long as the page.
  }
}

export const ask = component(() => ({
  text: "",
  lang: navigator.language.split("-")[0],
  /** @type {string | null} a slot, "" the whole show, null: whatever is on stage */ chosen: null,
  fault: "",
  faultField: "",
  number: 0,
  /** @type {Sending[]} */ sending: [],

  init() {
    const { text, lang, chosen } = draft();
    this.text = text ?? "";
    this.lang = lang ?? this.lang;
    this.chosen = chosen ?? null;
    this.$watch("text", () => {
      // What somebody writes about stays what it was, when the stage moves on meanwhile.
      if (this.text && this.chosen === null) this.chosen = this.about;
      if (!this.text) this.chosen = null;
      this.fault = "";
      this.save();
    });
    this.$watch("$store.live.seq", (seq) => {
      this.sending = this.sending.filter((item) => !item.seq || item.seq > seq);
    });
  },

  save() {
    keep({ text: this.text, lang: this.lang, chosen: this.chosen });
  },

  /** Characters as the server counts them. */
  get used() {
    return [...this.text.trim().normalize("NFC")].length;
  },
  /** @returns {number} */
  get room() {
    return LIMIT - this.used;
  },
  get tight() {
    return this.room < 50;
  },
  get tooLong() {
    return this.room < 0;
  },
  get limit() {
    return LIMIT;
  },
  get fieldOfFault() {
    return this.fault && (this.faultField || "text");
  },

  /** @type {string[]} */
  get languages() {
    const own = navigator.languages.map((tag) => tag.split("-")[0]);
    const shows = this.$store.live.details?.languages ?? [];
    return [...new Set([this.lang, ...own, ...shows, ...LANGUAGES])];
  },
  languageName,
  /** @param {Event & {target: HTMLSelectElement}} event */
  pickLanguage(event) {
    this.lang = event.target.value;
    this.save();
  },

  /** @returns {string} the slot that the question will be about; "": the whole show */
  get about() {
    const live = this.$store.live;
    // What was taken out of the programme meanwhile is nothing to ask about.
    const gone = this.chosen && live.ready && !live.get("slot", this.chosen);
    return (gone ? null : this.chosen) ?? live.slotOnAir?.id ?? "";
  },
  get slots() {
    const live = this.$store.live;
    const ids = [...new Set([live.slotOnAir?.id, this.about])].filter(Boolean);
    return ids.map((id) => {
      const { name, title } = subject(live, { slot: id });
      return { id, label: [name, title].filter(Boolean).join(" – ") };
    });
  },
  /** @param {Event & {target: HTMLSelectElement}} event */
  pickAbout(event) {
    this.chosen = event.target.value;
    this.save();
  },

  /** Whether the picture of this viewer has come to where asking was closed. @returns {boolean} */
  get closed() {
    // Who watches again asks into the written round: the server says if that is over too.
    return !boot.replay && !(windowOf(this.$store.live, this.about)?.open ?? true);
  },

  /** @param {KeyboardEvent} event */
  sendByKey(event) {
    if (event.ctrlKey || event.metaKey) this.send();
  },

  async send() {
    const text = this.text.trim();
    if (!text || this.tooLong || this.closed) {
      this.$refs.text.focus();
      return;
    }
    const item = { id: ++this.number, text, seq: 0 };
    const command = {
      type: "question.ask",
      text,
      lang: this.lang,
      slot: this.about || null,
      watched_at: this.$store.live.watchedAt(),
    };
    const written = { text: this.text, chosen: this.chosen };
    this.sending = [item, ...this.sending];
    this.text = "";
    const answer = await this.$store.live.do(command);
    if (answer.type === "done") return this.sent(item.id, answer.seq ?? 0);
    this.sending = this.sending.filter(({ id }) => id !== item.id);
    // Somebody may have begun another one: then what was refused goes above it.
    this.text = this.text ? `${written.text}\n\n${this.text}` : written.text;
    this.chosen = written.chosen;
    await this.$nextTick();
    this.fault = answer.text ?? answer.code ?? "";
    this.faultField = answer.field ?? "";
    this.$refs.text.focus();
  },

  /** @param {number} id @param {number} seq the patch that will bring the question itself */
  sent(id, seq) {
    const there = this.$store.live.seq >= seq;
    this.sending = this.sending
      .map((item) => (item.id === id ? { ...item, seq } : item))
      .filter((item) => item.id !== id || !there);
  },
}));
