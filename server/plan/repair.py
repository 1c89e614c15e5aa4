"""The best repair of an order while the show goes on: as few slots moved as can be.

What counts, in this order: no hard rule is broken; the fewest slots are picked up and put elsewhere
(`score.moved`); the worst-off person is as well off as can be; the sum; the fewest steps from the
present order. Proved to be the best of all, or refused as too large.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from server.plan.exact import PATIENCE, Rest, nearness
from server.plan.explain import Change, changes
from server.plan.places import Places
from server.plan.problem import Order, Problem
from server.plan.rules import Rules, State, Step
from server.plan.score import Score, moved, score, timed
from server.plan.search import Search, Spot, Value


class Shift(msgspec.Struct, frozen=True):
    """A slot that starts at another time than it would have, or (`was` None) is new."""

    slot: str
    was: int | None
    now: int


class Repair(msgspec.Struct, frozen=True):
    """The repaired order and what it is worth; `moved` slots are picked up, all others give way.

    `shifts` and `changes` say who has another time, and bears more or less, than if the present
    order went on without what is lost.
    """

    order: Order
    score: Score
    moved: tuple[str, ...]
    shifts: tuple[Shift, ...]
    changes: tuple[Change, ...]


def repair(problem: Problem, patience: int = PATIENCE) -> Repair | None:
    """Return the best repair of the present order, or None if no order keeps to every hard rule.

    Raises TooLargeError where `patience` steps do not suffice.
    """
    order = _repaired(problem, patience)
    if order is None:
        return None
    present = still(problem)
    was = {placed.slot: placed.starts_at for placed in timed(problem, present)}
    found = [Shift(p.slot, was.get(p.slot), p.starts_at) for p in timed(problem, order)]
    return Repair(
        order,
        score(problem, order),
        moved(problem.present, order),
        tuple(shift for shift in found if shift.was != shift.now),
        changes(problem, order, present),
    )


def still(problem: Problem) -> Order:
    """Return the present order without what is no longer in the problem."""
    if not problem.present:
        return tuple(() for _ in problem.sittings)
    return tuple(tuple(name for name in names if name in problem.slot) for names in problem.present)


def _repaired(problem: Problem, patience: int) -> Order | None:
    rules, places = Rules(problem), Places(problem)
    if not rules.consistent:
        return None
    if not problem.slots:
        return tuple(() for _ in problem.sittings) if rules.ends(rules.start) else None
    least = places.least_worst()
    if least is None:
        return None
    fewest = _Repairs(rules, places, None, patience).fewest()
    if fewest is None:
        return None
    search = _Repairs(rules, places, fewest, patience)
    return search.least_total(least) or search.least_total(search.least_worst(least))


class _At(NamedTuple):
    """A state, which slots of the present order are behind it, and how many are picked up.

    Slots are `kept` from left to right: none before number `passed` of the present order (all
    sittings one after another) can be kept any more. `picked` is told where it may become too much.
    """

    placed: int
    state: State
    passed: int
    picked: int


class _Repairs(Search[_At]):
    """The passes over one problem, with at most `most` slots picked up."""

    def __init__(self, rules: Rules, places: Places, most: int | None, patience: int) -> None:
        super().__init__(
            _At(0, rules.start, 0, 0), rules.everything, lambda at: rules.ends(at.state), patience
        )
        self.rules = rules
        self.places = places
        self.most = most
        self.near = nearness(rules.problem)
        present = still(rules.problem)
        names = [name for sitting in present for name in sitting]
        self._number = [rules.number[name] for name in names]
        self._place = {number: place for place, number in enumerate(self._number)}
        self._sitting = [n for n, sitting in enumerate(present) for _ in sitting]
        self._before = [
            sum(1 << number for number in self._number[:n]) for n in range(len(names) + 1)
        ]
        self._begins = [sum(map(len, present[:n])) for n in range(len(present))]

    def fewest(self) -> int | None:
        """Return how many slots must be picked up; None: no order keeps to the rules."""

        def onward(at: _At, value: Value) -> Iterator[tuple[Value, _At, Spot]]:
            for step, after, picked in self._onward(at, None):
                yield (value[0] + picked,), after, (step.sitting, step.slot)

        found = self.first((0,), onward, lambda value, _: value)
        return None if found is None else found[0][0]

    def least_worst(self, least: int) -> int:
        """Return what the worst-off person must bear."""
        rest = Rest(self.places, least)

        def onward(at: _At, value: Value) -> Iterator[tuple[Value, _At, Spot]]:
            for step, after, _ in self._onward(at, None):
                found = (max(value[0], step.cost.worst), value[1] + step.cost.total)
                yield found, after, (step.sitting, step.slot)

        found = self.first(
            (least, 0), onward, lambda value, at: (value[0], value[1] + rest(at.state))
        )
        assert found is not None
        return found[0][0]

    def least_total(self, worst: int) -> Order | None:
        """Return the order of least sum in which nobody bears more than `worst`; None: none."""
        rest = Rest(self.places, worst)

        def onward(at: _At, value: Value) -> Iterator[tuple[Value, _At, Spot]]:
            for step, after, _ in self._onward(at, worst):
                found = (value[0] + step.cost.total, value[1] + self.near(step))
                yield found, after, (step.sitting, step.slot)

        found = self.first((0, 0), onward, lambda value, at: (value[0] + rest(at.state), value[1]))
        return None if found is None else self.rules.order(found[1])

    def _onward(self, at: _At, limit: int | None) -> Iterator[tuple[Step, _At, int]]:
        """Yield each step, once with its slot kept and once with it picked up, and what that picks.

        What is passed over without having been placed will have to be picked up: it counts at once.
        """
        for step in self.rules.steps(at.state, limit):
            begins = max(at.passed, self._begins[step.sitting])
            place = self._place.get(step.slot, -1)
            ahead = place >= begins
            keeps = ahead and self._sitting[place] == step.sitting
            if keeps:
                picked = self._left(at.placed, at.passed, place)
                found = self._after(at, step, place + 1, picked)
                if found is not None:
                    yield step, found, picked
            # The next one that may be kept is never better picked up.
            if not keeps or self._left(at.placed, begins, place):
                picked = self._left(at.placed, at.passed, begins) + ahead
                found = self._after(at, step, begins, picked)
                if found is not None:
                    yield step, found, picked

    def _after(self, at: _At, step: Step, passed: int, picked: int) -> _At | None:
        """Return what a step leads to; None: that is more picked up than there may be."""
        placed = step.after.placed
        while passed < len(self._number) and placed >> self._number[passed] & 1:
            passed += 1
        told = 0 if self.most is None else at.picked + picked
        if self.most is not None and told > self.most:
            return None
        return _At(placed, step.after, passed, told)

    def _left(self, placed: int, start: int, end: int) -> int:
        """Return how many slots from one number of the present order to another have no place."""
        return (self._before[end] & ~self._before[start] & ~placed).bit_count()
