// A commentator's draft against the server's record: which words stand, and what is still unsent.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as drafts from "../../static/lib/drafts.js";

const record = (strength, written_at, marks = {}) => ({
  id: "slot-1.ward",
  slot: "slot-1",
  author: "ward",
  marks,
  strength,
  advice: "",
  question: "",
  released_to: "nobody",
  released_at: null,
  written_at,
});
const typed = (draft, text, at = 1) => drafts.write(draft, "strength", text, at);

test("what was never sent stands against a newer record", () => {
  const mine = typed(drafts.opened(record("old", 100)), "mine");
  assert.equal(drafts.settled(mine, record("theirs", 200)), mine);
});

test("a newer record replaces what was sent", () => {
  const mine = drafts.sent(typed(drafts.opened(record("old", 100)), "mine"), 1);
  assert.equal(drafts.settled(mine, record("theirs", 200)).words.strength, "theirs");
});

test("words just sent stay until their own record comes", () => {
  const first = drafts.sent(typed(drafts.opened(null), "mine"), 1);
  assert.equal(drafts.settled(first, null), first);
  const later = drafts.sent(typed(drafts.opened(record("old", 100)), "mine"), 1);
  assert.equal(drafts.settled(later, record("old", 100)), later);
});

test("the server's tidying is not pushed under the cursor", () => {
  const mine = drafts.sent(typed(drafts.opened(null), "cafe\u0301 \n"), 1);
  const settled = drafts.settled(mine, record("caf\u00e9", 100));
  assert.equal(settled.words.strength, "cafe\u0301 \n");
  assert.equal(settled.base, 100);
});

test("words that were sent belong to the server, and go with its record", () => {
  const mine = { ...drafts.opened(record("said", 100)), edits: 3 };
  assert.ok(drafts.isBlank(drafts.settled(mine, null).words));
});

test("an answer to an older sending does not count for newer words", () => {
  const once = typed(drafts.opened(null), "a");
  const twice = typed(once, "ab");
  assert.equal(drafts.sent(twice, once.edits).unsent, true);
  assert.equal(drafts.sent(twice, twice.edits).unsent, false);
});

test("a mark is set, counted and cleared", () => {
  let draft = drafts.mark(drafts.opened(null), "novelty", 0, 1);
  assert.equal(drafts.progress(draft.words), 1);
  assert.equal(drafts.command("slot-1", draft.words).marks.novelty, 0);
  draft = drafts.mark(draft, "novelty", null, 2);
  assert.ok(drafts.isBlank(draft.words));
});

test("what is kept is read again, whole", () => {
  const draft = drafts.mark(typed(drafts.opened(record("old", 100)), "新的 🙂"), "land", 10, 2);
  assert.deepEqual(drafts.read(drafts.kept(draft)), draft);
});

test("what makes no sense is not read", () => {
  for (const text of [null, "", "{", "null", "3", '"x"', "{}", '{"words":null}']) {
    assert.equal(drafts.read(text), null, text);
  }
  const odd = { words: { marks: { land: 11, trade: "3", novelty: 1.5 }, strength: 7 }, edits: "x" };
  const read = drafts.read(JSON.stringify(odd));
  assert.ok(drafts.isBlank(read.words));
  assert.deepEqual([read.edits, read.unsent, read.base], [0, false, 0]);
});

test("drafts of other shows and people have other keys", () => {
  const keys = new Set([
    drafts.key("a", "b", "c"), drafts.key("a", "x", "c"), drafts.key("x", "b", "c"),
  ]);
  assert.equal(keys.size, 3);
  assert.ok(drafts.key("a", "b", "c").startsWith(drafts.prefix("a", "b")));
});
