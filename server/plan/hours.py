"""Hours in which somebody can be there, or would like to be: wall time in a zone of their own."""

import re
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from server.domain import clock
from server.domain.refusal import Refusal

SPAN = re.compile(r"(?:(\d{4}-\d\d-\d\d)[ T])?([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*(\d\d):([0-5]\d)")


class Hours(msgspec.Struct, frozen=True):
    """From one wall time to another, each day or on one `day`; past midnight if it ends earlier.

    Minutes after midnight; `closes` may be up to 24:00, and equal to `opens` is a whole day.
    """

    opens: int
    closes: int
    day: str | None = None

    def window(self, day: date, zone: str) -> tuple[int, int]:
        """Return the instants (ms UTC) between which these hours of a day lie."""
        after = 1 if self.closes <= self.opens else 0
        return _instant(day, self.opens, zone), _instant(
            day + timedelta(days=after), self.closes, zone
        )


def parse(text: str, field: str = "available") -> Hours:
    """Read `07:00-23:00` or `2020-11-13 20:00-02:00`; refuse `plan.hours` by the `field`."""
    found = SPAN.fullmatch(text.strip())
    closes = int(found[4]) * 60 + int(found[5]) if found else 0
    try:
        if found is None or closes > 24 * 60:
            raise ValueError
        day = date.fromisoformat(found[1]).isoformat() if found[1] else None
    except ValueError:
        raise Refusal(
            "plan.hours",
            "“{text}” are no hours such as “07:00-23:00” or “2020-11-13 20:00-02:00”.",
            field=field,
            text=text[:80],
        ) from None
    return Hours(int(found[2]) * 60 + int(found[3]), closes, day)


@lru_cache(maxsize=65_536)
def inside(hours: tuple[Hours, ...], zone: str, starts_at: int, ends_at: int) -> int:
    """Return how much of a stretch (ms) lies in any of these hours."""
    first = clock.local(starts_at, zone).date() - timedelta(days=1)
    last = clock.local(ends_at, zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    covered, reached = 0, starts_at
    for opens, closes in sorted(
        span.window(day, zone)
        for span in hours
        for day in days
        if span.day is None or span.day == day.isoformat()
    ):
        opens, closes = max(opens, reached), min(closes, ends_at)  # noqa: PLW2901
        if opens < closes:
            covered += closes - opens
            reached = closes
    return covered


def _instant(day: date, minutes: int, zone: str) -> int:
    day += timedelta(days=minutes // (24 * 60))
    minutes %= 24 * 60
    return clock.instant(f"{day}T{minutes // 60:02}:{minutes % 60:02}:00", zone)
