"""Calendars that other programs read: stable, right on every weekend, and public only."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from icalendar import Calendar, Event
from msgspec.structs import replace

from server.domain import clock
from server.domain.questions import AskQuestion
from server.domain.rearrange import RearrangeRundown
from server.domain.refusal import Refusal
from server.domain.rundown import AdjustCue, Cue
from server.domain.show import Details, Draft, Show
from server.integrations.calendar import calendar, presenter_calendar
from tests.domain.rehearsal import ATTENDEE, START_AT, Rehearsal

URL = "https://luyan.example/s/trial"


@pytest.fixture
def show() -> Rehearsal:
    show = Rehearsal()
    hours = 5 * 3_600_000
    put(show.show, replace(show.get(Details, "show"), starts_at=START_AT, ends_at=START_AT + hours))
    return show


def put(show: Show, *records: Details | Cue) -> None:
    draft = Draft(show, START_AT + 5_000)
    for record in records:
        draft.put(record)
    show.take(draft.close(), draft.seq, draft.now)


def events(ics: bytes) -> dict[str, Event]:
    return {str(event["UID"]): event for event in Calendar.from_ical(ics).events}


def test_what_was_taken_out_of_the_rundown_is_in_no_calendar(show: Rehearsal) -> None:
    assert "slot-s1.trial@luyan" in events(calendar(show.show))
    show.do(RearrangeRundown({"pitches": ("s2",)}, show.seq))
    found = events(calendar(show.show))
    assert "slot-s1.trial@luyan" not in found
    assert found["slot-s2.trial@luyan"].start == datetime(2020, 11, 13, 6, 5, tzinfo=UTC)
    assert events(presenter_calendar(show.show, "ada", "")) == {}
    assert len(events(presenter_calendar(show.show, "bo", ""))) == 1


def test_the_whole_show_is_one_event_and_one_for_each_slot(show: Rehearsal) -> None:
    found = events(calendar(show.show, URL))
    assert set(found) == {"show.trial@luyan", "slot-s1.trial@luyan", "slot-s2.trial@luyan"}
    assert found["show.trial@luyan"].start == clock.local(START_AT, "Asia/Shanghai")
    first = found["slot-s1.trial@luyan"]
    assert (str(first["SUMMARY"]), first["URL"]) == ("Ada: Looms", URL)
    assert first.start == clock.local(START_AT + 300_000, "Asia/Shanghai")
    assert first.end - first.start == timedelta(seconds=780)


def test_a_presenter_gets_their_slot_and_an_alarm_to_arrive(show: Rehearsal) -> None:
    found = events(presenter_calendar(show.show, "bo", "Please be in the green room."))
    assert set(found) == {"slot-s2.trial@luyan"}
    (alarm,) = found["slot-s2.trial@luyan"].walk("VALARM")
    assert b"TRIGGER:-PT30M" in alarm.to_ical()
    assert alarm["DESCRIPTION"] == "Please be in the green room."


@pytest.mark.parametrize("person", ["wu", "nobody", ""])
def test_only_presenters_have_a_calendar(show: Rehearsal, person: str) -> None:
    with pytest.raises(Refusal, match=r"person\.unknown"):
        presenter_calendar(show.show, person, "")


def test_the_same_show_gives_the_same_bytes(show: Rehearsal) -> None:
    assert calendar(show.show, URL) == calendar(show.show, URL)
    assert presenter_calendar(show.show, "ada", "") == presenter_calendar(show.show, "ada", "")


def test_the_sequence_grows_when_the_slot_changes_and_only_then(show: Rehearsal) -> None:
    def sequences() -> dict[str, int]:
        return {uid: event.sequence for uid, event in events(calendar(show.show)).items()}

    before = sequences()
    show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
    assert sequences() == before
    show.wait(10)
    show.do(AdjustCue(cue="c3", seconds=60))
    after = sequences()
    assert after["slot-s1.trial@luyan"] == show.seq
    assert after["slot-s2.trial@luyan"] == before["slot-s2.trial@luyan"]
    changed = events(calendar(show.show))["slot-s1.trial@luyan"]
    assert changed.end - changed.start == timedelta(seconds=840)
    assert changed.stamp == datetime.fromtimestamp(show.now / 1000, UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "offset_hours"),
    [
        ("2020-11-01T00:30:00", "America/New_York", -4),
        ("2020-11-01T03:30:00", "America/New_York", -5),
        ("2026-03-29T00:30:00", "Europe/Berlin", 1),
        ("2026-03-29T03:30:00", "Europe/Berlin", 2),
        ("2026-10-25T00:30:00", "Europe/Berlin", 2),
        ("2026-10-25T03:30:00", "Europe/Berlin", 1),
        ("2026-03-27T03:30:00", "Asia/Jerusalem", 3),
        ("2026-10-25T03:30:00", "Asia/Jerusalem", 2),
        ("2026-10-25T03:30:00", "Asia/Tokyo", 9),
        ("2020-11-01T03:30:00", "America/St_Johns", -3.5),
    ],
)
def test_the_zone_in_the_file_is_right_when_clocks_change(
    wall: str, zone: str, offset_hours: float
) -> None:
    show = Rehearsal().show
    details = show.find_key("details/show")
    assert isinstance(details, Details)
    at = clock.instant(wall, zone)
    cues = [cue for cue in show.of_kind("cue").values() if isinstance(cue, Cue)]
    put(
        show,
        replace(details, zone=zone, starts_at=at, ends_at=at),
        *(replace(cue, wall=wall, zone=zone) for cue in cues),
    )
    written = Calendar.from_ical(calendar(show))
    for event in written.events:
        assert event.start.strftime(clock.WALL) == wall
        assert event["DTSTART"].params["TZID"] == zone
    # The zone as the file itself describes it, not as this machine knows it.
    (described,) = written.timezones
    local = datetime.strptime(wall, clock.WALL)
    described_zone = described.to_tz(lookup_tzid=False)
    expected = timezone(timedelta(hours=offset_hours))
    assert local.replace(tzinfo=described_zone).astimezone(UTC) == local.replace(tzinfo=expected)


def test_words_of_people_cannot_add_lines(show: Rehearsal) -> None:
    details = show.get(Details, "show")
    put(show.show, replace(details, subtitle="a\nBEGIN:VALARM\r\nACTION:PROCEDURE; x,y"))
    written = calendar(show.show)
    assert b"\nBEGIN:VALARM" not in written.replace(b"\r", b"")
    assert len(events(written)) == 3


def test_the_calendar_tells_only_what_anybody_may_know(show: Rehearsal) -> None:
    secret = "Only the desk knows"
    put(
        show.show,
        replace(show.get(Details, "show"), notes=secret),
        replace(show.get(Cue, "c2"), note=secret),
    )
    show.do(AskQuestion(text=secret, lang="en", slot="s1"), ATTENDEE)
    for written in (calendar(show.show, URL), presenter_calendar(show.show, "ada", "", URL)):
        unfolded = written.decode().replace("\r\n ", "")
        assert secret not in unfolded
        assert "America/New_York" not in unfolded  # where Ada is
