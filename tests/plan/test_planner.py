"""What holds for every plan and every repair: hours are kept, zones shift, nothing is by chance."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from server.domain import clock
from server.domain.hours import Hours
from server.plan.planner import NotFoundError, plan
from server.plan.problem import Order, Problem, Sitting, Slot, Someone, Together
from server.plan.repair import repair
from server.plan.score import timed
from tests.plan.cases import MINUTE, instant
from tests.plan.test_exact import HOURLY

ROOT = Path(__file__).parents[2]
# Where and when clocks change, on the Sundays on which they do.
CHANGES = (
    ("2026-03-29", "Europe/Rome"),
    ("2026-10-25", "Europe/Rome"),
    ("2026-03-08", "America/Toronto"),
    ("2026-11-01", "America/Toronto"),
    ("2026-04-05", "Australia/Lord_Howe"),
    ("2026-10-04", "Australia/Lord_Howe"),
)


def weekend(day: str, zone: str, count: int, chance: Random) -> Problem:
    """Slots of forty minutes around the change of clocks; everybody has some hours of their own."""
    start = instant(day, "00:30", zone)
    people = []
    for n in range(count):
        theirs = chance.choice([zone, "Asia/Shanghai", "Asia/Kathmandu"])
        local = clock.local(start + chance.randrange(-8, 10) * 15 * MINUTE, theirs)
        opens = local.hour * 60 + chance.choice([0, 15, 30, 45])
        people.append(
            Someone(
                f"p{n}", theirs, (Hours(opens, (opens + chance.choice([120, 180, 240])) % 1440),)
            )
        )
    return Problem(
        people=tuple(people),
        slots=tuple(Slot(f"s{n}", 2400, (f"p{n}",)) for n in range(count)),
        sittings=(Sitting("night", start, start + 12 * 60 * MINUTE),),
        present=(tuple(f"s{n}" for n in range(count)),),
    )


def said(problem: Problem, order: Order) -> list[str]:
    """Who would be there outside their hours, read from the clock on their wall alone."""
    found = []
    for placed in timed(problem, order):
        person = problem.person[problem.slot[placed.slot].people[0]]
        (hours,) = person.available
        for at in range(placed.starts_at, placed.ends_at, MINUTE):
            local = clock.local(at, person.zone)
            minute = local.hour * 60 + local.minute
            if (minute - hours.opens) % 1440 >= (hours.closes - hours.opens) % 1440:
                found.append(f"{placed.slot} at {local}")
    return found


@pytest.mark.parametrize(("day", "zone"), CHANGES)
def test_nobody_is_planned_outside_their_hours_while_clocks_change(day: str, zone: str) -> None:
    planned = 0
    for seed in range(40):
        problem = weekend(day, zone, 5, Random(seed))
        try:
            found = plan(problem)
        except NotFoundError:
            continue
        mended = repair(problem)
        assert (found is None) == (mended is None)
        if found is not None and mended is not None:
            planned += 1
            assert said(problem, found.order) == []
            assert said(problem, mended.order) == []
    assert planned >= 5


def conference(count: int, fields: int, chance: Random) -> Problem:
    start = instant("2026-11-17", "09:00")
    most = count // 4 + 1
    return Problem(
        people=tuple(Someone(f"p{n}", chance.choice(HOURLY[6:20])) for n in range(count)),
        slots=tuple(
            Slot(f"s{n}", 900, (f"p{n}",), f"f{n * fields // count}") for n in range(count)
        ),
        sittings=tuple(
            Sitting(
                f"{stage}{day}",
                start + day * 1440 * MINUTE,
                start + day * 1440 * MINUTE + most * 15 * MINUTE,
                stage,
                most=most,
            )
            for stage in "ab"
            for day in range(2)
        ),
        wishes=tuple(Together(f"f{n}") for n in range(fields if fields > 1 else 0)),
    )


@settings(max_examples=4, deadline=None)
@given(st.integers(-5, 5), st.sampled_from([1, 4]))
def test_when_everybody_moves_by_some_hours_so_does_a_large_plan(by: int, fields: int) -> None:
    problem = conference(24, fields, Random(fields))
    shifted = replace(
        problem,
        people=tuple(replace(p, zone=HOURLY[HOURLY.index(p.zone) - by]) for p in problem.people),
        sittings=tuple(
            replace(
                s, starts_at=s.starts_at + by * 60 * MINUTE, ends_at=s.ends_at + by * 60 * MINUTE
            )
            for s in problem.sittings
        ),
    )
    here, there = plan(problem, patience=3000), plan(shifted, patience=3000)
    assert here is not None
    assert here == there


SHOWN = """
from random import Random
from tests.plan.test_planner import conference, weekend
from server.plan.planner import plan
from server.plan.repair import repair
print(plan(conference(24, 4, Random(1)), patience=3000))
print(plan(conference(24, 1, Random(2)), patience=3000))
print(repair(weekend("2026-10-25", "Europe/Rome", 5, Random(3))))
"""


def test_another_process_has_the_same_plans_whatever_its_hash_seed() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", SHOWN],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert "Plan(" in found.pop()
