/** The interpreter's page: what is on stage, and the lines that are written of it. */

import { boot, start } from "../lib/live.js";
import { languageName } from "../lib/names.js";
import { nextAt } from "../lib/scene.js";
import { clock, clockSeconds, language } from "../lib/time.js";
import { captionLine } from "../widgets/captioned.js";
import { onStage } from "../widgets/on-stage.js";
import { player } from "../widgets/player.js";
import { playerSettings } from "../widgets/settings.js";

const LIMIT = 300;
// The server takes a line in one language every half second.
const PAUSE_MS = 550;
const KEPT = 100;
// One line is told twice: by the answer to its sender, and by the record that everybody gets.
const SAME_MS = 3000;
const CHOICE = `luyan.captions.${boot.show}`;
const FAST = "caption.too_fast";

/** @typedef {{key: number, at: number, clock: string, text: string, state: "sending" | "said" | "refused", fault: string}} Line */

/** Without storage a page forgets, and nothing breaks. */
function chosen() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

/** @param {string} lang */
function remember(lang) {
  try {
    localStorage.setItem(CHOICE, lang);
  } catch {
    // A private window: the choice lives as long as the page.
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((then) => setTimeout(then, ms));

start({
  captionLine,
  player,
  playerSettings,

  booth: () => onStage({
    text: "",
    /** @type {string} */ picked: chosen() ?? "",
    number: 0,
    /** @type {Line[]} oldest first */ lines: [],
    /** @type {Promise<void>} lines leave one after the other */ line: Promise.resolve(),
    /** @type {number} when the latest line from the show was said, ms UTC */ heardAt: 0,

    init() {
      this.$watch("text", () => {
        if (this.text.includes("\n")) this.text = this.text.replaceAll("\n", " ");
      });
      // On a phone the keyboard would come up over everything.
      this.$watch("$store.live.ready", async () => {
        await this.$nextTick();
        if (matchMedia("(pointer: fine)").matches) this.$refs.text.focus();
      });
    },

    // ---- which language

    /** @returns {string} of the person for whom this link was made; "": one may choose */
    get own() {
      return this.$store.live.person(boot.person).language?.toLowerCase() ?? "";
    },
    get fixed() {
      return this.own !== "";
    },
    /** @type {string[]} */
    get languages() {
      const shows = this.$store.live.details?.languages ?? [];
      const said = this.$store.live.all("caption").map(({ id }) => id);
      return [...new Set([...shows, ...said].map((code) => code.toLowerCase()))];
    },
    /** @returns {string} */
    get lang() {
      const [page] = language().split("-");
      const usual = this.languages.includes(page) ? page : this.languages[0];
      return this.own || this.picked || usual || page;
    },
    get languageName() {
      return languageName(this.lang);
    },
    nameOf: languageName,
    /** @param {Event & {target: HTMLSelectElement}} event */
    choose(event) {
      this.picked = event.target.value;
      remember(this.picked);
      this.lines = [];
      this.heardAt = 0;
      this.$refs.text.focus();
    },

    // ---- what is on stage

    get spoken() {
      return languageName(this.subject.language);
    },
    get nextClock() {
      return clock(nextAt(this.$store.live));
    },

    // ---- lines

    /** Take up what others say in this language; run again whenever that changes. */
    follow() {
      const said = this.$store.live.get("caption", this.lang);
      if (!said?.text || said.said_at <= this.heardAt) return;
      this.heardAt = said.said_at;
      /** @param {Line} line */
      const same = ({ text, at }) => text === said.text && Math.abs(at - said.said_at) < SAME_MS;
      if (!this.lines.some(same)) this.add(said.text, said.said_at);
    },
    /** @param {string} text @param {number} at ms UTC; 0: it has not been said yet */
    add(text, at) {
      const key = ++this.number;
      /** @type {Line["state"]} */
      const state = at ? "said" : "sending";
      this.lines = [...this.lines, { key, at, clock: clockSeconds(at || null), text, state, fault: "" }].slice(-KEPT);
      void this.$nextTick(() => this.$refs.list.scrollTo({ top: this.$refs.list.scrollHeight }));
      return key;
    },
    /** @param {number} key @param {Partial<Line>} change */
    change(key, change) {
      this.lines = this.lines.map((line) => (line.key === key ? { ...line, ...change } : line));
    },

    /** Characters as the server counts them. */
    get used() {
      return [...this.text.trim().normalize("NFC")].length;
    },
    get tooLong() {
      return this.used > LIMIT;
    },
    get limit() {
      return LIMIT;
    },

    /** @param {KeyboardEvent} event */
    key(event) {
      // Enter, Escape and the rest are the input method's while it is open; Safari ends it first.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Escape") return void this.clear();
      if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      if (!event.repeat) this.send();
    },
    send() {
      const text = this.text.trim();
      this.$refs.text.focus();
      if (!text || this.tooLong) return;
      this.text = "";
      const key = this.add(text, 0);
      const command = { type: "caption.say", lang: this.lang, text };
      this.line = this.line.then(() => this.say(key, command));
    },
    /** @param {number} key @param {{type: string, lang: string, text: string}} command */
    async say(key, command) {
      let answer = await this.$store.live.do(command);
      while (answer.code === FAST) {
        await pause(PAUSE_MS);
        answer = await this.$store.live.do(command);
      }
      const at = Math.round(this.$store.live.serverNow());
      if (answer.type === "done") {
        this.change(key, { state: "said", at, clock: clockSeconds(at) });
        await pause(PAUSE_MS);
      } else {
        this.change(key, { state: "refused", fault: answer.text ?? answer.code ?? "" });
        if (!this.text) this.text = command.text;
      }
    },
    clear() {
      const command = { type: "caption.clear", lang: this.lang };
      this.line = this.line.then(async () => void (await this.$store.live.do(command)));
      this.$refs.text.focus();
    },
  }),
});
