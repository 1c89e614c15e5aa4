/** The rundown as the desk reads it: each cue planned, expected and called, here and there. */

import { clock, countdown, day, sameDay, signed, zoneName } from "../lib/time.js";
import { countryName } from "../lib/names.js";

/**
 * @typedef {import("../lib/live.js").Live} Live
 * @typedef {import("./words.js").Words} Words
 */

const SECOND = 1000;

/** @param {any} cue @param {Words} words */
export const cueTitle = (cue, words) => (cue ? cue.title || words[cue.kind] || cue.kind : "");

/**
 * What a cue is called in one line: its presenter and its title.
 * @param {Live} live @param {any} cue @param {Words} words
 */
export function cueName(live, cue, words) {
  const title = cueTitle(cue, words);
  const name = live.person(live.get("slot", cue?.slot)?.presenter).name;
  return name ? `${name} · ${title}` : title;
}

/**
 * A time in another zone, with its day where that is another one; "" where both clocks agree.
 * @param {number} at @param {string} here @param {string | undefined} there
 */
export function elsewhere(at, here, there) {
  if (!there) return "";
  const same = sameDay(at, at, here, there);
  if (same && clock(at, here) === clock(at, there)) return "";
  return same ? clock(at, there) : `${clock(at, there)} ${day(at, there)}`;
}

/** @param {Live} live @param {any} cue */
function stateOf(live, cue) {
  const stage = live.stage;
  if (cue.id === stage?.on_air) return "on_air";
  if (cue.id === stage?.standby) return "standby";
  if (cue.ended_at != null) return "done";
  const next = live.cueStandby?.position ?? live.cueOnAir?.position;
  const passed = stage?.ended_at != null || (next !== undefined && cue.position < next);
  return passed ? "skipped" : "ahead";
}

/** @param {Live} live @param {any} cue @param {string | undefined} there @param {Words} words */
function rowOf(live, cue, there, words) {
  const state = stateOf(live, cue);
  const called = state === "on_air" || state === "done" ? cue.started_at : null;
  const expected = called ?? (state === "skipped" ? null : live.projected[cue.id]?.start ?? null);
  const late = expected === null ? 0 : Math.round((expected - cue.planned_at) / SECOND);
  return {
    id: cue.id,
    state,
    title: cueTitle(cue, words),
    planned: clock(cue.planned_at, live.zone),
    plannedThere: elsewhere(cue.planned_at, live.zone, there),
    called: called !== null,
    expected: clock(expected, live.zone),
    expectedThere: expected === null ? "" : elsewhere(expected, live.zone, there),
    length: countdown(cue.seconds + cue.adjusted_seconds),
    adjusted: cue.adjusted_seconds ? signed(cue.adjusted_seconds) : "",
    drift: Math.abs(late) < 1 ? "" : signed(late),
    lateness: late >= 1 ? "late" : late <= -1 ? "early" : "",
    hard: cue.hard,
    note: cue.note ?? "",
  };
}

/** @param {Live} live @param {any} cue @param {string} segment */
function groupOf(live, cue, segment) {
  const slot = live.get("slot", cue.slot);
  const person = live.person(slot?.presenter);
  return {
    id: `${cue.segment}.${cue.slot ?? ""}.${cue.id}`,
    segment,
    slot: cue.slot,
    place: slot?.place ?? "",
    name: person.name,
    country: countryName(person.country),
    project: slot?.project || slot?.topic || "",
    zone: person.zone && person.zone !== live.zone ? zoneName(person.zone, cue.planned_at) : "",
    /** @type {ReturnType<typeof rowOf>[]} */ rows: [],
  };
}

/**
 * All cues in order, grouped by slot; a group that opens a segment carries the segment's title.
 * @param {Live} live @param {Words} words
 */
export function groupsOf(live, words) {
  /** @type {ReturnType<typeof groupOf>[]} */
  const groups = [];
  let before = null;
  for (const cue of live.cues) {
    const opens = before?.segment !== cue.segment;
    if (opens || before?.slot !== cue.slot) {
      const title = live.get("segment", cue.segment)?.title ?? "";
      groups.push(groupOf(live, cue, opens ? title : ""));
    }
    const there = live.person(live.get("slot", cue.slot)?.presenter).zone;
    groups[groups.length - 1].rows.push(rowOf(live, cue, there, words));
    before = cue;
  }
  return groups;
}
