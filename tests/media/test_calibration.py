"""Calibration: an encoder's delay read from the clock in its pictures, and corrected at once."""

import asyncio
import itertools
from pathlib import Path

import pytest

from server.media.calibration import FRAMES, PATIENCE_MS, Calibration
from server.media.clock import ProgrammeClock
from server.media.rtmp import Kind, Tag
from server.media.source import Source
from server.media.supervisor import DELAYS_FILE
from server.media.wire import Calibrated, SetDelay, Uncalibrated
from tests.media.publisher import FPS, Publisher, media, recorded
from tests.media.studio import Studio, studio

AT = 1_795_441_734_000


def looked(tags: list[Tag], late: int = 0, jam: int = 0) -> Calibrated | Uncalibrated | None:
    """Return what comes of tags whose pictures show their time, arrived so much later (ms)."""
    source = Source("studio")
    calibration = Calibration(source, AT)
    for number, tag in enumerate(tags):
        jammed = jam if number % 3 else 0
        arrival = AT + tag.timestamp + late + jammed
        packet = source.take(tag, arrival)
        result = calibration.take(packet, arrival) if packet is not None else None
        if result is not None:
            return result
    return None


def shown(seconds: int) -> list[Tag]:
    """Return tags whose pictures show the instant 0 plus their own time."""
    return list(recorded(seconds, width=320, height=180))


@pytest.fixture(autouse=True)
def at_the_beginning_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.media.test_calibration.AT", 0)


@pytest.mark.parametrize("jam", [0, 400])
def test_the_delay_is_what_the_clock_in_the_picture_says(jam: int) -> None:
    first = next(t for t in shown(6) if t.kind == Kind.VIDEO and t.payload[1])
    result = looked(shown(6), late=1370, jam=jam)
    assert isinstance(result, Calibrated)
    assert result.delay_ms == pytest.approx(1370 + first.timestamp, abs=2)
    assert result.spread_ms <= 2
    assert result.frames == FRAMES


def test_pictures_without_a_clock_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.bars.draw", lambda *_: None)
    plain = recorded.__wrapped__(2)
    many = [
        tag._replace(timestamp=tag.timestamp + 2000 * part)
        for part in range(PATIENCE_MS // 2000 + 1)
        for tag in plain
    ]
    assert looked(many) == Uncalibrated(source="studio", reason="no_clock")


def test_sound_alone_and_noise_are_said_to_be_no_picture() -> None:
    tags = [tag for tag in recorded(22, key_every=1000) if tag.kind == Kind.AUDIO]
    assert looked(tags) == Uncalibrated(source="studio", reason="no_picture")
    noise = [
        tag._replace(payload=tag.payload[:5] + bytes(len(tag.payload) - 5))
        if tag.kind == Kind.VIDEO and tag.payload[1]
        else tag
        for tag in recorded(22, key_every=1000)
    ]
    assert looked(noise) == Uncalibrated(source="studio", reason="no_picture")


def test_a_delay_that_changes_is_caught_up_with_and_time_never_goes_back() -> None:
    clock, told = ProgrammeClock(), []
    for number in range(30 * FPS):
        clock.note(number * 100, number * 100 + 1000)
        if number == FPS:
            clock.encoder_delay_ms = 300
        told.append(clock.instant(number * 100))
    assert told == sorted(told)
    assert told[0] == 1000
    assert told[-1] == 29_900 + 700


async def test_from_the_order_to_the_corrected_programme(tmp_path: Path) -> None:
    tags = shown(8)
    async with studio(tmp_path) as show, Publisher(show.port) as publisher:
        keeper = show.supervisor
        assert await keeper.calibrate("main") == Uncalibrated(source="main", reason="gone")
        await publisher.publish("secret")
        asking = [asyncio.create_task(keeper.calibrate("main")) for _ in range(2)]
        parts = itertools.count()
        while not asking[0].done():
            late = 8000 * next(parts)
            await publisher.send(media([t._replace(timestamp=t.timestamp + late) for t in tags]))
            await asyncio.sleep(0.05)
        results = await asyncio.gather(*asking)
        assert isinstance(results[0], Calibrated)
        assert results[0] == results[1]
        assert show.all(Calibrated) == [results[0]]
        keeper.send(SetDelay(source="main", ms=1370))
        left = asyncio.create_task(keeper.calibrate("main"))
        await asyncio.sleep(0)
    assert await left == Uncalibrated(source="main", reason="gone")
    async with studio(tmp_path) as again:
        assert again.supervisor.delays == {"main": 1370}


async def test_delays_that_cannot_be_read_stop_nothing(tmp_path: Path) -> None:
    made = Studio(tmp_path)
    made.supervisor.folder.mkdir(parents=True)
    (made.supervisor.folder / DELAYS_FILE).write_text("nonsense")
    async with studio(tmp_path) as show:
        assert show.supervisor.delays == {}
