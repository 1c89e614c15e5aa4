/** The words a page keeps ready for its script, in the language of the page: `<script id="words">`. */

/** @typedef {{[name: string]: string}} Words */

/** @returns {Words} */
export const words = () => JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * Put values into a sentence: `fill("{time} over", {time: "2:10"})`.
 * @param {string | undefined} sentence none gives ""
 * @param {{[name: string]: string | number}} values
 */
export const fill = (sentence, values) =>
  (sentence ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
