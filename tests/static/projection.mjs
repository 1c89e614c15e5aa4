// Runs the table of tests/projection.json against the rule that screens use.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drift, project } from "../../static/lib/projection.js";

const table = JSON.parse(readFileSync(new URL("../projection.json", import.meta.url), "utf8"));
const at = (seconds) => table.zero + Math.round(seconds * 1000);

for (const row of table.cases) {
  test(row.case, () => {
    const cues = row.cues.map((cue, position) => ({
      id: cue.id,
      position,
      planned_at: at(cue.planned),
      seconds: cue.seconds,
      adjusted_seconds: cue.adjusted ?? 0,
      buffer_seconds: cue.buffer ?? 0,
      hard: cue.hard ?? false,
      started_at: cue.called === undefined ? null : at(cue.called),
      ended_at: null,
      slot: null,
    }));
    const { anchor, held } = row.stage;
    const stage = {
      ...row.stage,
      anchor: anchor && { at: at(anchor[0]), seconds: anchor[1] },
      held_at: held === null ? null : at(held),
    };
    const found = project(cues, stage, at(row.now));
    delete found[stage.on_air];
    const spans = Object.entries(row.spans).map(([id, [start, end]]) => [
      id,
      { start: at(start), end: at(end) },
    ]);
    assert.deepEqual(found, Object.fromEntries(spans));
    assert.equal(drift(cues, stage, at(row.now)), row.drift);
  });
}
