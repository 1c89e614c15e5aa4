// The merge rule: old, gap, next, afresh, gone; and another epoch.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, merge, nothing } from "../../static/lib/patches.js";

const patch = (after, seq, records = {}) => ({ after, seq, records });
const held = () => merge(enter(nothing(), "a"), patch(0, 5, { "cue/1": { id: "1" }, "slot/2.x": { id: "2.x" } }));

test("a snapshot is a patch from zero", () => {
  assert.deepEqual(held(), {
    epoch: "a",
    seq: 5,
    records: { cue: { 1: { id: "1" } }, slot: { "2.x": { id: "2.x" } } },
  });
});

test("what is older is ignored, and nothing is copied", () => {
  const before = held();
  assert.equal(merge(before, patch(3, 4, { "cue/1": null })), before);
});

test("a gap is told apart from what follows", () => {
  assert.equal(merge(held(), patch(6, 7)), null);
  assert.equal(merge(held(), patch(5, 7)).seq, 7);
});

test("a patch that overlaps brings what is newer", () => {
  const now = merge(held(), patch(2, 6, { "cue/1": { id: "1", title: "new" } }));
  assert.equal(now.records.cue[1].title, "new");
});

test("null takes a record away; kinds that are not touched stay the same objects", () => {
  const before = held();
  const now = merge(before, patch(5, 6, { "cue/1": null }));
  assert.deepEqual(now.records.cue, {});
  assert.equal(now.records.slot, before.records.slot);
  assert.deepEqual(before.records.cue, { 1: { id: "1" } });
});

test("after zero, what was held is forgotten", () => {
  const now = merge(held(), patch(0, 3, { "cue/9": { id: "9" } }));
  assert.deepEqual(now, { epoch: "a", seq: 3, records: { cue: { 9: { id: "9" } } } });
});

test("another epoch starts from nothing, the same one goes on", () => {
  const before = held();
  assert.equal(enter(before, "a"), before);
  assert.deepEqual(enter(before, "b"), { epoch: "b", seq: 0, records: {} });
});
