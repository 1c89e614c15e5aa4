"""A repair moves the fewest slots, and is the best of those that do; brute force agrees."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from server.domain.hours import Hours
from server.plan.problem import Order, Problem, Sitting, Slot, Someone, Together
from server.plan.repair import repair, still
from server.plan.score import breaches, moved, score
from server.plan.search import TooLargeError
from tests.plan.cases import DAYS, MINUTE, ZONES, instant, orders, problems


def fewest(present: Order, order: Order) -> int:
    """The definition, by trying: the most slots that keep their sitting and their order."""
    kept = 0
    for was, now in zip(present, order, strict=True):
        both = [name for name in was if name in now]
        kept += max(
            count
            for count in range(len(both) + 1)
            for chosen in combinations(both, count)
            if [name for name in now if name in chosen] == list(chosen)
        )
    known = {name for names in order for name in names}
    return sum(name in known for names in present for name in names) - kept


def held(problem: Problem) -> None:
    problem = replace(problem, present=still(problem))
    found = repair(problem)
    best = min(
        (
            (fewest(problem.present, order), *score(problem, order))
            for order in orders(list(problem.slots), list(problem.sittings))
            if not breaches(problem, order)
        ),
        default=None,
    )
    if best is None:
        assert found is None
        return
    assert found is not None
    assert breaches(problem, found.order) == []
    assert (len(found.moved), *score(problem, found.order)) == best
    assert len(found.moved) == fewest(problem.present, found.order)
    assert found.score == score(problem, found.order)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_a_repair_is_what_trying_every_order_finds(problem: Problem) -> None:
    held(problem)


def afternoon(count: int, zones: tuple[str, ...] = ZONES, length: int = 900) -> Problem:
    start = instant(DAYS[0], "14:00")
    slots = tuple(Slot(f"s{n}", length, (f"p{n}",), "ab"[n % 2]) for n in range(count))
    return Problem(
        people=tuple(Someone(f"p{n}", zones[n % len(zones)]) for n in range(count)),
        slots=slots,
        sittings=(Sitting("day", start, start + 5 * 3_600_000),),
        present=(tuple(slot.id for slot in slots),),
    )


@settings(max_examples=3, deadline=None)
@given(st.data())
def test_a_repair_of_seven(data: st.DataObject) -> None:
    problem = afternoon(7)
    present = tuple(data.draw(st.permutations(problem.present[0])))
    late = data.draw(st.integers(0, 6))
    slots = tuple(
        replace(slot, seconds=data.draw(st.sampled_from([900, 1200])))
        if n != late
        else replace(slot, earliest=problem.sittings[0].starts_at + 65 * MINUTE)
        for n, slot in enumerate(problem.slots)
    )
    wishes = data.draw(st.sampled_from([(), (Together("a"),)]))
    held(replace(problem, slots=slots, present=(present,), wishes=wishes))


@settings(max_examples=30, deadline=None)
@given(problems(most=6))
def test_the_same_input_has_the_same_repair(problem: Problem) -> None:
    assert repair(problem) == repair(replace(problem))


def late(problem: Problem, slot: int, minutes: int) -> Problem:
    at = problem.sittings[0].starts_at + minutes * MINUTE
    slots = [
        replace(s, earliest=at if n == slot else s.earliest) for n, s in enumerate(problem.slots)
    ]
    return replace(problem, slots=tuple(slots))


def test_what_can_stay_stays() -> None:
    problem = afternoon(12)
    found = repair(problem)
    assert found is not None
    assert found.order == problem.present
    assert (found.moved, found.shifts, found.changes) == ((), (), ())


def test_whoever_is_late_is_the_one_who_moves_and_what_others_bear_is_told() -> None:
    problem = late(afternoon(12), 2, 95)
    found = repair(problem)
    assert found is not None
    assert found.moved == ("s2",)
    assert {shift.slot for shift in found.shifts} >= {"s2", "s3"}
    now = {shift.slot: shift.now for shift in found.shifts}
    assert now["s2"] >= problem.sittings[0].starts_at + 95 * MINUTE
    was = {shift.slot: shift.was for shift in found.shifts}
    assert was["s2"] == problem.sittings[0].starts_at + 30 * MINUTE
    assert {change.person for change in found.changes} <= {
        f"p{shift.slot[1:]}" for shift in found.shifts
    }
    # Of the places that it may have, the one that costs all least.
    others = [name for name in problem.present[0] if name != "s2"]
    tries = [(*others[:n], "s2", *others[n:]) for n in range(12)]
    best = min(score(problem, (o,)) for o in tries if not breaches(problem, (o,)))
    assert found.score == best


def test_a_lost_slot_is_left_out_and_nobody_else_has_to_move() -> None:
    problem = afternoon(12)
    rest = replace(problem, slots=problem.slots[:4] + problem.slots[5:])
    found = repair(rest)
    assert found is not None
    assert found.moved == ()
    assert found.order == ((*problem.present[0][:4], *problem.present[0][5:]),)


def test_neighbours_that_change_places_are_one_slot_moved_and_far_ones_two() -> None:
    assert moved((tuple("abcd"),), (tuple("bacd"),)) == ("a",)
    assert len(moved((tuple("abcd"),), (tuple("dbca"),))) == 2
    assert moved((tuple("abcd"),), (tuple("bcda"),)) == ("a",)
    assert moved((tuple("ab"), tuple("cd")), (tuple("b"), tuple("acd"))) == ("a",)
    assert moved((), (tuple("ab"),)) == ()


@pytest.mark.parametrize("slots", [(2,), (1, 7), (0, 4, 9)])
def test_twelve_with_several_who_are_late_are_repaired_at_once(slots: tuple[int, ...]) -> None:
    problem = afternoon(12)
    for slot in slots:
        problem = late(problem, slot, 100 + slot)
    found = repair(problem, patience=60_000)
    assert found is not None
    assert set(found.moved) <= {f"s{slot}" for slot in slots}
    assert breaches(problem, found.order) == []


def test_what_cannot_be_repaired_has_no_repair_and_what_is_too_large_is_given_up() -> None:
    assert repair(late(afternoon(12), 3, 10_000)) is None
    nobody = replace(
        afternoon(3), people=tuple(Someone(f"p{n}", ZONES[0], (Hours(60, 120),)) for n in range(3))
    )
    assert repair(nobody) is None
    with pytest.raises(TooLargeError):
        repair(late(afternoon(12), 3, 60), patience=5)
