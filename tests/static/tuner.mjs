// Between media times and moments, over pieces of a programme that was interrupted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dateAt, timeAt } from "../../static/widgets/tuner.js";

const piece = (start, programDateTime, duration = 2) => ({ start, duration, programDateTime });
const pieces = [piece(10, 1_000_000), piece(12, 1_002_000), piece(14, 1_034_000)];

test("a media time has the moment of its piece, whatever lies between pieces", () => {
  const moments = [10, 11.5, 13.9, 14, 15.25].map((time) => dateAt(pieces, time));
  assert.deepEqual(moments.map(Math.round), [1_000_000, 1_001_500, 1_003_900, 1_034_000, 1_035_250]);
});

test("the first frame of a piece is its own, however its media time was rounded", () => {
  assert.equal(Math.round(dateAt(pieces, 13.999_9)), 1_034_000);
});

test("beyond the pieces, their clock goes on", () => {
  assert.equal(dateAt(pieces, 9), 999_000);
  assert.equal(dateAt(pieces, 17), 1_037_000);
});

test("a moment leads to its media time, or to the nearest there is", () => {
  const times = [1_001_000, 1_020_000, 1_035_000, 900_000, 2_000_000].map((at) => timeAt(pieces, at));
  assert.deepEqual(times, [11, 14, 15, 10, 16]);
});

test("without pieces, or without their moments, nothing is known", () => {
  assert.equal(dateAt([], 5), null);
  assert.equal(dateAt([piece(0, null)], 5), null);
  assert.equal(timeAt([piece(0, null)], 5), null);
});
