/** Captions as a viewer reads them: which languages there are, which is theirs, what is said now. */

import { language } from "./time.js";

/** @typedef {import("./live.js").Live} Live */
/** @typedef {{id: string, text: string, said_at: number}} Caption */

/** How long a line stays, if no other takes its place, ms. */
export const LASTS_MS = 8000;
const AHEAD_MS = 1000;

/**
 * The one of some languages that a person reads: the same, else one of the same first part.
 * @param {string[]} languages tags in small letters
 * @param {string} wanted
 * @returns {string} "": none of them
 */
export function nearest(languages, wanted) {
  const tag = wanted.toLowerCase();
  const [first] = tag.split("-");
  return languages.find((code) => code === tag)
    ?? languages.find((code) => code.split("-")[0] === first)
    ?? "";
}

/**
 * The language whose captions are shown; "": none.
 * @param {string[]} languages that there are
 * @param {string | null} chosen "" none, null: not chosen, so the language of the page
 */
export const shownIn = (languages, chosen) =>
  chosen === "" ? "" : nearest(languages, chosen ?? language());

/**
 * What is said in a language at the moment that is shown; null: nothing.
 * @param {Live} live
 * @param {string} lang
 * @returns {Caption | null}
 */
export function said(live, lang) {
  /** @type {Caption | null} */
  const caption = live.get("caption", lang);
  if (!caption?.text) return null;
  const age = live.now - caption.said_at;
  // The first that is known of a programme may be from after the moment.
  return age > -AHEAD_MS && age < LASTS_MS ? caption : null;
}
