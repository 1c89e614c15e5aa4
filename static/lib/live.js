/** The store of a live page, `$store.live`: what is true on stage now, fed by the socket alone. */

import Alpine from "../vendor/alpine.js";
import { changed, enter, merge, nested, nothing } from "./patches.js";
import { Programme } from "./programme.js";
import { drift, project, secondsLeft } from "./projection.js";
import { Socket } from "./socket.js";
import { localNow } from "./clock.js";
import { clockSeconds } from "./time.js";

/**
 * @typedef {import("./protocol.js").Records} Kinds
 * @typedef {{[K in keyof Kinds]?: {[id: string]: Kinds[K]}}} Held
 * @typedef {import("./socket.js").Answer} Answer
 * @typedef {import("./protocol.js").You} You
 * @typedef {{show: string, view: string, person: string | null, person_zone: string | null,
 *   playlist: string, delay: number | null,
 *   replay?: {start: number, end: number, chapters: {at: number, title: string}[]} | null}} Boot
 * @typedef {{$store: {live: Live}, $el: HTMLElement, $root: HTMLElement,
 *   $refs: {[name: string]: HTMLElement}, $dispatch: (event: string, detail?: any) => void,
 *   $nextTick: (then?: () => void) => Promise<void>,
 *   $watch: (property: string, then: (value: any, old: any) => void) => void}} Magics
 */

const NOW_MS = 200;
const STALE_MS = 3000;
const AHEAD_MS = 3000;
const AGAIN_MS = 3000;

/** @type {Boot} */
export const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");

/**
 * @template {{position: number}} R
 * @param {{[id: string]: R} | undefined} records
 */
const byPosition = (records) =>
  Object.values(records ?? {}).sort((a, b) => a.position - b.position);

export class Live {
  /** @type {boolean} the first patch has been merged */ ready = false;
  online = false;
  /** @type {boolean} what is shown may no longer be true */ stale = false;
  /** @type {number} the code of a bye for good; 0: none */ away = 0;
  /** @type {You | null} */ you = null;
  /** @type {{[question: string]: true}} */ votes = {};
  seq = 0;
  /** @type {number} the moment that is shown: the server's time, or that of the picture, ms UTC */
  now = Math.round(localNow());
  /** @type {number} when we last heard from the server, ms UTC */ heardAt = 0;
  audience = 0;
  /** @type {import("./protocol.js").Delay | null} of the viewers' pictures, as the crew is told */ delays = null;
  /** @type {number | null} how late the picture of this page is, ms; its player writes it */ behind = null;
  /** @type {{[person: string]: true}} */ present = {};
  /** @type {Held} */ records = {};
  /** @type {Kinds["cue"][]} by position */ cues = [];
  /** @type {Kinds["slot"][]} by position, without those that were withdrawn */ slots = [];
  /** @type {{[cue: string]: import("./projection.js").Span}} */ projected = {};
  /** @type {number} signed seconds against plan, over positive */ drift = 0;
  /** @type {number | null} seconds left of the cue on air, negative in overtime */ left = null;

  myZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  /** @type {(command: {type: string, [field: string]: any}, within?: number) => Promise<Answer>} */
  do = () => Promise.reject(new Error("not started"));

  /** @type {(moment: number | null) => void} show the stage as of a moment, ms UTC; null: now */
  showAt = () => {};

  /** @type {() => number | null} the moment of the show that the picture shows, ms UTC; null: there is none */
  watchedAt = () => null;

  /** The server's time, whatever moment is shown; ms UTC. */
  serverNow = localNow;

  /** @type {() => number[]} how long the latest pings took, there and back, in ms */
  trips = () => [];

  /**
   * @template {keyof Kinds} K
   * @param {K} kind
   * @returns {Kinds[K][]}
   */
  all(kind) {
    return Object.values(this.records[kind] ?? {});
  }

