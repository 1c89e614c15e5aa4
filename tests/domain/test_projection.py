"""When the cues ahead really start: the table that server and screens both follow."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.domain import clock
from server.domain.clock import Anchor
from server.domain.rundown import Cue, ahead, drift, free_at, project

TABLE = json.loads((Path(__file__).parents[1] / "projection.json").read_text())


def at(seconds: float) -> int:
    """The instant (ms UTC) so many seconds after the table's zero."""
    return int(TABLE["zero"]) + round(seconds * 1000)


@pytest.mark.parametrize("row", TABLE["cases"], ids=lambda row: str(row["case"]))
def test_projected_times(row: dict[str, Any]) -> None:
    stage = row["stage"]
    cues = [
        Cue(
            id=cue["id"],
            position=position,
            kind="talk",
            wall=clock.wall(at(cue["planned"]), "UTC"),
            zone="UTC",
            seconds=cue["seconds"],
            hard=cue.get("hard", False),
            buffer_seconds=cue.get("buffer", 0),
            adjusted_seconds=cue.get("adjusted", 0),
            started_at=at(cue["called"]) if "called" in cue else None,
        )
        for position, cue in enumerate(row["cues"])
    ]
    now = at(row["now"])
    anchor = stage["anchor"] and Anchor(at(stage["anchor"][0]), stage["anchor"][1])
    free = free_at(anchor, stage["held"] is not None, now)
    found = project(ahead(cues, stage["on_air"], stage["standby"]), free, now)
    assert {p.cue.id: [p.start_at, p.end_at] for p in found} == {
        cue: [at(start), at(end)] for cue, (start, end) in row["spans"].items()
    }
    assert drift(cues, stage["on_air"], stage["standby"], free, now) == row["drift"]
