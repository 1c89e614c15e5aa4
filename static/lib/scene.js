/** What the audience should be shown now: who speaks on what, or what comes next. */

import { ahead } from "./projection.js";
import { countryName } from "./names.js";
import { countdown } from "./time.js";

/**
 * @typedef {import("./live.js").Live} Live
 * @typedef {object} Subject a cue and whom it is about; what is not known is ""
 * @property {string} cue
 * @property {string} slot
 * @property {string} kind
 * @property {string} person
 * @property {string} name
 * @property {string} from organisation and country
 * @property {string} title the topic of the slot, or the name of the cue
 * @property {string} project
 * @property {string} field
 * @property {string} language
 */

/** @type {Subject} */
const NOTHING = {
  cue: "", slot: "", kind: "", person: "", name: "", from: "", title: "", project: "", field: "",
  language: "",
};

/** Cues in which nobody is on stage: what comes next says more than they do. */
const BETWEEN = ["handover", "break"];

/**
 * @param {Live} live
 * @param {any} cue
 * @returns {Subject}
 */
export function subject(live, cue) {
  if (!cue) return NOTHING;
  const slot = live.get("slot", cue.slot);
  const person = live.person(slot?.presenter);
  return {
    cue: cue.id,
    slot: slot?.id ?? "",
    kind: cue.kind,
    person: slot?.presenter ?? "",
    name: person.name,
    from: [person.organisation, countryName(person.country)].filter(Boolean).join(" · "),
    title: slot?.topic || cue.title,
    project: slot?.project ?? "",
    field: slot?.field ?? "",
    language: slot?.language ?? "",
  };
}

/**
 * Where the show is: before, on_air, between (nobody on stage, more to come) or after.
 * @param {Live} live
 */
export function phase(live) {
  const { stage, cueOnAir } = live;
  if (stage?.ended_at != null) return "after";
  if (!cueOnAir) return "before";
  return BETWEEN.includes(cueOnAir.kind) && following(live) ? "between" : "on_air";
}

/** @param {Live} live @returns {any} the first cue ahead that is about somebody or something else */
function following(live) {
  const slot = live.cueOnAir?.slot ?? null;
  return ahead(live.cues, live.stage).find(
    (cue) => !BETWEEN.includes(cue.kind) && (slot === null || cue.slot !== slot),
  );
}

/** @param {Live} live */
export const onAir = (live) => subject(live, live.cueOnAir);

/** @param {Live} live */
export const upNext = (live) => subject(live, following(live));

/**
 * When the next subject will start, ms UTC; null: nothing follows.
 * @param {Live} live
 */
export function nextAt(live) {
  const cue = following(live);
  return cue ? (live.projected[cue.id]?.start ?? cue.planned_at) : null;
}

/**
 * When the show is planned to start, ms UTC.
 * @param {Live} live
 */
export const startsAt = (live) => live.cues[0]?.planned_at ?? live.details?.starts_at ?? null;

/** @param {Live} live @returns {any} the question on stage, or null */
export const questionOnStage = (live) =>
  live.all("question").find(({ state }) => state === "on_stage") ?? null;

/**
 * How urgent the countdown is: calm, warn (a threshold passed), last (all passed), over, held.
 * Between two presenters nobody is hurried.
 * @param {Live} live
 */
export function urgency(live) {
  if (live.held) return "held";
  if (phase(live) === "between") return "calm";
  if (live.over) return "over";
  if (live.warning === 0) return "calm";
  return live.warning < live.warnings.length ? "warn" : "last";
}

/**
 * The countdown of the cue on air; between two presenters there is no overtime.
 * @param {Live} live
 */
export function remaining(live) {
  if (live.left === null) return "";
  return countdown(phase(live) === "between" ? Math.max(0, live.left) : live.left);
}

/**
 * The cue that was on air at a moment, as far as it was not called again since; else null.
 * @param {Live} live
 * @param {number} at ms UTC
 */
export function cueAt(live, at) {
  const called = live.cues.filter(({ started_at }) => started_at !== null && started_at <= at);
  const last = called.sort((a, b) => Number(a.started_at) - Number(b.started_at)).pop();
  return last && (last.ended_at === null || at < last.ended_at) ? last : null;
}
