/** What a page shows beside its picture: the stage as it was at the frame, all else as it is. */

/**
 * @typedef {import("./patches.js").Doc} Doc
 * @typedef {import("./patches.js").Records} Records
 * @typedef {Records} Scene what shows on stage, and of questions how far the stage has taken them
 * @typedef {{time: number, until: number, scene: Scene}} Stretch from `time` on, before `until`, ms UTC
 * @typedef {object} Glance what a page knows of its picture
 * @property {number | null} date the moment of the frame it shows, ms UTC; null: it shows none
 * @property {number} movedAt when that frame came, ms UTC
 * @property {boolean} still the viewer has stopped it
 * @property {number | null} delay how late frames came last, ms; null: there never were any
 */

const HELD = ["stage", "cue", "slot", "lowerthird", "window", "caption"];
const PUBLIC = ["approved", "on_stage", "answered"];
const STALL_MS = 10_000;
const KEPT = 4000;

/**
 * The moment that a page should show, ms UTC; null: whatever is true now.
 * @param {Glance} picture
 * @param {number} now ms UTC
 */
export function moment({ date, movedAt, still, delay }, now) {
  if (date !== null && (still || now - movedAt <= STALL_MS)) return date;
  return delay === null ? null : now - delay;
}

/** @type {WeakMap<object, Scene["question"]>} */
const ways = new WeakMap();

/** @param {{[id: string]: Doc}} questions what the stage did with each that it has dealt with */
function way(questions) {
  let found = ways.get(questions);
  if (!found) {
    found = {};
    for (const { id, state, shown_at, answered_at } of Object.values(questions)) {
      if (state === "on_stage" || state === "answered") {
        found[id] = { id, state, shown_at, answered_at };
      }
    }
    ways.set(questions, found);
  }
  return found;
}

/**
 * What of some records shows on stage; the very same as `before`, if nothing of it has changed.
 * @param {Records} records
 * @param {Scene} [before]
 * @returns {Scene}
 */
export function scene(records, before) {
  /** @type {Scene} */
  const found = { question: way(records.question ?? {}) };
  for (const kind of HELD) if (records[kind]) found[kind] = records[kind];
  if (!before) return found;
  if (JSON.stringify(found.question) === JSON.stringify(before.question)) {
    found.question = before.question;
  }
  return [...HELD, "question"].every((kind) => found[kind] === before[kind]) ? before : found;
}

/**
 * Questions as they are, but on stage and answered only where the stage had got to that. Who takes
 * one back, takes it back at once.
 * @param {{[id: string]: Doc}} truth
 * @param {{[id: string]: Doc}} dealt
 */
function asked(truth, dealt) {
  let shown = truth;
  for (const [id, doc] of Object.entries(truth)) {
    if (!PUBLIC.includes(doc.state) || doc.written) continue;
    const { state, shown_at, answered_at } =
      dealt[id] ?? { state: "approved", shown_at: null, answered_at: null };
    if (doc.state === state && doc.shown_at === shown_at && doc.answered_at === answered_at) continue;
    if (shown === truth) shown = { ...truth };
    shown[id] = { ...doc, state, shown_at, answered_at };
  }
  return shown;
}

/**
 * What is true, with the stage as in a scene.
 * @param {Records} truth
 * @param {Scene} scene
 * @returns {Records}
 */
export function compose(truth, scene) {
  const shown = { ...truth };
  for (const kind of HELD) {
    if (scene[kind]) shown[kind] = scene[kind];
    else delete shown[kind];
  }
  if (truth.question) shown.question = asked(truth.question, scene.question);
  return shown;
}

/**
 * The questions that had been approved by a moment; one's own and those asked after the show always.
 * @param {{[id: string]: Doc}} questions
 * @param {number} at ms UTC
 */
function heard(questions, at) {
  const all = Object.values(questions);
  return all.filter(({ approved_at, mine, written }) => mine || written || approved_at <= at);
}

/** Remembers how the stage changed, so that it can be shown as of any moment. */
export class Programme {
  /** @type {Records} */ truth = {};
  /** @type {Stretch[]} in order of time, none over another */ log = [];
  /** @type {boolean} a replay: what was asked later is not there yet */ replay = false;
  /** @type {{truth: Records, scene: Scene | null, heard: number, records: Records}} */
  last = { truth: this.truth, scene: null, heard: 0, records: this.truth };

  /** Remember nothing: what follows is another history. */
  forget() {
    this.log = [];
  }

  /**
   * Take in what is true from an instant on.
   * @param {Records} records
   * @param {number} time ms UTC
   * @param {number} [sure] until when what was true before surely held; left out: until `time`
   */
  take(records, time, sure = time) {
    this.truth = records;
    const latest = this.log.at(-1);
    const fresh = scene(records, latest?.scene);
    if (latest && fresh === latest.scene) return;
    if (latest) {
      time = Math.max(time, latest.time);
      latest.until = Math.max(latest.time, Math.min(time, sure));
      if (time === latest.time) this.log.pop();
    }
    this.log.push({ time, until: Infinity, scene: fresh });
    if (this.log.length > KEPT) this.log.shift();
  }

  /**
   * Take in what the server remembers: how the stage was from `at` on, before `until`.
   * @param {Records} records
   * @param {number} at ms UTC
   * @param {number | null} until null: as far as is known
   */
  learn(records, at, until) {
    const place = this.log.findIndex(({ time }) => time > at);
    const next = this.log[place];
    // What we were told while it happened is not told better later.
    if (!next || this.log[place - 1]?.until > at) return;
    const end = Math.min(until ?? Infinity, next.time);
    this.log.splice(place, 0, { time: at, until: end, scene: scene(records) });
  }

  /**
   * The stretch that holds a moment, else the nearest one before it, else the first.
   * @param {number} at ms UTC
   */
  find(at) {
    let low = 0;
    let high = this.log.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.log[middle].time <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * The first instant of a span at which nothing is known of the stage; null: all is known.
   * @param {number} from ms UTC
   * @param {number} to ms UTC
   */
  missing(from, to) {
    let place = this.find(from);
    const first = this.log[place];
    if (!first || from < first.time || from >= first.until) return from;
    for (; this.log[place].until < to; place += 1) {
      if (this.log[place + 1].time > this.log[place].until) return this.log[place].until;
    }
    return null;
  }

  /**
   * What to show at a moment; the same object as long as nothing of it has changed.
   * @param {number | null} at ms UTC; null: now
   */
  at(at) {
    const { truth, last } = this;
    const then = at === null ? null : (this.log[this.find(at)]?.scene ?? null);
    const known = this.replay && at !== null ? heard(truth.question ?? {}, at) : [];
    if (last.truth !== truth || last.scene !== then || last.heard !== known.length) {
      const records = then ? compose(truth, then) : this.replay ? { ...truth } : truth;
      const same = last.scene === then && last.truth.question === truth.question;
      // A list that says the same as before stays the same list: nothing is drawn again.
      if (same && last.heard === known.length && last.records.question) {
        records.question = last.records.question;
      } else if (this.replay && at !== null) {
        const { question = {} } = records;
        records.question = Object.fromEntries(known.map(({ id }) => [id, question[id]]));
      }
      this.last = { truth, scene: then, heard: known.length, records };
    }
    return this.last.records;
  }
}
