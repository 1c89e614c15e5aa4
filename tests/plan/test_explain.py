"""What a wish costs, which plans are as good, and why there is none; and the starts, ranked."""

from datetime import date

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from server.domain import clock
from server.domain.hours import parse
from server.domain.refusal import Refusal
from server.plan.exact import solve
from server.plan.explain import alternatives, conflict, prices
from server.plan.planner import plan
from server.plan.problem import (
    Apart,
    InOrder,
    Pin,
    Problem,
    Sitting,
    Slot,
    Someone,
    Together,
    check,
)
from server.plan.score import breaches, score
from server.plan.start import every, moved, rank
from tests.plan.cases import DAYS, instant, problems

ZONES = ("America/New_York", "Asia/Tokyo", "Europe/London", "Asia/Tokyo", "Europe/Rome")


def afternoon() -> Problem:
    """Five slots of twenty minutes from 14:00 in Shanghai, where it is night for the first."""
    start = instant(DAYS[0], "14:00")
    return Problem(
        people=tuple(Someone(f"p{n}", zone) for n, zone in enumerate(ZONES)),
        slots=tuple(Slot(f"s{n}", 1200, (f"p{n}",), "ab"[n % 2]) for n in range(len(ZONES))),
        sittings=(Sitting("day", start, start + 6_000_000),),
    )


def available(problem: Problem, **hours: str) -> Problem:
    people = (
        replace(p, available=(parse(hours[p.id]),)) if p.id in hours else p for p in problem.people
    )
    return replace(problem, people=tuple(people))


def test_a_wish_costs_what_the_plan_gains_without_it_and_says_who_pays() -> None:
    pin = Pin("s0", "day", 4)
    problem = replace(afternoon(), wishes=(pin, InOrder("s1", "s3")))
    found = plan(problem)
    assert found is not None
    assert found.proved
    dear, free = prices(problem, found.order)
    assert dear.wish == pin
    assert dear.with_it == found.score
    assert dear.with_it.worst > dear.without.worst
    assert dear.changes[0].person == "p0"
    assert dear.changes[0].with_it > dear.changes[0].without
    assert free.with_it[:2] == free.without[:2]


@settings(max_examples=60, deadline=None)
@given(problems(most=4))
def test_alternatives_are_as_good_different_and_keep_the_rules(problem: Problem) -> None:
    found = solve(problem)
    if found is None:
        assert conflict(problem) is not None
        return
    assert conflict(problem) is None
    others = alternatives(problem, found.order)
    assert len({found.order, *others}) == len(others) + 1
    for order in others:
        assert breaches(problem, order) == []
        assert score(problem, order)[:2] == score(problem, found.order)[:2]


def test_who_can_be_there_at_no_time_is_named_before_anything_is_solved() -> None:
    problem = available(afternoon(), p1="03:00-05:00")
    found = conflict(problem)
    assert found is not None
    assert (found.kind, found.slots, found.people) == ("nowhere", ("s1",), ("p1",))


def test_those_who_share_too_few_places_are_named() -> None:
    # 14:00 in Shanghai is 15:00 in Tokyo: both can only have the first place.
    problem = available(afternoon(), p1="15:00-15:20", p3="15:00-15:30", p4="00:00-24:00")
    found = conflict(problem)
    assert found is not None
    assert (found.kind, found.slots, found.places) == ("too_few", ("s1", "s3"), 1)
    assert found.people == ("p1", "p3")


def test_wishes_that_cannot_all_be_kept_are_named_and_no_others() -> None:
    wishes = (Apart("s2", "s4"), InOrder("s0", "s1"), Together("a"), InOrder("s1", "s0"))
    found = conflict(replace(afternoon(), wishes=wishes))
    assert found is not None
    assert found.kind == "wishes"
    assert found.wishes == (InOrder("s0", "s1"), InOrder("s1", "s0"))
    assert found.people == ()


@settings(max_examples=60, deadline=None)
@given(problems(most=4, wishes=4))
def test_a_conflict_is_one_and_is_the_smallest(problem: Problem) -> None:
    found = conflict(problem)
    if found is None or found.kind != "wishes":
        return
    bare = replace(
        problem,
        wishes=found.wishes,
        people=tuple(
            p if p.id in found.people else replace(p, available=()) for p in problem.people
        ),
        slots=tuple(
            slot if slot.id in found.slots else replace(slot, earliest=None)
            for slot in problem.slots
        ),
    )
    assert solve(bare) is None
    for name in found.slots:
        slots = tuple(replace(s, earliest=None) if s.id == name else s for s in bare.slots)
        assert solve(replace(bare, slots=slots)) is not None
    for wish in found.wishes:
        assert solve(replace(bare, wishes=tuple(w for w in found.wishes if w != wish))) is not None
    for name in found.people:
        people = tuple(replace(p, available=()) if p.id == name else p for p in bare.people)
        assert solve(replace(bare, people=people)) is not None


def test_a_day_that_is_too_short_is_said_to_be() -> None:
    problem = afternoon()
    (day,) = problem.sittings
    # Room for each slot, but not for all five.
    gap = replace(day, ends_at=day.starts_at + 5_000_000)
    found = conflict(replace(problem, sittings=(gap,)))
    assert found is not None
    assert (found.kind, found.places) == ("too_few", 4)


def test_starts_are_ranked_by_what_their_best_order_is_worth() -> None:
    problem = afternoon()
    walls = every([date(2020, 11, 13)], 60)
    found = rank(problem, "Asia/Shanghai", walls, best=3)
    assert len(found) == 24
    worths = {}
    for wall in walls:
        candidate = moved(problem, "Asia/Shanghai", wall)
        best = solve(candidate)
        assert best is not None
        worths[wall] = score(candidate, best.order)
    ranked = sorted(walls, key=lambda wall: (worths[wall], wall))
    assert [start.wall for start in found[:3]] == ranked[:3]
    assert [start.score for start in found[:3]] == [worths[wall] for wall in ranked[:3]]
    assert all(start.score <= worths[start.wall] for start in found)
    # What is known of the start as it is, is told and not bounded.
    present = clock.wall(problem.sittings[0].starts_at, "Asia/Shanghai")
    known = solve(problem)
    assert known is not None
    again = rank(problem, "Asia/Shanghai", [*walls, present], known.order, best=3)
    (start,) = {start for start in again if start.wall == present}
    assert start.order == known.order
    assert [start.wall for start in again[:3]] == ranked[:3]


def test_a_show_keeps_its_wall_time_when_it_moves_over_a_change_of_clocks() -> None:
    start = instant("2026-10-20", "14:00", "Europe/Rome")
    problem = replace(afternoon(), sittings=(Sitting("day", start, start + 6_000_000),))
    (sitting,) = moved(problem, "Europe/Rome", "2026-10-27T14:00:00").sittings
    assert clock.wall(sitting.starts_at, "Europe/Rome") == "2026-10-27T14:00:00"
    assert clock.wall(sitting.starts_at, "UTC") == "2026-10-27T13:00:00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"wishes": (Together("c"),)}, "plan.unknown"),
        ({"wishes": (Pin("s9", "day", 0),)}, "plan.unknown"),
        ({"wishes": (Pin("s0", "night", 0),)}, "plan.unknown"),
        ({"wishes": (Apart("s0", "s0"),)}, "plan.twice"),
        ({"people": ()}, "plan.unknown"),
        ({"slots": (Slot("s0", 0, ()),)}, "plan.length"),
        ({"slots": (Slot("s0", 60, ()), Slot("s0", 60, ()))}, "plan.twice"),
        ({"sittings": (Sitting("a", 0, 10), Sitting("b", 5, 20))}, "plan.overlap"),
        ({"people": (Someone("p0", "Mars/Olympus"),), "slots": ()}, "zone.unknown"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(change: dict[str, object], code: str) -> None:
    check(afternoon())
    with pytest.raises(Refusal) as refused:
        check(replace(afternoon(), **change))
    assert refused.value.code == code
