"""Reading a CoSPLib workbook: submissions, tracks, sessions, rooms, penalties and weights."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl

Rows = list[tuple[Any, ...]]
Pairs = set[tuple[int, int]]


class Submission(NamedTuple):
    """What is to be scheduled: `slots` time slots long, and number `order` of its track (0: any).

    `session` and `room` hold the penalty of each session and room for one time slot, weights
    included.
    """

    name: str
    track: int
    slots: int
    order: int
    session: list[int]
    room: list[int]


class Instance(NamedTuple):
    """A workbook with its weights worked in; tracks, sessions, rooms, submissions are numbers.

    `similar` holds pairs of tracks (first the lower), `presenters` and `attendees` pairs of
    submissions, `chairs` pairs of tracks, each with what it costs to have the two in parallel;
    `at_once` pairs of submissions with what it costs for each time slot that they share.
    """

    name: str
    submissions: list[Submission]
    tracks: list[list[int]]  # their submissions
    capacity: list[int]  # time slots of each session
    rooms: int
    track_session: list[list[int]]
    track_room: list[list[int]]
    session_room: list[list[int]]
    similar: dict[tuple[int, int], int]
    presenters: dict[tuple[int, int], int]
    attendees: dict[tuple[int, int], int]
    chairs: dict[tuple[int, int], int]
    at_once: dict[tuple[int, int], int]
    another_room: int
    in_parallel: int
    not_consecutive: int
    out_of_order: int


def read(path: Path) -> Instance:
    """Return the instance in a workbook."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets: dict[str, Rows] = {
        sheet.title.strip().lower(): [*sheet.iter_rows(values_only=True)] for sheet in book
    }
    weight = _weights(sheets["parameters"])
    track_names = _names(sheets["tracks"])
    session_names, room_names = _names(sheets["sessions"]), _names(sheets["rooms"])
    rows = _filled(sheets["submissions"])
    column = {_text(name): number for number, name in enumerate(sheets["submissions"][0])}
    zone = _zone_penalty(sheets["parameters"], sheets["sessions"])
    submissions = [
        Submission(
            name=str(row[0]),
            track=track_names.index(_text(row[1])),
            slots=_number(row[2]),
            order=_number(row[3]),
            session=[
                (weight["zones"] and weight["zones"] * zone(row[4], number))
                + weight["submissions, sessions"] * _number(row[column[name]])
                for number, name in enumerate(session_names)
            ],
            room=[weight["submissions, rooms"] * _number(row[column[name]]) for name in room_names],
        )
        for row in rows
    ]
    presents = [_people(row[5]) for row in rows]
    attends = [_people(row[6]) for row in rows]
    chairs = [_people(row[1]) if len(row) > 1 else set() for row in _filled(sheets["tracks"])]
    of_track = [
        [n for n, submission in enumerate(submissions) if submission.track == track]
        for track in range(len(track_names))
    ]
    everybody = [
        set[str]().union(*(presents[n] | attends[n] for n in numbers)) for numbers in of_track
    ]

    def meets(a: int, b: int) -> bool:
        """Tell whether somebody wants to attend two submissions, or to attend one and is needed at
        the other."""
        return bool(attends[a] & (attends[b] | presents[b]) or attends[b] & presents[a]) or (
            submissions[a].track != submissions[b].track
            and bool(
                attends[a] & chairs[submissions[b].track]
                or attends[b] & chairs[submissions[a].track]
            )
        )

    def shares(a: int, b: int) -> bool:
        return bool(presents[a] & presents[b])

    def table(name: str, down: list[str], across: list[str], weighing: str) -> list[list[int]]:
        return _table(sheets[name], down, across, weight[weighing])

    similar = table("similar tracks", track_names, track_names, "similar")
    at_once = Counter(_pairs(len(rows), weight["presenters, slots"], shares))
    at_once.update(_pairs(len(rows), weight["attendees, slots"], meets))
    return Instance(
        name=path.stem,
        submissions=submissions,
        tracks=of_track,
        capacity=[_number(row[1]) for row in _filled(sheets["sessions"])],
        rooms=len(room_names),
        track_session=table(
            "tracks_sessions|penalty", track_names, session_names, "tracks, sessions"
        ),
        track_room=table("tracks_rooms|penalty", track_names, room_names, "tracks, rooms"),
        session_room=table("sessions_rooms|penalty", session_names, room_names, "sessions, rooms"),
        similar={
            (a, b): similar[a][b]
            for a in range(len(track_names))
            for b in range(a + 1, len(track_names))
            if similar[a][b]
        },
        presenters=_pairs(len(rows), weight["presenters"], shares),
        attendees=_pairs(len(rows), weight["attendees"], meets),
        chairs=_pairs(
            len(track_names),
            weight["chairs"],
            lambda a, b: bool(chairs[a] & (chairs[b] | everybody[b]) or chairs[b] & everybody[a]),
        ),
        at_once=dict(at_once),
        another_room=weight["another room"],
        in_parallel=weight["parallel"],
        not_consecutive=weight["consecutive"],
        out_of_order=weight["order"],
    )


