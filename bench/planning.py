"""How long plans take, and how near to the best they are: `python -m bench.planning`."""

import sys
import time
from random import Random
from typing import NamedTuple

from server.domain import clock
from server.domain.hours import Hours
from server.plan.discomfort import HOUR
from server.plan.planner import plan
from server.plan.problem import Gap, Problem, Sitting, Slot, Someone, Together
from server.plan.score import breaches

ZONES = (
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Jerusalem",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
SLOT_SECONDS = 900
BREAK_SECONDS = 1800


class Size(NamedTuple):
    """How large an invented conference is."""

    slots: int
    fields: int
    days: int = 1
    stages: int = 1
    spare: int = 0  # places more than needed in each sitting


ROWS = (
    Size(12, 0),
    Size(12, 3),
    Size(100, 0, 3, 3, 1),
    Size(100, 3, 3, 3, 1),
    Size(100, 12, 3, 3, 1),
    Size(500, 12, 5, 4, 2),
)


def conference(size: Size, seed: int = 1) -> Problem:
    """Invent a conference in Shanghai, from nine in the morning.

    Three presenters in ten have windows of a few hours, one slot in ten needs a second presenter.
    """
    chance = Random(seed)
    most = -(-size.slots // (size.days * size.stages)) + size.spare
    people, slots = [], []
    for number in range(size.slots):
        zone = chance.choice(ZONES)
        hours: tuple[Hours, ...] = ()
        if chance.random() < 0.3:
            within = chance.randrange(most * SLOT_SECONDS) * 1000
            hour = clock.local(_start(0) + within, zone).hour
            opens, closes = hour - chance.choice([1, 2, 4]), hour + chance.choice([2, 3, 5])
            hours = (Hours(opens % 24 * 60, closes % 24 * 60),)
        people.append(Someone(f"p{number}", zone, hours))
    for number in range(size.slots):
        needed = [f"p{number}"]
        if chance.random() < 0.1:
            other = chance.choice(people)
            if not other.available and other.id not in needed:
                needed.append(other.id)
        field = f"f{number * size.fields // size.slots}" if size.fields else ""
        slots.append(Slot(f"s{number}", SLOT_SECONDS, tuple(needed), field))
    length = (most * SLOT_SECONDS + BREAK_SECONDS) * 1000
    sittings = [
        Sitting(
            f"{stage}-{day}",
            _start(day),
            _start(day) + length,
            f"stage {stage}",
            gaps=(Gap(most // 2, BREAK_SECONDS),),
            most=most,
        )
        for stage in range(size.stages)
        for day in range(size.days)
    ]
    wishes = tuple(Together(f"f{number}") for number in range(size.fields))
    return Problem(tuple(people), tuple(slots), tuple(sittings), wishes)


def _start(day: int) -> int:
    return clock.instant(f"2026-11-{17 + day}T09:00:00", "Asia/Shanghai")


def main() -> int:
    """Print the table in Markdown."""
    print("| Slots | Fields | Days x stages | Worst-off | Sum | Gap | Seconds |")
    print("|---|---|---|---|---|---|---|")
    for size in ROWS:
        problem = conference(size)
        began = time.perf_counter()
        found = plan(problem)
        seconds = time.perf_counter() - began
        assert found is not None
        assert not breaches(problem, found.order)
        gap = "proved" if found.proved else f"{found.gap:.2%}"
        print(
            f"| {size.slots} | {size.fields} | {size.days} x {size.stages}"
            f" | {found.score.worst / HOUR:.2f} h | {found.score.total / HOUR:.1f} h"
            f" | {gap} | {seconds:.2f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
