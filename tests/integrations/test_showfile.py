"""Show files: the samples, the plan they become, and errors that name the field."""

from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

from server.domain import clock
from server.domain.greenroom import GreenRoom
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import Record
from server.domain.rundown import Cue, Segment, Slot
from server.domain.show import Details
from server.domain.stage import LowerThird, Stage
from server.domain.windows import Window
from server.integrations.showfile import read

SAMPLES = Path(__file__).resolve().parents[2] / "server" / "samples"
EIGHT = {"US", "CA", "IT", "GB", "DE", "RU", "IL", "JP"}

SMALL = """
title = "Small"
zone = "Europe/Berlin"
date = 2026-03-10
fields = ["Health"]

[lengths]
pitch = 300
comments = 0
questions = 120
handover = 30

[[segment]]
id = "opening"
title = "Opening"
at = "14:00"

    [[segment.cue]]
    kind = "opening"
    title = "Welcome"
    minutes = 1.5
    buffer = 30

[[segment]]
id = "pitches"
title = "Pitches"

    [[segment.cue]]
    kind = "talk"
    title = "The experts"
    seconds = 60

    [[segment.slot]]
    presenter = "ada"
    topic = "First"
    field = "Health"
    pitch = 200
    note = "Calls from a train."
    meeting = "https://meet.example.org/ada"

    [[segment.slot]]
    presenter = "bo"
    topic = "Second"
    at = 14:30:00

[[presenter]]
id = "ada"
name = "Ada"
zone = "Asia/Tokyo"
language = "ja"

[[presenter]]
id = "bo"
name = "Bo"
zone = "America/New_York"

[[commentator]]
id = "cy"
name = "Cy"
"""

R = TypeVar("R", bound=Record)


def of(kind: type[R], records: list[Record]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]


def test_each_cue_is_planned_for_the_end_of_the_one_before_or_its_hard_start() -> None:
    cues = of(Cue, read(SMALL))
    assert [(c.id, c.wall[11:], c.seconds, c.hard) for c in cues] == [
        ("opening.1", "14:00:00", 90, True),
        ("pitches.1", "14:01:30", 60, False),
        ("slot-1.pitch", "14:02:30", 200, False),
        ("slot-1.questions", "14:05:50", 120, False),
        ("slot-1.handover", "14:07:50", 30, False),
        ("slot-2.pitch", "14:30:00", 300, True),
        ("slot-2.questions", "14:35:00", 120, False),
        ("slot-2.handover", "14:37:00", 30, False),
    ]
    assert [c.position for c in cues] == list(range(1, 9))
    assert cues[0].buffer_seconds == 30
    assert [c.note for c in cues if c.note] == ["Calls from a train."]


def test_the_other_records_of_a_show() -> None:
    records = read(SMALL)
    (details,) = of(Details, records)
    assert details.id == "show"
    assert details.starts_at == clock.instant("2026-03-10T14:00:00", "Europe/Berlin")
    assert details.ends_at == clock.instant("2026-03-10T14:37:30", "Europe/Berlin")
    assert of(Stage, records) == [Stage(id="main", standby="opening.1")]
    assert of(LowerThird, records) == [LowerThird(id="main")]
    assert [(p.id, p.role, p.zone) for p in of(Person, records)] == [
        ("ada", "presenter", "Asia/Tokyo"),
        ("bo", "presenter", "America/New_York"),
        ("cy", "commentator", "Europe/Berlin"),
    ]
    assert [(g.id, g.slot) for g in of(GreenRoom, records)] == [("ada", "slot-1"), ("bo", "slot-2")]
    assert [(s.language, s.place) for s in of(Slot, records)] == [("ja", "ahead"), ("en", "ahead")]
    assert [s.meeting for s in of(Slot, records)] == ["https://meet.example.org/ada", ""]
    assert len({record.key for record in records}) == len(records)


def test_questions_may_be_closed_until_somebody_opens_them() -> None:
    assert of(Window, read(SMALL)) == []
    closed = read('questions = "closed"\n' + SMALL)
    assert of(Window, closed) == [Window(id="show", open=False)]


