"""Discomfort: what it costs a person to be needed at an hour of their own day.

It is told in *hours of burden*: a curve over the local hour, free in office hours, mild in the
evening, dear at night and dearest before dawn. What a person bears is the mean of the curve over
the stretch for which they are needed, in whole seconds of burden, so that plans compare exactly.
"""

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise

from server.domain import clock
from server.domain.wishes import Knot, check_curve

HOUR = 3600
DAY_MS = 24 * HOUR * 1000
STEP_MS = 5 * 60 * 1000


class Curve:
    """A smooth curve through knots (local hour, hours of burden) that comes round after 24 hours.

    Between two knots it never leaves the range between their burdens (Fritsch-Carlson, with
    harmonic means for the slopes), so a free stretch stays free.
    """

    def __init__(self, knots: tuple[Knot, ...]) -> None:
        """Refuse `plan.curve` unless there are two knots or more, of hours that rise from 0 to 24
        and burdens from 0 to 1000."""
        check_curve(knots)
        self.knots = knots
        self._hash = hash(knots)
        self._hours = [hour for hour, _ in knots]
        before, after = knots[-1], knots[0]
        ring = [(before[0] - 24, before[1]), *knots, (after[0] + 24, after[1])]
        rises = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(ring)]
        slopes = [2 * a * b / (a + b) if a * b > 0 else 0.0 for a, b in pairwise(rises)]
        # The pieces before the first knot and after the last are the same one.
        self._ring = ring
        self._slopes = [slopes[-1], *slopes, slopes[0]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Curve) and self.knots == other.knots

    def __hash__(self) -> int:
        return self._hash

    def at(self, hour: float) -> float:
        """Return the hours of burden at a local hour, such as 4.5 for half past four."""
        left = bisect_right(self._hours, hour)
        (start, low), (end, high) = self._ring[left], self._ring[left + 1]
        width = end - start
        x = (hour - start) / width
        bent = self._slopes[left] * x * (1 - x) ** 2 - self._slopes[left + 1] * x**2 * (1 - x)
        return low + (high - low) * x * x * (3 - 2 * x) + width * bent


def burden(curve: Curve, zone: str, starts_at: int, ends_at: int) -> int:
    """Return what it costs somebody in `zone` to be needed from one instant to another (ms UTC).

    The mean over the stretch, in seconds of burden. Each five minutes have the local hour that the
    zone has at that instant, so a change of clocks in between is in it.
    """
    whole = _until(curve, zone, ends_at) - _until(curve, zone, starts_at)
    for day in range(starts_at // DAY_MS, ends_at // DAY_MS):
        whole += _day(curve, zone, day)[-1]
    return round(whole / (ends_at - starts_at) * HOUR)


def _until(curve: Curve, zone: str, at: int) -> float:
    """Return the burden (hours times ms) from the last midnight UTC until an instant."""
    day, rest = divmod(at, DAY_MS)
    step, within = divmod(rest, STEP_MS)
    sums = _day(curve, zone, day)
    return sums[step] + (sums[step + 1] - sums[step]) * within / STEP_MS


@lru_cache(maxsize=4096)
def _day(curve: Curve, zone: str, day: int) -> tuple[float, ...]:
    """Return the burden from a midnight UTC until the end of each five minutes of that day."""
    sums = [0.0]
    for step in range(DAY_MS // STEP_MS):
        local = clock.local(day * DAY_MS + step * STEP_MS + STEP_MS // 2, zone)
        hour = local.hour + local.minute / 60 + local.second / HOUR
        sums.append(sums[-1] + curve.at(hour) * STEP_MS)
    return tuple(sums)


def _squared() -> Curve:
    """Return the squares of the hours outside 9-18."""
    outside = {hour: min((hour - 18) % 24, (9 - hour) % 24) for hour in [*range(9), *range(18, 24)]}
    return Curve(
        tuple((float(hour), float(outside.get(hour, 0)) ** 2) for hour in range(24) if hour != 13)
    )


GENTLE = Curve(
    (
        (0.0, 4.0),
        (2.0, 7.0),
        (4.0, 9.0),
        (6.0, 6.0),
        (7.5, 2.0),
        (9.0, 0.0),
        (18.0, 0.0),
        (20.0, 0.5),
        (22.0, 1.5),
    )
)
SQUARED = _squared()
CURVES = {"gentle": GENTLE, "squared": SQUARED}
