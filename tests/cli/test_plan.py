"""`luyan plan`: a table for people, a document for programs, and words where there is no plan."""

import json
from datetime import datetime
from pathlib import Path

from tests.harness import SAMPLES, luyan

CHANGSHA = SAMPLES / "changsha.toml"


def test_the_fairest_rundown_is_printed_for_programs() -> None:
    found = json.loads(luyan("plan", str(CHANGSHA), "--json"))
    assert len(found["order"]) == len(set(found["order"])) == 12
    assert [p["slot"] for p in found["presenters"]] == found["order"]
    assert found["proved"]
    assert found["gap"] == 0
    assert found["bound"] == found["total"]
    assert found["worst"] == max(p["discomfort"] for p in found["presenters"])
    assert found["worst"] < found["present"]["worst"]
    whitcomb = next(p for p in found["presenters"] if p["presenter"] == "whitcomb")
    local = datetime.fromisoformat(whitcomb["local"])
    assert local == datetime.fromisoformat(whitcomb["starts_at"])
    assert local.utcoffset() != datetime.fromisoformat(whitcomb["starts_at"]).utcoffset()
    assert len(found["wishes"]) == 3
    assert found["starts"][0]["solved"]
    assert 0 < found["seconds"] < 30


def test_the_fairest_rundown_is_printed_for_people() -> None:
    said = luyan("plan", str(CHANGSHA))
    assert "proved to be the best" in said
    assert "What each wish costs:" in said
    assert "As good:" in said
    assert said.count("Europe/Rome") == 2


def test_why_there_is_no_plan_is_said_in_words(tmp_path: Path) -> None:
    text = CHANGSHA.read_text(encoding="utf-8")
    path = tmp_path / "show.toml"
    path.write_text(
        text.replace('id = "whitcomb"', 'id = "whitcomb"\navailable = ["09:00-17:00"]'), "utf-8"
    )
    said = luyan("plan", str(path), code=1)
    assert "There is no place at all for Harriet Whitcomb" in said
    assert "Traceback" not in said
