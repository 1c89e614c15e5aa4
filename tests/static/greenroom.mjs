// What a presenter is told by itself: that the start has moved, and how good the line is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { quality, roundTrip } from "../../static/widgets/connection.js";
import { loudness } from "../../static/widgets/devicecheck.js";
import { Moved } from "../../static/widgets/moved.js";
import { slotNow, slotsBefore } from "../../static/widgets/presenting.js";

const MINUTE = 60_000;

test("a start that moves is told in whole minutes, and not for ever", () => {
  const moved = new Moved();
  assert.equal(moved.see(10 * MINUTE, 0), 0);
  assert.equal(moved.see(10.9 * MINUTE, 1000), 0);
  assert.equal(moved.see(12 * MINUTE, 2000), 2 * MINUTE);
  assert.equal(moved.see(12.5 * MINUTE, 3000), 2 * MINUTE);
  assert.equal(moved.see(13 * MINUTE, 4000), 3 * MINUTE);
  assert.equal(moved.see(13 * MINUTE, 4000 + 3 * MINUTE), 0);
  assert.equal(moved.see(12 * MINUTE, 4000 + 4 * MINUTE), -MINUTE);
  assert.equal(moved.see(null, 4000 + 5 * MINUTE), 0);
});

test("a line is judged by the middle of its latest pings", () => {
  assert.equal(roundTrip([20, 30]), null);
  assert.equal(roundTrip([900, 20, 30]), 30);
  assert.equal(roundTrip([...Array(20).fill(5000), ...Array(9).fill(40)]), 40);
  assert.deepEqual(
    [null, 320, 700, 2000].map((trip) => quality(trip, true)),
    ["unknown", "good", "fair", "poor"],
  );
  assert.equal(quality(20, false), "off");
});

test("loudness runs from silence to full", () => {
  assert.equal(loudness(new Float32Array(64)), 0);
  assert.equal(loudness(new Float32Array(64).fill(1)), 1);
  assert.ok(loudness(new Float32Array(64).fill(0.05)) > 0.3);
});

test("of two slots the one on air counts, then the next", () => {
  const slots = [{ id: "a", place: "done" }, { id: "b", place: "ahead" }];
  assert.equal(slotNow(slots).id, "b");
  assert.equal(slotNow([...slots, { id: "c", place: "on_air" }]).id, "c");
  assert.equal(slotNow([slots[0]]).id, "a");
  assert.equal(slotNow([]), null);
});

test("those before me include the one on air, once each", () => {
  const cue = (position, slot) => ({ position, slot });
  const cues = [cue(1, "a"), cue(2, "a"), cue(3, null), cue(4, "b"), cue(5, "b"), cue(6, "me")];
  const before = (cueOnAir) => slotsBefore({ cues, cueOnAir, cueStandby: null }, { id: "me" });
  assert.equal(before(cues[1]), 2);
  assert.equal(before(cues[3]), 1);
  assert.equal(before(cues[5]), 0);
});
