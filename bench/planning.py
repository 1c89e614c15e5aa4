"""How long plans and repairs take, and how near to the best they are: `python -m bench.planning`.

Seconds are those of the processor, by three invented conferences for each row.
"""

import sys
import time
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from server.domain import clock
from server.domain.hours import Hours
from server.plan.planner import NotFoundError, plan
from server.plan.problem import Gap, Problem, Sitting, Slot, Someone, Together
from server.plan.repair import repair
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
UNEVEN = (600, 900, 1200)


class Size(NamedTuple):
    """How large an invented conference is."""

    slots: int
    fields: int
    days: int = 1
    stages: int = 1
    spare: int = 0  # places more than needed in each sitting
    uneven: bool = False  # slots of 10, 15 and 20 minutes instead of 15


ROWS = (
    Size(12, 0),
    Size(12, 0, uneven=True),
    Size(12, 3),
    Size(12, 3, uneven=True),
    Size(100, 0, 3, 3, 1),
    Size(100, 3, 3, 3, 1),
    Size(100, 12, 3, 3, 1),
    Size(100, 0, 3, 3, 2, uneven=True),
    Size(100, 3, 3, 3, 2, uneven=True),
    Size(100, 12, 3, 3, 2, uneven=True),
    Size(500, 0, 5, 4, 2),
    Size(500, 12, 5, 4, 2),
)
SEEDS = (1, 2, 3)


def conference(size: Size, seed: int = 1) -> Problem:
    """Invent a conference in Shanghai, from nine in the morning.

    Three presenters in ten have windows of a few hours, one slot in ten needs a second presenter.
    """
    chance, lengths = Random(seed), Random(seed)
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
        seconds = lengths.choice(UNEVEN) if size.uneven else SLOT_SECONDS
        slots.append(Slot(f"s{number}", seconds, tuple(needed), field))
    slack = SLOT_SECONDS if size.uneven else 0
    length = (most * SLOT_SECONDS + BREAK_SECONDS + slack) * 1000
    sittings = [
        Sitting(
            f"{stage}-{day}",
            _start(day),
            _start(day) + length,
            f"stage {stage}",
            gaps=(Gap(most // 2, BREAK_SECONDS),),
            most=None if size.uneven else most,
        )
        for stage in range(size.stages)
        for day in range(size.days)
    ]
    wishes = tuple(Together(f"f{number}") for number in range(size.fields))
    return Problem(tuple(people), tuple(slots), tuple(sittings), wishes)


def _start(day: int) -> int:
    return clock.instant(f"2026-11-{17 + day}T09:00:00", "Asia/Shanghai")


def measured(size: Size, seed: int) -> tuple[str, float]:
    """Return how near a plan is to the best, and how long it took."""
    problem = conference(size, seed)
    began = time.process_time()
    try:
        found = plan(problem)
    except NotFoundError:
        return "none found", time.process_time() - began
    seconds = time.process_time() - began
    if found is None:
        return "there is none", seconds
    assert not breaches(problem, found.order)
    if found.proved:
        return "proved", seconds
    of_whom = "" if found.score.worst == found.bound.worst else " (worst-off)"
    return f"{found.gap:.2%}{of_whom}", seconds


def repaired(count: int, late: int, seed: int) -> float:
    """Return how long it takes to repair an afternoon in which some are two hours late."""
    problem = conference(Size(count, 0), seed)
    at = problem.sittings[0].starts_at + 7_200_000
    slots = [
        replace(slot, earliest=at if n % 3 == 0 and n < 3 * late else None)
        for n, slot in enumerate(problem.slots)
    ]
    free = tuple(replace(person, available=()) for person in problem.people)
    present = (tuple(slot.id for slot in slots),)
    began = time.process_time()
    found = repair(replace(problem, people=free, slots=tuple(slots), present=present))
    assert found is not None
    return time.process_time() - began


def main() -> int:
    """Print the tables in Markdown."""
    print("| Slots | Lengths | Fields | Days x stages | Gap | Seconds |")
    print("|---|---|---|---|---|---|")
    for size in ROWS:
        found = [measured(size, seed) for seed in SEEDS]
        gaps = ", ".join(dict.fromkeys(gap for gap, _ in found))
        seconds = ", ".join(f"{spent:.2f}" for _, spent in found)
        lengths = "unequal" if size.uneven else "equal"
        print(
            f"| {size.slots} | {lengths} | {size.fields} | {size.days} x {size.stages}"
            f" | {gaps} | {seconds} |",
            flush=True,
        )
    print("\n| Repair of | late | Seconds |\n|---|---|---|")
    for count, late in ((12, 1), (12, 3), (40, 1)):
        spent = ", ".join(f"{repaired(count, late, seed):.2f}" for seed in SEEDS)
        print(f"| {count} | {late} | {spent} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
