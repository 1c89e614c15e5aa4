"""A plan with its proof: the exact search where it can answer, a large solver where it cannot."""

from typing import Protocol

import msgspec

from server.plan.exact import TooLargeError, solve
from server.plan.problem import Order, Problem
from server.plan.score import Score, score


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


class Large(Protocol):
    """A solver for what is too large to be gone through."""

    def plan(self, problem: Problem, seconds: float) -> Plan | None:
        """Return a plan within some seconds; None: there is none, or none was found."""


def plan(problem: Problem, large: Large | None = None, seconds: float = 60.0) -> Plan | None:
    """Return the best plan, or None if there is none.

    Raises TooLargeError where the exact search gives up and there is no large solver.
    """
    try:
        found = solve(problem)
    except TooLargeError:
        if large is None:
            raise
        return large.plan(problem, seconds)
    if found is None:
        return None
    worth = score(problem, found.order)
    return Plan(found.order, worth, worth)