@pytest.mark.parametrize(("more", "delay_seconds"), [("", 15), ("\ndelay_seconds = 9", 9)])
def test_a_show_may_have_the_player_of_another_house(more: str, delay_seconds: int) -> None:
    assert of(Details, read(SMALL))[0].embed == ""
    text = f'{SMALL}\n[picture]\nembed = "https://youtu.be/abcdefghijk"{more}\n'
    (details,) = of(Details, read(text))
    assert details.embed == "https://www.youtube.com/embed/abcdefghijk"
    assert details.embed_delay_seconds == delay_seconds


def test_no_other_house_may_be_set_into_the_page() -> None:
    with pytest.raises(Refusal, match="YouTube or Bilibili") as refused:
        read(SMALL + '\n[picture]\nembed = "https://video.example.org/embed/1"\n')
    assert refused.value.field == "picture.embed"


def test_a_show_that_begins_with_a_slot_has_it_on_standby() -> None:
    opening = SMALL[SMALL.index("[[segment]]") : SMALL.index('[[segment]]\nid = "pitches"')]
    text = SMALL.replace(opening, "").replace('title = "Pitches"', 'title = "P"\nat = "14:00"')
    text = text[: text.index("    [[segment.cue]]")] + text[text.index("    [[segment.slot]]") :]
    assert [s.place for s in of(Slot, read(text))] == ["standby", "ahead"]


@pytest.mark.parametrize("name", ["demo", "changsha"])
def test_a_sample_has_twelve_presenters_in_eight_countries(name: str) -> None:
    records = read((SAMPLES / f"{name}.toml").read_text(encoding="utf-8"))
    presenters = [p for p in of(Person, records) if p.role == "presenter"]
    assert len(of(Slot, records)) == len(presenters) == 12
    assert {p.country for p in presenters} == EIGHT
    assert len([p for p in of(Person, records) if p.role == "commentator"]) == 3
    assert "invented" in of(Details, records)[0].subtitle


def test_the_changsha_afternoon() -> None:
    records = read((SAMPLES / "changsha.toml").read_text(encoding="utf-8"))
    (details,) = of(Details, records)
    assert (details.zone, details.date) == ("Asia/Shanghai", "2020-11-13")
    assert clock.wall(details.starts_at, "UTC") == "2020-11-13T06:00:00"
    assert clock.wall(details.ends_at, details.zone)[:11] == "2020-11-13T"
    fields = [slot.field for slot in of(Slot, records)]
    assert [fields.count(field) for field in details.fields] == [4, 4, 4]
    assert {"policy", "signing", "intents"} <= {s.id for s in of(Segment, records)}
    assert {c.seconds for c in of(Cue, records) if c.kind == "pitch"} == {480}


@pytest.mark.parametrize(
    "now", ["2026-01-16T05:00:30", "2026-03-29T00:45:00", "2026-07-01T21:40:00"]
)
def test_a_show_can_be_moved_to_an_instant(now: str) -> None:
    start = clock.instant(now, "UTC")
    before, after = of(Cue, read(SMALL)), of(Cue, read(SMALL, start))
    assert after[0].planned_at == start
    assert [c.planned_at - start for c in after] == [
        c.planned_at - before[0].planned_at for c in before
    ]
    details = of(Details, read(SMALL, start))[0]
    assert details.date == str(date.fromisoformat(clock.wall(start, "Europe/Berlin")[:10]))
    assert details.starts_at == start


@pytest.mark.parametrize(
    ("day", "first", "minutes", "second"),
    [
        ("2026-03-28", "23:00", 60, "00:00"),
        ("2026-03-29", "01:30", 60, "03:30"),  # an hour is skipped
        ("2026-10-25", "01:30", 60, "02:30"),
        ("2026-10-25", "02:30", 60, "03:30"),  # an hour comes twice, a wall time only once
    ],
)
def test_lengths_hold_when_the_clocks_change(
    day: str, first: str, minutes: int, second: str
) -> None:
    text = SMALL.replace("2026-03-10", day).replace('"14:00"', f'"{first}"')
    text = text.replace("minutes = 1.5", f"minutes = {minutes}").replace("    at = 14:30:00\n", "")
    assert of(Cue, read(text))[1].wall[11:16] == second


