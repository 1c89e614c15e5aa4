"""The places of a problem, and what each slot costs there if nothing else mattered."""

from functools import cached_property
from typing import NamedTuple

from server.plan.assignment import Priced, assign, bits, shortage
from server.plan.problem import Cost, Pin, Problem, Sitting, pause


class Place(NamedTuple):
    """Number `ordinal` of a sitting (by number), and every instant at which it may start."""

    sitting: int
    ordinal: int
    starts: tuple[int, ...]


class Places:
    """All places that some order reaches, sitting by sitting.

    Hours and pins are kept here, the rules between slots are not: whatever these places cannot
    give, no plan can.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        lengths = sorted({slot.seconds * 1000 for slot in problem.slots})
        self.all = [
            Place(number, ordinal, starts)
            for number, sitting in enumerate(problem.sittings)
            for ordinal, starts in enumerate(_starts(sitting, lengths, len(problem.slots)))
        ]

    @cached_property
    def costs(self) -> list[list[list[Cost]]]:
        """What each slot may cost at each place, by its possible starts; empty: it cannot be."""
        pins = [wish for wish in self.problem.wishes if isinstance(wish, Pin)]
        place_of = {pin.slot: (self.problem.index[pin.sitting], pin.ordinal) for pin in pins}
        slot_at = {place: slot for slot, place in place_of.items()}
        return [
            [
                self._costs(number, place)
                if slot_at.get(place[:2], slot.id) == slot.id
                and place_of.get(slot.id, place[:2]) == place[:2]
                else []
                for place in self.all
            ]
            for number, slot in enumerate(self.problem.slots)
        ]

    def _costs(self, slot: int, place: Place) -> list[Cost]:
        ends_at = self.problem.sittings[place.sitting].ends_at
        length = self.problem.slots[slot].seconds * 1000
        found = (self.problem.cost(slot, at) for at in place.starts if at + length <= ends_at)
        return [cost for cost in found if cost is not None]

    def least_worst(self) -> int | None:
        """Return a burden that somebody must bear in any plan; None: some slots find no place."""
        dearest = [[min((c.worst for c in at), default=None) for at in row] for row in self.costs]
        steps = sorted({worst for row in dearest for worst in row if worst is not None})
        low, high = 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            fits = [bits(w is not None and w <= steps[middle] for w in row) for row in dearest]
            if shortage(fits) is None:
                high = middle
            else:
                low = middle + 1
        return steps[low] if low < len(steps) else None

    def priced(self, limit: int | None = None) -> Priced | None:
        """Return prices for the least sum if nobody bears more than `limit`; None: impossible."""
        return assign(
            [
                [
                    min((c.total for c in at if limit is None or c.worst <= limit), default=None)
                    for at in row
                ]
                for row in self.costs
            ]
        )


def _starts(sitting: Sitting, lengths: list[int], count: int) -> list[tuple[int, ...]]:
    """Return when each number of a sitting may start.

    A length may count more often than there are slots of it, so some starts no order may have;
    none is left out.
    """
    free: set[int] = {sitting.starts_at}
    found = []
    for ordinal in range(count if sitting.most is None else min(count, sitting.most)):
        after = {pause(sitting, ordinal, at) for at in free}
        starts = sorted(at for at in after if at is not None and at + lengths[0] <= sitting.ends_at)
        if not starts:
            break
        found.append(tuple(starts))
        free = {at + length + sitting.changeover * 1000 for at in starts for length in lengths}
    return found
