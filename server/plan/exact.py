"""The optimum with its proof, for as many slots as an afternoon has.

The search takes up the most promising state first (`search.py`). How promising one is comes from
the assignment of slots to places without the rules between them, whose prices bound what the rest
must cost; so the first complete plan that is taken up is proved to be best.
States are sets of slots (`rules.py`), at most 2ⁿ of them unless a wish needs to know more.

It is found in two passes: the least burden of the worst-off person, then the least sum among the
plans that keep to it, and of these the nearest to the present order.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from server.plan.places import Places
from server.plan.problem import Order, Problem
from server.plan.rules import Rules, State, Step
from server.plan.search import Search, Spot, Value

# Steps after which an answer would no longer come while one waits: some seconds.
PATIENCE = 300_000

Near = Callable[[Step], int]


class Optimum(NamedTuple):
    """A best order, and how many steps were looked at to prove it."""

    order: Order
    steps: int


def solve(problem: Problem, near: Near | None = None, patience: int = PATIENCE) -> Optimum | None:
    """Return the best order of all, or None if none keeps to every hard rule.

    `near` says of a step what it costs among plans that are as good (a whole plan: less than
    1,000,000); by default how far it leads from the present order. Raises TooLargeError when more
    than `patience` steps were looked at.
    """
    rules = Rules(problem)
    if not rules.consistent:
        return None
    if not problem.slots:
        return Optimum(tuple(() for _ in problem.sittings), 0) if rules.ends(rules.start) else None
    places = Places(problem)
    least = places.least_worst()
    if least is None:
        return None
    search = _Search(rules, places, near or nearness(problem), patience)
    if len({slot.seconds for slot in problem.slots}) == 1:
        # Mostly the worst-off is as well off as counting allows, and that is proved on the way.
        found = search.least_total(least)
        if found is not None:
            return found
    worst = search.least_worst(least)
    return None if worst is None else search.least_total(worst)


def nearness(problem: Problem) -> Near:
    """Return how far a step leads from the present order, as `score.moves` counts it."""
    at = {name: (s, n) for s, names in enumerate(problem.present) for n, name in enumerate(names)}
    was = [at.get(slot.id) for slot in problem.slots]
    before = [
        sum(1 << i for i, other in enumerate(was) if mine and other and other < mine)
        for mine in was
    ]

    def near(step: Step) -> int:
        mine = was[step.slot]
        overtaken = (before[step.slot] & ~step.after.placed).bit_count()
        return overtaken + (mine is not None and mine[0] != step.sitting)

    return near


class Rest:
    """What the rest of a plan must cost: the prices of slots and places that are still ahead."""

    def __init__(self, places: Places, limit: int) -> None:
        priced = places.priced(limit)
        assert priced is not None
        self._end = (1 << len(priced.rows)) - 1
        self._prices = priced.rows
        self._slots = {0: sum(priced.rows)}
        self._from: dict[tuple[int, int], int] = {}
        self._after = [0] * len(places.problem.sittings)
        ahead = 0
        for place, price in zip(reversed(places.all), reversed(priced.columns), strict=True):
            ahead += price
            self._from[place.sitting, place.ordinal] = ahead
            for sitting in range(place.sitting):
                self._after[sitting] = ahead

    def __call__(self, state: State) -> int:
        if state.placed == self._end:
            return 0
        ahead = self._from.get((state.sitting, state.ordinal))
        return self._of(state.placed) + (self._after[state.sitting] if ahead is None else ahead)

    def _of(self, placed: int) -> int:
        """Return the prices of the slots that have no place yet."""
        known = self._slots.get(placed)
        if known is None:
            last = placed.bit_length() - 1
            known = self._slots[placed] = self._of(placed ^ 1 << last) - self._prices[last]
        return known


class _Search(Search[State]):
    """The two passes over one problem."""

    def __init__(self, rules: Rules, places: Places, near: Near, patience: int) -> None:
        super().__init__(rules.start, rules.everything, rules.ends, patience)
        self.rules = rules
        self.places = places
        self.near = near

    def least_worst(self, least: int) -> int | None:
        """Return what the worst-off person must bear, at least `least`; None: there is no plan."""

        def onward(state: State, value: Value) -> Iterator[tuple[Value, State, Spot]]:
            (worst,) = value
            for step in self.rules.steps(state):
                yield (max(worst, step.cost.worst),), step.after, (step.sitting, step.slot)

        found = self.first((least,), onward, lambda value, _: value)
        return None if found is None else found[0][0]

    def least_total(self, worst: int) -> Optimum | None:
        """Return the order of least sum in which nobody bears more than `worst`; None: none."""
        rest = Rest(self.places, worst)

        def onward(state: State, value: Value) -> Iterator[tuple[Value, State, Spot]]:
            total, far = value
            for step in self.rules.steps(state, worst):
                found = (total + step.cost.total, far + self.near(step))
                yield found, step.after, (step.sitting, step.slot)

        found = self.first((0, 0), onward, lambda value, state: (value[0] + rest(state), value[1]))
        return None if found is None else Optimum(self.rules.order(found[1]), self.steps)
