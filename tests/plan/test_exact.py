"""The optimum is what trying every order finds, with every kind of wish, and it keeps the rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from server.plan.exact import solve
from server.plan.problem import Problem, Sitting, Slot, Someone, Together
from server.plan.score import breaches, score
from server.plan.search import TooLargeError
from tests.plan.cases import DAYS, ZONES, by_trying, instant, problems

# Zones of which none changes its clocks, an hour apart.
HOURLY = [f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT" for hours in range(-12, 15)]


def held(problem: Problem) -> None:
    found, best = solve(problem), by_trying(problem)
    if best is None:
        assert found is None
    else:
        assert found is not None
        assert breaches(problem, found.order) == []
        assert score(problem, found.order) == best


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_optimum_is_what_trying_every_order_finds(problem: Problem) -> None:
    held(problem)


@settings(max_examples=3, deadline=None)
@given(st.data())
def test_the_optimum_of_seven_and_eight(data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([7, 7, 7, 8]))
    zones = data.draw(st.lists(st.sampled_from(ZONES), min_size=count, max_size=count))
    lengths = data.draw(st.sampled_from([(900,), (600, 1200)]))
    held(
        Problem(
            people=tuple(Someone(str(n), zone) for n, zone in enumerate(zones)),
            slots=tuple(
                Slot(str(n), lengths[n % len(lengths)], (str(n),), "ab"[n % 2])
                for n in range(count)
            ),
            sittings=(Sitting("day", start := instant(DAYS[0], "14:00"), start + 36_000_000),),
            wishes=data.draw(st.sampled_from([(), (Together("a"),)])),
        )
    )


@settings(max_examples=50, deadline=None)
@given(problems(most=6))
def test_the_same_input_has_the_same_plan(problem: Problem) -> None:
    again = replace(problem)  # nothing kept from the first time
    assert solve(problem) == solve(again)


@settings(max_examples=50, deadline=None)
@given(problems(most=4), st.integers(-11, 11))
def test_when_everybody_moves_by_some_hours_so_does_the_plan(problem: Problem, by: int) -> None:
    def shifted(problem: Problem, hours: int) -> Problem:
        ms = hours * 3_600_000
        return replace(
            problem,
            slots=tuple(
                replace(slot, earliest=None if slot.earliest is None else slot.earliest + ms)
                for slot in problem.slots
            ),
            people=tuple(
                replace(p, zone=HOURLY[12 + n % 3 - hours]) for n, p in enumerate(problem.people)
            ),
            sittings=tuple(
                replace(
                    sitting,
                    starts_at=sitting.starts_at + ms,
                    ends_at=sitting.ends_at + ms,
                    gaps=tuple(
                        replace(gap, at=None if gap.at is None else gap.at + ms)
                        for gap in sitting.gaps
                    ),
                )
                for sitting in problem.sittings
            ),
        )

    here, there = solve(shifted(problem, 0)), solve(shifted(problem, by))
    assert (here and here.order) == (there and there.order)


def afternoon(count: int, *, length: int = 900, zone: str | None = None) -> Problem:
    start = instant(DAYS[0], "14:00")
    return Problem(
        people=tuple(Someone(f"p{n}", zone or ZONES[n % len(ZONES)]) for n in range(count)),
        slots=tuple(Slot(f"s{n}", length, (f"p{n}",)) for n in range(count)),
        sittings=(Sitting("day", start, start + 12 * 3_600_000),),
    )


def test_where_all_orders_are_as_good_the_present_one_stays() -> None:
    problem = afternoon(12, zone="Asia/Shanghai", length=600)
    present = tuple(f"s{n * 5 % 12}" for n in range(12))
    found = solve(replace(problem, present=(present,)))
    assert found is not None
    assert found.order == (present,)


def test_a_problem_that_is_too_large_is_given_up_and_not_left_hanging() -> None:
    with pytest.raises(TooLargeError):
        solve(afternoon(12), patience=5)


def test_without_slots_there_is_an_empty_plan() -> None:
    found = solve(afternoon(0))
    assert found is not None
    assert found.order == ((),)
