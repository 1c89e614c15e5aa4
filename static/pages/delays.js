/** What each encoder needs for itself: measured by the clock in its picture, or set by hand. */

import { boot, start } from "../lib/live.js";

const STUDIO = "studio";
const SOUND = "sound-";

/**
 * @typedef {"" | "measuring" | "measured" | "set" | "refused" | "lost"} State
 * @typedef {{ms: number, spread: number, state: State, fault: string}} Known
 * @typedef {Known & {id: string, name: string, studio: boolean, heard: boolean, live: boolean, busy: boolean}} Row
 */

start({
  delays: () => ({
    /** @type {{[source: string]: Known}} */ known: {},

    init() {
      const delays = JSON.parse(this.$el.dataset.delays ?? "{}");
      for (const [source, ms] of Object.entries(delays)) this.note(source, { ms });
    },

    get address() {
      return new URL(`/s/${encodeURIComponent(boot.show)}/overlay/clock`, location.href).href;
    },

    /** @returns {Row[]} the studio first */
    get rows() {
      const live = this.$store.live;
      const rank = (/** @type {{id: string}} */ { id }) => (id === STUDIO ? "" : id);
      return live
        .all("source")
        .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
        .map(({ id, person, state }) => {
          const known = this.known[id] ?? { ms: 0, spread: 0, state: "", fault: "" };
          return {
            ...known,
            id,
            name: person ? live.person(person).name : id.startsWith(SOUND) ? id.slice(6) : "",
            studio: id === STUDIO,
            heard: id.startsWith(SOUND),
            live: state === "live",
            busy: known.state === "measuring",
          };
        });
    },

    /** @param {string} source @param {Partial<Known>} news */
    note(source, news) {
      const before = this.known[source] ?? { ms: 0, spread: 0, state: "", fault: "" };
      this.known[source] = { ...before, fault: "", ...news };
    },

    /** @param {Row} each */
    measure(each) {
      if (each.busy || !each.live) return;
      this.note(each.id, { state: "measuring" });
      this.ask(each.id, { source: each.id }, "measured");
    },

    /** @param {Row} each @param {HTMLFormElement} form */
    set(each, form) {
      const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("ms"));
      if (each.busy || !field.value || !form.reportValidity()) return;
      this.ask(each.id, { source: each.id, ms: field.valueAsNumber }, "set");
    },

    /** @param {string} source @param {{source: string, ms?: number}} change @param {State} then */
    async ask(source, change, then) {
      try {
        const response = await fetch(`/s/${encodeURIComponent(boot.show)}/delays`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(change),
        });
        const answer = await response.json();
        if (!response.ok) this.note(source, { state: "refused", fault: answer.text });
        else this.note(source, { state: then, ms: answer.delay_ms, spread: answer.spread_ms ?? 0 });
      } catch {
        this.note(source, { state: "lost" });
      }
    },
  }),
});
