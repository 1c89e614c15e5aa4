"""The picture has everybody's own clock: half-hour zones, and days on which clocks change."""

from datetime import date, datetime
from itertools import pairwise

import pytest

from server.domain import clock
from server.plan.discomfort import GENTLE, Curve
from server.plan.picture import CELL_MS, LEVELS, Appearing, Picture, Row, level, picture
from tests.plan.cases import MINUTE, instant

SHANGHAI = "Asia/Shanghai"


def drawn(*zones: str, day: str = "2020-11-13", of_day: str = "14:00") -> Picture:
    start = instant(day, of_day)
    found = picture(
        [
            Appearing(
                zone,
                f"In {zone}",
                zone,
                "",
                start + n * 15 * MINUTE,
                start + (n + 1) * 15 * MINUTE,
                1,
            )
            for n, zone in enumerate(zones)
        ],
        GENTLE,
        SHANGHAI,
    )
    assert found is not None
    return found


def hours(row: Row) -> list[int]:
    return [cell.hour for cell in row.cells if cell.hour is not None]


def wall(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


def test_nobody_makes_no_picture() -> None:
    assert picture([], GENTLE, SHANGHAI) is None


def test_the_window_goes_from_full_hour_to_full_hour_around_the_slots() -> None:
    found = drawn(SHANGHAI, "Europe/London", "America/Toronto", of_day="14:20")
    assert wall(clock.local(found.starts_at, SHANGHAI)) == "11-13 10:00"
    assert wall(clock.local(found.ends_at, SHANGHAI)) == "11-13 20:00"
    assert [tick.hour for tick in found.axis] == list(range(10, 21))
    assert [found.share(at) for at in (found.starts_at, found.ends_at)] == [0, 1]
    for row in found.rows:
        assert row.cells[0].starts_at == found.starts_at
        assert row.cells[-1].ends_at == found.ends_at
        assert all(a.ends_at == b.starts_at for a, b in pairwise(row.cells))


def test_rows_stand_by_their_first_slots_and_somebody_with_two_slots_has_one_row() -> None:
    start = instant("2020-11-13", "14:00")
    slots = [("b", 30), ("a", 15), ("b", 0)]
    found = picture(
        [
            Appearing(p, p, SHANGHAI, "", start + m * MINUTE, start + (m + 15) * MINUTE, 0)
            for p, m in slots
        ],
        GENTLE,
        SHANGHAI,
    )
    assert found is not None
    assert [(row.person, len(row.spans)) for row in found.rows] == [("b", 2), ("a", 1)]


def test_a_slot_that_is_yesterday_or_tomorrow_for_somebody_says_so() -> None:
    early = drawn("America/Los_Angeles", SHANGHAI, of_day="09:00")
    assert [row.spans[0].days for row in early.rows] == [-1, 0]
    assert wall(early.rows[0].spans[0].local) == "11-12 17:00"
    late = drawn("Australia/Sydney", of_day="23:00").rows[0]
    assert late.spans[0].days == 1
    assert wall(late.spans[0].until) == "11-14 02:15"


@pytest.mark.parametrize(
    ("zone", "local", "boundary"),
    [("America/St_Johns", "23:30", "00:00"), ("Asia/Kathmandu", "22:45", "00:00")],
)
def test_half_hour_zones_have_their_own_hours_and_their_midnight_where_it_is(
    zone: str, local: str, boundary: str
) -> None:
    start = instant("2020-11-13", local, zone)
    found = picture([Appearing("p", "p", zone, "", start, start + 900_000, 0)], GENTLE, SHANGHAI)
    assert found is not None
    (row,) = found.rows
    (midnight,) = row.boundaries
    assert midnight.day == date(2020, 11, 14)
    assert wall(clock.local(midnight.at, zone)) == "11-14 00:00"
    assert row.day == date(2020, 11, 13)
    # Every full hour is in one cell, the one in which it begins.
    named = [cell for cell in row.cells if cell.hour is not None]
    for cell in named:
        at = next(
            at
            for at in range(cell.starts_at, cell.ends_at, MINUTE)
            if clock.local(at, zone).minute == 0
        )
        assert clock.local(at, zone).hour == cell.hour
    assert all((a.hour or 0) + 1 == (b.hour or 24) for a, b in pairwise(named))
    assert wall(row.spans[0].local).endswith(local)


def test_night_is_by_the_clock_on_the_wall() -> None:
    (row,) = drawn("Europe/London", of_day="12:00").rows
    assert next(wall(cell.local)[6:] for cell in row.cells if not cell.night) == "07:00"
    (row,) = drawn("Asia/Kathmandu", of_day="22:15").rows
    # 21:45 to 22:15 there: from its middle on it is night.
    assert next(wall(cell.local)[6:] for cell in row.cells if cell.night) == "21:45"


def test_the_day_on_which_clocks_change_has_an_hour_twice_or_not_at_all() -> None:
    (back,) = drawn("Europe/Rome", day="2026-10-25", of_day="09:00").rows
    assert hours(back)[:8] == [23, 0, 1, 2, 2, 3, 4, 5]
    (forward,) = drawn("Europe/Rome", day="2026-03-29", of_day="09:00").rows
    assert hours(forward)[:6] == [22, 23, 0, 1, 3, 4]
    for row, day in ((back, date(2026, 10, 25)), (forward, date(2026, 3, 29))):
        assert [boundary.day for boundary in row.boundaries] == [day]
        assert all(cell.ends_at - cell.starts_at == CELL_MS for cell in row.cells)


def test_a_midnight_that_clocks_skip_is_where_the_new_day_begins() -> None:
    # In Havana clocks go forward at midnight: 23:59 is followed by 01:00.
    (row,) = drawn("America/Havana", day="2026-03-08", of_day="13:00").rows
    (boundary,) = row.boundaries
    assert wall(clock.local(boundary.at, "America/Havana")) == "03-08 01:00"
    assert wall(clock.local(boundary.at - 1000, "America/Havana")) == "03-07 23:59"


def test_a_cell_costs_what_the_curve_says_and_its_level_grows_with_it() -> None:
    (row,) = drawn("America/New_York", of_day="17:00").rows
    by_hour = {wall(cell.local)[6:]: cell for cell in row.cells}
    assert by_hour["04:00"].burden == pytest.approx(GENTLE.at(4.25), abs=0.1)
    assert by_hour["04:00"].level == LEVELS
    assert 0 < by_hour["07:30"].level < by_hour["06:00"].level < LEVELS
    assert level(GENTLE, 0) == 0
    assert level(GENTLE, 0.01) == 1
    assert level(Curve(((0.0, 0.0), (12.0, 0.0))), 1) == 0
