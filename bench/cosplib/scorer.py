"""What a conference timetable costs, written from the definition of CoSPLib's penalties.

A timetable names for each submission its session, its room and its first time slot there. Penalties
of a submission count once for each of its time slots, as the library's own checker counts them.
"""

from collections import Counter, defaultdict
from itertools import combinations
from typing import NamedTuple

from bench.cosplib.workbook import Instance


class Spot(NamedTuple):
    """Where a submission is, by number; `slot` is the first of its time slots (from 0)."""

    session: int
    room: int
    slot: int


Timetable = list[Spot]
Cell = tuple[int, int]


def score(instance: Instance, timetable: Timetable) -> Counter[str]:
    """Return the weighted penalties of a timetable by their kinds; ValueError: not a timetable."""
    found: Counter[str] = Counter()
    track_of = _tracks(instance, timetable)
    for submission, (session, room, _) in zip(instance.submissions, timetable, strict=True):
        found["submission, session"] += submission.slots * submission.session[session]
        found["submission, room"] += submission.slots * submission.room[room]
    cells: dict[int, list[Cell]] = defaultdict(list)
    for (session, room), track in track_of.items():
        cells[track].append((session, room))
        found["track, session"] += instance.track_session[track][session]
        found["track, room"] += instance.track_room[track][room]
        found["session, room"] += instance.session_room[session][room]
    for track, held in cells.items():
        rooms, sessions = {room for _, room in held}, {session for session, _ in held}
        found["rooms"] += instance.another_room * (len(rooms) - 1)
        found["parallel"] += instance.in_parallel * (len(held) - len(sessions))
        if max(sessions) - min(sessions) >= len(sessions):
            found["consecutive"] += instance.not_consecutive
        found["order"] += instance.out_of_order * _out_of_order(instance, timetable, track)
    for (cell, one), (other_cell, two) in combinations(track_of.items(), 2):
        if cell[0] == other_cell[0] and one != two:
            pair = (min(one, two), max(one, two))
            found["similar"] += instance.similar.get(pair, 0)
            found["chairs"] += instance.chairs.get(pair, 0)
    for kind, pairs in (("presenters", instance.presenters), ("attendees", instance.attendees)):
        for (a, b), cost in pairs.items():
            first, second = timetable[a], timetable[b]
            if first.session == second.session and first.room != second.room:
                found[kind] += cost
    for (a, b), cost in instance.at_once.items():
        first, second = timetable[a], timetable[b]
        if first.session == second.session and first.room != second.room:
            found["at once"] += cost * _overlap(instance, timetable, a, b)
    return +found


def _overlap(instance: Instance, timetable: Timetable, a: int, b: int) -> int:
    """Return how many time slots two submissions of a session share."""
    ends = [timetable[n].slot + instance.submissions[n].slots for n in (a, b)]
    return max(0, min(ends) - max(timetable[a].slot, timetable[b].slot))


def _tracks(instance: Instance, timetable: Timetable) -> dict[Cell, int]:
    """Return the track of each session and room that is used."""
    taken: set[tuple[int, int, int]] = set()
    track_of: dict[Cell, int] = {}
    for submission, spot in zip(instance.submissions, timetable, strict=True):
        for slot in range(spot.slot, spot.slot + submission.slots):
            if slot >= instance.capacity[spot.session] or (*spot[:2], slot) in taken:
                raise ValueError(f"{submission.name} has no time slot of its own.")
            taken.add((*spot[:2], slot))
        if track_of.setdefault(spot[:2], submission.track) != submission.track:
            raise ValueError(f"{submission.name} is among another track.")
    return track_of


def _out_of_order(instance: Instance, timetable: Timetable, track: int) -> int:
    """Return how many submissions of a track are not the number they should be, or side by side."""
    numbers = sorted(instance.tracks[track], key=lambda n: timetable[n])
    order = [instance.submissions[n].order for n in numbers]
    wrong = sum(asked not in (0, place) for place, asked in enumerate(order, 1))
    at = Counter(
        (timetable[n].session, slot)
        for n in numbers
        if instance.submissions[n].order
        for slot in range(timetable[n].slot, timetable[n].slot + instance.submissions[n].slots)
    )
    return wrong + sum(count * (count - 1) // 2 for count in at.values())


def one_room_each(instance: Instance, timetable: Timetable) -> bool:
    """Tell whether each track keeps to one room."""
    return all(len({timetable[n].room for n in numbers}) == 1 for numbers in instance.tracks)
