/** The lanes of the moderator's desk: questions by state, in an order that holds still while read. */

import { settle } from "./keyed.js";

/**
 * @typedef {"waiting" | "approved" | "on_stage" | "answered" | "dismissed"} State
 * @typedef {"newest" | "oldest" | "votes"} Order
 * @typedef {{id: string, text: string, lang: string, slot: string | null, watched_at: number | null, state: string,
 *   asked_at: number, edited_at: number | null, approved_at: number | null,
 *   answered_at: number | null, dismissed_at: number | null, reason: string,
 *   written: boolean, reply: string}} Question
 * @typedef {(question: Question) => {id: string, [field: string]: any}} Draw what a card shows
 */

/** @type {State[]} */
export const STATES = ["waiting", "approved", "on_stage", "answered", "dismissed"];

/** How many cards are drawn at first, and with each "more". */
export const WINDOW = 100;

/** @param {Question} question */
const since = (question) =>
  question.dismissed_at ?? question.answered_at ?? question.approved_at ?? question.asked_at;

/**
 * @param {Order} order
 * @param {(id: string) => number} votes
 * @returns {(a: Question, b: Question) => number}
 */
function comparing(order, votes) {
  if (order === "oldest") return (a, b) => a.asked_at - b.asked_at;
  if (order === "newest") return (a, b) => since(b) - since(a);
  return (a, b) => votes(b.id) - votes(a.id) || since(b) - since(a);
}

export class Lane {
  /** @type {any[]} what is drawn */ cards = [];
  /** @type {number} questions in this lane */ total = 0;
  /** @type {number} questions that are not in the order yet */ fresh = 0;
  /** @type {number} questions in the order beyond the window */ more = 0;
  /** @type {string[]} the order on screen */ ids = [];
  limit = WINDOW;

  /**
   * @param {State} state
   * @param {Order} order
   */
  constructor(state, order) {
    this.state = state;
    this.order = order;
  }

  /**
   * Take in the questions that belong here now.
   *
   * `flow`: put all in order afresh. Otherwise what is on screen stays where it is: new ones only
   * count, and those that somebody else has judged leave a card behind until `tidy`.
   * @param {Question[]} here
   * @param {{flow: boolean, tidy: boolean, mine: (id: string) => boolean,
   *   votes: (id: string) => number, find: (id: string) => Question | undefined, draw: Draw}} how
   */
  take(here, { flow, tidy, mine, votes, find, draw }) {
    const known = new Map(here.map((question) => [question.id, question]));
    if (flow || !this.ids.length) {
      this.ids = here.sort(comparing(this.order, votes)).map(({ id }) => id);
    } else {
      const drawn = new Set(this.ids.slice(0, this.limit));
      this.ids = this.ids.filter((id) => known.has(id) || (drawn.has(id) && !tidy && !mine(id)));
      if (this.order === "oldest") this.append(here);
    }
    const ordered = new Set(this.ids);
    this.total = here.length;
    this.fresh = here.reduce((count, { id }) => count + (ordered.has(id) ? 0 : 1), 0);
    this.more = Math.max(0, this.ids.length - this.limit);
    const cards = this.ids.slice(0, this.limit).map((id) => {
      const question = known.get(id) ?? find(id);
      const gone = known.has(id) ? "" : (question?.state ?? "withdrawn");
      return question ? { ...draw(question), gone } : { id, gone };
    });
    settle(this.cards, cards);
  }

  /** In order of age new ones come last, where they move nothing. @param {Question[]} here */
  append(here) {
    const ordered = new Set(this.ids);
    const late = here.filter(({ id }) => !ordered.has(id));
    this.ids.push(...late.sort((a, b) => a.asked_at - b.asked_at).map(({ id }) => id));
  }

  /** The card after (or before) this one that can still be judged. @param {string | null} id @param {number} step */
  beside(id, step) {
    const open = this.cards.filter((card) => !card.gone && (!card.busy || card.id === id));
    const at = open.findIndex((card) => card.id === id);
    if (at < 0) return open[step > 0 ? 0 : open.length - 1]?.id ?? null;
    return open[at + step]?.id ?? null;
  }
}

/**
 * Sort questions into lanes, as far as they pass the filter.
 * @param {Iterable<Question>} questions
 * @param {(question: Question) => boolean} passes
 */
export function byState(questions, passes) {
  /** @type {{[state: string]: Question[]}} */
  const lanes = Object.fromEntries(STATES.map((state) => [state, []]));
  for (const question of questions) {
    if (lanes[question.state] && passes(question)) lanes[question.state].push(question);
  }
  return lanes;
}

/**
 * Return the test for a filter: a language, a slot ("-": the whole show) and words in the text.
 * @param {{lang: string, slot: string, text: string}} filter
 * @returns {(question: Question) => boolean}
 */
export function passing({ lang, slot, text }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (question) => {
    if (lang && primary(question.lang) !== lang) return false;
    if (slot && (question.slot ?? "-") !== slot) return false;
    const said = words.length ? question.text.toLowerCase() : "";
    return words.every((word) => said.includes(word));
  };
}

/** The language of a tag, without script and region. @param {string} tag */
export const primary = (tag) => tag.split("-")[0].toLowerCase();
