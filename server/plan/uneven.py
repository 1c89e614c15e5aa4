"""A good plan for many slots of unequal lengths, without a proof of its own.

It begins with the plan that there would be if all were equally long. Then, by the clock, slots
change places or go elsewhere for as long as it helps: first to break fewer hard rules, then for the
sum. No chance and no clock: the same problem has the same plan.
"""

from collections.abc import Iterator
from itertools import combinations

from server.plan.problem import (
    Apart,
    InOrder,
    Order,
    Pin,
    Problem,
    Together,
    ending,
    pause,
)

# Orders that are tried: some seconds of them.
TRIES = 120_000

MINUTE_MS = 60_000

Value = tuple[int, int]  # hard rules that are broken, and the sum
Lists = list[list[int]]  # the slots of each sitting, by number


def improved(problem: Problem, order: Order, limit: int, tries: int = TRIES) -> Order:
    """Return a better order, in which nobody bears more than `limit` unless it breaks a rule."""
    number = {slot.id: n for n, slot in enumerate(problem.slots)}
    lists = [[number[name] for name in names] for names in order]
    found = _Uneven(problem, limit, tries).best(lists)
    return tuple(tuple(problem.slots[n].id for n in names) for names in found)


class _Uneven:
    """Orders of one problem, by the clock."""

    def __init__(self, problem: Problem, limit: int, tries: int) -> None:
        self.problem = problem
        self.limit = limit
        self.tries = tries
        number = {slot.id: n for n, slot in enumerate(problem.slots)}
        fields = {wish.field for wish in problem.wishes if isinstance(wish, Together)}
        self.block = [slot.field if slot.field in fields else "" for slot in problem.slots]
        self.lengths = [slot.seconds * 1000 for slot in problem.slots]
        people = [frozenset(slot.people) for slot in problem.slots]
        several = len({sitting.stage for sitting in problem.sittings}) > 1
        self.sharing = [
            (a, b)
            for a, b in combinations(range(len(people)), 2)
            if several and people[a] & people[b]
        ]
        self.ordered = [
            (number[w.first], number[w.second]) for w in problem.wishes if isinstance(w, InOrder)
        ]
        self.apart = [
            (number[w.first], number[w.second], w.between)
            for w in problem.wishes
            if isinstance(w, Apart)
        ]
        self.pins = [
            (number[w.slot], problem.index[w.sitting], w.ordinal)
            for w in problem.wishes
            if isinstance(w, Pin)
        ]
        self.starts = [0] * len(problem.slots)
        self.spots = [(0, 0)] * len(problem.slots)
        self.values: list[Value] = []

    def best(self, lists: Lists) -> Lists:
        """Return lists that no exchange and no move makes better."""
        self.values = [self._timed(sitting, names) for sitting, names in enumerate(lists)]
        value = self._value()
        better = True
        while better and self.tries > 0:
            better = False
            for slot in range(len(self.lengths)):
                chosen: dict[int, list[int]] | None = None
                for changed in self._neighbours(lists, slot):
                    found = self._tried(lists, changed)
                    if found < value:
                        value, chosen = found, changed
                if chosen is not None:
                    better = True
                    for sitting, names in chosen.items():
                        lists[sitting] = names
                        self.values[sitting] = self._timed(sitting, names)
        return lists

    def _tried(self, lists: Lists, changed: dict[int, list[int]]) -> Value:
        """Return what it would be worth if some sittings had other lists."""
        self.tries -= 1
        before = [(sitting, self.values[sitting]) for sitting in changed]
        for sitting, names in changed.items():
            self.values[sitting] = self._timed(sitting, names)
        found = self._value()
        for sitting, value in before:
            self.values[sitting] = value
            self._timed(sitting, lists[sitting])
        return found

    def _neighbours(self, lists: Lists, slot: int) -> Iterator[dict[int, list[int]]]:
        """Yield what changes if a slot changes places with a later one, or goes elsewhere."""
        block = self.block[slot]
        here, ordinal = self.spots[slot]
        for other in range(slot + 1, len(self.block)):
            if self.block[other] == block:
                there, place = self.spots[other]
                changed = {here: list(lists[here]), there: list(lists[there])}
                changed[there][place] = slot
                changed[here][ordinal] = other
                yield changed
        if block:
            yield from self._with_block(lists, slot)
        rest = [name for name in lists[here] if name != slot]
        for sitting, names in enumerate(lists):
            if block and not self._goes_on(here, sitting):
                continue
            without = rest if sitting == here else names
            for place in range(len(without) + 1):
                before = self.block[without[place - 1]] if place else ""
                after = self.block[without[place]] if place < len(without) else ""
                inside = before == after != block if before else False
                if inside or (block and block not in (before, after)):
                    continue
                yield {here: rest, sitting: [*without[:place], slot, *without[place:]]}

    def _with_block(self, lists: Lists, slot: int) -> Iterator[dict[int, list[int]]]:
        """Yield what changes if a block that begins with a slot changes places with a later one, or
        if it goes on where the next sitting of its stage begins, or no longer does."""
        here, ordinal = self.spots[slot]
        names, block = lists[here], self.block[slot]
        if ordinal == len(names) - 1 and (after := self._beside(here, 1)) is not None:
            yield {here: names[:-1], after: [slot, *lists[after]]}
        if ordinal == 0 and (before := self._beside(here, -1)) is not None:
            yield {here: names[1:], before: [*lists[before], slot]}
        if ordinal and self.block[names[ordinal - 1]] == block:
            return
        mine = [name for name in names if self.block[name] == block]
        if len(mine) < self.block.count(block):
            return
        for there, others in enumerate(lists):
            for other in dict.fromkeys(self.block[name] for name in others):
                run = [name for name in others if self.block[name] == other]
                if other > block and len(run) == self.block.count(other):
                    swapped = {here: names, there: others}
                    for sitting in swapped:
                        swapped[sitting] = self._exchanged(lists[sitting], mine, run)
                    yield swapped

    def _exchanged(self, names: list[int], one: list[int], other: list[int]) -> list[int]:
        """Return a list with two runs of it, or what is there of them, in each other's places."""
        found: list[int] = []
        for name in names:
            if name == one[0]:
                found += other
            elif name == other[0]:
                found += one
            elif name not in one and name not in other:
                found.append(name)
        return found

    def _goes_on(self, here: int, there: int) -> bool:
        """Tell whether two sittings are on one stage."""
        return self.problem.sittings[here].stage == self.problem.sittings[there].stage

    def _beside(self, sitting: int, step: int) -> int | None:
        """Return the sitting after one (1) or before it (-1) on its stage, if there is one."""
        sittings, beside = self.problem.sittings, sitting + step
        if not 0 <= beside < len(sittings) or sittings[beside].stage != sittings[sitting].stage:
            return None
        return beside

    def _timed(self, sitting: int, names: list[int]) -> Value:
        """Note when each slot of a sitting starts; return what that breaks and costs."""
        problem, held = self.problem, self.problem.sittings[sitting]
        free_at, broken, total = held.starts_at, 0, 0
        for ordinal, slot in enumerate(names):
            starts_at = pause(held, ordinal, free_at)
            if starts_at is None:
                broken += 1
                starts_at = free_at
            self.starts[slot] = starts_at
            self.spots[slot] = (sitting, ordinal)
            cost = problem.cost(slot, starts_at)
            if cost is None or cost.worst > self.limit:
                broken += 1
            if cost is not None:
                total += cost.total
            free_at = starts_at + self.lengths[slot]
            if ordinal + 1 < len(names):
                free_at += held.changeover * 1000
        if ending(held, len(names), free_at) is None:
            broken += 1 + max(0, free_at - held.ends_at) // MINUTE_MS
        if held.most is not None:
            broken += max(0, len(names) - held.most)
        return broken, total

    def _value(self) -> Value:
        """Return what is broken in all, and the sum."""
        starts, spots, lengths = self.starts, self.spots, self.lengths
        broken = sum(value[0] for value in self.values)
        for a, b in self.sharing:
            broken += starts[a] < starts[b] + lengths[b] and starts[b] < starts[a] + lengths[a]
        broken += sum(starts[a] + lengths[a] > starts[b] for a, b in self.ordered)
        for a, b, between in self.apart:
            (one, m), (other, n) = spots[a], spots[b]
            broken += one == other and abs(m - n) <= between
        broken += sum(spots[slot] != (sitting, place) for slot, sitting, place in self.pins)
        return broken, sum(value[1] for value in self.values)
