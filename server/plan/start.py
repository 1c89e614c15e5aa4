"""Which day and start suit everybody best, before the order is looked at.

The hall, its commentators and the audience are people in the cost like any other.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from server.domain import clock
from server.plan.exact import solve
from server.plan.places import Places
from server.plan.problem import Gap, Order, Problem, Sitting
from server.plan.score import Score, score


class Start(msgspec.Struct, frozen=True):
    """A candidate: the wall time of the first sitting in the show's zone, its best order and score.

    Without an `order`, `score` is a bound: no order can be better.
    """

    wall: str
    score: Score
    order: Order | None = None


def moved(problem: Problem, zone: str, wall: str) -> Problem:
    """Return the problem with its first sitting at a wall time, and all else as far from it by the
    clock on the wall as it is now."""
    first = min(sitting.starts_at for sitting in problem.sittings)
    by = _read(wall) - _read(clock.wall(first, zone))
    sittings = tuple(_moved(sitting, zone, by) for sitting in problem.sittings)
    return replace(problem, sittings=sittings)


def rank(
    problem: Problem, zone: str, walls: Iterable[str], known: Order | None = None, best: int = 3
) -> list[Start]:
    """Return the possible starts, best first; at least the `best` of them with their best orders.

    `known` is the best order at the start as it is.

    What no order can beat is cheap to know (`Places`), so only the most promising are solved, until
    what is solved is proved to be better than what is not. Raises TooLargeError.
    """
    waiting = []
    present = clock.wall(min(sitting.starts_at for sitting in problem.sittings), zone)
    for wall in walls:
        candidate = moved(problem, zone, wall)
        if wall == present and known is not None:
            waiting.append(Start(wall, score(candidate, known), known))
            continue
        places = Places(candidate)
        least = places.least_worst()
        priced = None if least is None else places.priced()
        if least is not None and priced is not None:
            waiting.append(Start(wall, Score(least, sum(priced.rows) + sum(priced.columns), 0)))
    waiting.sort(key=lambda start: (start.score, start.wall))
    solved: list[Start] = []
    while waiting and (len(solved) < best or waiting[0].score < solved[best - 1].score):
        start = waiting.pop(0)
        candidate = moved(problem, zone, start.wall)
        order = start.order
        if order is None and (found := solve(candidate)) is not None:
            order = found.order
        if order is not None:
            solved.append(Start(start.wall, score(candidate, order), order))
            solved.sort(key=lambda start: (start.score, start.wall))
    return solved + waiting


def every(days: Iterable[date], step_minutes: int = 30) -> list[str]:
    """Return the wall times of every half hour (or another step) of some days."""
    starts = range(0, 24 * 60, step_minutes)
    return [f"{day}T{minutes // 60:02}:{minutes % 60:02}:00" for day in days for minutes in starts]


def _moved(sitting: Sitting, zone: str, by: timedelta) -> Sitting:
    starts_at = _later(sitting.starts_at, zone, by)
    gaps = tuple(
        gap
        if gap.at is None
        else Gap(gap.before, gap.seconds, gap.at + starts_at - sitting.starts_at)
        for gap in sitting.gaps
    )
    length = sitting.ends_at - sitting.starts_at
    return replace(sitting, starts_at=starts_at, ends_at=starts_at + length, gaps=gaps)


def _later(at: int, zone: str, by: timedelta) -> int:
    return clock.instant((_read(clock.wall(at, zone)) + by).strftime(clock.WALL), zone)


def _read(wall: str) -> datetime:
    return datetime.strptime(wall, clock.WALL)
