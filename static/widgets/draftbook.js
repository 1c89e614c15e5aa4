/** All of one commentator's drafts: kept in this browser, sent when the line allows. */

import * as drafts from "../lib/drafts.js";

/** @typedef {import("../lib/live.js").Live} Live */
/** @typedef {import("../lib/drafts.js").Draft} Draft */
/** @typedef {{edits: number, field: string, text: string}} Fault */

const QUIET_MS = 1500;

/** A reactive object in the page's component; what it knows by slot, the page shows. */
export class DraftBook {
  /** @type {{[slot: string]: Draft}} */ drafts = {};
  /** @type {{[slot: string]: number}} since when it is on its way, local ms */ sending = {};
  /** @type {{[slot: string]: Fault}} */ faults = {};
  /** @type {boolean} whether this browser lets anything be kept */ keeps = true;
  /** @type {{[slot: string]: number}} */ timers = {};

  /** @param {string} show @param {string} person */
  constructor(show, person) {
    this.show = show;
    this.person = person;
  }

  /** Take up what an earlier page, or another one, has kept. */
  load() {
    const prefix = drafts.prefix(this.show, this.person);
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(prefix)) this.reload(key.slice(prefix.length));
      }
    } catch {
      this.keeps = false;
    }
  }

  /** @param {string} slot  as another page of this browser has just kept it */
  reload(slot) {
    const found = drafts.read(localStorage.getItem(drafts.key(this.show, this.person, slot)));
    // What is being written here is never replaced from elsewhere.
    if (found && !this.drafts[slot]?.unsent) this.drafts[slot] = found;
  }

  /** @param {Live} live @param {string} slot @returns {any} what the server holds; null: nothing */
  record(live, slot) {
    return live.get("feedback", `${slot}.${this.person}`);
  }

  /** @param {Live} live @param {string} slot @returns {Draft} the words that stand */
  draft(live, slot) {
    return this.drafts[slot] ?? drafts.opened(this.record(live, slot));
  }

  /** Bring every draft together with what the server holds now. @param {Live} live */
  meet(live) {
    if (!live.ready) return;
    for (const [slot, draft] of Object.entries(this.drafts)) {
      const settled = drafts.settled(draft, this.record(live, slot));
      if (settled !== draft) this.put(slot, settled);
    }
  }

  /** Keep a draft as it now stands, and send it once the writing pauses. @param {Live} live @param {string} slot @param {Draft} draft */
  change(live, slot, draft) {
    delete this.faults[slot];
    this.put(slot, draft);
    clearTimeout(this.timers[slot]);
    this.timers[slot] = setTimeout(() => void this.send(live, slot), QUIET_MS);
  }

  /** @param {string} slot @param {Draft} draft */
  put(slot, draft) {
    this.drafts[slot] = draft;
    const key = drafts.key(this.show, this.person, slot);
    try {
      localStorage.setItem(key, drafts.kept(draft));
      this.keeps = true;
    } catch {
      this.keeps = false;
    }
  }

  /** Send all that has not been sent. @param {Live} live */
  async sendAll(live) {
    const slots = Object.keys(this.drafts).filter((slot) => this.drafts[slot].unsent);
    await Promise.all(slots.map((slot) => this.send(live, slot)));
  }

  /**
   * Send a draft, and again whatever was written meanwhile. Tells whether the server now has it.
   * @param {Live} live @param {string} slot
   */
  async send(live, slot) {
    clearTimeout(this.timers[slot]);
    while (this.drafts[slot]?.unsent) {
      const { words, edits } = this.drafts[slot];
      if (!live.online || !live.ready || slot in this.sending) return false;
      if (this.faults[slot]?.edits === edits) return false;
      if (drafts.isBlank(words) && !this.record(live, slot)) {
        this.put(slot, drafts.sent(this.drafts[slot], edits));
        return true;
      }
      this.sending[slot] = Date.now();
      const answer = await live.do(drafts.command(slot, words));
      delete this.sending[slot];
      if (answer.type === "refused") {
        this.faults[slot] = { edits, field: answer.field ?? "", text: answer.text ?? "" };
        return false;
      }
      this.put(slot, drafts.sent(this.drafts[slot], edits));
    }
    return true;
  }
}
