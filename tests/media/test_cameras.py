"""Presenters' cameras as processes: how many there may be, and how each comes to its end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.media.cameras import Cameras
from server.media.playout import Ingest, free_port
from server.service.ports import Ending
from tests.media.test_camera import recorded

SECRET = b"s" * 32
HOST = "127.0.0.1"


class Notes:
    """What is said of a camera."""

    def __init__(self) -> None:
        self.live = asyncio.Event()
        self.endings: list[Ending] = []
        self._over = asyncio.Event()

    def over(self, ending: Ending) -> None:
        """Write down why it is over."""
        self.endings.append(ending)
        self._over.set()

    async def ending(self) -> Ending:
        """Wait until it is over, and return why."""
        async with asyncio.timeout(30):
            await self._over.wait()
        return self.endings[-1]


@pytest.fixture
async def cameras() -> AsyncIterator[Cameras]:
    """Cameras whose media child is away."""
    made = Cameras(SECRET, Ingest("show", HOST, free_port(HOST)), limit=1)
    yield made
    await made.close()


async def test_a_show_without_a_stream_takes_none(cameras: Cameras) -> None:
    for taker, show in [(cameras, "other"), (Cameras(SECRET, None), "show")]:
        notes = Notes()
        assert await taker.open(show, "ada", notes.live.set, notes.over) is None
        assert notes.endings == ["nowhere"]


async def test_there_are_so_many_and_no_more_until_one_has_ended(cameras: Cameras) -> None:
    first, second, third = Notes(), Notes(), Notes()
    ada = await cameras.open("show", "ada", first.live.set, first.over)
    assert ada is not None
    assert await cameras.open("show", "bo", second.live.set, second.over) is None
    assert second.endings == ["crowd"]
    await ada.close()
    assert first.endings == ["ended"]
    assert await cameras.open("show", "bo", third.live.set, third.over) is not None


async def test_a_media_child_that_is_away_is_told_of(cameras: Cameras) -> None:
    notes = Notes()
    ada = await cameras.open("show", "ada", notes.live.set, notes.over)
    assert ada is not None
    await ada.feed(recorded("matroska", 1))
    assert await notes.ending() == "lost"
    assert not notes.live.is_set()
    await ada.feed(b"more")
    await ada.close()
    assert notes.endings == ["lost"]


async def test_who_comes_again_takes_their_own_place(cameras: Cameras) -> None:
    first, second = Notes(), Notes()
    assert await cameras.open("show", "ada", first.live.set, first.over) is not None
    assert await cameras.open("show", "ada", second.live.set, second.over) is not None
    assert first.endings == ["elsewhere"]
    assert not second.endings
