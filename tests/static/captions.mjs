// Which captions a viewer reads, how long, and how an interpreter's sound is kept in step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LASTS_MS, nearest, said } from "../../static/lib/captions.js";
import { covers, rateFor } from "../../static/widgets/interpretation.js";

test("a reader's language is the same tag, else one of the same first part, else none", () => {
  assert.equal(nearest(["en", "zh"], "zh"), "zh");
  assert.equal(nearest(["zh-hant", "zh-hans"], "zh-Hans"), "zh-hans");
  assert.equal(nearest(["en-gb", "zh"], "en-US"), "en-gb");
  assert.equal(nearest(["zh"], "zh-Hans"), "zh");
  assert.equal(nearest(["en", "zh"], "fr"), "");
  assert.equal(nearest([], "en"), "");
});

/** A page that shows a moment, with one line of captions. */
const page = (now, text = "大家好", said_at = 1_000_000) => ({
  now,
  get: (kind, id) => (kind === "caption" && id === "zh" ? { id, text, said_at } : null),
});

test("a line stays for eight seconds of the programme, or until it is cleared", () => {
  assert.equal(said(page(1_000_000), "zh").text, "大家好");
  assert.equal(said(page(1_000_000 + LASTS_MS - 1), "zh").text, "大家好");
  assert.equal(said(page(1_000_000 + LASTS_MS), "zh"), null);
  assert.equal(said(page(990_000), "zh"), null);
  assert.equal(said(page(1_000_000, ""), "zh"), null);
  assert.equal(said(page(1_000_000), "en"), null);
});

test("what is a little ahead or behind is brought back slowly, what is far off leaps", () => {
  assert.equal(rateFor(0), 1);
  assert.equal(rateFor(39), 1);
  assert.equal(rateFor(100), 0.98);
  assert.equal(rateFor(-100), 1.02);
  assert.equal(rateFor(450), 0.95);
  assert.equal(rateFor(-450), 1.05);
  assert.equal(rateFor(501), null);
  assert.equal(rateFor(-60_000), null);
});

test("sound covers the moments of its pieces, and none of a gap", () => {
  const pieces = [
    { start: 0, duration: 2, programDateTime: 10_000 },
    { start: 2, duration: 2, programDateTime: 12_000 },
    { start: 4, duration: 2, programDateTime: 30_000 },
  ];
  assert.deepEqual([9_999, 10_000, 13_999, 15_000, 20_000, 31_000, 34_000].map((at) => covers(pieces, at)),
    [false, true, true, true, false, true, false]);
  assert.equal(covers([{ start: 0, duration: 2, programDateTime: null }], 0), false);
});
