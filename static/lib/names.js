/** How languages and countries are called in the language of the page. */

import { language } from "./time.js";

/** @param {"language" | "region"} type @param {string} code */
function name(type, code) {
  if (!code) return "";
  try {
    return new Intl.DisplayNames(language(), { type }).of(code) ?? code;
  } catch {
    // Not a code, so somebody has written a name.
    return code;
  }
}

/** @param {string} tag BCP 47, "zh" */
export const languageName = (tag) => name("language", tag);

/** @param {string} code ISO 3166, "JP" */
export const countryName = (code) => name("region", code);
