/** One's own questions, and what has become of each. */

import { component } from "../lib/component.js";
import { clock } from "../lib/time.js";

const STEPS = ["waiting", "approved", "on_stage", "answered"];

export const ownQuestions = component(() => ({
  editing: "",
  words: "",
  withdrawing: "",
  busy: "",
  fault: "",
  faultOn: "",

  get questions() {
    return this.$store.live
      .all("question")
      .filter(({ mine }) => mine)
      .sort((a, b) => b.asked_at - a.asked_at);
  },
  get any() {
    return this.questions.length > 0;
  },

  /** @param {any} question */
  fate(question) {
    return this.$root.dataset[`state_${question.state}`] ?? question.state;
  },
  /** @param {any} question @returns {string[]} one class for each step of its way */
  way(question) {
    const at = STEPS.indexOf(question.state);
    return STEPS.map((_, step) => (at < 0 ? "off" : step < at ? "past" : step === at ? "here" : ""));
  },
  /** @param {any} question */
  askedAt: (question) => clock(question.asked_at),
  /** @param {any} question */
  canEdit: (question) => question.state === "waiting",
  /** @param {any} question */
  canWithdraw: (question) => question.state === "waiting" || question.state === "approved",

  /** @param {any} question */
  async edit(question) {
    this.editing = question.id;
    this.withdrawing = "";
    this.words = question.text;
    this.fault = "";
    const { $root } = this;
    await this.$nextTick();
    $root.querySelector("textarea")?.focus();
  },
  stop() {
    this.editing = "";
    this.withdrawing = "";
    this.fault = "";
  },
  /** @param {any} question */
  save(question) {
    if (this.words.trim() === question.text) return this.stop();
    return this.give(question, {
      type: "question.edit",
      question: question.id,
      text: this.words,
      watched_at: this.$store.live.watchedAt(),
    });
  },
  /** @param {any} question */
  withdraw(question) {
    if (this.withdrawing !== question.id) {
      this.stop();
      this.withdrawing = question.id;
      return;
    }
    return this.give(question, { type: "question.withdraw", question: question.id });
  },

  /** @param {any} question @param {{type: string, [field: string]: any}} command */
  async give(question, command) {
    if (this.busy) return;
    this.busy = question.id;
    const answer = await this.$store.live.do(command);
    this.busy = "";
    if (answer.type === "done") return this.stop();
    this.fault = answer.text ?? answer.code ?? "";
    this.faultOn = question.id;
  },
}));
