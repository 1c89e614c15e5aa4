/**
 * Somebody's hours as tiles, an hour each, and as the spans that the server keeps, such as
 * "07:00-23:00" or "2020-11-13 20:00-24:00". Pure: no clock, no zone, no storage.
 */

/**
 * `can`: one is there; `rather`: one would like this hour best; `cannot`: one is not there.
 * @typedef {"can" | "rather" | "cannot"} Mark
 * @typedef {Mark[]} Day 24 hours
 * @typedef {{[day: string]: Day}} Days by date, "" for every day
 * @typedef {{day: string, opens: number, closes: number}} Span in minutes after midnight
 */

const HOURS = 24;
const HOUR = 60;
const DAY = HOURS * HOUR;
const SPAN = /^(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)$/;
/** The day that stands for every day. */
export const EVERY = "";

/** @returns {Day} */
export const free = () => Array(HOURS).fill("can");

/** @param {string} text @returns {Span[]} one span; after midnight it goes on on the next day */
function read(text) {
  const found = SPAN.exec(text.trim());
  if (!found) return [];
  const day = found[1] ?? EVERY;
  const opens = Number(found[2]) * HOUR + Number(found[3]);
  const closes = Number(found[4]) * HOUR + Number(found[5]);
  if (closes > opens) return [{ day, opens, closes }];
  return [{ day, opens, closes: DAY }, { day: following(day), opens: 0, closes }];
}

/** @param {string} day @returns {string} the date after it */
function following(day) {
  return day && new Date(Date.parse(`${day}T00:00Z`) + DAY * 60_000).toISOString().slice(0, 10);
}

/** @param {readonly string[]} texts @param {string} day @returns {boolean[]} which hours are wholly in one of the spans */
function covered(texts, day) {
  const minutes = Array(DAY).fill(false);
  for (const span of texts.flatMap(read)) {
    if (span.day === EVERY || span.day === day) minutes.fill(true, span.opens, span.closes);
  }
  return free().map((_, hour) => minutes.slice(hour * HOUR, (hour + 1) * HOUR).every(Boolean));
}

/** @param {readonly string[]} texts  whether they tell one day from another */
export const dated = (texts) => texts.some((text) => /^\d{4}-/.test(text));

/**
 * What somebody has said of a day; hours that are covered in part cannot be counted on.
 * @param {readonly string[]} available @param {readonly string[]} preferred @param {string} day
 * @returns {Day}
 */
export function marks(available, preferred, day) {
  const can = available.length ? covered(available, day) : Array(HOURS).fill(true);
  const rather = covered(preferred, day);
  return free().map((_, hour) => (!can[hour] ? "cannot" : rather[hour] ? "rather" : "can"));
}

/** @param {Day} day @param {string} date @param {(mark: Mark) => boolean} counts @returns {string[]} */
function spans(day, date, counts) {
  const found = [];
  for (let hour = 0; hour < HOURS; hour += 1) {
    if (!counts(day[hour])) continue;
    const opens = hour;
    while (hour + 1 < HOURS && counts(day[hour + 1])) hour += 1;
    found.push(`${date && `${date} `}${two(opens)}:00-${two(hour + 1)}:00`);
  }
  return found;
}

/** @param {number} hour */
const two = (hour) => String(hour).padStart(2, "0");

/** @param {Days} days  whether not one hour is left */
export const never = (days) => Object.values(days).every((day) => day.every((mark) => mark === "cannot"));

/**
 * What the server keeps of the tiles; of no hour that is ruled out, nothing.
 * @param {Days} days
 * @returns {{available: string[], preferred: string[]}}
 */
export function given(days) {
  const all = Object.entries(days);
  const anytime = all.every(([, day]) => day.every((mark) => mark !== "cannot"));
  return {
    available: anytime ? [] : all.flatMap(([date, day]) => spans(day, date, (mark) => mark !== "cannot")),
    preferred: all.flatMap(([date, day]) => spans(day, date, (mark) => mark === "rather")),
  };
}
