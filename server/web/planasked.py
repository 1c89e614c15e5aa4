"""What is asked about a plan over HTTP, and the plan that it is asked about."""

from itertools import chain
from typing import Literal, TypeVar

import msgspec
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.plan.problem import Order, Pin
from server.plan.show import ShowPlan

A = TypeVar("A", bound=msgspec.Struct)

BySegment = dict[str, tuple[str, ...]]


class Weigh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST …/plan/weigh`: an order of the slots to come; without one, as they stand.

    `brief`: leave the picture and the tables out, as while a slot is being dragged.
    """

    order: BySegment = {}
    brief: bool = False


class Propose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST …/plan/propose`: what to find the best order of.

    `pins` stand in the place of those among the wishes, each a slot and its number (from 0) among
    all that are still to come. `lost` slots are to be left out, `late` ones start at an instant (ms
    UTC) or later; `repair`: as few slots as can be are to move.
    """

    pins: dict[str, int] | None = None
    lost: tuple[str, ...] = ()
    late: dict[str, int] = {}
    repair: bool = False


class Costs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST …/plan/curve`: what an hour costs, by the name of a curve or by its knots."""

    curve: Literal["gentle", "squared"] | tuple[tuple[float, float], ...]


def read(kind: type[A], text: bytes) -> A:
    """Return what is asked, or refuse it by the field at fault where that can be told."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as problem:
        reason, _, place = str(problem).partition(" - at ")
        field = place.strip("`").removeprefix("$").removeprefix(".")
        raise Refusal(
            "frame.invalid", "This frame is not valid: {reason}", field=field or None, reason=reason
        ) from None


def order_of(plan: ShowPlan, by_segment: BySegment) -> Order:
    """Return an order that is told segment by segment, or refuse what is not in the plan."""
    problem = plan.problem
    held = plan.order_by_segment(problem.present)
    for segment in by_segment:
        if segment not in held:
            raise Refusal(
                "segment.unknown", "There is no {kind} “{id}” in this show.",
                field="order", kind="segment", id=segment[:80],
            )  # fmt: skip
    named = list(chain.from_iterable(by_segment.values()))
    for slot in named:
        _known(plan, slot, "order")
        if named.count(slot) > 1:
            raise Refusal(
                "plan.twice", "The {kind} “{id}” is there twice.",
                field="order", kind="slot", id=slot,
            )  # fmt: skip
    # A show has one stage, and so one sitting.
    return (tuple(slot for segment in held for slot in by_segment.get(segment, ())),)


def pinned(plan: ShowPlan, pins: dict[str, int] | None) -> ShowPlan:
    """Return the plan with other pins, or refuse those that cannot be."""
    if pins is None:
        return plan
    problem, (sitting,) = plan.problem, plan.problem.sittings
    found: list[Pin] = []
    for slot, ordinal in pins.items():
        _known(plan, slot, "pins")
        if not 0 <= ordinal < len(problem.slots):
            raise Refusal(
                "plan.place", "There are places from 0 to {most}.", field="pins",
                most=len(problem.slots) - 1,
            )  # fmt: skip
        if any(pin.ordinal == ordinal for pin in found):
            raise Refusal("plan.pinned", "Two slots cannot have the same number.", field="pins")
        found.append(Pin(slot, sitting.id, ordinal))
    others = tuple(wish for wish in problem.wishes if not isinstance(wish, Pin))
    return plan._replace(problem=replace(problem, wishes=(*others, *found)))


def _known(plan: ShowPlan, slot: str, field: str) -> None:
    if slot not in plan.problem.slot:
        raise Refusal(
            "slot.unknown", "There is no {kind} “{id}” in this show.",
            field=field, kind="slot", id=slot[:80],
        )  # fmt: skip
