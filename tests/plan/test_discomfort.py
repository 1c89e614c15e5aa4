"""The curve of discomfort, and hours on people's own clocks, on the days on which clocks change."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours import Hours, inside, parse
from server.domain.refusal import Refusal
from server.plan.discomfort import CURVES, GENTLE, HOUR, SQUARED, Curve, burden
from tests.plan.cases import MINUTE, instant

knots = st.dictionaries(
    st.integers(0, 95).map(lambda quarter: quarter / 4), st.floats(0, 1000), min_size=2
).map(lambda found: tuple(sorted(found.items())))


@given(knots)
def test_a_curve_goes_through_its_knots_and_never_beyond_them(
    knots: tuple[tuple[float, float], ...],
) -> None:
    curve = Curve(knots)
    for hour, height in knots:
        assert curve.at(hour) == pytest.approx(height)
    ring = [(knots[-1][0] - 24, knots[-1][1]), *knots, (knots[0][0] + 24, knots[0][1])]
    for (start, low), (end, high) in pairwise(ring):
        for share in (0.1, 0.5, 0.9):
            hour = (start + share * (end - start)) % 24
            slack = 1e-6 * (1 + low + high)
            assert min(low, high) - slack <= curve.at(hour) <= max(low, high) + slack


def test_the_gentle_curve_is_free_by_day_mild_in_the_evening_and_dearest_before_dawn() -> None:
    assert all(GENTLE.at(9 + quarter / 4) == 0 for quarter in range(37))
    assert 0 < GENTLE.at(19.5) < 1 < GENTLE.at(23) < GENTLE.at(1 + 20 / 60)
    assert GENTLE.at(1 + 20 / 60) + 2 < GENTLE.at(4 + 40 / 60)
    assert max(range(24), key=GENTLE.at) == 4
    hours = [minute / 60 for minute in range(24 * 60 + 1)]
    steps = [abs(GENTLE.at(b % 24) - GENTLE.at(a)) for a, b in pairwise(hours)]
    assert max(steps) < 0.06


def test_squared_hours_outside_nine_to_six() -> None:
    outside = {0: 36, 4: 25, 7: 4, 9: 0, 12: 0, 18: 0, 20: 4, 23: 25}
    assert {hour: SQUARED.at(hour) for hour in outside} == pytest.approx(outside)
    assert SQUARED.at(20.5) == pytest.approx(6.25, rel=0.02)
    assert set(CURVES) == {"gentle", "squared"}


@pytest.mark.parametrize(
    "knots",
    [(), ((9, 0),), ((9, 0), (9, 1)), ((18, 0), (9, 0)), ((0, 0), (24, 1)), ((0, -1), (9, 0))],
)
def test_a_curve_that_makes_no_sense_is_refused(knots: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(Refusal) as refused:
        Curve(knots)
    assert refused.value.code == "plan.curve"


def test_a_stretch_costs_the_mean_of_its_hours() -> None:
    curve = Curve(((0.0, 0.0), (6.0, 6.0), (12.0, 0.0)))
    start = instant("2020-11-13", "05:00", "Asia/Tokyo")
    whole = burden(curve, "Asia/Tokyo", start, start + 120 * MINUTE)
    halves = [
        burden(curve, "Asia/Tokyo", start + n * 60 * MINUTE, start + (n + 1) * 60 * MINUTE)
        for n in (0, 1)
    ]
    assert whole == pytest.approx(sum(halves) / 2, abs=1)
    assert 5 * HOUR < whole < 6 * HOUR
    over_midnight_utc = burden(curve, "Asia/Tokyo", start, start + 24 * 60 * MINUTE)
    assert over_midnight_utc == pytest.approx(1.5 * HOUR, rel=0.01)


@pytest.mark.parametrize(
    ("day", "zone"), [("2026-03-29", "Europe/Rome"), ("2026-10-25", "Europe/Rome")]
)
def test_an_instant_has_the_local_hour_of_the_day_on_which_clocks_change(
    day: str, zone: str
) -> None:
    for of_day, hour in (("00:30", 0.625), ("04:00", 4.125), ("08:00", 8.125)):
        start = instant(day, of_day, zone)
        found = burden(GENTLE, zone, start, start + 15 * MINUTE)
        assert found == pytest.approx(GENTLE.at(hour) * HOUR, rel=0.01)


def test_hours_are_read_as_people_write_them() -> None:
    assert parse("07:00-23:30") == Hours(420, 1410)
    assert parse("2020-11-13 20:00 – 02:00") == Hours(1200, 120, "2020-11-13")
    assert parse("00:00-24:00") == Hours(0, 1440)
    for wrong in ("7-23", "25:00-26:00", "07:00-24:30", "2020-13-01 07:00-08:00", ""):
        with pytest.raises(Refusal) as refused:
            parse(wrong, "presenter[3].available")
        assert refused.value.field == "presenter[3].available"


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2020-11-13"])
def test_hours_hold_by_the_wall_clock_on_every_day(day: str) -> None:
    zone = "Europe/Berlin"
    night, morning = (Hours(22 * 60, 6 * 60),), (Hours(6 * 60, 12 * 60),)
    for of_day, by_night in (("01:30", True), ("05:30", True), ("06:00", False), ("22:00", True)):
        start = instant(day, of_day, zone)
        length = 15 * MINUTE
        assert inside(night, zone, start, start + length) == (length if by_night else 0)
    start = instant(day, "05:50", zone)
    assert inside(night, zone, start, start + 20 * MINUTE) == 10 * MINUTE
    assert inside(night + morning, zone, start, start + 20 * MINUTE) == 20 * MINUTE


def test_hours_of_one_day_hold_on_that_day_alone() -> None:
    hours = (parse("2020-11-13 23:00-01:00"),)
    for day, of_day, holds in (
        ("2020-11-13", "23:30", True),
        ("2020-11-14", "00:30", True),
        ("2020-11-14", "23:30", False),
        ("2020-11-13", "00:30", False),
    ):
        start = instant(day, of_day, "Asia/Tokyo")
        assert bool(inside(hours, "Asia/Tokyo", start, start + MINUTE)) is holds
