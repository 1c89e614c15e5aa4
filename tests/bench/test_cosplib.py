"""The conference instances: read from a workbook, scored by hand, solved, the same by both."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bench.cosplib import workbook
from bench.cosplib.scorer import Spot, one_room_each, score
from bench.cosplib.workbook import Instance, read

WEIGHTS = {
    "Tracks_Sessions|Penalty:": 2,
    "Tracks_Rooms|Penalty:": 3,
    "Sessions_Rooms|Penalty:": 5,
    "Similar Tracks:": 7,
    "Number of Rooms per Track:": 11,
    "Parallel Tracks:": 13,
    "Consecutive Tracks:": 17,
    "Submissions_Timezones:": 19,
    "Submissions Order:": 23,
    "Submissions_Sessions|Penalty:": 29,
    "Submissions_Rooms|Penalty:": 31,
    "Presenters Conflicts:": 37,
    "Attendees Conflicts:": 41,
    "Chairs Conflicts:": 43,
}
COLUMNS = (
    "Reference",
    "Track",
    "Required Timeslots",
    "Order",
    "Time Zone",
    "Presenters",
    "Attendees",
)
SESSIONS = ["S1", "S2", "S3"]
ROOMS = ["R1", "R2"]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Two tracks of three and two submissions; three sessions of two slots, in two rooms."""
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[Any]]] = {
        "parameters": [
            ["Sessions", None, None, "Weights", None],
            ["Local time zone:", "GMT+0"],
            ["Suitable scheduling times"],
            ["From:", time(9, 30)],
            ["To:", time(21, 30)],
            ["Less suitable scheduling times"],
            ["From:", time(7)],
            ["To:", time(23)],
            ["Penalty:", 1],
            ["Unsuitable scheduling times"],
            ["Penalty:", 10],
        ],
        "submissions": [
            [*COLUMNS, *SESSIONS, *ROOMS],
            ["a1", "A", 1, 1, "GMT+0", "ann", None, None, None, None, None, 1],
            ["a2", "A", 1, 2, "GMT+12", "bob", None, 4],
            ["a3", "A", 1, 0, "GMT-2", "cyd", "eve"],
            ["b1", "B", 2, 0, "GMT+0", "ann, dan"],
            ["b2", "B", 1, 0, "GMT+0", "eve"],
        ],
        "tracks": [["Tracks", "Chairs"], ["A", "fay"], ["B", "fay"]],
        "sessions": [
            ["Sessions", "Max Number of Timeslots", "Date", "Start Time", "End Time"],
            ["S1", 2, datetime(2026, 7, 1), time(10), time(11)],
            ["S2", 2, datetime(2026, 7, 1), time(12), time(13)],
            ["S3", 2, datetime(2026, 7, 1), time(20), time(21)],
        ],
        "rooms": [["Rooms"], ["R1"], ["R2"]],
        "tracks_sessions|penalty": [[None, *SESSIONS], ["A", None, 1], ["B"]],
        "tracks_rooms|penalty": [[None, *ROOMS], ["A"], ["B", 1]],
        "similar tracks": [[None, "A", "B"], ["A", None, 1], ["B"]],
        "sessions_rooms|penalty": [[None, *ROOMS], ["S1"], ["S2"], ["S3", None, 1]],
    }
    for number, (name, cost) in enumerate(WEIGHTS.items(), 1):
        rows = sheets["parameters"]
        if number == len(rows):
            rows.append([None])
        rows[number] = [*[*rows[number], None, None, None][:3], name, cost]
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for cell_row in cells:
            sheet.append(cell_row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "small.xlsx")
    return read(tmp_path / "small.xlsx")


def test_a_timetable_without_fault_costs_what_its_hours_do(instance: Instance) -> None:
    # A in S1 and S2 of the first room, B in S2 and S3 of the second.
    timetable = [Spot(0, 0, 0), Spot(0, 0, 1), Spot(1, 0, 0), Spot(2, 1, 0), Spot(1, 1, 0)]
    found = score(instance, timetable)
    # a2 at 22:00-23:00 of their day, and its own wish; a3 at 10:00; b1 at 20:00.
    assert found["submission, session"] == 19 * 1 + 29 * 4
    assert found["track, session"] == 2
    assert found["session, room"] == 5
    assert found["similar"] == 7
    assert found["chairs"] == 43
    assert found["attendees"] == 41
    assert found.total() == 135 + 2 + 5 + 7 + 43 + 41
    assert one_room_each(instance, timetable)


def test_every_rule_has_its_price(instance: Instance) -> None:
    # A in both rooms of S1 and again in S3; B at the same time as its presenter ann in A.
    timetable = [Spot(2, 1, 1), Spot(0, 0, 0), Spot(0, 1, 0), Spot(1, 0, 0), Spot(2, 0, 0)]
    found = score(instance, timetable)
    assert found["rooms"] == 11
    assert found["parallel"] == 13
    assert found["consecutive"] == 17
    assert found["order"] == 2 * 23  # a2 comes first, and a1 last
    assert found["submission, room"] == 31
    assert found["track, room"] == 3 * 2
    assert not one_room_each(instance, timetable)
    together = [*timetable[:3], Spot(0, 0, 0), timetable[4]]
    with pytest.raises(ValueError, match="slot of its own"):
        score(instance, together)
    with pytest.raises(ValueError, match="another track"):
        score(instance, [*timetable[:4], Spot(2, 1, 0)])


def test_people_in_two_rooms_at_once_cost(instance: Instance) -> None:
    timetable = [Spot(0, 0, 0), Spot(0, 0, 1), Spot(1, 0, 0), Spot(0, 1, 0), Spot(2, 1, 0)]
    assert score(instance, timetable)["presenters"] == 37


def test_people_in_two_rooms_at_the_same_time_slots_cost_for_each(instance: Instance) -> None:
    stricter = instance._replace(at_once={(1, 3): 47, (2, 4): 53})
    # b1 takes both time slots of S1 beside a2, which has one of them.
    timetable = [Spot(0, 0, 0), Spot(0, 0, 1), Spot(1, 0, 0), Spot(0, 1, 0), Spot(1, 1, 1)]
    assert score(stricter, timetable)["at once"] == 47
    timetable[4] = Spot(1, 1, 0)
    assert score(stricter, timetable)["at once"] == 47 + 53


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("GMT-4", None, -240),
        ("GMT+0", None, 0),
        ("UTC", None, 0),
        ("GMT+5:45", None, 345),
        ("Europe/Rome", datetime(2026, 7, 1), 120),
        ("Europe/Rome", datetime(2026, 12, 1), 60),
    ],
)
def test_zones_are_read_as_offsets_and_by_their_names(
    zone: str, day: datetime | None, minutes: int
) -> None:
    assert workbook._offset(zone, day) == minutes


def test_cells_are_read_however_they_are_written() -> None:
    assert [workbook._minutes(cell) for cell in (time(9, 30), "09:30", "9:30:00", 9.5 / 24)] == [
        570
    ] * 4
    assert [workbook._number(cell) for cell in (None, "", 4, "4", 4.0)] == [0, 0, 4, 4, 4]


@pytest.mark.parametrize("one_room", [True, False])
def test_the_solver_is_never_worse_than_its_bound_says(instance: Instance, one_room: bool) -> None:
    pytest.importorskip("ortools", reason="the extra luyan[bench] is not installed")
    from bench.cosplib.solver import solve  # noqa: PLC0415

    found = solve(instance, one_room, 10)
    assert found.timetable is not None
    assert score(instance, found.timetable).total() == found.bound
