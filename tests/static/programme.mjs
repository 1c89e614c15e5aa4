// The stage as of any moment: the same as replaying what had happened by then.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, merge, nested, nothing } from "../../static/lib/patches.js";
import { Programme, compose, moment, scene } from "../../static/lib/programme.js";

/** Numbers that look random and are the same each time. @param {number} seed */
function dice(seed) {
  return (sides) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * sides);
  };
}

const KEYS = [
  "stage/main", "cue/1", "cue/2", "slot/1", "lowerthird/main", "window/s1", "caption/zh", "tally/q1",
  "person/p",
];
const STATES = ["waiting", "approved", "on_stage", "answered", "dismissed"];

/** A history: patches as a page gets them, first a snapshot. */
function history(roll) {
  let time = 1000;
  return Array.from({ length: 2 + roll(40) }, (_, seq) => {
    time += roll(3) * 50;
    const records = {};
    for (let changes = roll(3); changes >= 0; changes -= 1) {
      if (roll(2)) {
        const id = `q${roll(4)}`;
        const state = STATES[roll(STATES.length)];
        const dealt = { approved_at: 0, shown_at: state === "approved" ? null : time, answered_at: null };
        const doc = { id, state, text: `words ${roll(9)}`, mine: roll(2) === 0, ...dealt };
        records[`question/${id}`] = roll(6) ? doc : null;
      } else {
        const key = KEYS[roll(KEYS.length)];
        records[key] = roll(6) ? { id: key.split("/")[1], value: roll(1000) } : null;
      }
    }
    return { after: seq, seq: seq + 1, time, records };
  });
}

const replay = (patches) => patches.reduce((held, patch) => merge(held, patch), nothing()).records;

/** A scene that is empty of a kind is one without it. */
const plain = (found) =>
  Object.fromEntries(Object.entries(found).filter(([, docs]) => Object.keys(docs).length));

const follow = (patches) => {
  const programme = new Programme();
  let held = nothing();
  for (const patch of patches) {
    held = merge(held, patch);
    programme.take(held.records, patch.time);
  }
  return programme;
};

test("at any moment of any history, the stage is what had happened by then", () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const roll = dice(seed);
    const patches = history(roll);
    const programme = follow(patches);
    const truth = replay(patches);
    const end = patches.at(-1).time + 100;
    for (let at = patches[0].time; at <= end; at += 25) {
      assert.equal(programme.missing(at, end), null);
      const then = replay(patches.filter(({ time }) => time <= at));
      const shown = programme.at(at);
      assert.deepEqual(plain(shown), plain(compose(truth, scene(then))), `${seed} ${at}`);
      for (const kind of ["stage", "cue", "slot", "lowerthird", "window", "caption"]) {
        assert.deepEqual(shown[kind] ?? {}, then[kind] ?? {});
      }
      for (const { id, state } of Object.values(shown.question ?? {})) {
        if (state === "on_stage") assert.equal(then.question[id].state, state);
      }
    }
    assert.deepEqual(programme.at(null), truth);
    assert.deepEqual(plain(programme.at(end)), plain(truth));
  }
});

test("what is not about the stage is always true now", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const patches = history(dice(seed));
    const programme = follow(patches);
    const { truth } = programme;
    const shown = programme.at(patches[0].time);
    assert.equal(shown.tally, truth.tally);
    assert.equal(shown.person, truth.person);
    for (const [id, doc] of Object.entries(truth.question ?? {})) {
      assert.equal(shown.question[id].text, doc.text);
      if (["waiting", "dismissed"].includes(doc.state)) assert.equal(shown.question[id], doc);
    }
    assert.deepEqual(Object.keys(shown.question ?? {}), Object.keys(truth.question ?? {}));
  }
});

test("as long as nothing changes, what is shown is the very same object", () => {
  const programme = follow(history(dice(7)));
  for (const at of [1000, 1500, null]) assert.equal(programme.at(at), programme.at(at));
});

const asked = (state, shown_at = null) => ({ id: "q", state, shown_at, answered_at: null, text: "?" });

/** A question that came on stage at 2000 and what has become of it at 3000. */
const question = (state, shown_at = 2000) => {
  const programme = new Programme();
  programme.take({ question: { q: asked("approved") } }, 1000);
  programme.take({ question: { q: asked("on_stage", 2000) } }, 2000);
  programme.take(state ? { question: { q: asked(state, shown_at) } } : { question: {} }, 3000);
  return (at) => programme.at(at).question.q?.state;
};

test("a question comes on stage with its picture, and is removed at once", () => {
  const answered = question("answered");
  assert.deepEqual([1500, 2500, 3500].map(answered), ["approved", "on_stage", "answered"]);
  assert.deepEqual([1500, 2500, null].map(question("dismissed")), Array(3).fill("dismissed"));
  assert.deepEqual([1500, 2500, null].map(question(null)), Array(3).fill(undefined));
});

