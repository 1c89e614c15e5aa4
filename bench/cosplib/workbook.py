"""Reading a CoSPLib workbook: submissions, tracks, sessions, rooms, penalties and weights."""

from collections import defaultdict
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple

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
    submissions, `chairs` pairs of tracks, each with what it costs to have the two in parallel.
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
    another_room: int
    in_parallel: int
    not_consecutive: int
    out_of_order: int


def read(path: Path) -> Instance:
    """Return the instance in a workbook."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets: dict[str, Rows] = {
        sheet.title: [row for row in sheet.iter_rows(values_only=True) if row[0] or row[1:2]]
        for sheet in book
    }
    weight = {
        str(row[3]).rstrip(":").lower(): int(row[4])
        for row in sheets["parameters"]
        if row[3] and row[4] is not None
    }
    track_names = _names(sheets["tracks"])
    session_names, room_names = _names(sheets["sessions"]), _names(sheets["rooms"])
    head, *rows = (row for row in sheets["submissions"] if row[0])
    column = {name: number for number, name in enumerate(head) if name}
    zone = _zone_penalty(sheets["parameters"], sheets["sessions"])
    submissions = [
        Submission(
            name=str(row[0]),
            track=track_names.index(row[1]),
            slots=int(row[2]),
            order=int(row[3] or 0),
            session=[
                weight["submissions_timezones"] * zone(str(row[4]), number)
                + weight["submissions_sessions|penalty"] * int(row[column[name]] or 0)
                for number, name in enumerate(session_names)
            ],
            room=[
                weight["submissions_rooms|penalty"] * int(row[column[name]] or 0)
                for name in room_names
            ],
        )
        for row in rows
    ]
    presents = [_people(row[5]) for row in rows]
    attends = [_people(row[6]) for row in rows]
    chairs = [_people(row[1]) if len(row) > 1 else set() for row in sheets["tracks"][1:]]
    of_track = [
        [n for n, submission in enumerate(submissions) if submission.track == track]
        for track in range(len(track_names))
    ]
    everybody = [
        set[str]().union(*(presents[n] | attends[n] for n in numbers)) for numbers in of_track
    ]

    def table(name: str, across: list[str]) -> list[list[int]]:
        return _table(sheets[name], track_names, across, weight[name])

    similar = _table(sheets["similar tracks"], track_names, track_names, weight["similar tracks"])
    return Instance(
        name=path.stem,
        submissions=submissions,
        tracks=of_track,
        capacity=[int(row[1]) for row in sheets["sessions"][1:] if row[0]],
        rooms=len(room_names),
        track_session=table("tracks_sessions|penalty", session_names),
        track_room=table("tracks_rooms|penalty", room_names),
        session_room=_table(
            sheets["sessions_rooms|penalty"],
            session_names,
            room_names,
            weight["sessions_rooms|penalty"],
        ),
        similar={
            (a, b): similar[a][b]
            for a in range(len(track_names))
            for b in range(a + 1, len(track_names))
            if similar[a][b]
        },
        presenters=_pairs(
            len(rows), weight["presenters conflicts"], lambda a, b: bool(presents[a] & presents[b])
        ),
        attendees=_pairs(
            len(rows),
            weight["attendees conflicts"],
            lambda a, b: (
                bool(attends[a] & (attends[b] | presents[b]) or attends[b] & presents[a])
                or (
                    submissions[a].track != submissions[b].track
                    and bool(
                        attends[a] & chairs[submissions[b].track]
                        or attends[b] & chairs[submissions[a].track]
                    )
                )
            ),
        ),
        chairs=_pairs(
            len(track_names),
            weight["chairs conflicts"],
            lambda a, b: bool(chairs[a] & (chairs[b] | everybody[b]) or chairs[b] & everybody[a]),
        ),
        another_room=weight["number of rooms per track"],
        in_parallel=weight["parallel tracks"],
        not_consecutive=weight["consecutive tracks"],
        out_of_order=weight["submissions order"],
    )


def _names(rows: Rows) -> list[str]:
    return [row[0] for row in rows[1:] if row[0]]


def _people(cell: object) -> set[str]:
    return {name for name in str(cell or "").split(", ") if name}


def _table(rows: Rows, down: list[str], across: list[str], weight: int) -> list[list[int]]:
    """Return the penalties of a sheet, in the order of the names down and across."""
    head, *body = rows
    column = {name: number for number, name in enumerate(head) if name}
    by_name = {row[0]: row for row in body if row[0]}
    return [[weight * int(by_name[name][column[other]] or 0) for other in across] for name in down]


def _pairs(count: int, weight: int, meet: Callable[[int, int], bool]) -> dict[tuple[int, int], int]:
    if not weight:
        return {}
    found = ((a, b) for b in range(count) for a in range(b))
    return {pair: weight for pair in found if meet(*pair)}


def _zone_penalty(parameters: Rows, sessions: Rows) -> Callable[[str, int], int]:
    """Return what a session costs somebody in a zone such as `GMT-4`.

    By its start and end on their clocks: most outside the wider hours, less outside the narrower.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    for row in parameters:
        found[str(row[0])].append(row[1])
    home = _offset(found["Local time zone:"][0])
    opens, early = map(_minutes, found["From:"])
    closes, late = map(_minutes, found["To:"])
    small, big = map(int, found["Penalty:"])
    times = [(_minutes(row[3]), _minutes(row[4])) for row in sessions[1:] if row[0]]

    def penalty(zone: str, session: int) -> int:
        away = _offset(zone) - home
        start, end = ((minute + away) % (24 * 60) for minute in times[session])
        if start < early or end > late or end < early:
            return big
        return small if start < opens or closes < end else 0

    return penalty


def _offset(zone: str) -> int:
    """Return the minutes of `GMT+2` before Greenwich."""
    return int(zone.removeprefix("GMT") or 0) * 60


def _minutes(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute
