"""All that there is to say about a problem, in the order in which it becomes known."""

from collections.abc import Callable, Iterator

import msgspec
from msgspec.structs import replace

from server.plan.explain import Conflict, Price, alternatives, conflict, prices
from server.plan.planner import NotFoundError, Plan, plan
from server.plan.problem import Order, Problem
from server.plan.repair import Repair, repair
from server.plan.search import TooLargeError
from server.plan.start import Start, rank

Planning = Callable[[Problem], Plan | None]


class Errand(msgspec.Struct, frozen=True):
    """What is to be found out: the best order, and which of the starts `walls`, in `zone`, suit.

    `repair`: the show goes on, and as few slots as can be are to move.
    """

    problem: Problem
    zone: str
    walls: tuple[str, ...] = ()
    repair: bool = False


class Findings(msgspec.Struct, frozen=True):
    """What the planner has found out; None is what it has not, or not yet.

    Without a `plan`, `conflict` says why there is none, unless `given_up`: then there may be one.
    `seconds` is how long the plan itself took. Where a repair was asked for, the `plan` is that: no
    other that moves as few slots is better.
    """

    plan: Plan | None
    seconds: float
    given_up: bool = False
    conflict: Conflict | None = None
    starts: tuple[Start, ...] | None = None
    prices: tuple[Price, ...] | None = None
    alternatives: tuple[Order, ...] | None = None
    repair: Repair | None = None


def findings(
    errand: Errand, clock_seconds: Callable[[], float], planning: Planning = plan
) -> Iterator[Findings]:
    """Yield what is found out, each time with all that was known before.

    The last one is whole, as far as it can be: what is too much for an exact search stays None.
    """
    problem, began = errand.problem, clock_seconds()
    repaired: Repair | None = None
    try:
        if errand.repair:
            repaired = repair(problem)
            best = None
            if repaired is not None:
                best = Plan(repaired.order, repaired.score, repaired.score)
        else:
            best = planning(problem)
    except (NotFoundError, TooLargeError):
        yield Findings(None, clock_seconds() - began, given_up=True)
        return
    found = Findings(best, clock_seconds() - began, repair=repaired)
    if best is None:
        try:
            yield replace(found, conflict=conflict(problem))
        except TooLargeError:
            yield found
        return
    yield found
    if errand.repair:
        return
    try:
        found = replace(found, prices=tuple(prices(problem, best.order)))
        yield found
        found = replace(found, alternatives=tuple(alternatives(problem, best.order)))
        yield found
        yield replace(found, starts=tuple(rank(problem, errand.zone, errand.walls, best.order)))
    except TooLargeError:
        return
