/** Captions over the picture; and as a list, for those who only read. */

import { LASTS_MS, said, shownIn } from "../lib/captions.js";
import { component } from "../lib/component.js";
import { languageName } from "../lib/names.js";
import { clockSeconds } from "../lib/time.js";
import { receive, reception } from "./reception.js";

const KEPT = 200;

/** @typedef {{at: number, clock: string, text: string}} Line */

/** Languages come with their first line, and stay: also for who goes back to before it. */
const languages = /** @type {{[code: string]: true}} */ ({});

/** @param {import("../lib/live.js").Live} live @returns {string[]} */
export function spoken(live) {
  for (const { id } of live.all("caption")) languages[id] = true;
  return Object.keys(languages);
}

/** The language of the captions that are shown, "": none. @param {import("../lib/live.js").Live} live */
export const shown = (live) => shownIn(spoken(live), reception.captions);

/** Switch them off, or on in the language that was read last. @param {import("../lib/live.js").Live} live */
export function switchCaptions(live) {
  if (shown(live)) return receive({ captions: "" });
  const [first = ""] = spoken(live);
  receive({ captions: shownIn(spoken(live), null) || first });
}

/** The line over the picture. */
export const captionLine = component(() => ({
  get lang() {
    return shown(this.$store.live);
  },
  get text() {
    return said(this.$store.live, this.lang)?.text ?? "";
  },
}));

/** What has been said up to the moment that is shown, to be read. */
export const captionList = component(() => ({
  lang: "",
  /** @type {Line[]} oldest first */ lines: [],

  /** Take up what is said; run again whenever that changes. */
  follow() {
    const live = this.$store.live;
    const lang = shown(live);
    if (lang !== this.lang) {
      this.lang = lang;
      this.lines = [];
    }
    /** @type {{text: string, said_at: number} | null} */
    const latest = live.get("caption", lang);
    if (!latest?.text || latest.said_at < live.serverNow() - 3600_000) return;
    this.add({ at: latest.said_at, clock: clockSeconds(latest.said_at), text: latest.text });
  },
  /** @param {Line} line */
  add(line) {
    const lines = this.lines.filter(({ at }) => at !== line.at);
    lines.push(line);
    lines.sort((a, b) => a.at - b.at);
    this.lines = lines.slice(-KEPT);
    const { list } = this.$refs;
    const below = list.scrollHeight - list.scrollTop - list.clientHeight;
    // Who has gone back to read is left there.
    if (below < 48) void this.$nextTick(() => list.scrollTo({ top: list.scrollHeight }));
  },
  get reading() {
    return reception.mode === "text" && this.offered;
  },
  get offered() {
    return spoken(this.$store.live).length > 0;
  },
  get languages() {
    return spoken(this.$store.live).map((code) => ({ code, name: languageName(code) }));
  },
  /** @param {Line} line */
  fresh(line) {
    const age = this.$store.live.now - line.at;
    return age >= 0 && age < LASTS_MS ? "fresh" : "";
  },
  /** @param {Event & {target: HTMLSelectElement}} event */
  choose(event) {
    receive({ captions: event.target.value });
  },
}));