  /**
   * One record; null where there is none, or none for this view.
   * @param {keyof Kinds} kind
   * @param {string | null | undefined} id
   * @returns {any}
   */
  get(kind, id) {
    return (id && this.records[kind]?.[id]) || null;
  }

  get details() {
    return this.get("details", "show");
  }

  get stage() {
    return this.get("stage", "main");
  }

  get cueOnAir() {
    return this.get("cue", this.stage?.on_air);
  }

  get cueStandby() {
    return this.get("cue", this.stage?.standby);
  }

  get slotOnAir() {
    return this.get("slot", this.cueOnAir?.slot);
  }

  get held() {
    return this.stage?.held_at != null;
  }

  get over() {
    return this.left !== null && this.left < 0;
  }

  /** The lengths at which the cue on air is warned; one that is no shorter than it says nothing. */
  get warnings() {
    const cue = this.cueOnAir;
    const length = cue ? cue.seconds + cue.adjusted_seconds : 0;
    const all = this.details?.warn_seconds ?? [];
    return all.filter((/** @type {number} */ at) => at < length);
  }

  /** How many of its warnings the cue on air has passed. */
  get warning() {
    const { left } = this;
    if (left === null) return 0;
    return this.warnings.filter((/** @type {number} */ at) => left <= at).length;
  }

  /** The show's zone. */
  get zone() {
    return this.details?.zone ?? "UTC";
  }

  /**
   * A named person; one who is not known has no name.
   * @param {string | null | undefined} id
   * @returns {any}
   */
  person(id) {
    return this.get("person", id) ?? { id, role: "", name: "", country: "", organisation: "" };
  }
}

/** @param {Live} live @param {import("./patches.js").Records} records */
function take(live, records) {
  const held = /** @type {import("./patches.js").Records} */ (live.records);
  const kinds = new Set([...Object.keys(records), ...Object.keys(held)]);
  for (const kind of kinds) {
    if (!records[kind]) delete held[kind];
    else if (Alpine.raw(held[kind]) !== records[kind]) held[kind] = records[kind];
  }
}

/** @param {Live} live */
function derive(live) {
  live.cues = byPosition(live.records.cue).filter(({ stage }) => stage === "main");
  live.slots = byPosition(live.records.slot).filter(({ place }) => place !== "withdrawn");
  tick(live, live.now, true);
}

/**
 * Move the clock on; what only changes with the second is written only then.
 * @param {Live} live
 * @param {number} now
 * @param {boolean} [all]
 */
function tick(live, now, all = false) {
  const second = Math.floor(now / 1000) !== Math.floor(live.now / 1000);
  live.now = now;
  live.left = secondsLeft(live.stage, now);
  if (!second && !all) return;
  live.drift = drift(live.cues, live.stage, now);
  const projected = project(live.cues, live.stage, now);
  if (JSON.stringify(projected) !== JSON.stringify(live.projected)) live.projected = projected;
}

/** @param {string[]} ids @returns {{[id: string]: true}} */
const setOf = (ids) => Object.fromEntries(ids.map((id) => [id, /** @type {const} */ (true)]));

