"""Wall time, instants and anchors: the one place where a planned time becomes an instant."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from server.domain.refusal import Refusal

WALL = "%Y-%m-%dT%H:%M:%S"


def zone(name: str, field: str = "zone") -> ZoneInfo:
    """Return the IANA zone called `name`, or refuse it by the name of its `field`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refusal(
            "zone.unknown", "There is no time zone called “{zone}”.", field=field, zone=name
        ) from None


@lru_cache(maxsize=4096)
def instant(wall: str, zone_name: str) -> int:
    """Return the instant (ms UTC) of a wall time `YYYY-MM-DDTHH:MM:SS` in a zone.

    A wall time that happens twice (clocks going back) is the first one; one that is skipped
    (clocks going forward) is moved on by the length of the gap, as PEP 495 has it for fold 0.
    """
    local = datetime.strptime(wall, WALL).replace(tzinfo=zone(zone_name))
    return int(local.timestamp() * 1000)


@lru_cache(maxsize=4096)
def instant_again(wall: str, zone_name: str) -> int:
    """Return the same, but the second one of a wall time that happens twice.

    One that is skipped is moved back by the length of the gap, as PEP 495 has it for fold 1.
    """
    local = datetime.strptime(wall, WALL).replace(tzinfo=zone(zone_name), fold=1)
    return int(local.timestamp() * 1000)


def local(at: int, zone_name: str) -> datetime:
    """Return the instant `at` (ms UTC) as an aware local time."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone(zone_name))


def wall(at: int, zone_name: str) -> str:
    """Return the wall time `YYYY-MM-DDTHH:MM:SS` of an instant in a zone (seconds cut off)."""
    return local(at, zone_name).strftime(WALL)


def later(wall_time: str, seconds: int) -> str:
    """Return a planned wall time moved on by `seconds` of wall clock."""
    return (datetime.strptime(wall_time, WALL) + timedelta(seconds=seconds)).strftime(WALL)


def between(earlier: str, later_wall: str) -> int:
    """Return the seconds of wall clock from one wall time to another."""
    apart = datetime.strptime(later_wall, WALL) - datetime.strptime(earlier, WALL)
    return round(apart.total_seconds())


class Anchor(msgspec.Struct, frozen=True):
    """From which a screen counts by itself: `seconds` were left at the instant `at` (ms UTC)."""

    at: int
    seconds: float

    def left(self, now: int) -> float:
        """Return the seconds left at `now`; negative is overtime."""
        return round(self.seconds - (now - self.at) / 1000, 3)