def test_a_hard_start_may_name_its_day() -> None:
    text = SMALL.replace("at = 14:30:00", 'at = "2026-03-11 00:10"')
    assert of(Cue, read(text))[5].wall == "2026-03-11T00:10:00"
    text = SMALL.replace("at = 14:30:00", "at = 2026-03-11T00:10:00")
    assert of(Cue, read(text))[5].wall == "2026-03-11T00:10:00"


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ('"Europe/Berlin"', '"Europe/Berlln"', "zone", "no time zone called “Europe/Berlln”"),
        ('"Asia/Tokyo"', '"Tokio"', "presenter[0].zone", "no time zone called “Tokio”"),
        ('zone = "Asia/Tokyo"', "", "presenter[0].zone", "missing required field"),
        ('presenter = "bo"', 'presenter = "bob"', "segment[1].slot[1].presenter", "“bob”"),
        ('id = "bo"', 'id = "ada"', "presenter[1].id", "“ada” is there twice"),
        ('id = "cy"', 'id = "caller"', "commentator[0].id", "the name of a role"),
        ('id = "pitches"', 'id = "opening"', "segment[1].id", "“opening” is there twice"),
        ('topic = "Second"', 'id = "slot-1"\ntopic = "Second"', "segment[1].slot[1].id", "twice"),
        ('presenter = "bo"', 'presenter = "ada"', "presenter[1].id", "presents in no slot"),
        ('field = "Health"', 'field = "Wealth"', "segment[1].slot[0].field", "“Wealth”"),
        ("at = 14:30:00", 'at = "14:05"', "segment[1].slot[1].at", "before the end"),
        ("at = 14:30:00", 'at = "2 pm"', "segment[1].slot[1].at", "“2 pm” is not a time"),
        ("at = 14:30:00", 'at = "24:00"', "segment[1].slot[1].at", "hour"),
        ('at = "14:00"\n', "", "segment[0].at", "needs a start"),
        ("2026-03-10", '"soon"', "date", "date"),
        ("minutes = 1.5", "", "segment[0].cue[0].seconds", "has a length"),
        ("minutes = 1.5", "minutes = 1\nseconds = 60", "segment[0].cue[0].seconds", "length"),
        ("seconds = 60", "seconds = -60", "segment[1].cue[0].seconds", ">= 0"),
        ("buffer = 30", "buffer = 300", "segment[0].cue[0].buffer", "more than its length"),
        ('kind = "talk"', 'kind = "speech"', "segment[1].cue[0].kind", "“speech” is none of"),
        ('language = "ja"', 'langauge = "ja"', "presenter[0].langauge", "unknown field"),
        ('language = "ja"', 'language = "??"', "presenter[0].language", "regex"),
        ('name = "Bo"', 'name = "B\\u202Eo"', "presenter[1].name", "control character"),
        ('name = "Bo"', 'name = " "', "presenter[1].name", "write something"),
        ('"https://meet', '"http://meet', "segment[1].slot[0].meeting", "regex"),
        ('"https://meet', '"javascript://meet', "segment[1].slot[0].meeting", "regex"),
        (
            'topic = "Second"',
            'id = "show"\ntopic = "Second"',
            "segment[1].slot[1].id",
            "whole show",
        ),
        ('title = "', 'questions = "shut"\ntitle = "', "questions", "shut"),
        ("pitch = 200", 'pitch = "long"', "segment[1].slot[0].pitch", "int"),
    ],
)
def test_an_error_names_the_field_and_the_reason(
    old: str, new: str, place: str, reason: str
) -> None:
    assert SMALL.count(old) >= 1
    with pytest.raises(Refusal) as refused:
        read(SMALL.replace(old, new, 1))
    assert refused.value.field == place
    assert reason in str(refused.value)


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(Refusal, match=r"showfile\.not_toml.*line 2"):
        read('title = "T"\nzone = UTC\n')


def test_a_file_without_segments_is_refused() -> None:
    with pytest.raises(Refusal, match="nothing to call") as refused:
        read('title = "T"\nzone = "UTC"\ndate = 2026-01-01\nsegment = []')
    assert refused.value.field == "segment"


def test_an_interpreter_is_named_with_the_language_of_their_captions() -> None:
    records = read(SMALL + '[[interpreter]]\nid = "li"\nname = "Li Na"\nlanguage = "zh"\n')
    (li,) = (r for r in records if isinstance(r, Person) and r.id == "li")
    assert (li.role, li.name, li.language) == ("interpreter", "Li Na", "zh")
    with pytest.raises(Refusal, match="language"):
        read(SMALL + '[[interpreter]]\nid = "li"\nname = "Li Na"\n')
