"""Taking up the most promising state first (A*: Hart, Nilsson, Raphael 1968).

So long as no promise is more than what becomes of a state, the first complete plan that is taken up
is proved to be best. No chance and no clock: the same problem has the same answer.
"""

from collections.abc import Callable, Hashable, Iterator
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

Value = tuple[int, ...]
Spot = tuple[int, int]  # a sitting, and the slot that comes next in it, by their numbers


class TooLargeError(Exception):
    """The search was given up: there are too many states."""


class Placing(Hashable, Protocol):
    """A state: which slots have a place, as bits, and all that the rest depends on."""

    @property
    def placed(self) -> int: ...


S = TypeVar("S", bound=Placing)
Onward = Callable[[S, Value], Iterator[tuple[Value, S, Spot]]]


class Search(Generic[S]):
    """Searches over the states of one problem; `patience` is how many steps they may take."""

    def __init__(self, start: S, everything: int, ends: Callable[[S], bool], patience: int) -> None:
        self.start = start
        self.everything = everything
        self.ends = ends
        self.patience = patience
        self.steps = 0

    def first(
        self, value: Value, onward: Onward[S], promise: Callable[[Value, S], Value]
    ) -> tuple[Value, list[Spot]] | None:
        """Return the first complete plan, and its value, when the least promise goes first.

        Less of a value is better. None: there is no complete plan. Raises TooLargeError.
        """
        start = self.start
        came: dict[S, tuple[S, Spot]] = {}
        best: dict[S, Value] = {start: value}
        heap = [(promise(value, start), 0, 0, value, start)]
        count = 0
        while heap:
            *_, value, state = heappop(heap)
            if best[state] is not value:
                continue  # reached on a better way since
            if state.placed == self.everything:
                if self.ends(state):
                    return value, _traced(came, state)
                continue
            if self.steps > self.patience:
                raise TooLargeError
            for found, after, spot in onward(state, value):
                self.steps += 1
                known = best.get(after)
                if known is not None and known <= found:
                    continue
                best[after] = found
                came[after] = (state, spot)
                count += 1
                # Deeper first among equals, then in the order of the problem: one plan, always.
                depth = -after.placed.bit_count()
                heappush(heap, (promise(found, after), depth, count, found, after))
        return None


def _traced(came: dict[S, tuple[S, Spot]], state: S) -> list[Spot]:
    """Return the steps that led to a state."""
    spots = []
    while state in came:
        state, spot = came[state]
        spots.append(spot)
    return spots[::-1]