test("a vote draws no list again", () => {
  const programme = new Programme();
  programme.take({ question: { q: asked("approved") } }, 1000);
  programme.take({ question: { q: asked("on_stage", 2000) } }, 2000);
  const list = programme.at(1500).question;
  programme.take({ ...programme.truth, tally: { q: { id: "q", votes: 1 } } }, 2500);
  assert.equal(programme.at(1500).question, list);
  assert.equal(programme.at(1500).tally.q.votes, 1);
});

test("asking closes when the picture gets there, and a notice is told at once", () => {
  const programme = new Programme();
  const closed = { window: { s1: { id: "s1", open: false, closed_at: 2000 } } };
  const notice = { notice: { main: { id: "main", text: "Fire drill" } } };
  programme.take({}, 1000);
  programme.take({ ...closed, ...notice }, 2000);
  assert.equal(programme.at(1999).window, undefined);
  assert.equal(programme.at(1999).notice.main.text, "Fire drill");
  assert.equal(programme.at(2000).window.s1.open, false);
});

const stage = (on_air) => ({ stage: { main: { id: "main", on_air } } });
const onAir = (programme, at) => programme.at(at).stage.main.on_air;

test("what a page has missed it knows that it has missed", () => {
  const programme = new Programme();
  programme.take(stage("a"), 1000);
  programme.take(stage("d"), 5000, 2000);
  assert.equal(programme.missing(1500, 1900), null);
  assert.equal(programme.missing(1500, 2500), 2000);
  assert.equal(programme.missing(3000, 9000), 3000);
  assert.equal(programme.missing(500, 9000), 500);
  assert.equal(programme.missing(5000, 9000), null);
  assert.equal(onAir(programme, 3000), "a");

  programme.learn(nested({ "stage/main": { id: "main", on_air: "b" } }), 2500, 3500);
  assert.equal(programme.missing(2500, 9000), 3500);
  programme.learn(nested({ "stage/main": { id: "main", on_air: "c" } }), 3500, null);
  programme.learn(nested({ "stage/main": { id: "main", on_air: "x" } }), 3000, null);
  assert.equal(programme.missing(2500, 9000), null);
  assert.deepEqual(
    [1999, 2500, 3499, 3500, 4999, 5000].map((at) => onAir(programme, at)),
    ["a", "b", "b", "c", "c", "d"],
  );
});

test("a reconnect in which the stage did not change has missed nothing", () => {
  const programme = new Programme();
  const records = stage("a");
  programme.take(records, 1000);
  programme.take({ ...records, tally: {} }, 5000, 2000);
  assert.equal(programme.missing(1000, 9000), null);
});

test("the moment is that of the frame; without one, now less the last delay", () => {
  const playing = { date: 94_000, movedAt: 99_900, still: false, delay: 6000 };
  assert.equal(moment(playing, 100_000), 94_000);
  assert.equal(moment({ ...playing, movedAt: 92_000 }, 100_000), 94_000);
  assert.equal(moment({ ...playing, movedAt: 80_000 }, 100_000), 94_000);
  assert.equal(moment({ ...playing, movedAt: 80_000 }, 105_000), 99_000);
  assert.equal(moment({ ...playing, movedAt: 80_000, still: true }, 105_000), 94_000);
  assert.equal(moment({ ...playing, date: null }, 100_000), 94_000);
  assert.equal(moment({ ...playing, date: null, delay: null }, 100_000), null);
});

/** A page that came when all was over, and was told of it as the server tells it. */
function reopened(patches) {
  const programme = new Programme();
  programme.replay = true;
  programme.take(replay(patches), patches.at(-1).time);
  let known = {};
  for (const [place, { time, records }] of patches.entries()) {
    known = changed(known, records);
    const next = patches[place + 1]?.time ?? null;
    if (next !== time) programme.learn(known, time, next);
  }
  return programme;
}

test("a replay shows at every picture what the live page showed then", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const patches = history(dice(seed));
    const live = follow(patches);
    const again = reopened(patches);
    const [{ time: start }, end] = [patches[0], patches.at(-1).time];
    const order = Array.from({ length: 200 }, (_, n) => start + ((n * 37) % (end - start + 100)));
    for (const at of order) {
      assert.equal(again.missing(start, end), null);
      assert.deepEqual(plain(scene(again.at(at))), plain(scene(live.at(at))), `${seed} ${at}`);
    }
  }
});

test("a replay has the questions that there were, one's own, and those asked after the show", () => {
  const programme = new Programme();
  programme.replay = true;
  const made = (id, approved_at, more = {}) => ({ ...asked("approved"), id, approved_at, ...more });
  const question = {
    early: made("early", 1000),
    late: made("late", 3000),
    mine: made("mine", null, { mine: true, state: "waiting" }),
    written: made("written", 9000, { written: true, state: "answered" }),
  };
  programme.take({ question }, 9000);
  const there = (at) => Object.keys(programme.at(at).question);
  assert.deepEqual(there(500), ["mine", "written"]);
  assert.deepEqual(there(2000), ["early", "mine", "written"]);
  assert.deepEqual(there(3000), ["early", "late", "mine", "written"]);
  assert.equal(programme.at(2000).question.written.state, "answered");
  assert.equal(programme.at(2100).question, programme.at(2000).question);
});
