"""A good plan for what is too large to be gone through, without a proof of its own.

First the order of the fields that stay together (`blocks.py`), each with its slots at the best of
its places (an assignment); then exchanges of two slots, until nobody is in two places at once and
nothing gets better. No chance and no clock: the same problem has the same plan.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, permutations, product

from server.plan.assignment import assign
from server.plan.blocks import Blocks, NoPlanError
from server.plan.filling import Filled, fill
from server.plan.lines import Node, Prices, lines_of
from server.plan.places import Places
from server.plan.problem import Apart, InOrder, Order, Problem, Together

# Steps of all assignments together, after which prices would no longer come while one waits.
PATIENCE = 60_000_000
# The same for the assignments that tell how full each sitting should be.
TRIES = 1_000_000
# How much more a plan costs than its slots would if places could stay empty between them: about.
EXPECTED = 1.02


class Arrangement:
    """Slots at places, by their numbers; every place has one possible start."""

    def __init__(self, problem: Problem, places: Places, limit: int) -> None:
        self.problem = problem
        self.places = places.all
        self.starts = [place.starts[0] for place in self.places]
        known = [
            [at[0].total if at and at[0].worst <= limit else None for at in row]
            for row in places.costs
        ]
        # More than any plan costs, so that what is forbidden is avoided first.
        self.never = 1 + sum(max((c for c in row if c is not None), default=0) for row in known)
        self.known = known
        self.costs = [[self.never if c is None else c for c in row] for row in known]
        together = [wish.field for wish in problem.wishes if isinstance(wish, Together)]
        self.blocks = [
            [n for n, slot in enumerate(problem.slots) if slot.field == field]
            for field in dict.fromkeys(together)
        ]
        blocked = {n for block in self.blocks for n in block}
        self.free = [n for n in range(len(problem.slots)) if n not in blocked]
        self.lines = lines_of(problem, places)
        self.prices = Prices(known, self.blocks, PATIENCE)
        self.at: list[int] = [-1] * len(problem.slots)
        self._rivals = self._clashing()
        kinds: dict[tuple[int, ...], int] = {}
        columns = zip(*self.costs, strict=True)
        self._kind = [kinds.setdefault(column, len(kinds)) for column in columns]
        self._worths: dict[tuple[int, ...], int] = {}

    def arrange(self) -> None:
        """Give every slot a place, as well as exchanges of blocks and of slots can.

        Raises NoPlanError.
        """
        blocks = Blocks(self.lines, self.prices, self.never)
        taken: list[Node] = []
        for line, order in enumerate(blocks.best()):
            end, spans = blocks.spans(line, order)
            for block, span in zip(order, spans, strict=True):
                self._assign(self.blocks[block], span)
            taken.append(end)
        if self.free:
            self._assign(self.free, self._share(taken))
        self._exchange_slots()

    def _assign(self, slots: list[int], span: list[int]) -> None:
        """Give slots the best of some places."""
        if slots:
            priced = assign([[self.costs[slot][place] for place in span] for slot in slots])
            if priced is None:
                raise NoPlanError
            for slot, column in zip(slots, priced.chosen, strict=True):
                self.at[slot] = span[column]

    def _share(self, taken: list[Node]) -> list[int]:
        """Return places for the free slots, from the start of what is left of the sittings.

        How many each sitting gets is what rents make of it (`filling.py`), then changed for as long
        as it helps, or until that would take too long.
        """
        waiting, closes = self._waiting(taken)
        filled = self._filled(self.free, waiting, closes)
        if filled is None:
            raise NoPlanError
        counts = filled.counts
        value = self._worth(waiting, counts)
        tries = TRIES // (len(self.free) ** 2 + 1)
        better = True
        while better:
            better = False
            for (a, b), moved in product(permutations(range(len(counts)), 2), (1, 2, 3)):
                if tries <= 0 or counts[a] < moved or counts[b] + moved > len(waiting[b]):
                    continue
                other = list(counts)
                other[a], other[b] = counts[a] - moved, counts[b] + moved
                if not (closes[a][other[a]] and closes[b][other[b]]):
                    continue
                tries -= 1
                found = self._worth(waiting, other)
                if found < value:
                    counts, value, better = other, found, True
        return [p for places, count in zip(waiting, counts, strict=True) for p in places[:count]]

    def _waiting(self, taken: list[Node]) -> tuple[list[list[int]], list[list[bool]]]:
        """Return the places of each sitting that no block has, and how full it may end."""
        waiting, closes = [], []
        for line, (sitting, done) in zip(self.lines, taken, strict=True):
            waiting += [line.places[sitting][done:], *line.places[sitting + 1 :]]
            closes += [line.closes[sitting][done:], *line.closes[sitting + 1 :]]
        return waiting, closes

    def _filled(
        self,
        slots: list[int],
        waiting: list[list[int]],
        closes: list[list[bool]],
        target: int | None = None,
    ) -> Filled | None:
        """Return how slots fill sittings; `target` is about what they cost, if that is known."""
        everywhere = [place for places in waiting for place in places]
        priced = assign([[self.known[slot][place] for place in everywhere] for slot in slots])
        if priced is None:
            return None
        prices = dict(zip(everywhere, priced.columns, strict=True))
        if target is None:
            target = round(EXPECTED * (sum(priced.rows) + sum(priced.columns)))
        return fill([self.known[slot] for slot in slots], waiting, closes, prices, target)

    def bound(self, target: int) -> int | None:
        """Return what no plan can cost less than, fields together or not; at most `target`."""
        waiting, closes = self._waiting([(0, 0)] * len(self.lines))
        filled = self._filled([*range(len(self.known))], waiting, closes, target)
        return None if filled is None else filled.bound

    def _worth(self, waiting: list[list[int]], counts: list[int]) -> int:
        """Return what the free slots cost if each sitting takes so many of them."""
        span = [p for places, count in zip(waiting, counts, strict=True) for p in places[:count]]
        key = tuple(sorted(self._kind[place] for place in span))
        if key not in self._worths:
            priced = assign([[self.costs[slot][place] for place in span] for slot in self.free])
            assert priced is not None
            self._worths[key] = sum(priced.rows) + sum(priced.columns)
        return self._worths[key]

    def _clashing(self) -> list[list[int]]:
        """Return for each slot those whose place matters to it: by a person, or by a wish."""
        rivals: list[set[int]] = [set() for _ in self.problem.slots]
        number = {slot.id: n for n, slot in enumerate(self.problem.slots)}
        slots_of: dict[str, list[int]] = defaultdict(list)
        if len(self.lines) > 1:
            for n, slot in enumerate(self.problem.slots):
                for name in slot.people:
                    slots_of[name].append(n)
        pairs = [pair for slots in slots_of.values() for pair in combinations(slots, 2)]
        self._apart: dict[tuple[int, int], int] = {}
        self._ordered: set[tuple[int, int]] = set()
        for wish in self.problem.wishes:
            if isinstance(wish, Apart | InOrder):
                pair = (number[wish.first], number[wish.second])
                pairs.append(pair)
                if isinstance(wish, InOrder):
                    self._ordered.add(pair)
                else:
                    self._apart[min(pair), max(pair)] = wish.between
        for a, b in pairs:
            rivals[a].add(b)
            rivals[b].add(a)
        self._people = [frozenset(slot.people) for slot in self.problem.slots]
        self._lengths = [slot.seconds * 1000 for slot in self.problem.slots]
        return [sorted(found) for found in rivals]

    def _clash(self, a: int, b: int) -> bool:
        """Tell whether two slots may not be where they are."""
        one, other = self.at[a], self.at[b]
        start, begin = self.starts[one], self.starts[other]
        overlap = start < begin + self._lengths[b] and begin < start + self._lengths[a]
        if overlap and self._people[a] & self._people[b]:
            return True
        if (a, b) in self._ordered and start + self._lengths[a] > begin:
            return True
        if (b, a) in self._ordered and begin + self._lengths[b] > start:
            return True
        between = self._apart.get((min(a, b), max(a, b)))
        if between is None or self.places[one].sitting != self.places[other].sitting:
            return False
        return abs(self.places[one].ordinal - self.places[other].ordinal) <= between

    def _burden(self, slots: Iterable[int]) -> int:
        """Return what some slots cost where they are, with what they break."""
        return sum(
            self.costs[slot][self.at[slot]]
            + self.never * sum(self._clash(slot, other) for other in self._rivals[slot])
            for slot in slots
        )

    def _exchange_slots(self) -> None:
        """Exchange two slots of a block, or two free ones, for as long as it helps."""
        groups = [*self.blocks, self.free]
        for slots in groups:
            self._untangle(slots)
        better = True
        while better:
            better = self._move_free()
            for slots in groups:
                for a, b in combinations(slots, 2):
                    if self.costs[a] is self.costs[b]:
                        continue
                    before = self._burden((a, b))
                    self.at[a], self.at[b] = self.at[b], self.at[a]
                    if self._burden((a, b)) < before:
                        better = True
                    else:
                        self.at[a], self.at[b] = self.at[b], self.at[a]

    def _untangle(self, slots: list[int]) -> None:
        """Exchange each slot that may not be where it is with the one that makes the most of it.

        Often that costs nothing: another day has a place like it.
        """
        for a in slots:
            if not any(self._clash(a, other) for other in self._rivals[a]):
                continue
            best, gained = a, 0
            for b in slots:
                pair = {a, b}
                before = self._burden(pair)
                self.at[a], self.at[b] = self.at[b], self.at[a]
                gain = before - self._burden(pair)
                self.at[a], self.at[b] = self.at[b], self.at[a]
                if gain > gained:
                    best, gained = b, gain
            self.at[a], self.at[best] = self.at[best], self.at[a]

    def _move_free(self) -> bool:
        """Let free slots go to the end of another sitting; its last one takes the place of each."""
        held = {place: slot for slot, place in enumerate(self.at)}
        free = set(self.free)
        better = False
        for slot in self.free:
            for end in self._ends(held):
                place = self.at[slot]
                last = self._last(held, place)
                if held[last] not in free or self.places[end].sitting == self.places[place].sitting:
                    continue
                pair = (slot, held[last])
                before = self._burden(set(pair))
                self.at[pair[1]] = place
                self.at[slot] = end
                if self._burden(set(pair)) < before:
                    better = True
                    del held[last]
                    held[end] = slot
                    if place != last:
                        held[place] = pair[1]
                else:
                    self.at[pair[1]] = last
                    self.at[slot] = place
        return better

    def _ends(self, held: dict[int, int]) -> list[int]:
        """Return the first place of each sitting that nobody has."""
        first: dict[int, int] = {}
        for number, place in enumerate(self.places):
            if number not in held:
                first.setdefault(place.sitting, number)
        return list(first.values())

    def _last(self, held: dict[int, int], place: int) -> int:
        """Return the last place of a sitting that somebody has."""
        sitting = self.places[place].sitting
        while place + 1 in held and self.places[place + 1].sitting == sitting:
            place += 1
        return place

    def order(self) -> Order:
        """Return the order that has come of it."""
        held: dict[int, int] = {place: slot for slot, place in enumerate(self.at)}
        order: list[list[str]] = [[] for _ in self.problem.sittings]
        for number, place in enumerate(self.places):
            if number in held:
                order[place.sitting].append(self.problem.slots[held[number]].id)
        return tuple(map(tuple, order))
