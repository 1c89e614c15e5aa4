"""The agenda: right in every zone, true to the stage, and public only."""

import httpx2 as httpx
import pytest
from icalendar import Calendar
from msgspec.structs import replace

from server.domain.questions import AskQuestion
from server.domain.rundown import AdjustCue, Cue
from server.domain.show import Details, Draft
from server.domain.stage import AdvanceStage, ArmCue, HoldStage
from server.web.agenda import Row, agenda_rows, zone_name
from tests.domain.rehearsal import ATTENDEE, START_AT, Rehearsal
from tests.web.conftest import Served

SHANGHAI = "Asia/Shanghai"


@pytest.fixture
def show() -> Rehearsal:
    show = Rehearsal()
    draft = Draft(show.show, show.now)
    draft.put(replace(draft.get(Details, "show"), starts_at=START_AT))
    show.show.take(draft.close(), draft.seq, show.now)
    return show


def rows(show: Rehearsal, zone: str = SHANGHAI, lang: str = "en") -> dict[str, Row]:
    return {
        row.id: row for block in agenda_rows(show.show, show.now, zone, lang) for row in block.rows
    }


def browser(served: Served, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url, headers=headers, timeout=20)


def starts(show: Rehearsal) -> dict[str, str | None]:
    """Where a row's real or expected start is told, when it is."""
    return {name: row.actual and row.actual.start for name, row in rows(show).items()}


def test_a_slot_is_one_row_and_a_cue_without_a_slot_is_its_own(show: Rehearsal) -> None:
    found = rows(show)
    assert list(found) == ["c1", "s1", "s2", "c5"]
    slot = found["s1"]
    assert (slot.planned.start, slot.planned.end, slot.planned.day) == ("14:05", "14:18", "")
    assert (slot.title, slot.presenter and slot.presenter["name"]) == ("Looms", "Ada")


@pytest.mark.parametrize(
    ("zone", "lang", "day", "start"),
    [
        ("America/Los_Angeles", "en", "Thu, Nov 12", "22:05"),
        ("America/Los_Angeles", "zh", "11月12日周四", "22:05"),
        ("America/St_Johns", "en", "", "02:35"),
        ("Pacific/Auckland", "en", "", "19:05"),
        ("UTC", "en", "", "06:05"),
        (SHANGHAI, "en", "", "14:05"),
    ],
)
def test_times_in_the_readers_zone_name_the_day_where_it_differs(
    show: Rehearsal, zone: str, lang: str, day: str, start: str
) -> None:
    here = rows(show, zone, lang)["s1"].planned_here
    assert (here.day, here.start) == (day, start)


def test_before_the_show_nothing_is_off_its_plan(show: Rehearsal) -> None:
    show.wait(-600)
    assert set(starts(show).values()) == {None}
    assert [row.place for row in rows(show).values()] == ["standby", "ahead", "ahead", "ahead"]


def test_a_late_show_tells_when_each_row_really_starts(show: Rehearsal) -> None:
    show.wait(240)
    show.do(AdvanceStage(seen=show.seq))
    assert starts(show) == {"c1": "14:04", "s1": "14:09", "s2": "14:22", "c5": "14:32"}
    show.wait(300)
    show.do(AdvanceStage(seen=show.seq))
    show.do(AdjustCue(cue="c2", seconds=-240))
    assert starts(show) == {"c1": "14:04", "s1": "14:09", "s2": None, "c5": None}
    assert [row.place for row in rows(show).values()] == ["done", "on_air", "ahead", "ahead"]


def test_on_hold_what_follows_is_later_with_every_minute(show: Rehearsal) -> None:
    show.do(AdvanceStage(seen=show.seq))
    show.do(HoldStage())
    show.wait(600)
    assert starts(show)["s1"] == "14:15"


def test_a_skipped_row_keeps_its_plan(show: Rehearsal) -> None:
    show.do(AdvanceStage(seen=show.seq))
    show.do(ArmCue(cue="c4", seen=show.seq))
    show.wait(300)
    show.do(AdvanceStage(seen=show.seq))
    assert starts(show)["s1"] is None
    assert rows(show)["s1"].place == "ahead"
    assert starts(show)["s2"] == "14:05"


def test_the_rows_tell_only_what_anybody_may_know(show: Rehearsal) -> None:
    secret = "Only the desk knows"
    draft = Draft(show.show, show.now)
    draft.put(replace(draft.get(Details, "show"), notes=secret))
    draft.put(replace(draft.get(Cue, "c2"), note=secret))
    show.show.take(draft.close(), draft.seq, show.now)
    show.do(AskQuestion(text=secret, lang="en", slot="s1"), ATTENDEE)
    written = repr(agenda_rows(show.show, show.now, "UTC", "en"))
    assert secret not in written
    assert "America/New_York" not in written  # where Ada is


@pytest.mark.parametrize(
    ("zone", "lang", "name"),
    [
        ("America/New_York", "en", "New York (UTC-5)"),
        ("America/New_York", "zh", "纽约 (UTC-5)"),
        ("America/St_Johns", "en", "St. John’s (UTC-3:30)"),
        ("Asia/Kolkata", "en", "Kolkata (UTC+5:30)"),
        ("UTC", "zh", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city_and_offset(zone: str, lang: str, name: str) -> None:
    assert zone_name(zone, START_AT, lang) == name


async def test_the_page_needs_no_script(served: Served) -> None:
    async with browser(served) as http:
        page = await http.get(f"/s/{served.show}/agenda?zone=America/Los_Angeles")
        assert page.status_code == 200
        assert "<script" not in page.text
        assert '<option value="America/Los_Angeles" selected>' in page.text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "%00", "x" * 5000])
async def test_a_zone_that_is_none_is_refused_by_name(served: Served, zone: str) -> None:
    async with browser(served, Accept="application/json") as http:
        answer = await http.get(f"/s/{served.show}/agenda?zone={zone}")
        assert (answer.status_code, answer.json()["code"]) == (404, "zone.unknown")


async def test_calendars_are_served_in_the_readers_language(served: Served) -> None:
    async with browser(served, **{"Accept-Language": "zh"}) as http:
        whole = await http.get(f"/s/{served.show}/agenda.ics")
        own = await http.get(f"/s/{served.show}/presenter/ada.ics")
        none = await http.get(f"/s/{served.show}/presenter/nobody.ics")
    assert whole.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(Calendar.from_ical(whole.content).events) > 1
    (event,) = Calendar.from_ical(own.content).events
    (alarm,) = event.walk("VALARM")
    assert "候场室" in str(alarm["DESCRIPTION"])
    assert none.status_code == 404
