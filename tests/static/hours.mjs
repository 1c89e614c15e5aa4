import assert from "node:assert/strict";
import { test } from "node:test";
import { dated, free, given, marks, never } from "../../static/lib/hours.js";

/** A day in which some hours are marked. */
const day = (marked) => free().map((mark, hour) => marked[hour] ?? mark);

/** The hours of a day that bear a mark. */
const hours = (of, mark) => of.flatMap((one, hour) => (one === mark ? [hour] : []));

test("who has said nothing can always be there", () => {
  assert.deepEqual(marks([], [], ""), free());
  assert.deepEqual(given({ "": free() }), { available: [], preferred: [] });
});

test("what is given is read back as it was marked", () => {
  const marked = { "": day({ 0: "cannot", 1: "cannot", 9: "rather", 10: "rather", 23: "cannot" }) };
  const said = given(marked);
  assert.deepEqual(said, { available: ["02:00-23:00"], preferred: ["09:00-11:00"] });
  assert.deepEqual(marks(said.available, said.preferred, ""), marked[""]);
});

test("a span that passes midnight is hours of two days", () => {
  const night = marks(["20:00-02:00"], [], "");
  assert.deepEqual(hours(night, "can"), [0, 1, 20, 21, 22, 23]);
  assert.deepEqual(given({ "": night }).available, ["00:00-02:00", "20:00-24:00"]);
  assert.deepEqual(hours(marks(["2020-11-30 22:00-01:00"], [], "2020-12-01"), "can"), [0]);
  assert.deepEqual(hours(marks(["2020-11-30 22:00-01:00"], [], "2020-11-30"), "can"), [22, 23]);
});

test("an hour that is free in part cannot be counted on", () => {
  assert.deepEqual(hours(marks(["07:30-10:00"], [], ""), "can"), [8, 9]);
  assert.deepEqual(hours(marks(["07:30-08:10", "08:10-09:00"], [], ""), "can"), [8]);
});

test("one day can be told from another", () => {
  const days = { "2020-11-13": day({ 1: "cannot" }), "2020-11-14": free() };
  const said = given(days);
  assert.ok(dated(said.available));
  assert.ok(!dated(["07:00-23:00"]));
  assert.deepEqual(said.available, [
    "2020-11-13 00:00-01:00", "2020-11-13 02:00-24:00", "2020-11-14 00:00-24:00",
  ]);
  for (const date of Object.keys(days)) assert.deepEqual(marks(said.available, [], date), days[date]);
});

test("a whole day is a span too, and none at all is noticed", () => {
  assert.deepEqual(hours(marks(["00:00-00:00"], [], ""), "cannot"), []);
  const none = { "": free().map(() => "cannot") };
  assert.ok(never(none));
  assert.ok(!never({ ...none, other: free() }));
});
