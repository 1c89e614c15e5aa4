"""A plan, and how near it is to the best: proved where all can be gone through, else by a bound."""

import msgspec
from msgspec.structs import replace

from server.plan.arrange import PATIENCE as STEPS
from server.plan.arrange import Arrangement
from server.plan.blocks import NoPlanError
from server.plan.bound import bound
from server.plan.discomfort import HOUR
from server.plan.exact import PATIENCE, solve
from server.plan.lines import Prices, TooManyError
from server.plan.places import Places
from server.plan.problem import Order, Problem
from server.plan.score import Score, breaches, score
from server.plan.search import TooLargeError
from server.plan.uneven import improved

# By how much more than counting can tell the worst-off person may have to bear, in hundredths.
LET_OUT = (0, 2, 5, 10, 20, 50)
# As which share of their mean length unequal slots are first planned, so that all find a place.
SHARES = (1.0, 0.9, 0.8)
# More slots than an afternoon has; the exact search gets little time to prove itself on them.
MANY = 20


class NotFoundError(Exception):
    """No plan was found, though there may be one."""


class Plan(msgspec.Struct, frozen=True):
    """An order, what it is worth, and what no order can be better than.

    `bound.total` holds for every plan whose worst-off person bears no more than `score.worst`;
    `bound.moves` is 0 where nothing is known.
    """

    order: Order
    score: Score
    bound: Score

    @property
    def proved(self) -> bool:
        """Tell whether nothing can be better for the worst-off, or else in the sum."""
        return self.bound[:2] == self.score[:2]

    @property
    def gap(self) -> float:
        """Return how much better the sum might be, as a share of it; 0: not at all."""
        if self.score.worst > self.bound.worst:
            return (self.score.worst - self.bound.worst) / self.score.worst
        total = self.score.total
        return (total - self.bound.total) / total if total else 0.0


def plan(problem: Problem, patience: int = PATIENCE) -> Plan | None:
    """Return the best plan, or a good one with its bound where that is too much; None: no plan.

    It is too much beyond `patience` steps of the exact search. Raises NotFoundError where it is,
    and no plan was found.
    """
    try:
        many = len(problem.slots) > MANY
        found = solve(problem, patience=patience // 30 if many else patience)
    except TooLargeError:
        return arranged(problem)
    if found is None:
        return None
    worth = score(problem, found.order)
    return Plan(found.order, worth, worth)


def arranged(problem: Problem) -> Plan | None:
    """Return a good plan of a large problem with its bound; None: counting shows there is none.

    The present order is not looked at. Raises NotFoundError.
    """
    places = Places(problem)
    least = places.least_worst()
    if least is None:
        return None
    if len({slot.seconds for slot in problem.slots}) > 1:
        return _uneven(problem, places, least)
    for hundredths in LET_OUT:
        limit = least + (least + HOUR) * hundredths // 100
        arrangement = Arrangement(problem, places, limit)
        try:
            arrangement.arrange()
        except NoPlanError:
            continue
        order = arrangement.order()
        if not breaches(problem, order):
            worth = score(problem, order)
            total = _bound(arrangement, places, limit, worth.total)
            return Plan(order, worth, Score(least, total, 0))
    raise NotFoundError


def _uneven(problem: Problem, places: Places, least: int) -> Plan:
    """Return a good plan where slots are of several lengths: first as if they were not.

    What a slot costs at a place is then its least there, so the bound is weaker.
    """
    mean = sum(slot.seconds for slot in problem.slots) / len(problem.slots)
    for share in SHARES:
        slots = tuple(
            replace(slot, seconds=round(mean * share / 60) * 60) for slot in problem.slots
        )
        try:
            start = arranged(replace(problem, slots=slots)) if slots[0].seconds else None
        except NotFoundError:
            continue
        if start is None:
            continue
        found: list[tuple[Score, Order]] = []
        for hundredths in LET_OUT:
            limit = least + (least + HOUR) * hundredths // 100
            order = improved(problem, start.order, limit)
            if not breaches(problem, order):
                found.append((score(problem, order), order))
                if found[-1][0].worst <= limit:
                    break
        if found:
            worth, order = min(found)
            priced = places.priced(worth.worst)
            assert priced is not None
            total = min(worth.total, sum(priced.rows) + sum(priced.columns))
            return Plan(order, worth, Score(least, total, 0))
    raise NotFoundError


def _bound(arrangement: Arrangement, places: Places, limit: int, target: int) -> int:
    """Return what no plan can cost less than if nobody bears more than `limit`."""
    priced = places.priced(limit)
    assert priced is not None
    least = min(target, sum(priced.rows) + sum(priced.columns))
    if not arrangement.blocks:
        return max(least, arrangement.bound(target) or 0)
    blocks = [*arrangement.blocks, *([slot] for slot in arrangement.free)]
    paid = [sum(priced.rows[slot] for slot in block) for block in blocks]
    try:
        prices = Prices(arrangement.known, blocks, STEPS)
        return max(least, bound(arrangement.lines, prices, paid, target))
    except TooManyError:
        return max(least, arrangement.bound(target) or 0)
