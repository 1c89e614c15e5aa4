"""What is asked of a sender over WebRTC, and how its pictures and its sound come together."""

import pytest

from server.media.lipsync import HELD_MS, LipSync
from server.media.rate import FIRST, LEAST, MOST, RISE, Rate


def test_a_line_that_loses_nothing_is_asked_for_more_up_to_a_limit() -> None:
    rate = Rate()
    assert rate.note(100, 100) == round(FIRST * RISE)
    for second in range(2, 40):
        rate.note(100 * second, 100 * second)
    assert rate.bits == MOST


def test_a_line_that_loses_much_is_asked_for_less_down_to_a_limit() -> None:
    rate = Rate()
    assert rate.note(100, 60) == round(FIRST * 0.8)
    for second in range(2, 40):
        rate.note(100 * second, 60 * second)
    assert rate.bits == LEAST


@pytest.mark.parametrize(("expected", "received"), [(0, 0), (100, 95), (100, 91)])
def test_a_little_loss_and_no_news_change_nothing(expected: int, received: int) -> None:
    assert Rate().note(expected, received) == FIRST


def test_what_comes_late_again_is_no_loss() -> None:
    rate = Rate()
    rate.note(100, 80)
    assert rate.note(100, 100) == rate.bits
    assert rate.note(200, 220) > FIRST * 0.8


def test_pictures_and_sound_that_left_together_stay_together() -> None:
    sync = LipSync()
    # Each counts from its own first packet; sound began 400 ms before the first picture.
    for step in range(20):
        at = step * 20
        assert sync.place("audio", at, 1000 + at + HELD_MS["audio"]) == at
    assert sync.place("video", 0, 1400 + HELD_MS["video"]) == 400
    assert sync.place("audio", 400, 1400 + HELD_MS["audio"]) == 400
    # One that is held up on the way is no later for that.
    assert sync.place("video", 67, 1400 + 67 + HELD_MS["video"] + 300) == 467
    assert sync.place("audio", 420, 1420 + HELD_MS["audio"] + 300) == 420


def test_pictures_keep_their_distances_when_sound_turns_out_to_have_been_late() -> None:
    sync = LipSync()
    assert sync.place("video", 0, 1000 + HELD_MS["video"]) == 0
    assert sync.place("audio", 0, 1150 + HELD_MS["audio"]) == 150
    assert sync.place("audio", 20, 1120 + HELD_MS["audio"]) == 120
    assert sync.place("video", 33, 1033 + HELD_MS["video"]) == 33
