/** Questions to the planner by HTTP, and what of its answers is markup. */

import { boot } from "../lib/live.js";

/** @typedef {{text?: string, code?: string, field?: string | null}} Refused */

/**
 * Ask the server something about the plan; throws where it cannot be reached.
 * @param {string} what
 * @param {object} question
 * @returns {Promise<{answer: any, refused: Refused | null}>}
 */
export async function askPlanner(what, question) {
  const response = await fetch(`/s/${encodeURIComponent(boot.show)}/plan/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
  });
  const answer = await response.json();
  return response.ok ? { answer, refused: null } : { answer: null, refused: answer };
}

/**
 * Put pieces of markup that our own templates made where the page keeps room for them.
 * @param {ParentNode} root
 * @param {{[part: string]: string}} pieces
 */
export function put(root, pieces) {
  for (const [part, html] of Object.entries(pieces)) {
    const place = root.querySelector(`[data-part="${part}"]`);
    if (place) place.innerHTML = html;
  }
}
