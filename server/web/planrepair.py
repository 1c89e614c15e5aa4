"""A repair as the desk is told it: what moves against the rundown as it goes on now, who pays."""

from collections.abc import Container
from typing import NamedTuple

from server.domain import clock
from server.plan.problem import Order
from server.plan.score import timed
from server.web.planview import Reader, difference

MINUTE = 60_000


class Turn(NamedTuple):
    """Somebody's turn after a repair: when it would have been and when it is by the show's clock,
    and when by their own; `picked` where they change places, and do not merely give way.

    `by_said` is what they bear more, in hours and minutes, “” for what is not worth a word.
    """

    slot: str
    name: str
    city: str
    was: str
    here: str
    there: str
    earlier: bool
    later: bool
    picked: bool
    by_said: str
    pays: bool


def turns(before: Reader, after: Reader, order: Order, picked: Container[str]) -> list[Turn]:
    """Return the turns in a repaired order; `before` reads the show as it goes on without one."""
    was = before.placed(before.problem.present)
    placed = timed(after.problem, order)
    borne = after.borne(order)
    found = []
    for place in placed:
        slot = after.show.slots[place.slot]
        person = after.show.people[slot.presenter]
        by = borne[person.id, slot.id] - before.present[person.id, slot.id]
        moved = place.starts_at - was[slot.id].starts_at
        found.append(
            Turn(
                slot.id,
                person.name,
                after.place(person.id),
                _time(was[slot.id].starts_at, after.show.zone),
                _time(place.starts_at, after.show.zone),
                after.clock(place.starts_at, person.zone),
                moved <= -MINUTE,
                moved >= MINUTE,
                slot.id in picked,
                difference(by),
                by > 0,
            )
        )
    return found


def _time(at: int, zone: str) -> str:
    return f"{clock.local(at, zone):%H:%M}"
