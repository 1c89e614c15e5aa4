/** A written answer to one question, by the presenter whom it is about. */

import { component } from "../lib/component.js";

export const writtenAnswer = component(() => ({
  writing: false,
  text: "",
  busy: false,
  fault: "",

  /** @param {any} question */
  async write(question) {
    this.text = question.reply;
    this.fault = "";
    this.writing = true;
    const { $root } = this;
    await this.$nextTick();
    $root.querySelector("textarea")?.focus();
  },
  stop() {
    this.writing = false;
  },
  /** @param {any} question */
  async send(question) {
    if (this.busy || !this.text.trim()) return;
    this.busy = true;
    const command = { type: "question.reply", question: question.id, text: this.text };
    const answer = await this.$store.live.do(command);
    this.busy = false;
    if (answer.type === "done") return this.stop();
    this.fault = answer.text ?? answer.code ?? "";
  },
}));
