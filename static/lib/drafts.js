/**
 * What a commentator is writing on one slot: kept in the browser at every keystroke, sent when the
 * line allows, and brought together with what the server holds. Pure: no clock, no storage.
 */

export const MARKS = /** @type {const} */ ([
  "attend", "commercialise", "transfer", "trade", "cross_border", "land", "novelty",
]);
export const TEXTS = /** @type {const} */ (["strength", "advice", "question"]);

/** @typedef {(typeof MARKS)[number]} Mark */
/** @typedef {(typeof TEXTS)[number]} Text */
/** @typedef {Record<Mark, number | null>} Marks */
/** @typedef {{marks: Marks} & Record<Text, string>} Words */

/**
 * `edits` counts the changes made since the draft was opened, so that an answer to an older sending
 * is not taken for the newest. `unsent`: the server has not yet answered for what stands here.
 * `base` is the `written_at` (server ms) of the record that these words already cover.
 * @typedef {{words: Words, edits: number, edited_at: number, unsent: boolean, base: number}} Draft
 */

/**
 * The record `feedback/…` as its author is sent it.
 * @typedef {object} Feedback
 * @property {string} id
 * @property {string} slot
 * @property {string} author
 * @property {Partial<Marks>} marks
 * @property {string} strength
 * @property {string} advice
 * @property {string} question
 * @property {"nobody" | "presenter" | "public"} released_to
 * @property {number | null} released_at
 * @property {number} [written_at]
 */

/** @returns {Words} nothing marked, nothing said */
export function blank() {
  const marks = /** @type {Marks} */ (Object.fromEntries(MARKS.map((name) => [name, null])));
  return { marks, strength: "", advice: "", question: "" };
}

/** @param {Feedback | null | undefined} record @returns {Draft} the draft that says what it says */
export function opened(record) {
  const words = blank();
  if (record) {
    for (const name of MARKS) words.marks[name] = record.marks?.[name] ?? null;
    for (const name of TEXTS) words[name] = record[name];
  }
  return { words, edits: 0, edited_at: 0, unsent: false, base: record?.written_at ?? 0 };
}

/** @param {Draft} draft @param {Text} name @param {string} text @param {number} now ms */
export function write(draft, name, text, now) {
  return changed(draft, { ...draft.words, [name]: text }, now);
}

/** @param {Draft} draft @param {Mark} name @param {number | null} mark @param {number} now ms */
export function mark(draft, name, mark, now) {
  return changed(draft, { ...draft.words, marks: { ...draft.words.marks, [name]: mark } }, now);
}

/** @param {Draft} draft @param {Words} words @param {number} now @returns {Draft} */
function changed(draft, words, now) {
  return { ...draft, words, edits: draft.edits + 1, edited_at: now, unsent: true };
}

/**
 * The server has answered `done` for the draft as it stood after `edits` changes.
 * @param {Draft} draft @param {number} edits @returns {Draft}
 */
export function sent(draft, edits) {
  return draft.edits === edits ? { ...draft, unsent: false } : draft;
}

/**
 * Which words stand once the server's are known: the newest, which are the server's, unless those
 * kept here were never sent. The server tidies what it stores; words that differ by that alone stay
 * as they were typed, under the person's cursor. Words that were sent belong to the server: where it
 * has none any more (another database after a rehearsal), none are brought back to life.
 * @param {Draft | null} kept @param {Feedback | null | undefined} record @returns {Draft}
 */
export function settled(kept, record) {
  if (!kept) return opened(record);
  const written_at = record?.written_at ?? 0;
  if (kept.unsent || written_at === kept.base) return kept;
  const theirs = opened(record);
  return same(kept.words, theirs.words) ? { ...kept, base: written_at } : theirs;
}

/** @param {Words} mine @param {Words} theirs  whether the server would store the same */
export function same(mine, theirs) {
  return (
    MARKS.every((name) => mine.marks[name] === theirs.marks[name]) &&
    TEXTS.every((name) => tidy(mine[name]) === tidy(theirs[name]))
  );
}

/** @param {string} text */
function tidy(text) {
  return text.replaceAll("\r\n", "\n").trim().normalize("NFC");
}

/** @param {Words} words  whether nothing is marked and nothing said */
export function isBlank(words) {
  return same(words, blank());
}

/** @param {Words} words  how many of the ten things to say have been said */
export function progress(words) {
  const marked = MARKS.filter((name) => words.marks[name] !== null).length;
  return marked + TEXTS.filter((name) => tidy(words[name]) !== "").length;
}

export const WHOLE = MARKS.length + TEXTS.length;

/** @param {string} slot @param {Words} words  the command that saves them */
export function command(slot, words) {
  return { type: "feedback.write", slot, ...words };
}

/** @param {string} show @param {string} person @param {string} slot  where a browser keeps it */
export function key(show, person, slot) {
  return `${prefix(show, person)}${slot}`;
}

/** @param {string} show @param {string} person  how the keys of all of a person's drafts begin */
export function prefix(show, person) {
  return `luyan:draft:${show}:${person}:`;
}

/** @param {Draft} draft @returns {string} as it is kept in the browser */
export function kept(draft) {
  return JSON.stringify(draft);
}

/**
 * What the browser kept, or null where that is nothing or no longer makes sense.
 * @param {string | null} text @returns {Draft | null}
 */
export function read(text) {
  if (!text) return null;
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found?.words !== "object" || found.words === null) return null;
  const words = blank();
  for (const name of MARKS) {
    const mark = found.words.marks?.[name];
    if (Number.isInteger(mark) && mark >= 0 && mark <= 10) words.marks[name] = mark;
  }
  for (const name of TEXTS) {
    if (typeof found.words[name] === "string") words[name] = found.words[name];
  }
  return {
    words,
    edits: number(found.edits),
    edited_at: number(found.edited_at),
    unsent: found.unsent === true,
    base: number(found.base),
  };
}

/** @param {unknown} value */
function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
