/** The commentator's page: the pitch on air, the rubric, and words that are never lost. */

import { isBlank, mark, MARKS, prefix, progress, WHOLE, write } from "../lib/drafts.js";
import { boot, start } from "../lib/live.js";
import { clock, countdown } from "../lib/time.js";
import { DraftBook } from "../widgets/draftbook.js";
import { messageBanner } from "../widgets/messages.js";
import { countryName, languageName } from "../lib/names.js";
import { cueTitle } from "../widgets/rundown.js";
import { fill, words } from "../widgets/words.js";

/** @typedef {import("../lib/drafts.js").Mark} Mark */
/** @typedef {import("../lib/drafts.js").Text} Text */
/** @typedef {import("../lib/drafts.js").Words} Words */

const RECENT_MS = 20 * 60_000;
const PATIENCE_MS = 3000;
const NEARLY_FULL = 1800;
const FULL = 2000;

const say = words();

start({
  messageBanner,

  commentator: () => ({
    book: new DraftBook(boot.show, boot.person ?? ""),
    /** @type {string} the slot whose sheet is open */ slot: "",
    /** @type {boolean} whether the sheet goes with the stage */ following: true,
    /** @type {boolean} whether anything was written since the sheet was opened */ touched: false,
    /** @type {"presenter" | "public"} */ to: "presenter",
    releasing: false,
    releaseFault: "",

    init() {
      this.book.load();
      const live = this.$store.live;
      this.$watch("$store.live.seq", () => this.look());
      this.$watch("$store.live.online", (online) => {
        if (online) void this.book.sendAll(live);
      });
      this.$watch("$store.live.ready", () => void this.book.sendAll(live));
      this.$watch("marked", () => this.showMarks());
      addEventListener("storage", ({ key, newValue }) => {
        const ours = prefix(boot.show, boot.person ?? "");
        if (key?.startsWith(ours) && newValue) this.book.reload(key.slice(ours.length));
      });
      // A phone that is put away may never wake this page again.
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") void this.book.sendAll(live);
      });
    },

    /** Take in what is new on stage and on the server. */
    look() {
      const live = this.$store.live;
      this.book.meet(live);
      const now = live.slotOnAir?.id ?? "";
      if (!this.slot || !this.known(this.slot)) {
        // Whose page was closed in the middle of a sheet goes on with that sheet.
        this.open(this.remembered || now || this.firstAhead);
        this.following = !this.remembered || this.remembered === now;
      } else if (now && now !== this.slot && this.following && !this.writing) {
        this.open(now);
      }
    },

    // ---- which slot
    get remembered() {
      const recent = Object.entries(this.book.drafts)
        .filter(([slot, { edited_at }]) => this.known(slot) && Date.now() - edited_at < RECENT_MS)
        .sort(([, a], [, b]) => b.edited_at - a.edited_at);
      return recent[0]?.[0] ?? "";
    },
    get firstAhead() {
      const { slots } = this.$store.live;
      return (slots.find(({ place }) => place !== "done") ?? slots[0])?.id ?? "";
    },
    /** @param {string} slot */
    known(slot) {
      return this.$store.live.get("slot", slot) !== null;
    },
    get writing() {
      const at = document.activeElement;
      const dialog = /** @type {HTMLDialogElement} */ (this.$refs.confirm);
      return this.touched || dialog.open || at instanceof HTMLTextAreaElement;
    },
    /** @param {string} slot */
    open(slot) {
      this.slot = slot;
      this.touched = false;
      this.releaseFault = "";
      void this.$nextTick(() => {
        this.showMarks();
        const chosen = document.querySelector(".slot-list [aria-current='true']");
        chosen?.scrollIntoView({ block: "nearest", inline: "center" });
      });
    },
    /** @param {string} slot */
    choose(slot) {
      void this.book.send(this.$store.live, this.slot);
      this.following = slot === this.onAirId;
      this.open(slot);
      this.$refs.sheet.scrollIntoView({ block: "start" });
    },
    follow() {
      this.choose(this.onAirId);
    },
    get onAirId() {
      return this.$store.live.slotOnAir?.id ?? "";
    },
    get elsewhere() {
      return this.onAirId !== "" && this.onAirId !== this.slot;
    },
    get onAirName() {
      return this.nameOf(this.onAirId);
    },
    get cueName() {
      return cueTitle(this.$store.live.cueOnAir, say);
    },
    get leftText() {
      return countdown(this.$store.live.left);
    },
    /** @param {string} slot */
    nameOf(slot) {
      const live = this.$store.live;
      return live.person(live.get("slot", slot)?.presenter).name;
    },
    get list() {
      const live = this.$store.live;
      return live.slots.map(({ id, place, topic }, index) => {
        const said = this.book.draft(live, id);
        const released = this.book.record(live, id)?.released_to ?? "nobody";
        return {
          id,
          place,
          topic,
          quiet: place !== "on_air" && !said.unsent && released === "nobody",
          number: index + 1,
          name: this.nameOf(id),
          count: progress(said.words),
          share: { "--share": String(progress(said.words) / WHOLE) },
          unsent: said.unsent,
          released: released !== "nobody",
          chosen: id === this.slot,
        };
      });
    },

    // ---- what it is about
    get about() {
      const live = this.$store.live;
      const slot = live.get("slot", this.slot);
      const person = live.person(slot?.presenter);
      const from = [slot?.project, person.organisation, countryName(person.country)];
      return {
        name: person.name,
        from: [...new Set(from.filter(Boolean))].join(" · "),
        topic: slot?.topic ?? "",
        field: [slot?.field, languageName(slot?.language ?? "")].filter(Boolean).join(" · "),
        place: slot?.place ?? "",
      };
    },

    // ---- what I write
    get draft() {
      return this.book.draft(this.$store.live, this.slot);
    },
    /** @returns {any} */
    get record() {
      return this.book.record(this.$store.live, this.slot);
    },
    /** @param {Text} name */
    text(name) {
      return this.draft.words[name];
    },
    /** @param {Text} name */
    room(name) {
      const { length } = this.draft.words[name];
      return length > NEARLY_FULL ? `${length} / ${FULL}` : "";
    },
    /** @param {Event} event */
    typed(event) {
      const { name, value } = /** @type {HTMLTextAreaElement} */ (event.target);
      this.change(write(this.draft, /** @type {Text} */ (name), value, Date.now()));
    },
    get marked() {
      return JSON.stringify(this.draft.words.marks);
    },
    /** @param {Mark} name */
    value(name) {
      return this.draft.words.marks[name];
    },
    /** @param {Mark} name */
    has(name) {
      return this.value(name) !== null;
    },
    /** @param {Event} event */
    picked(event) {
      const { name, value } = /** @type {HTMLInputElement} */ (event.target);
      this.change(mark(this.draft, /** @type {Mark} */ (name), Number(value), Date.now()));
    },
    /** @param {Mark} name */
    clear(name) {
      if (this.has(name)) this.change(mark(this.draft, name, null, Date.now()));
    },
    /** @param {KeyboardEvent} event */
    cleared(event) {
      const { name } = /** @type {HTMLInputElement} */ (event.target);
      if (MARKS.includes(/** @type {Mark} */ (name))) this.clear(/** @type {Mark} */ (name));
    },
    /** Seventy-seven buttons are set at once, not each by a rule of its own. */
    showMarks() {
      const { marks } = this.draft.words;
      for (const input of this.$refs.rubric.querySelectorAll("input")) {
        input.checked = marks[/** @type {Mark} */ (input.name)] === Number(input.value);
      }
    },
    /** @param {import("../lib/drafts.js").Draft} draft */
    change(draft) {
      this.touched = true;
      this.book.change(this.$store.live, this.slot, draft);
    },
    /** How safe the words are: fault, saving, kept, unkept, saved or nothing. */
    get safety() {
      if (this.book.faults[this.slot]) return "fault";
      if (this.sending) return "saving";
      if (this.draft.unsent) return this.book.keeps ? "kept" : "unkept";
      return this.record ? "saved" : "nothing";
    },
    /** Whether it is on its way; a line that has not answered for seconds may be none. */
    get sending() {
      const since = this.book.sending[this.slot];
      const { online, now } = this.$store.live;
      return online && since !== undefined && now > 0 && Date.now() - since < PATIENCE_MS;
    },
    get savedAt() {
      return fill(say.saved, { time: clock(this.record?.written_at) });
    },
    /** @param {string} field  the server's reason for not taking it */
    fault(field) {
      const fault = this.book.faults[this.slot];
      return fault?.field === field ? fault.text : "";
    },
    get otherFault() {
      const fault = this.book.faults[this.slot];
      return fault && !["strength", "advice", "question"].includes(fault.field) ? fault.text : "";
    },

    // ---- letting others read it
    get blank() {
      return isBlank(this.draft.words);
    },
    get said() {
      return `${progress(this.draft.words)} / ${WHOLE}`;
    },
    get releasedTo() {
      return this.record?.released_to ?? "nobody";
    },
    get releasedAt() {
      return clock(this.record?.released_at);
    },
    /** @param {"presenter" | "public"} to */
    ask(to) {
      this.to = to;
      this.releaseFault = "";
      /** @type {HTMLDialogElement} */ (this.$refs.confirm).showModal();
    },
    leave() {
      /** @type {HTMLDialogElement} */ (this.$refs.confirm).close();
    },
    async release() {
      const live = this.$store.live;
      const { slot, to } = this;
      if (this.releasing || !live.online) return;
      this.releasing = true;
      // What is released is what stands on the sheet, so that has to be there first.
      const sent = await this.book.send(live, slot);
      if (sent) {
        const answer = await live.do({ type: "feedback.release", slot, to });
        this.releaseFault = answer.type === "refused" ? (answer.text ?? "") : "";
      }
      this.releasing = false;
      if (!this.releaseFault) this.leave();
    },

    // ---- what I wrote before
    get written() {
      const live = this.$store.live;
      return live.slots
        .map(({ id, topic }) => {
          const { words } = this.book.draft(live, id);
          const released = this.book.record(live, id)?.released_to ?? "nobody";
          return { id, topic, ...words, name: this.nameOf(id), released };
        })
        .filter((said) => !isBlank(said));
    },
    /** @param {Words} said @param {Mark} name */
    given: (said, name) => said.marks[name] !== null,
    /** @param {Words} said @param {Mark} name */
    mark: (said, name) => said.marks[name] ?? "",
    /** @param {Words} said @param {Mark} name */
    bar: (said, name) => ({ "--share": String((said.marks[name] ?? 0) / 10) }),
  }),
});
