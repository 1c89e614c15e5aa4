"""The rules of a problem step by step: what may come next, when, and what that leaves open.

A sitting is filled from its start to its end. When a slot begins depends only on *which* slots came
before it, hardly ever on their order, so a state knows those as a set of bits; what a wish or a
parallel stage has to know besides is part of the state, and only then.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from server.plan.problem import (
    Apart,
    Cost,
    InOrder,
    Order,
    Pin,
    Problem,
    Together,
    ending,
    pause,
)
from server.plan.search import Spot


class State(NamedTuple):
    """All that the rest of a plan depends on."""

    placed: int  # the slots that have a place, as bits
    sitting: int
    ordinal: int
    free_at: int
    recent: tuple[int, ...]  # the last slots of this sitting, where a wish keeps slots apart
    times: tuple[tuple[int, int], ...]  # (slot, start) where a slot ahead must look at it


class Step(NamedTuple):
    """A slot (by its number) that may come next, where, what that costs, and the state after it."""

    slot: int
    sitting: int
    ordinal: int
    cost: Cost
    after: State


class Rules:
    """The hard rules of one problem; slots and sittings are numbers, sets of slots are bits."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.number = {slot.id: i for i, slot in enumerate(problem.slots)}
        self.everything = (1 << len(problem.slots)) - 1
        self.start = State(0, 0, 0, problem.sittings[0].starts_at, (), ())
        self._lengths = [slot.seconds * 1000 for slot in problem.slots]
        self._several = len({sitting.stage for sitting in problem.sittings}) > 1
        self._fields = [
            sum(1 << i for i, slot in enumerate(problem.slots) if slot.field == wish.field)
            for wish in problem.wishes
            if isinstance(wish, Together)
        ]
        self._place_of: dict[int, tuple[int, int]] = {}
        self._slot_at: dict[tuple[int, int], int] = {}
        self.consistent = self._pin()
        self._pinned = sum(1 << slot for slot in self._place_of)
        self._between = self._keep_apart()
        self._reach = max(self._between.values(), default=0)
        self._ordered = {
            (self.number[wish.first], self.number[wish.second])
            for wish in problem.wishes
            if isinstance(wish, InOrder)
        }
        self._first = [
            sum(1 << a for a, b in self._ordered if b == slot) for slot in range(len(problem.slots))
        ]
        self._steps: dict[State, list[Step]] = {}
        self._picky = self._several or bool(self._between or self._ordered)
        self._at_once = self._share() if self._several else set()
        self._partners = [self._partners_of(slot) for slot in range(len(problem.slots))]

    def _pin(self) -> bool:
        """Note what is pinned; False where two pins contradict each other."""
        for wish in self.problem.wishes:
            if isinstance(wish, Pin):
                slot, place = (
                    self.number[wish.slot],
                    (self.problem.index[wish.sitting], wish.ordinal),
                )
                if self._place_of.setdefault(slot, place) != place:
                    return False
                if self._slot_at.setdefault(place, slot) != slot:
                    return False
        return True

    def _keep_apart(self) -> dict[tuple[int, int], int]:
        """Return how many others must stand between two slots, either way round."""
        between: dict[tuple[int, int], int] = {}
        for wish in self.problem.wishes:
            if isinstance(wish, Apart):
                one, other = self.number[wish.first], self.number[wish.second]
                for pair in ((one, other), (other, one)):
                    between[pair] = max(wish.between, between.get(pair, 0))
        return between

    def _share(self) -> set[tuple[int, int]]:
        """Return the pairs of slots that need the same person, either way round."""
        people = [frozenset(slot.people) for slot in self.problem.slots]
        pairs = [(a, b) for a, b in combinations(range(len(people)), 2) if people[a] & people[b]]
        return {*pairs, *((b, a) for a, b in pairs)}

    def _partners_of(self, slot: int) -> int:
        """Return the slots whose times matter to this one, if stages run side by side."""
        if not self._several:
            return 0
        pairs = self._at_once | self._ordered | {(b, a) for a, b in self._ordered}
        return sum(1 << other for one, other in pairs if one == slot)

    def onward(self, state: State) -> Iterator[State]:
        """Yield the state itself, and what it becomes as one sitting after another is closed."""
        yield state
        sittings = self.problem.sittings
        while state.sitting + 1 < len(sittings) and self._closes(state):
            following = sittings[state.sitting + 1]
            if following.stage != sittings[state.sitting].stage and self._begun(state.placed):
                return
            state = State(state.placed, state.sitting + 1, 0, following.starts_at, (), state.times)
            yield state

    def ends(self, state: State) -> bool:
        """Tell whether all can end as it is: this sitting, and those after it that stay empty."""
        *_, last = self.onward(state)
        return last.sitting == len(self.problem.sittings) - 1 and self._closes(last)

    def steps(self, state: State, limit: int | None = None) -> list[Step]:
        """Return each slot that may come next, in this sitting or in one after it.

        With a `limit`, nobody bears more than that. What comes next is found once for all searches.
        """
        known = self._steps.get(state)
        if known is None:
            known = self._steps[state] = list(self._next(state))
        if limit is None:
            return known
        return [step for step in known if step.cost.worst <= limit]

    def _next(self, state: State) -> Iterator[Step]:
        cost_of = self.problem.cost
        for ready in self.onward(state):
            placed, number, ordinal, free_at, _, _ = ready
            sitting = self.problem.sittings[number]
            starts_at = pause(sitting, ordinal, free_at)
            if starts_at is None or ordinal == sitting.most:
                continue
            open_ms, changeover = sitting.ends_at - starts_at, sitting.changeover * 1000
            for slot in self._open(ready):
                length = self._lengths[slot]
                if length > open_ms or (self._picky and not self._fits(ready, slot, starts_at)):
                    continue
                cost = cost_of(slot, starts_at)
                if cost is not None:
                    after = State(
                        placed | 1 << slot,
                        number,
                        ordinal + 1,
                        starts_at + length + changeover,
                        self._recent(ready, slot) if self._reach else (),
                        self._times(ready, slot, starts_at) if self._several else (),
                    )
                    yield Step(slot, number, ordinal, cost, after)

    def order(self, spots: list[Spot]) -> Order:
        """Return the order that steps lead to, from the first to the last."""
        order: list[list[str]] = [[] for _ in self.problem.sittings]
        for sitting, slot in spots:
            order[sitting].append(self.problem.slots[slot].id)
        return tuple(map(tuple, order))

    def _closes(self, state: State) -> bool:
        """Tell whether a sitting can end as it is: in time, and with all who are pinned to it."""
        sitting = self.problem.sittings[state.sitting]
        free_at = state.free_at - (sitting.changeover * 1000 if state.ordinal else 0)
        return ending(sitting, state.ordinal, free_at) is not None and all(
            state.placed >> slot & 1
            for slot, (number, _) in self._place_of.items()
            if number == state.sitting
        )

    def _begun(self, placed: int) -> int:
        """Return what is still to come of a field that has begun and must not be left."""
        for field in self._fields:
            if 0 != placed & field != field:
                return field & ~placed
        return 0

    def _open(self, state: State) -> Iterator[int]:
        """Yield the slots that no pin and no field keeps from being the next."""
        allowed = self._begun(state.placed) or self.everything & ~state.placed
        place = (state.sitting, state.ordinal)
        if self._place_of:
            here = self._slot_at.get(place)
            allowed &= ~self._pinned if here is None else 1 << here
        while allowed:
            bit = allowed & -allowed
            allowed ^= bit
            yield bit.bit_length() - 1

    def _fits(self, state: State, slot: int, starts_at: int) -> bool:
        """Tell whether a slot keeps its distance, its turn, and shares nobody at the same time."""
        for back, other in enumerate(reversed(state.recent)):
            if self._between.get((other, slot), 0) > back:
                return False
        if not self._several:
            return not self._first[slot] & ~state.placed
        ends_at = starts_at + self._lengths[slot]
        for other, started_at in state.times:
            ended_at = started_at + self._lengths[other]
            if (other, slot) in self._ordered and ended_at > starts_at:
                return False
            if (slot, other) in self._ordered and ends_at > started_at:
                return False
            overlap = starts_at < ended_at and started_at < ends_at
            if overlap and (other, slot) in self._at_once:
                return False
        return True

    def _recent(self, state: State, slot: int) -> tuple[int, ...]:
        """Return the last slots of a sitting, as far back as any wish looks; -1: no wish does."""
        known = slot if any(slot in pair for pair in self._between) else -1
        return (*state.recent, known)[-self._reach :]

    def _times(self, state: State, slot: int, starts_at: int) -> tuple[tuple[int, int], ...]:
        """Return the starts at which a slot that is still to come must look."""
        placed = state.placed | 1 << slot
        known = [*state.times, (slot, starts_at)]
        return tuple(sorted((a, at) for a, at in known if self._partners[a] & ~placed))
