"""The programme clock: the best of what arrived, and never a jump once somebody relies on it."""

import random
from itertools import pairwise

import pytest

from server.media.clock import SLEW_MS, WINDOW_MS, ProgrammeClock

FRAME = 33


def run(clock: ProgrammeClock, lags: list[int], first: int = 0) -> int:
    """Let pictures come with these delays (ms), and return the last one's media time."""
    for index, lag in enumerate(lags):
        clock.note(first + index * FRAME, first + index * FRAME + lag)
    return first + (len(lags) - 1) * FRAME


def test_the_least_delay_holds() -> None:
    clock = ProgrammeClock()
    chance = random.Random(1)
    last = run(clock, [1000 + chance.randrange(200) for _ in range(200)] + [1000])
    assert clock.instant(last) == last + 1000


def test_a_burst_at_the_start_does_not_count() -> None:
    clock = ProgrammeClock()
    last = run(clock, [1800, 1500, 1300, 1100, 1005, 1000, 1004])
    assert clock.instant(last) == last + 1000


def test_the_encoders_delay_is_taken_off() -> None:
    clock = ProgrammeClock(encoder_delay_ms=1370)
    last = run(clock, [5000] * 10)
    assert clock.instant(last) == last + 5000 - 1370


@pytest.mark.parametrize("drift", [-1, 1])
def test_a_publisher_whose_clock_drifts_is_followed_without_a_jump(drift: int) -> None:
    clock = ProgrammeClock()
    instants, media = [], 0
    # An hour at 280 ppm, a bad crystal: 1 ms every 3.6 s.
    for index in range(3600 * 30):
        media = index * FRAME
        clock.note(media, media + 1000 + drift * media // 3600)
        if index >= 30:
            instants.append(clock.instant(media))
    steps = {after - before - FRAME for before, after in pairwise(instants)}
    assert steps <= set(range(-int(SLEW_MS), int(SLEW_MS) + 1))
    arrived = media + 1000 + drift * media // 3600
    assert abs(instants[-1] - arrived) <= WINDOW_MS / 3600 + 2


def test_a_jam_is_waited_out() -> None:
    clock = ProgrammeClock()
    last = run(clock, [1000] * 30)
    clock.instant(last)
    # Nine seconds of pictures that each come half a second late.
    last = run(clock, [1500] * (9000 // FRAME), first=last + FRAME)
    assert clock.instant(last) == last + 1000
