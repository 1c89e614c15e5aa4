"""Who sends too fast waits, and only as long as it takes."""

import pytest

from server.web.pace import A_SECOND, AT_ONCE, Pace


class Clock:
    """Seconds that are moved by hand."""

    now = 7.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_what_follows_waits_its_turn() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert not any(pace.spend(1) for _ in range(int(AT_ONCE)))
    for _ in range(3):
        wait = pace.spend(1)
        assert wait == pytest.approx(1 / A_SECOND)
        clock.now += wait


def test_rest_earns_a_burst_and_no_more() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.spend(AT_ONCE)
    clock.now += 10 * AT_ONCE / A_SECOND
    assert pace.spend(AT_ONCE) == 0
    assert pace.spend(A_SECOND) == pytest.approx(1)
