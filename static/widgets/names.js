/** Countries and languages by the names that the reader of the page has for them. */

import { language } from "../lib/time.js";

/** @type {Map<string, Intl.DisplayNames>} */
const known = new Map();

/** @param {"region" | "language"} type @param {string} code */
function named(type, code) {
  const key = `${language()} ${type}`;
  let names = known.get(key);
  if (!names) known.set(key, (names = new Intl.DisplayNames(language(), { type })));
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** @param {string} country an ISO code, or a name that is kept as it is */
export const countryName = (country) =>
  /^[A-Z]{2}$/.test(country) ? named("region", country) : country;

/** @param {string} tag a language tag */
export const languageName = (tag) => (tag ? named("language", tag) : "");
