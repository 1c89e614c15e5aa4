"""Rewinding over a real journal: read in pieces, kept, and never behind the show it is asked of."""

import pytest

from server.domain.past import Moment
from server.domain.picture import ReportPicture
from server.domain.questions import ApproveQuestion
from server.domain.refusal import Refusal
from server.domain.show import Show
from server.domain.stage import UndoStage
from server.service import rewind
from server.service.rewind import Rewind
from tests.domain.rehearsal import CALLER, MODERATOR, START_AT
from tests.service.office import SHOW, Office, ask, attendee


async def committed(office: Office) -> Show:
    """Return the show as it is in the store."""
    show = Show(SHOW)
    reading = await office.store.read(SHOW)
    show.take(reading.changes, reading.seq, 0)
    return show


async def then(machine: Rewind, office: Office, at: int) -> Moment:
    """Return what anybody saw at an instant."""
    return (await machine.moments(await committed(office), at))[0]


async def test_the_stage_is_told_as_of_any_instant(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewind, "TURNS_AT_ONCE", 3)
    machine = Rewind(office.store)
    for number in range(5):
        office.now = START_AT + 1000 * number
        await office.do(ask(f"Why {number}?"), attendee(number))
        await office.advance()
    on_air = [
        (await then(machine, office, START_AT + 1000 * n)).records["stage/main"] or {}
        for n in range(-1, 5)
    ]
    assert [stage["on_air"] for stage in on_air] == [None, "c1", "c2", "c3", "c4", "c5"]


async def test_what_happens_later_is_read_when_it_is_asked_for(office: Office) -> None:
    machine = Rewind(office.store)
    show = await committed(office)
    assert (await machine.moments(show, START_AT))[0].until is None
    asked = await office.do(ask(), attendee(1))
    office.now += 1000
    await office.do(ApproveQuestion(f"q{asked}"), MODERATOR)
    moment = await then(machine, office, START_AT)
    assert f"question/q{asked}" not in moment.records
    assert moment.until == office.now


async def test_a_report_is_a_turn_of_the_house_and_is_not_undone(office: Office) -> None:
    await office.advance()
    hints = len(office.hints)
    await office.desk.report(SHOW, ReportPicture(state="live"))
    await office.desk.report(SHOW, ReportPicture(state="live"))
    assert office.hints[hints:] == [3]
    entry = (await office.journal())[-1]
    assert entry["actor"] == {"person": "", "role": "house"}
    assert (entry["command_type"], entry["before"]) == ("picture.report", {"picture/main": None})
    await office.do(UndoStage(seen=3), CALLER)
    found = await office.records()
    assert found["picture/main"].state == "live"  # type: ignore[attr-defined]
    moment = await then(Rewind(office.store), office, START_AT - 1)
    assert "picture/main" not in moment.records


async def test_reports_and_commands_count_on_from_each_other(office: Office) -> None:
    await office.desk.report(SHOW, ReportPicture(state="waiting"))
    assert await office.advance() == 3
    with pytest.raises(Refusal, match=r"show\.unknown"):
        await office.desk.report("nowhere", ReportPicture(state="live"))
