"""What is to be planned: people, the slots in which they are needed, sittings, and wishes.

Instants are ms UTC, lengths seconds. Nothing here knows the clock, files or pages.
"""

from collections import Counter
from collections.abc import Container
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

import msgspec

from server.domain import clock
from server.domain.hours import Hours, inside
from server.domain.refusal import Refusal
from server.plan.discomfort import GENTLE, HOUR, Curve, burden


class Someone(msgspec.Struct, frozen=True):
    """A person who is needed, or an audience: `weight` says how much they count in the sum.

    They cannot be there outside `available`, if there are any such hours. `preferred` hours are
    free for them, whatever the curve says; all others then cost an hour of burden more. Who is
    there `throughout` counts once in the sum, by the mean over their slots, not for each of them. A
    `crowd` counts in the sum, and never is the worst-off person.
    """

    id: str
    zone: str
    available: tuple[Hours, ...] = ()
    preferred: tuple[Hours, ...] = ()
    weight: int = 1
    throughout: bool = False
    crowd: bool = False


class Slot(msgspec.Struct, frozen=True):
    """An allotted time that is to find its place: how long it is, and who is needed for it.

    It starts at the instant `earliest` or later.
    """

    id: str
    seconds: int
    people: tuple[str, ...]
    field: str = ""
    earliest: int | None = None


class Gap(msgspec.Struct, frozen=True):
    """What a sitting holds before its slot number `before` (from 0), such as a break.

    It lasts `seconds` and, if `at` is given, starts at just that instant.
    """

    before: int
    seconds: int
    at: int | None = None


class Sitting(msgspec.Struct, frozen=True):
    """A run of slots, one after another, on one stage on one day.

    `ends_at` is the hard end: whatever the sitting holds is over by then. `most` limits how many
    slots it takes, `changeover` is the time between two of them.
    """

    id: str
    starts_at: int
    ends_at: int
    stage: str = "main"
    gaps: tuple[Gap, ...] = ()
    changeover: int = 0
    most: int | None = None


class Together(msgspec.Struct, frozen=True, tag="together"):
    """A field's slots follow one another on one stage; only a night may come between them."""

    field: str


class Apart(msgspec.Struct, frozen=True, tag="apart"):
    """Two slots of one sitting have at least `between` others between them."""

    first: str
    second: str
    between: int = 1


class InOrder(msgspec.Struct, frozen=True, tag="order"):
    """One slot is over before another starts."""

    first: str
    second: str


class Pin(msgspec.Struct, frozen=True, tag="pin"):
    """A slot is number `ordinal` (from 0) of a sitting."""

    slot: str
    sitting: str
    ordinal: int


Wish = Together | Apart | InOrder | Pin
Order = tuple[tuple[str, ...], ...]


