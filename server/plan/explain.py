"""Why a plan is as it is: what each wish costs, which others are as good, why there is none.

Facts only; the words for them are found where they are shown.
"""

from collections import Counter
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from server.plan.assignment import bits, shortage
from server.plan.exact import Near, solve
from server.plan.places import Places
from server.plan.problem import Order, Problem, Wish
from server.plan.rules import Step
from server.plan.score import Score, appearances, score, timed

Solve = Callable[[Problem], Order | None]


def optimum(problem: Problem) -> Order | None:
    """Return the best order of all, or None; raises TooLargeError."""
    found = solve(problem)
    return None if found is None else found.order


class Change(msgspec.Struct, frozen=True):
    """What somebody bears with something and without it, in seconds of burden, by weight one."""

    person: str
    with_it: int
    without: int


class Price(msgspec.Struct, frozen=True):
    """What a wish costs: the score with it and without it, and who pays or gains, dearest first."""

    wish: Wish
    with_it: Score
    without: Score
    changes: tuple[Change, ...]


def borne(problem: Problem, order: Order) -> dict[str, int]:
    """Return what each person bears in all, in seconds of burden, by weight one."""
    found: Counter[str] = Counter({someone.id: 0 for someone in problem.people})
    for appearance in appearances(problem, timed(problem, order)):
        found[appearance.person] += appearance.burden
    return dict(found)


def changes(problem: Problem, with_it: Order, without: Order) -> tuple[Change, ...]:
    """Return for whom two orders differ, who bears most by the first one first."""
    one, other = borne(problem, with_it), borne(problem, without)
    found = [Change(p, one[p], other[p]) for p in one if one[p] != other[p]]
    return tuple(sorted(found, key=lambda c: (c.without - c.with_it, c.person)))


def prices(problem: Problem, order: Order, solver: Solve = optimum) -> list[Price]:
    """Return what each wish costs in the best order, by solving once more without it."""
    found = []
    for wish in problem.wishes:
        rest = tuple(other for other in problem.wishes if other != wish)
        without = solver(replace(problem, wishes=rest, present=problem.present or order))
        assert without is not None
        found.append(
            Price(
                wish,
                score(problem, order),
                score(problem, without),
                changes(problem, order, without),
            )
        )
    return found


def alternatives(problem: Problem, order: Order, most: int = 3) -> list[Order]:
    """Return up to `most` other orders that are as good, each as unlike those before as can be.

    As good: for the worst-off and in the sum, wherever they stand to the present order.
    """
    target = score(problem, order)[:2]
    found = [order]
    while len(found) <= most:
        another = solve(problem, _unlike(problem, found))
        if another is None or another.order in found:
            break
        assert score(problem, another.order)[:2] == target
        found.append(another.order)
    return found[1:]


def _unlike(problem: Problem, known: list[Order]) -> Near:
    """Return how often a step puts a slot where a known order has it."""
    at = Counter(
        (name, sitting, ordinal)
        for order in known
        for sitting, names in enumerate(order)
        for ordinal, name in enumerate(names)
    )

    def near(step: Step) -> int:
        return at[problem.slots[step.slot].id, step.sitting, step.ordinal]

    return near


class Conflict(msgspec.Struct, frozen=True):
    """Why there is no plan.

    `kind`: `nowhere` (these slots have no place at all), `too_few` (these slots share fewer places
    than they are; `places` says how many), `wishes` (these wishes, the hours of these people and
    the earliest starts of these slots cannot all be kept; without any one of them they could),
    `length` (the sittings are too short, whatever is wished).
    """

    kind: str
    slots: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    places: int = 0
    wishes: tuple[Wish, ...] = ()


def conflict(problem: Problem, solver: Solve = optimum) -> Conflict | None:
    """Return why a problem has no plan, or None if it has one: by counting first, then by trial."""
    places = Places(problem)
    short = shortage([bits(bool(at) for at in row) for row in places.costs])
    if short is not None:
        slots = [problem.slots[row] for row in short.rows]
        people = dict.fromkeys(
            name for slot in slots for name in slot.people if problem.person[name].available
        )
        return Conflict(
            "too_few" if short.columns else "nowhere",
            tuple(slot.id for slot in slots),
            tuple(people),
            len(short.columns),
        )
    if solver(problem) is not None:
        return None
    return _smallest(problem, solver)


def _smallest(problem: Problem, solver: Solve) -> Conflict:
    """Return wishes and hours of which none can be left out without a plan becoming possible."""
    free = replace(
        problem,
        wishes=(),
        people=tuple(replace(p, available=()) for p in problem.people),
        slots=tuple(replace(slot, earliest=None) for slot in problem.slots),
    )
    if solver(free) is None:
        return Conflict("length", tuple(slot.id for slot in problem.slots))
    for person in problem.people:
        if person.available:
            people = tuple(
                replace(p, available=()) if p.id == person.id else p for p in problem.people
            )
            without = replace(problem, people=people)
            if solver(without) is None:
                problem = without
    for late in problem.slots:
        if late.earliest is not None:
            slots = tuple(
                replace(slot, earliest=None) if slot.id == late.id else slot
                for slot in problem.slots
            )
            without = replace(problem, slots=slots)
            if solver(without) is None:
                problem = without
    for wish in problem.wishes:
        without = replace(problem, wishes=tuple(w for w in problem.wishes if w != wish))
        if solver(without) is None:
            problem = without
    people_left = tuple(person.id for person in problem.people if person.available)
    slots_left = tuple(slot.id for slot in problem.slots if slot.earliest is not None)
    return Conflict("wishes", slots_left, people_left, wishes=problem.wishes)
