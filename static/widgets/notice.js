/** What the desk tells everybody: true at once, whatever moment the picture shows. */

import { component } from "../lib/component.js";
import { clock } from "../lib/time.js";

/** @param {import("../lib/live.js").Live} live */
const posted = (live) => live.get("notice", "main");

/** The notice as everybody reads it. */
export const notice = component(() => ({
  get text() {
    return posted(this.$store.live)?.text ?? "";
  },
  get level() {
    return posted(this.$store.live)?.level ?? "calm";
  },
  get at() {
    return clock(posted(this.$store.live)?.posted_at);
  },
}));

/** The desk's form for it. */
export const noticeDesk = component(() => ({
  text: "",
  urgent: false,
  busy: false,
  refusal: "",

  get standing() {
    return posted(this.$store.live)?.text ?? "";
  },
  get at() {
    const { zone } = this.$store.live;
    return clock(posted(this.$store.live)?.posted_at, zone);
  },
  /** @param {{type: string, [field: string]: any}} command */
  async give(command) {
    const live = this.$store.live;
    if (this.busy || live.stale || !live.online) return false;
    this.busy = true;
    const answer = await live.do(command);
    this.busy = false;
    this.refusal = answer.text ?? "";
    return answer.type === "done";
  },
  async post() {
    const text = this.text.trim();
    if (!text) return;
    const level = this.urgent ? "urgent" : "calm";
    if (!(await this.give({ type: "notice.post", text, level }))) return;
    this.text = "";
    this.urgent = false;
  },
  clear() {
    return this.give({ type: "notice.clear" });
  },
}));