# What the weights are for, in the order in which the parameters sheet has them.
WEIGHTS = (
    "tracks, sessions",
    "tracks, rooms",
    "sessions, rooms",
    "similar",
    "another room",
    "parallel",
    "consecutive",
    "zones",
    "order",
    "submissions, sessions",
    "submissions, rooms",
    "presenters",
    "attendees",
    "chairs",
    "presenters, slots",
    "attendees, slots",
)


def _weights(parameters: Rows) -> dict[str, int]:
    """Return the weights by their place in the sheet; older sheets lack the last ones."""
    found = [_number(row[4]) for row in parameters[1:] if len(row) > 4]
    found += [0] * len(WEIGHTS)
    return dict(zip(WEIGHTS, found, strict=False))


def _filled(rows: Rows) -> Rows:
    """Return the rows below the head that name something."""
    return [row for row in rows[1:] if row[0] not in (None, "")]


def _names(rows: Rows) -> list[str]:
    return [_text(row[0]) for row in _filled(rows)]


def _text(cell: object) -> str:
    return str(cell).strip()


def _number(cell: object) -> int:
    """Return a whole number; what is empty is none."""
    return int(float(str(cell))) if cell not in (None, "") else 0


def _people(cell: object) -> set[str]:
    return {name for name in str(cell or "").split(", ") if name}


def _table(rows: Rows, down: list[str], across: list[str], weight: int) -> list[list[int]]:
    """Return the penalties of a sheet, in the order of the names down and across."""
    head, *body = rows
    column = {_text(name): number for number, name in enumerate(head)}
    by_name = {_text(row[0]): row for row in body}
    return [[weight * _number(by_name[name][column[other]]) for other in across] for name in down]


def _pairs(count: int, weight: int, meet: Callable[[int, int], bool]) -> dict[tuple[int, int], int]:
    if not weight:
        return {}
    found = ((a, b) for b in range(count) for a in range(b))
    return {pair: weight for pair in found if meet(*pair)}


def _zone_penalty(parameters: Rows, sessions: Rows) -> Callable[[object, int], int]:
    """Return what a session costs somebody in a zone such as `GMT-4` or `Europe/Rome`.

    By its start and end on their clocks: most outside the wider hours, less outside the narrower.
    """
    values = [row[1] for row in parameters[1:]]
    opens, closes, early, late = (_minutes(values[n]) for n in (2, 3, 5, 6))
    small, big = _number(values[7]), _number(values[9])
    times = [(row[2], _minutes(row[3]), _minutes(row[4])) for row in _filled(sessions)]

    def penalty(zone: object, session: int) -> int:
        if _text(zone).lower() in NOWHERE:
            return 0
        day, *minutes = times[session]
        away = _offset(_text(zone), day) - _offset(_text(values[0]), day)
        start, end = ((minute + away) % (24 * 60) for minute in minutes)
        if start < early or end > late or end < early:
            return big
        return small if start < opens or closes < end else 0

    return penalty


# How a sheet says that somebody has no zone.
NOWHERE = ("", "none", "no zone", "n/a", "-")
GREENWICH = re.compile(r"(?:GMT|UTC)?\s*(?:([+-])?(\d{1,2})(?::(\d\d))?)?")


def _offset(zone: str, day: object) -> int:
    """Return the minutes of `GMT+2`, or of `Europe/Rome` on a day, before Greenwich."""
    found = GREENWICH.fullmatch(zone)
    if found is None:
        noon = datetime.fromisoformat(f"{str(day)[:10]}T12:00:00").replace(tzinfo=ZoneInfo(zone))
        return round((noon.utcoffset() or timedelta()).total_seconds() / 60)
    minutes = int(found[2] or 0) * 60 + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def _minutes(of_day: object) -> int:
    """Return the minutes since midnight of a cell such as `09:30`."""
    if isinstance(of_day, int | float):  # a share of the day
        return round(of_day * 24 * 60)
    if isinstance(of_day, datetime):
        of_day = of_day.time()
    hour, minute = str(of_day).strip().split(":")[:2]
    return int(hour) * 60 + int(minute)
