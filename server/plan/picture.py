"""The picture of a plan: presenters by time, each on their own clock; for page, print and mail.

A model without a drawing. Instants are ms UTC, burdens hours; whoever draws asks `share` how far
from the left an instant is.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from server.domain import clock
from server.plan.discomfort import HOUR, Curve, burden

CELL_MS = 30 * 60 * 1000
HOUR_MS = 3600 * 1000
# Night by the clock on the wall, whatever a curve makes of it: from 22:00 to 7:00.
NIGHT = (22, 7)
# Steps of burden that colours can tell apart, besides none at all.
LEVELS = 6


class Appearing(msgspec.Struct, frozen=True):
    """What there is to draw: somebody in a slot, and what they bear there, in hours of burden."""

    person: str
    name: str
    zone: str
    country: str
    starts_at: int
    ends_at: int
    burden: float


class Cell(msgspec.Struct, frozen=True):
    """Half an hour of somebody's day.

    `local` is their time as it begins, `hour` the full hour that begins in it, if any. `burden` is
    what this half hour would cost them, `level` the same as a step from 0 (nothing) to `LEVELS`.
    """

    starts_at: int
    ends_at: int
    local: datetime
    hour: int | None
    burden: float
    level: int
    night: bool


class Boundary(msgspec.Struct, frozen=True):
    """Where somebody's next day begins, and its date."""

    at: int
    day: date


class Span(msgspec.Struct, frozen=True):
    """A slot of somebody's: `local` and `until` on their clock, `days` from the show's own date.

    `days` is 1 where it is tomorrow for them already, and -1 where it still is yesterday.
    """

    starts_at: int
    ends_at: int
    local: datetime
    until: datetime
    days: int
    burden: float
    level: int


class Row(msgspec.Struct, frozen=True):
    """Somebody's line: their slots on it, the hours of their day under it, and its boundaries.

    `day` is the date on which their line begins.
    """

    person: str
    name: str
    zone: str
    country: str
    day: date
    spans: tuple[Span, ...]
    cells: tuple[Cell, ...]
    boundaries: tuple[Boundary, ...]


class Tick(msgspec.Struct, frozen=True):
    """A full hour on the show's own clock; `day` where it is midnight."""

    at: int
    hour: int
    day: date | None


class Picture(msgspec.Struct, frozen=True):
    """Everybody's line between two instants, in order of their first slots, and the show's axis."""

    zone: str
    day: date
    starts_at: int
    ends_at: int
    axis: tuple[Tick, ...]
    rows: tuple[Row, ...]

    def share(self, at: int) -> float:
        """Return how far an instant is from the left edge (0) to the right (1)."""
        return (at - self.starts_at) / (self.ends_at - self.starts_at)


def picture(
    appearing: Iterable[Appearing], curve: Curve, zone: str, around: int = 4
) -> Picture | None:
    """Return the picture of who appears when in a show in `zone`; None: nobody does.

    The window goes from `around` hours before the first slot to as many after the last, from full
    hour to full hour of the show. Whoever has several slots has one row.
    """
    found = sorted(appearing, key=lambda one: (one.starts_at, one.ends_at))
    if not found:
        return None
    first = _full_hour(found[0].starts_at, zone) - around * HOUR_MS
    last = max(one.ends_at for one in found) + around * HOUR_MS
    count = -((first - last) // HOUR_MS) * (HOUR_MS // CELL_MS)
    starts = [first + number * CELL_MS for number in range(count)]
    of: dict[str, list[Appearing]] = {}
    for one in found:
        of.setdefault(one.person, []).append(one)
    rows = tuple(_row(mine, curve, zone, starts) for mine in of.values())
    day = clock.local(found[0].starts_at, zone).date()
    return Picture(zone, day, first, starts[-1] + CELL_MS, _axis(zone, starts), rows)


def night(local: datetime) -> bool:
    """Tell whether it is night for somebody."""
    begins, ends = NIGHT
    return local.hour >= begins or local.hour < ends


def level(curve: Curve, hours: float) -> int:
    """Return the step from 0 to `LEVELS` of a burden, on the way to the dearest of the curve."""
    dearest = max(height for _, height in curve.knots)
    if hours <= 0 or not dearest:
        return 0
    return min(LEVELS, 1 + int(hours / dearest * LEVELS))


def _row(mine: list[Appearing], curve: Curve, zone: str, starts: list[int]) -> Row:
    own, begins = mine[0], starts[0]
    return Row(
        own.person,
        own.name,
        own.zone,
        own.country,
        clock.local(begins, own.zone).date(),
        tuple(_span(one, curve, zone) for one in mine),
        tuple(_cell(curve, own.zone, at) for at in starts),
        _boundaries(own.zone, begins, starts[-1] + CELL_MS),
    )


def _span(one: Appearing, curve: Curve, zone: str) -> Span:
    local = clock.local(one.starts_at, one.zone)
    here = clock.local(one.starts_at, zone)
    return Span(
        one.starts_at,
        one.ends_at,
        local,
        clock.local(one.ends_at, one.zone),
        (local.date() - here.date()).days,
        one.burden,
        level(curve, one.burden),
    )


def _cell(curve: Curve, zone: str, at: int) -> Cell:
    local = clock.local(at, zone)
    middle = clock.local(at + CELL_MS // 2, zone)
    last = clock.local(at + CELL_MS - 1, zone)
    borne = burden(curve, zone, at, at + CELL_MS) / HOUR
    begun = last.hour if local.minute == 0 or last.hour != local.hour else None
    return Cell(at, at + CELL_MS, local, begun, borne, level(curve, borne), night(middle))


def _boundaries(zone: str, begins: int, ends: int) -> tuple[Boundary, ...]:
    """Return the midnights inside a stretch; where clocks skip one, what they show instead."""
    found: dict[int, date] = {}
    day = clock.local(begins, zone).date()
    while day < clock.local(ends, zone).date():
        day += timedelta(days=1)
        at = clock.instant(f"{day}T00:00:00", zone)
        if begins < at < ends:
            found[at] = day
    return tuple(Boundary(at, day) for at, day in found.items())


def _axis(zone: str, starts: list[int]) -> tuple[Tick, ...]:
    ticks = []
    for at in [*starts, starts[-1] + CELL_MS]:
        local = clock.local(at, zone)
        if local.minute == 0:
            ticks.append(Tick(at, local.hour, None if local.hour else local.date()))
    return tuple(ticks)


def _full_hour(at: int, zone: str) -> int:
    """Return when the hour began, on a clock in `zone`, in which an instant lies."""
    local = clock.local(at, zone)
    return at - (local.minute * 60 + local.second) * 1000 - at % 1000
