/** What a viewer may choose about the programme, in the player's settings. */

import { component } from "../lib/component.js";
import { languageName } from "../lib/names.js";
import { shown, spoken } from "./captioned.js";
import { receive, reception } from "./reception.js";

/** @param {string[]} codes */
const named = (codes) => codes.map((code) => ({ code, name: languageName(code) }));

export const playerSettings = component(() => ({
  get mode() {
    return reception.mode;
  },
  /** @param {Event & {target: HTMLSelectElement}} event */
  chooseMode(event) {
    receive({ mode: /** @type {import("./reception.js").Mode} */ (event.target.value) });
  },

  get captioned() {
    return spoken(this.$store.live).length > 0;
  },
  get captions() {
    return named(spoken(this.$store.live));
  },
  get read() {
    return shown(this.$store.live);
  },
  /** @param {Event & {target: HTMLSelectElement}} event */
  chooseCaptions(event) {
    receive({ captions: event.target.value });
  },

  get heard() {
    return reception.sound;
  },
  /** @param {string[]} sounds */
  voices: (sounds) => named(sounds),
  /** @param {Event & {target: HTMLSelectElement}} event */
  chooseSound(event) {
    receive({ sound: event.target.value });
  },
}));
