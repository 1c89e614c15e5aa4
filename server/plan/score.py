"""What an order is worth: each slot's time, who bears what, and every hard rule that it breaks.

This is the definition; solvers are faster ways to the same figures.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import msgspec

from server.plan.problem import (
    Apart,
    InOrder,
    Order,
    Pin,
    Problem,
    Together,
    Wish,
    bears,
    can,
    ending,
    pause,
)


class Placed(msgspec.Struct, frozen=True):
    """Where and when a slot stands."""

    slot: str
    sitting: str
    ordinal: int
    starts_at: int
    ends_at: int


class Breach(msgspec.Struct, frozen=True):
    """A hard rule that an order breaks.

    `rule`: `hours` (somebody cannot be there), `early` (before its earliest start), `overrun` (past
    a hard start or end), `full` (more slots than a sitting takes), `two_places` (somebody is needed
    twice at once), `missing` (a slot has no place), or `wish`.
    """

    rule: str
    slots: tuple[str, ...] = ()
    person: str = ""
    sitting: str = ""
    wish: Wish | None = None


class Appearance(NamedTuple):
    """A person in a slot, and what they bear, in seconds of burden."""

    person: str
    slot: str
    burden: int


class Score(NamedTuple):
    """What counts of an order, in the order in which it counts: less is better.

    `worst`: what the worst-off person bears at their dearest, in seconds of burden; `total`: what
    all bear, by their weights; `moves`: how far it is from the present order.
    """

    worst: int
    total: int
    moves: int


def timed(problem: Problem, order: Order) -> list[Placed]:
    """Return when each slot starts and ends in this order; what comes too late waits for no one."""
    placed = []
    for sitting, names in zip(problem.sittings, order, strict=True):
        free_at = sitting.starts_at
        for ordinal, name in enumerate(names):
            starts_at = pause(sitting, ordinal, free_at)
            if starts_at is None:
                starts_at = free_at
            ends_at = starts_at + problem.slot[name].seconds * 1000
            placed.append(Placed(name, sitting.id, ordinal, starts_at, ends_at))
            free_at = ends_at + sitting.changeover * 1000
    return placed


def appearances(problem: Problem, placed: list[Placed]) -> list[Appearance]:
    """Return what each person bears for each slot in which they are needed."""
    return [
        Appearance(name, p.slot, bears(problem.curve, problem.person[name], p.starts_at, p.ends_at))
        for p in placed
        for name in problem.slot[p.slot].people
    ]


def score(problem: Problem, order: Order) -> Score:
    """Return what an order is worth, whether or not it breaks a rule."""
    found = appearances(problem, timed(problem, order))
    return Score(
        max((a.burden for a in found if not problem.person[a.person].crowd), default=0),
        sum(problem.share(a.person, a.burden) for a in found),
        moves(problem.present, order),
    )


def moves(present: Order, order: Order) -> int:
    """Return how many steps an order is from the present one.

    A step is two neighbours that change places, or a slot that changes its sitting. What is in one
    of the two alone is not counted, so a slot that drops out costs nothing by itself.
    """
    before = {name: (s, n) for s, names in enumerate(present) for n, name in enumerate(names)}
    kept = [(before[name], s) for s, names in enumerate(order) for name in names if name in before]
    swaps = sum(a > b for (a, _), (b, _) in combinations(kept, 2))
    return swaps + sum(was[0] != now for was, now in kept)


def moved(present: Order, order: Order) -> tuple[str, ...]:
    """Return the fewest slots to pick up and put elsewhere for this order to come of the present.

    All others keep their sitting, and their order among each other. What is in one of the two alone
    is not counted. Of several such choices, the one whose slots are pushed back rather than pulled
    forward, and further.
    """
    found: list[str] = []
    known = {name for names in order for name in names}
    for was, now in zip(present, order, strict=bool(present)):
        found += [name for name in was if name in known and name not in now]
        found += _strays([name for name in was if name in now], now)
    return tuple(found)


def _strays(was: list[str], now: tuple[str, ...]) -> list[str]:
    """Return those of a sitting that are not in its longest run that keeps its order."""
    at = {name: number for number, name in enumerate(was)}
    stay = [name for name in now if name in at]
    best: list[tuple[tuple[int, int], list[str]]] = []
    for number, name in enumerate(stay):
        # What goes forward by itself is worth keeping, so that it is the others that are moved.
        pulled = at[name] - number
        ways = [run for run, (_, names) in enumerate(best) if at[names[-1]] < at[name]]
        before = max(ways, key=lambda run: best[run][0], default=None)
        (length, worth), names = ((0, 0), []) if before is None else best[before]
        best.append(((length + 1, worth + pulled), [*names, name]))
    kept = max(best, key=lambda run: run[0])[1] if best else []
    return [name for name in was if name not in kept]


def breaches(problem: Problem, order: Order) -> list[Breach]:
    """Return every hard rule that an order breaks; none: it can be held."""
    return list(_breaches(problem, order))


def _breaches(problem: Problem, order: Order) -> Iterator[Breach]:
    placed = timed(problem, order)
    known = {p.slot for p in placed}
    for slot in problem.slots:
        if slot.id not in known:
            yield Breach("missing", (slot.id,))
    for sitting, names in zip(problem.sittings, order, strict=True):
        if sitting.most is not None and len(names) > sitting.most:
            yield Breach("full", names[sitting.most :], sitting=sitting.id)
        free_at = sitting.starts_at
        for ordinal, name in enumerate(names):
            starts_at = pause(sitting, ordinal, free_at)
            if starts_at is None:
                yield Breach("overrun", (name,), sitting=sitting.id)
                starts_at = free_at
            free_at = starts_at + problem.slot[name].seconds * 1000
            if ordinal + 1 < len(names):
                free_at += sitting.changeover * 1000
        if ending(sitting, len(names), free_at) is None:
            yield Breach("overrun", names[-1:], sitting=sitting.id)
    for p in placed:
        earliest = problem.slot[p.slot].earliest
        if earliest is not None and p.starts_at < earliest:
            yield Breach("early", (p.slot,), sitting=p.sitting)
        for name in problem.slot[p.slot].people:
            if not can(problem.person[name], p.starts_at, p.ends_at):
                yield Breach("hours", (p.slot,), person=name, sitting=p.sitting)
    for a, b in combinations(placed, 2):
        if a.starts_at < b.ends_at and b.starts_at < a.ends_at:
            for name in problem.slot[a.slot].people:
                if name in problem.slot[b.slot].people:
                    yield Breach("two_places", (a.slot, b.slot), person=name)
    for wish in problem.wishes:
        if not granted(problem, wish, placed):
            yield Breach("wish", wish=wish)


def granted(problem: Problem, wish: Wish, placed: list[Placed]) -> bool:
    """Tell whether these places fulfil a wish; what has no place breaks none."""
    at = {p.slot: p for p in placed}
    if isinstance(wish, Pin):
        found = at.get(wish.slot)
        return found is None or (found.sitting, found.ordinal) == (wish.sitting, wish.ordinal)
    if isinstance(wish, Together):
        return _together(problem, wish.field, placed)
    one, other = at.get(wish.first), at.get(wish.second)
    if one is None or other is None:
        return True
    if isinstance(wish, InOrder):
        return one.ends_at <= other.starts_at
    assert isinstance(wish, Apart)
    return one.sitting != other.sitting or abs(one.ordinal - other.ordinal) > wish.between


def _together(problem: Problem, field: str, placed: list[Placed]) -> bool:
    """Tell whether a field's slots follow one another on one stage."""
    stage = {sitting.id: sitting.stage for sitting in problem.sittings}
    stages = {stage[p.sitting] for p in placed if problem.slot[p.slot].field == field}
    if len(stages) > 1:
        return False
    line = sorted((p for p in placed if stage[p.sitting] in stages), key=lambda p: p.starts_at)
    mine = [n for n, p in enumerate(line) if problem.slot[p.slot].field == field]
    return not mine or mine[-1] - mine[0] == len(mine) - 1