class Problem(msgspec.Struct, frozen=True, dict=True):
    """Everything that a plan depends on.

    `sittings` stand stage by stage, each stage's in order of time. `present` is the order there is
    now, sitting by sitting; a new plan comes as near to it as what matters more allows.
    """

    people: tuple[Someone, ...]
    slots: tuple[Slot, ...]
    sittings: tuple[Sitting, ...]
    wishes: tuple[Wish, ...] = ()
    present: Order = ()
    curve: Curve = GENTLE

    @cached_property
    def person(self) -> dict[str, Someone]:
        """The people by id."""
        return {someone.id: someone for someone in self.people}

    @cached_property
    def slot(self) -> dict[str, Slot]:
        """The slots by id."""
        return {slot.id: slot for slot in self.slots}

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each sitting in `sittings`, by id."""
        return {sitting.id: number for number, sitting in enumerate(self.sittings)}

    @cached_property
    def _slots_of(self) -> Counter[str]:
        return Counter(name for slot in self.slots for name in slot.people)

    def share(self, name: str, borne: int) -> int:
        """Return what somebody adds to the sum who bears so much in one slot."""
        person = self.person[name]
        slots = self._slots_of[name] if person.throughout else 1
        return round(person.weight * borne / slots)

    @cached_property
    def _costs(self) -> "dict[tuple[int, int], Cost | None]":
        return {}

    def cost(self, slot: int, starts_at: int) -> "Cost | None":
        """Return what it costs to start slot number `slot` at an instant; None: it cannot."""
        key = (slot, starts_at)
        try:
            return self._costs[key]
        except KeyError:
            return self._costs.setdefault(key, self._cost(self.slots[slot], starts_at))

    def _cost(self, slot: Slot, starts_at: int) -> "Cost | None":
        if slot.earliest is not None and starts_at < slot.earliest:
            return None
        ends_at = starts_at + slot.seconds * 1000
        worst = total = 0
        for name in slot.people:
            person = self.person[name]
            if not can(person, starts_at, ends_at):
                return None
            borne = bears(self.curve, person, starts_at, ends_at)
            worst = worst if person.crowd else max(worst, borne)
            total += self.share(name, borne)
        return Cost(worst, total)


class Cost(NamedTuple):
    """What a slot costs: what the worst-off of its people bears, and all of them by weight."""

    worst: int
    total: int


def can(person: Someone, starts_at: int, ends_at: int) -> bool:
    """Tell whether somebody can be there from one instant to another."""
    hours = person.available
    return not hours or inside(hours, person.zone, starts_at, ends_at) == ends_at - starts_at


def bears(curve: Curve, person: Someone, starts_at: int, ends_at: int) -> int:
    """Return what somebody bears, in seconds of burden, who is needed between two instants."""
    borne = burden(curve, person.zone, starts_at, ends_at)
    if not person.preferred:
        return borne
    length = ends_at - starts_at
    outside = length - inside(person.preferred, person.zone, starts_at, ends_at)
    return round((borne + HOUR) * outside / length)


def pause(sitting: Sitting, ordinal: int, free_at: int) -> int | None:
    """Return when slot number `ordinal` may start, or the sitting end, after what stands before it.

    `free_at` is when the slot before is over. None: something with a hard start comes too late.
    """
    for gap in sitting.gaps:
        if gap.before == ordinal:
            if gap.at is not None:
                if free_at > gap.at:
                    return None
                free_at = gap.at
            free_at += gap.seconds * 1000
    return free_at


def ending(sitting: Sitting, count: int, free_at: int) -> int | None:
    """Return when a sitting of `count` slots is over; None: too late."""
    for ordinal in range(count, max([count, *(gap.before for gap in sitting.gaps)]) + 1):
        after = pause(sitting, ordinal, free_at)
        if after is None:
            return None
        free_at = after
    return free_at if free_at <= sitting.ends_at else None


def check(problem: Problem) -> None:
    """Refuse a problem that names what is not there, that has something twice, or no length."""
    for kind, names in (
        ("person", [someone.id for someone in problem.people]),
        ("slot", [slot.id for slot in problem.slots]),
        ("sitting", [sitting.id for sitting in problem.sittings]),
        ("stage", [stage for stage, _ in groupby(s.stage for s in problem.sittings)]),
    ):
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise _twice(kind, twice)
    for before, after in pairwise(problem.sittings):
        if before.stage == after.stage and after.starts_at < before.ends_at:
            raise Refusal(
                "plan.overlap",
                "The sitting “{id}” starts before the one before it on its stage is over.",
                field="sitting",
                id=after.id,
            )
    for someone in problem.people:
        clock.zone(someone.zone)
    for slot in problem.slots:
        if slot.seconds <= 0:
            raise Refusal("plan.length", "The slot “{id}” has no length.", field="slot", id=slot.id)
        for name in slot.people:
            _known("person", name, problem.person)
    for wish in problem.wishes:
        _check_wish(problem, wish)


def _check_wish(problem: Problem, wish: Wish) -> None:
    if isinstance(wish, Together):
        _known("field", wish.field, {slot.field for slot in problem.slots if slot.field})
        return
    if isinstance(wish, Pin):
        _known("slot", wish.slot, problem.slot)
        _known("sitting", wish.sitting, problem.index)
        return
    for name in (wish.first, wish.second):
        _known("slot", name, problem.slot)
    if wish.first == wish.second:
        raise _twice("slot", wish.first)


def _known(kind: str, name: str, known: Container[str]) -> None:
    if name not in known:
        raise Refusal(
            "plan.unknown",
            "There is no {kind} “{id}” in this plan.",
            field=kind,
            kind=kind,
            id=name[:80],
        )


def _twice(kind: str, name: str) -> Refusal:
    return Refusal(
        "plan.twice", "The {kind} “{id}” is there twice.", field=kind, kind=kind, id=name[:80]
    )
