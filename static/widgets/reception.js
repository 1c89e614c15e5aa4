/** How this viewer takes the programme in: seen, heard or read, and in which languages; remembered. */

import Alpine from "../vendor/alpine.js";

/**
 * @typedef {"picture" | "sound" | "text"} Mode
 * @typedef {object} Reception
 * @property {Mode} mode
 * @property {string | null} captions the language they are read in, "" none, null: not chosen
 * @property {string} sound the language that is heard; "" whatever is spoken
 */

const KEY = "luyan.reception";
const MODES = ["picture", "sound", "text"];

/** @returns {Reception} */
function stored() {
  /** @type {any} */ let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    // Without storage a page forgets, and nothing breaks.
  }
  const { mode, captions, sound } = kept ?? {};
  return {
    mode: MODES.includes(mode) ? mode : "picture",
    captions: typeof captions === "string" ? captions : null,
    sound: typeof sound === "string" ? sound : "",
  };
}

/** One for the whole page, whichever of its parts it is changed in. */
export const reception = /** @type {Reception} */ (Alpine.reactive(stored()));

/** @param {Partial<Reception>} change */
export function receive(change) {
  Object.assign(reception, change);
  try {
    localStorage.setItem(KEY, JSON.stringify(reception));
  } catch {
    // A private window: the choice lives as long as the page.
  }
}
