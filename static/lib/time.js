/** Instants and lengths as people read them: always through `Intl`, in the language of the page. */

const MINUS = "\u2212";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** The language of the page, as `Intl` takes it. */
export const language = () => document.documentElement.lang || "en";

/**
 * Return a formatter, made once: making one costs more than using it a thousand times.
 * @param {string | undefined} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(zone, options) {
  const key = `${language()} ${zone} ${Object.keys(options)} ${Object.values(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language(), { ...options, timeZone: zone || undefined });
    formats.set(key, found);
  }
  return found;
}

/** @type {Intl.DateTimeFormatOptions} */
const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/**
 * The time of day, "14:05".
 * @param {number | null | undefined} ms instant, ms UTC; none gives ""
 * @param {string} [zone] IANA zone; left out: the browser's
 */
export const clock = (ms, zone) => (ms == null ? "" : format(zone, HOURS).format(ms));

/**
 * The time of day with seconds, "14:05:09".
 * @param {number | null | undefined} ms
 * @param {string} [zone]
 */
export const clockSeconds = (ms, zone) =>
  ms == null ? "" : format(zone, { ...HOURS, second: "2-digit" }).format(ms);

/**
 * The short weekday and date, "Fri, Nov 13".
 * @param {number | null | undefined} ms
 * @param {string} [zone]
 */
export const day = (ms, zone) =>
  ms == null ? "" : format(zone, { weekday: "short", month: "short", day: "numeric" }).format(ms);

/**
 * The date with its year, "Friday, November 13, 2020".
 * @param {number | null | undefined} ms
 * @param {string} [zone]
 */
export const fullDay = (ms, zone) =>
  ms == null ? "" : format(zone, { dateStyle: "full" }).format(ms);

/**
 * The calendar day as a date input writes it, "2020-11-13".
 * @param {number | null | undefined} ms
 * @param {string} [zone]
 */
export function isoDay(ms, zone) {
  if (ms == null) return "";
  // Swedish dates are written so.
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: zone || undefined }).format(ms);
}

/** @param {number} ms @param {string} [zone] */
const date = (ms, zone) => {
  const parts = format(zone, { year: "numeric", month: "numeric", day: "numeric" });
  return parts.format(ms);
};

/**
 * Tell whether the calendar day of `a` in its zone is that of `b` in its own.
 * @param {number} a
 * @param {number} b
 * @param {string} [zoneA]
 * @param {string} [zoneB] left out: the zone of `a`
 */
export const sameDay = (a, b, zoneA, zoneB = zoneA) => date(a, zoneA) === date(b, zoneB);

/**
 * A length counted down: "4:05", "1:02:03", in overtime "−0:12".
 * @param {number | null | undefined} seconds none gives ""
 */
export function countdown(seconds) {
  if (seconds == null) return "";
  // Rounded up, so that a screen reads 0:00 when time is up, and −0:01 one second later.
  const whole = Math.ceil(seconds);
  const size = Math.abs(whole);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(size / 3600);
  const minutes = Math.floor(size / 60) % 60;
  const text = hours
    ? `${hours}:${two(minutes)}:${two(size % 60)}`
    : `${minutes}:${two(size % 60)}`;
  return whole < 0 ? MINUS + text : text;
}

/**
 * A length with its sign, "+1:20", "−0:30"; nothing is "0:00".
 * @param {number | null | undefined} seconds
 */
export function signed(seconds) {
  if (seconds == null) return "";
  const whole = Math.round(seconds);
  return (whole > 0 ? "+" : "") + countdown(whole);
}

/**
 * A zone as its people call it, with its offset: "New York UTC−5".
 * @param {string | null | undefined} zone
 * @param {number} [at] the instant whose offset counts, ms UTC; left out: now
 */
export function zoneName(zone, at = Date.now()) {
  if (!zone) return "";
  const offset = part(zone, "shortOffset", at).replace("GMT", "UTC").replace("-", MINUS);
  // Chinese has its own names for places; the names of the zones themselves are English.
  const place = language().startsWith("zh")
    ? part(zone, "longGeneric", at)
    : (zone.split("/").pop() ?? zone).replaceAll("_", " ");
  return place === "UTC" || place.startsWith("GMT") ? offset : `${place} ${offset}`;
}

/** @param {string} zone @param {"shortOffset" | "longGeneric"} style @param {number} at */
const part = (zone, style, at) =>
  format(zone, { timeZoneName: style })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value ?? "";
