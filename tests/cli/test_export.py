"""`luyan export`: all that the host may see, and nothing that they may not."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.integrations.export import told
from tests.harness import House, luyan

SECRETS = {
    "unreleased feedback": "PLANTED-advice",
    "a withdrawn question": "PLANTED-withdrawn",
    "what a question said before": "PLANTED-edited",
}


@pytest.fixture
async def planted(house: House) -> tuple[str, set[str]]:
    """The export of a show that holds something to leak, and the attendees' identities."""
    async with (
        house.client() as attendee,
        house.client("presenter", "Grace Hollander") as grace,
        house.client("commentator", "Tan Mei Xin") as expert,
        house.client("moderator") as moderator,
    ):
        for client, text in ((attendee, "PLANTED-withdrawn"), (attendee, "PLANTED-edited")):
            await client.do({"type": "question.ask", "text": text, "lang": "en"})
        await attendee.wait(lambda: len(attendee.all("question")) == 2)
        first, second = sorted(q["id"] for q in attendee.all("question"))
        await attendee.do({"type": "question.withdraw", "question": first})
        await attendee.do({"type": "question.edit", "question": second, "text": "Better words"})
        await moderator.do({"type": "question.approve", "question": second})
        await grace.do({"type": "question.ask", "text": "Grace asks this", "lang": "en"})
        await grace.do({"type": "greenroom.report", "state": "ready"})
        await expert.do(
            {"type": "feedback.write", "slot": "slot-1", "advice": "PLANTED-advice", "marks": {}}
        )
        identities = {attendee.you["person"]}
    return luyan("export", "--data", str(house.data)), identities


async def test_what_is_not_for_the_host_stays_out(
    house: House, planted: tuple[str, set[str]]
) -> None:
    text, identities = planted
    everything = "".join(_cells(house.data / "luyan.db"))
    for what, words in SECRETS.items():
        assert words in everything, f"{what} is not there to leak"
        assert words not in text, what
    for person in identities:
        assert person in everything
        assert person not in text
    for who in ("caller", "Grace Hollander"):
        assert house.token(who) not in text
    hashes = [cell for cell in _cells(house.data / "luyan.db") if len(cell) == 64]
    assert len(hashes) == 21
    assert not [cell for cell in hashes if cell in text]
    assert "asker" not in text


async def test_what_is_for_the_host_is_in_it(planted: tuple[str, set[str]]) -> None:
    export: dict[str, Any] = json.loads(planted[0])
    assert export["show"] == "show"
    assert len([key for key in export["records"] if key.startswith("slot/")]) == 12
    texts = {r.get("text") for r in export["records"].values()}
    assert {"Better words", "Grace asks this"} <= texts
    assert export["records"]["cue/opening.1"]["note"].startswith("Point at the address")
    assert [entry["seq"] for entry in export["journal"]] == list(range(2, export["seq"] + 1))
    by_command = {entry.get("command"): entry for entry in export["journal"]}
    assert by_command["question.approve"]["actor"] == {"role": "moderator", "person": "moderator"}
    assert by_command["greenroom.report"]["actor"] == {"role": "presenter", "person": "grace"}
    assert by_command["question.ask"]["actor"] == {"role": "attendee", "person": 2}
    assert by_command["question.edit"]["actor"] == {"role": "attendee", "person": 1}
    assert "feedback.write" not in by_command


async def test_a_file_can_be_named(house: House, tmp_path: Path) -> None:
    assert luyan("export", "--data", str(house.data), "--output", str(tmp_path / "show.json")) == ""
    assert json.loads((tmp_path / "show.json").read_text(encoding="utf-8"))["show"] == "show"


def test_one_person_has_one_number() -> None:
    def entry(seq: int, person: str) -> dict[str, Any]:
        return {
            "seq": seq,
            "at": 0,
            "actor": {"role": "attendee", "person": person},
            "command_type": "question.ask",
            "facts": [],
            "changed": ["question/q1"],
        }

    journal = told([entry(1, "x"), entry(2, "y"), entry(3, "x")], {"question/q1"})
    assert [line["actor"]["person"] for line in journal] == [1, 2, 1]


def _cells(path: Path) -> Iterator[str]:
    """Yield every text in a database."""
    database = sqlite3.connect(path)
    try:
        for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (str(cell) for cell in row)
    finally:
        database.close()