/** @param {Live} live */
function follow(live) {
  let held = nothing();
  const programme = new Programme();
  const { replay } = boot;
  programme.replay = Boolean(replay);
  // A replay is never now: before its first frame it is the beginning.
  let moment = replay?.start ?? null;
  /** @type {import("./patches.js").Records | null} */ let shown = null;
  // The state is as of `heard` in full; the first patch after a welcome leaps over what came then.
  let heard = 0;
  let leaps = true;
  let asking = false;
  /** @type {number | null} what a replay was last missing */ let asked = null;

  const now = () => Math.round(moment ?? socket.clock.now());
  const show = () => {
    const records = programme.at(moment);
    if (records === shown) return;
    shown = records;
    take(live, records);
    live.now = now();
    derive(live);
  };
  const recall = async (/** @type {number} */ at) => {
    if (asking) return;
    asking = true;
    try {
      const response = await fetch(`/s/${encodeURIComponent(boot.show)}/past?at=${at}`);
      if (!response.ok) throw new Error(response.statusText);
      const { records, until, then } = await response.json();
      let known = nested(records);
      let from = until;
      programme.learn(known, at, until);
      for (const next of then) {
        known = changed(known, next.records);
        programme.learn(known, from, next.until);
        from = next.until;
      }
      asking = false;
      show();
      ahead();
    } catch {
      setTimeout(() => (asking = false), AGAIN_MS);
    }
  };
  /** Have a replay's whole past at hand, so that a jump shows the right stage at once. */
  const ahead = () => {
    const unknown = replay ? programme.missing(replay.start, replay.end) : null;
    if (unknown === null || unknown === asked) return;
    asked = unknown;
    void recall(Math.floor(unknown));
  };
  const socket = new Socket(boot.show, boot.view, {
    held: () => ({ since: held.seq, epoch: held.epoch }),
    state: ({ online, away }) => {
      live.online = online;
      live.away = away;
      if (online) live.stale = false;
      else if (live.ready || away) live.stale = true;
    },
    frame: (frame) => {
      live.heardAt = Math.round(socket.clock.now());
      if (frame.type === "welcome") {
        if (held.epoch !== frame.epoch) programme.forget();
        held = enter(held, frame.epoch);
        leaps = true;
        live.you = frame.you;
        live.votes = setOf(frame.you.votes);
      } else if (frame.type === "patch") {
        const merged = merge(held, /** @type {any} */ (frame));
        if (!merged) return socket.hello();
        programme.take(merged.records, frame.time, leaps ? heard : frame.time);
        held = merged;
        heard = Math.max(heard, frame.time);
        leaps = false;
        live.seq = held.seq;
        show();
        live.ready = true;
        ahead();
      } else if (frame.type === "pulse") {
        live.audience = frame.audience;
        live.delays = frame.behind ?? null;
        if (frame.seq > held.seq) socket.hello();
        else if (!leaps) heard = Math.max(heard, frame.time);
      } else if (frame.type === "whisper") {
        live.present = setOf(frame.present);
      }
    },
  });
  live.do = (command, within) => socket.do(command, within);
  live.trips = () => socket.clock.samples.map(({ trip }) => trip);
  live.serverNow = () => socket.clock.now();
  Alpine.effect(() => socket.watching(live.behind));
  live.watchedAt = () => (moment === null ? null : Math.max(0, Math.round(moment)));
  live.showAt = (at) => {
    if (at === null && replay) return;
    moment = at;
    show();
    const unknown = at === null || !live.ready ? null : programme.missing(at, at + AHEAD_MS);
    if (unknown !== null) void recall(Math.floor(unknown));
  };
  setInterval(() => tick(live, now()), NOW_MS);
  setTimeout(() => {
    if (!live.ready) live.stale = true;
  }, STALE_MS);
  socket.open();
}

/** The banner of every page: whether what is shown can be trusted, and since when it cannot. */
const status = () => ({
  /** @type {Live} */ live: /** @type {any} */ (Alpine.store("live")),
  get away() {
    return this.live.away > 0;
  },
  get lost() {
    return this.live.stale && !this.live.away;
  },
  get since() {
    return clockSeconds(this.live.heardAt || this.live.now, this.live.myZone);
  },
});

/**
 * Register the page's components, make the store, open the line and start Alpine.
 * @template {{[name: string]: object}} C
 * @param {{[K in keyof C]: () => C[K] & ThisType<C[K] & Magics>}} components
 * @returns {Live}
 */
export function start(components) {
  for (const [name, factory] of Object.entries({ status, ...components })) {
    Alpine.data(name, /** @type {any} */ (factory));
  }
  Alpine.store("live", new Live());
  const live = /** @type {Live} */ (/** @type {unknown} */ (Alpine.store("live")));
  follow(live);
  Alpine.start();
  return live;
}
