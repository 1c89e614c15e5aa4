// A presenter's camera on a slow line: a simpler picture is sent, and what is too old is dropped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { recordable, simpler } from "../../static/widgets/camera-line.js";

const MEGABYTE = 1 << 20;

test("a line that keeps up is left alone", () => {
  assert.equal(simpler(0, 0), 0);
  assert.equal(simpler(0, 500_000), 0);
});

test("each step down is taken when two seconds wait", () => {
  assert.equal(simpler(0, 0.75 * MEGABYTE), 1);
  assert.equal(simpler(1, 0.75 * MEGABYTE), 2);
  assert.equal(simpler(2, 0.1 * MEGABYTE), 2);
});

test("where nothing simpler is left, what waits too long is thrown away", () => {
  assert.equal(simpler(2, 0.3 * MEGABYTE), 2);
  assert.equal(simpler(2, MEGABYTE), null);
});

test("a browser without a recorder, or without H.264 in it, cannot be recorded", () => {
  assert.equal(recordable(), null);
  globalThis.MediaRecorder = { isTypeSupported: (type) => type.startsWith("video/mp4") };
  assert.equal(recordable(), "video/mp4;codecs=avc1.42E01F,opus");
  globalThis.MediaRecorder = { isTypeSupported: () => false };
  assert.equal(recordable(), null);
});
