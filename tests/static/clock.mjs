// The server's clock, measured from here; local time is moved by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../static/lib/clock.js";

const AHEAD = 90_000;

/** A clock over a local time that `at` sets, and a server that is 90 s ahead of it. */
function measured() {
  const local = { at: 1_000_000 };
  const clock = new ServerClock(() => local.at);
  const ping = (there, back) => {
    const sent = local.at;
    local.at += there + back;
    clock.sample(sent, sent + there + AHEAD, local.at);
  };
  return { local, clock, ping };
}

test("one ping with equal ways is exact", () => {
  const { local, clock, ping } = measured();
  ping(20, 20);
  assert.equal(clock.now(), local.at + AHEAD);
});

test("a few slow answers among quick ones change nothing", () => {
  const { local, clock, ping } = measured();
  for (const slow of [0, 2000, 0, 900, 0, 0, 4000, 0]) ping(10, 10 + slow);
  assert.ok(Math.abs(clock.now() - local.at - AHEAD) < 1);
});

test("a frame that came one way is a first guess, and gives way to a ping", () => {
  const { local, clock, ping } = measured();
  clock.hint(local.at + AHEAD - 150);
  assert.equal(clock.now(), local.at + AHEAD - 150);
  ping(5, 5);
  clock.hint(local.at + AHEAD - 150);
  assert.equal(clock.now(), local.at + AHEAD);
});

test("after the computer has slept, what was measured is forgotten", () => {
  const { local, clock, ping } = measured();
  ping(5, 5);
  clock.hint(local.at + AHEAD + 3_600_000);
  assert.equal(clock.now(), local.at + AHEAD + 3_600_000);
});
