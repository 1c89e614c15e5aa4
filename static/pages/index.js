/** The shows of this server: their dates and times, as this reader's language and clock have them. */

import { clock, day, language, sameDay, zoneName } from "../lib/time.js";

const LONGEST_OVERRUN_MS = 3 * 3600_000;
const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @param {number} at @param {string} timeZone @param {Intl.DateTimeFormatOptions} options */
const dated = (at, timeZone, options) =>
  new Intl.DateTimeFormat(language(), { ...options, timeZone }).format(at);

/** @param {HTMLElement} show */
function fill(show) {
  const { zone = "UTC" } = show.dataset;
  const starts = Number(show.dataset.starts);
  const ends = Number(show.dataset.ends);
  if (!starts) return;
  const now = Date.now();
  const here = sameDay(starts, starts, zone, mine) ? "" : `${day(starts, mine)} `;
  const texts = {
    month: dated(starts, zone, { month: "short", year: "numeric" }),
    date: dated(starts, zone, { day: "numeric" }).replace(/\D/g, ""),
    weekday: dated(starts, zone, { weekday: "long" }),
    shows: ends ? `${clock(starts, zone)}–${clock(ends, zone)}` : clock(starts, zone),
    zone: zoneName(zone, starts),
    mine: `${here}${clock(starts, mine)} ${zoneName(mine, starts)}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const place = show.querySelector(`[data-fill="${name}"]`);
    if (place) place.textContent = text;
  }
  const states = {
    now: starts <= now && now < ends,
    over: now > ends + LONGEST_OVERRUN_MS,
    elsewhere: clock(starts, zone) !== clock(starts, mine) || Boolean(here),
  };
  for (const [name, holds] of Object.entries(states)) {
    const place = show.querySelector(`[data-when="${name}"]`);
    if (place instanceof HTMLElement) place.hidden = !holds;
  }
}

for (const show of document.querySelectorAll(".bill-show")) fill(/** @type {HTMLElement} */ (show));
