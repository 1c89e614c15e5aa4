"""Stages as lines of places, and what a block of slots costs on each of its ways over one.

A field that stays together has a run of places on one stage. Nobody else is among them; a sitting
may end in between, and the run goes on with the next.
"""

from collections.abc import Iterator
from typing import NamedTuple

from server.plan.assignment import assign
from server.plan.places import Places
from server.plan.problem import Problem, Sitting, ending, pause

Node = tuple[int, int]  # a sitting of a line, and how many slots it has so far
Costs = list[list[int | None]]


class Line(NamedTuple):
    """A stage: its sittings, the places of each, and after how many slots each may end."""

    sittings: list[Sitting]
    places: list[list[int]]
    closes: list[list[bool]]

    def nodes(self) -> list[Node]:
        """Return every node, in order of time."""
        return [(s, n) for s, places in enumerate(self.places) for n in range(len(places) + 1)]


def lines_of(problem: Problem, places: Places) -> list[Line]:
    length = problem.slots[0].seconds * 1000
    lines: dict[str, Line] = {}
    for number, sitting in enumerate(problem.sittings):
        line = lines.setdefault(sitting.stage, Line([], [], []))
        mine = [n for n, place in enumerate(places.all) if place.sitting == number]
        line.sittings.append(sitting)
        line.places.append(mine)
        line.closes.append([_closes(sitting, length, count) for count in range(len(mine) + 1)])
    return list(lines.values())


def _closes(sitting: Sitting, length: int, count: int) -> bool:
    """Tell whether a sitting of so many slots ends in time."""
    free_at = sitting.starts_at
    for ordinal in range(count):
        starts_at = pause(sitting, ordinal, free_at)
        if starts_at is None:
            return False
        free_at = starts_at + length + (sitting.changeover * 1000 if ordinal + 1 < count else 0)
    return ending(sitting, count, free_at) is not None


class TooManyError(Exception):
    """There are too many runs to know all their prices in time."""


class Prices:
    """What each block costs on any run of places: its slots at the best of them (an assignment).

    Places that cost all slots the same are not told apart. `patience` bounds the steps of all
    assignments together; TooManyError is raised beyond.
    """

    def __init__(self, costs: Costs, blocks: list[list[int]], patience: int) -> None:
        self.blocks = blocks
        self._costs = costs
        self._patience = patience
        kinds: dict[tuple[int | None, ...], int] = {}
        self._kind = [kinds.setdefault(column, len(kinds)) for column in zip(*costs, strict=True)]
        self._known: dict[tuple[int, tuple[int, ...]], int | None] = {}

    def of(self, block: int, span: list[int]) -> int | None:
        """Return what a block costs at as many places as it has slots; None: it cannot be there."""
        key = (block, tuple(self._kind[place] for place in span))
        if key not in self._known:
            self._patience -= len(span) ** 3
            if self._patience < 0:
                raise TooManyError
            rows = [[self._costs[slot][place] for place in span] for slot in self.blocks[block]]
            priced = assign(rows)
            self._known[key] = None if priced is None else sum(priced.rows) + sum(priced.columns)
        return self._known[key]


def ways(
    line: Line, node: Node, left: int, *, early: bool = True
) -> Iterator[tuple[Node, list[int]]]:
    """Yield where `left` slots may lead from a node, and their places.

    Unless a sitting may end `early`, each is filled before the next is begun.
    """
    sitting, done = node
    places = line.places[sitting]
    most = min(left, len(places) - done)
    for taken in range(0 if early else most, most + 1):
        span = places[done : done + taken]
        if taken == left:
            yield (sitting, done + taken), span
        elif sitting + 1 < len(line.sittings) and line.closes[sitting][done + taken]:
            for end, rest in ways(line, (sitting + 1, 0), left - taken, early=early):
                yield end, span + rest
