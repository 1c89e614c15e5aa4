"""Planned times become instants, in eight countries and on weekends on which clocks change."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.domain import clock
from server.domain.clock import Anchor
from server.domain.refusal import Refusal

ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Toronto",
    "America/St_Johns",
    "Europe/London",
    "Europe/Rome",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Jerusalem",
    "Asia/Tokyo",
    "Asia/Shanghai",
]

# A show at 14:00 in Changsha, on the wall of each zone above: day of the month and time.
FOURTEEN_IN_CHANGSHA = {
    # North America goes back on 1 November 2020, at 2:00 of its own night.
    "2020-10-31": "31 02:00 31 01:00 30 23:00 31 02:00 31 03:30 31 06:00 31 07:00 31 07:00"
    " 31 09:00 31 08:00 31 15:00 31 14:00",
    "2020-11-01": "01 01:00 01 01:00 31 23:00 01 01:00 01 02:30 01 06:00 01 07:00 01 07:00"
    " 01 09:00 01 08:00 01 15:00 01 14:00",
    "2020-11-02": "02 01:00 02 00:00 01 22:00 02 01:00 02 02:30 02 06:00 02 07:00 02 07:00"
    " 02 09:00 02 08:00 02 15:00 02 14:00",
    # Israel goes forward on Friday 27 March 2026, Europe on Sunday 29 March.
    "2026-03-26": "26 02:00 26 01:00 25 23:00 26 02:00 26 03:30 26 06:00 26 07:00 26 07:00"
    " 26 09:00 26 08:00 26 15:00 26 14:00",
    "2026-03-28": "28 02:00 28 01:00 27 23:00 28 02:00 28 03:30 28 06:00 28 07:00 28 07:00"
    " 28 09:00 28 09:00 28 15:00 28 14:00",
    "2026-03-29": "29 02:00 29 01:00 28 23:00 29 02:00 29 03:30 29 07:00 29 08:00 29 08:00"
    " 29 09:00 29 09:00 29 15:00 29 14:00",
    # Israel and Europe go back on 25 October 2026, North America a week later.
    "2026-10-24": "24 02:00 24 01:00 23 23:00 24 02:00 24 03:30 24 07:00 24 08:00 24 08:00"
    " 24 09:00 24 09:00 24 15:00 24 14:00",
    "2026-10-25": "25 02:00 25 01:00 24 23:00 25 02:00 25 03:30 25 06:00 25 07:00 25 07:00"
    " 25 09:00 25 08:00 25 15:00 25 14:00",
    "2026-11-01": "01 01:00 01 01:00 31 23:00 01 01:00 01 02:30 01 06:00 01 07:00 01 07:00"
    " 01 09:00 01 08:00 01 15:00 01 14:00",
}

# Wall times that happen twice or never, and the instant (UTC) they stand for.
TWICE_OR_NEVER = [
    ("2020-11-01T01:30:00", "America/New_York", "2020-11-01T05:30:00"),  # the first of two
    ("2020-11-01T02:30:00", "America/New_York", "2020-11-01T07:30:00"),
    ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00"),  # the first of two
    ("2026-10-25T01:30:00", "Asia/Jerusalem", "2026-10-24T22:30:00"),  # the first of two
    ("2026-03-08T02:30:00", "America/New_York", "2026-03-08T07:30:00"),  # skipped: 3:30
    ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00"),  # skipped: 3:30
    ("2026-03-29T01:30:00", "Europe/London", "2026-03-29T01:30:00"),  # skipped: 2:30
    ("2026-10-25T02:30:00", "Asia/Tokyo", "2026-10-24T17:30:00"),
    ("2026-10-25T02:30:00", "Asia/Shanghai", "2026-10-24T18:30:00"),
]


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/St_Johns"], autouse=True)
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same answers, wherever the machine thinks it is."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    clock.instant.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("day", FOURTEEN_IN_CHANGSHA)
def test_an_afternoon_in_changsha_all_over_the_world(day: str) -> None:
    at = clock.instant(f"{day}T14:00:00", "Asia/Shanghai")
    walls = [clock.local(at, zone).strftime("%d %H:%M") for zone in ZONES]
    assert " ".join(walls) == FOURTEEN_IN_CHANGSHA[day]


@pytest.mark.parametrize(("wall", "zone", "utc"), TWICE_OR_NEVER)
def test_a_wall_time_that_happens_twice_or_never(wall: str, zone: str, utc: str) -> None:
    instant = datetime.strptime(utc, clock.WALL).replace(tzinfo=UTC)
    assert clock.instant(wall, zone) == instant.timestamp() * 1000


@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_time_and_back(zone: str) -> None:
    for day in FOURTEEN_IN_CHANGSHA:
        wall = f"{day}T14:00:00"
        assert clock.wall(clock.instant(wall, zone), zone) == wall


def test_seconds_are_kept_and_less_is_cut_off() -> None:
    assert clock.wall(1_605_247_200_999, "Asia/Shanghai") == "2020-11-13T14:00:00"
    assert clock.later("2020-11-13T23:59:30", 45) == "2020-11-14T00:00:15"


@pytest.mark.parametrize(
    "name",
    ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "A\0B", "Asia", "x" * 5000, "亚"],
)
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        clock.zone(name, "presenter.zone")
    assert (refused.value.code, refused.value.field) == ("zone.unknown", "presenter.zone")


def test_an_anchor_counts_to_the_millisecond() -> None:
    anchor = Anchor(1_000, 60)
    assert [anchor.left(now) for now in (1_000, 1_001, 61_000, 61_001)] == [60, 59.999, 0, -0.001]
