/** Moving slots in a draft: what is pinned stays, what came and went is fitted in. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deal, fitted, flat, moved, places, titlesByField } from "../../static/widgets/draft-order.js";

const slots = ["a", "b", "c", "d", "e"];

test("a slot moves, and those between close up", () => {
  assert.deepEqual(moved(slots, "a", 2, {}), ["b", "c", "a", "d", "e"]);
  assert.deepEqual(moved(slots, "e", 0, {}), ["e", "a", "b", "c", "d"]);
  assert.deepEqual(moved(slots, "c", 2, {}), slots);
});

test("what is pinned stays in its place, whoever moves over it", () => {
  const pins = { b: /** @type {const} */ (true), d: /** @type {const} */ (true) };
  assert.deepEqual(moved(slots, "a", 2, pins), ["c", "b", "a", "d", "e"]);
  assert.deepEqual(moved(slots, "a", 1, pins), ["c", "b", "a", "d", "e"]);
  assert.deepEqual(moved(slots, "e", 3, pins), ["a", "b", "e", "d", "c"]);
  assert.deepEqual(moved(slots, "a", 4, pins), ["c", "b", "e", "d", "a"]);
  assert.deepEqual(moved(slots, "b", 4, pins), slots);
  assert.deepEqual(places(slots, pins), { b: 1, d: 3 });
});

test("any move of any slot keeps all slots and every pin", () => {
  for (const slot of slots) {
    for (let to = 0; to < slots.length; to += 1) {
      for (const pinned of slots) {
        const found = moved(slots, slot, to, { [pinned]: true });
        assert.deepEqual([...found].sort(), slots);
        assert.equal(found.indexOf(pinned), slots.indexOf(pinned));
      }
    }
  }
});

test("nothing moves beyond a pinned end", () => {
  assert.deepEqual(moved(slots, "b", 0, { a: true }), slots);
  assert.deepEqual(moved(slots, "d", 4, { e: true }), slots);
});

test("a draft is fitted to what there is now", () => {
  const present = { one: ["a", "f"], two: ["c", "d", "e"] };
  assert.deepEqual(fitted(["e", "b", "c", "a", "d"], present), ["e", "f", "c", "a", "d"]);
  assert.deepEqual(fitted([], present), flat(present));
  assert.deepEqual(deal(["e", "f", "c", "a", "d"], present), { one: ["e", "f"], two: ["c", "a", "d"] });
});

test("segments are known by their fields only where each has one of its own", () => {
  const field = (/** @type {string} */ slot) => ({ a: "x", b: "x", c: "y", d: "" })[slot] ?? "";
  assert.deepEqual(titlesByField({ one: ["a", "b"], two: ["c"] }, field), { x: "one", y: "two" });
  assert.equal(titlesByField({ one: ["a", "c"], two: ["b"] }, field), null);
  assert.equal(titlesByField({ one: ["a"], two: ["b"] }, field), null);
  assert.equal(titlesByField({ one: ["d"] }, field), null);
});
