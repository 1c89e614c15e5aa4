/** What the asker of a question was watching: which cue, how far into it, and what was being said. */

import { boot } from "../lib/live.js";
import { nested } from "../lib/patches.js";
import { cueAt, subject } from "../lib/scene.js";
import { countdown } from "../lib/time.js";

/** A line that was said longer ago says nothing of the moment, ms. */
const RECENT_MS = 20_000;

/**
 * The line that stood under the picture at a moment: in a language if there is one, else in any.
 * @param {number} at ms UTC
 * @param {string} lang BCP 47
 * @returns {Promise<string>} "": nothing was said, or nobody knows
 */
export async function sentenceAt(at, lang) {
  const response = await fetch(`/s/${encodeURIComponent(boot.show)}/past?at=${at}`).catch(() => null);
  if (!response?.ok) return "";
  const { caption = {} } = nested((await response.json()).records);
  const lines = Object.values(caption).filter(({ text, said_at }) => text && at - said_at < RECENT_MS);
  return (lines.find(({ id }) => id === lang) ?? lines[0])?.text ?? "";
}

/**
 * The cue and the time into it, "Pitch 3:12"; and whose it was, if the question is not about them.
 * @param {import("../lib/live.js").Live} live
 * @param {{slot: string | null, watched_at: number | null}} question
 * @param {DOMStringMap} kinds what kinds of cues are called
 */
export function watchedWords(live, { slot, watched_at: at }, kinds) {
  const cue = at === null ? null : cueAt(live, at);
  if (at === null || !cue) return "";
  const { name } = subject(live, cue);
  const kind = kinds[`kind_${cue.kind}`] ?? cue.title;
  const into = countdown(Math.floor((at - Number(cue.started_at)) / 1000));
  return [cue.slot === slot ? "" : name, kind, into].filter(Boolean).join(" ");
}
