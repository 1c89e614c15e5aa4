"""Publishers of every bad kind, at a real house: the show goes on as if nobody had come."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from server.demo.client import Client
from server.media.chunks import Message, chunked
from server.media.rtmp import Kind, Tag
from tests.media.publisher import CHUNK, GREETING, Publisher, media, recorded
from tests.web.conftest import Served

AUDIENCE = 4
BETWEEN_ASKS_SECONDS = 0.1
# Far above what it takes, far below what anybody would call an answer.
ANSWER_SECONDS = 5.0
PATIENCE_SECONDS = 30.0
RECONNECTS = 50
FLOOD_BYTES = 24 << 20
FILLING_BYTES = 200_000
STILL_SECONDS = 0.3
KEY_OF_H264 = 0x17
STARTED = "NetStream.Publish.Start"


class Filmed(Served):
    """A house that takes a stream."""

    command: tuple[str, ...] = ("serve", "--ingest", "0")

    @property
    def port(self) -> int:
        """Where publishers come."""
        return int(self.links["ingest"]["rtmp"].split(":")[2].partition("/")[0])

    @property
    def key(self) -> str:
        """What they publish with."""
        return str(self.links["ingest"]["key"])

    async def pieces(self) -> int:
        """How many pieces the picture has so far."""
        async with httpx.AsyncClient() as http:
            lines = (await http.get(f"{self.page}/hls/live.m3u8")).text.splitlines()
        return sum(line.endswith(".m4s") for line in lines)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filmed]:
    with Filmed(tmp_path_factory.mktemp("filmed"), Path(__file__).with_name("trial.toml")) as house:
        yield house


class Evening:
    """An audience that asks all the time; `slowest` is the longest wait for an answer, seconds."""

    def __init__(self, people: Sequence[Client]) -> None:
        self.people = people
        self.asked = 0
        self.slowest = 0.0

    async def go_on(self) -> None:
        """Ask, one after another, until cancelled."""
        while True:
            person = self.people[self.asked % len(self.people)]
            self.asked += 1
            began = time.monotonic()
            ask = {"type": "question.ask", "text": f"Question {self.asked}?", "lang": "en"}
            answer = await person.do(ask)
            assert answer["type"] == "done", answer
            self.slowest = max(self.slowest, time.monotonic() - began)
            await asyncio.sleep(BETWEEN_ASKS_SECONDS)

    async def some_more(self) -> None:
        """Wait until a few more questions were asked and answered."""
        target = self.asked + 3
        await until(lambda: self.asked >= target)


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < end
        await asyncio.sleep(BETWEEN_ASKS_SECONDS / 2)


@asynccontextmanager
async def evening(house: Served) -> AsyncIterator[Evening]:
    """People who ask while the block lasts; at its end none was cut off or kept waiting."""
    people = [house.line() for _ in range(AUDIENCE)]
    await asyncio.gather(*(person.open() for person in people))
    going = Evening(people)
    asking = asyncio.create_task(going.go_on())
    try:
        yield going
        await going.some_more()
        assert not asking.done(), asking
        assert all(person.connected and person.bye is None for person in people)
        assert going.slowest < ANSWER_SECONDS
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await asyncio.gather(*(person.close() for person in people))


@asynccontextmanager
async def publishing(house: Filmed) -> AsyncIterator[Publisher]:
    """A publisher whose key was taken; who came before may still be on the way out."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with Publisher(house.port) as publisher:
            if await publisher.publish(house.key) == STARTED:
                yield publisher
                return
        assert time.monotonic() < end, publisher.answer()


async def garbage(house: Filmed) -> None:
    """Bytes that mean nothing, from strangers and behind a right key."""
    noise = bytes(range(1, 256)) * 200
    for before in (b"GET / HTTP/1.1\r\n\r\n", noise, GREETING + noise):
        async with Publisher(house.port) as rude:
            with suppress(ConnectionError):
                await rude.send(before)
                await rude.until_closed()
    async with publishing(house) as rude:
        with suppress(ConnectionError):
            await rude.send(noise)
            await rude.until_closed()


async def flood(house: Filmed) -> None:
    """Pictures as large as may be, as fast as the line takes them."""
    config, key = (tag for tag in recorded(1, sounding=False)[:4] if _is_key(tag))
    # A unit of filling behind the picture: as many bytes as one likes, and still good H.264.
    filling = FILLING_BYTES.to_bytes(4) + b"\x0c" + b"\xff" * (FILLING_BYTES - 1)
    async with publishing(house) as many:
        await many.send(media([config]))
        for number in range(FLOOD_BYTES // FILLING_BYTES):
            await many.send(media([Tag(key.kind, 33 * number, key.payload + filling)]))


def _is_key(tag: Tag) -> bool:
    """Tell whether a tag is a key frame, or what describes the pictures."""
    return tag.kind == Kind.VIDEO and tag.payload[0] == KEY_OF_H264


async def stop_in_mid_frame(house: Filmed) -> None:
    """A publisher that stops in the middle of a picture and says nothing more."""
    picture = chunked(6, Message(Kind.VIDEO, 2000, 1, bytes(10_000)), CHUNK)
    async with publishing(house) as publisher:
        await publisher.send(media(recorded(2)) + picture[:5000])
        await asyncio.sleep(STILL_SECONDS)


async def change_of_resolution(house: Filmed) -> None:
    """Pictures that become larger in the middle of the stream."""
    larger = recorded(2, 320, 180)
    later = [tag._replace(timestamp=tag.timestamp + 2000) for tag in larger]
    async with publishing(house) as publisher:
        await publisher.send(media([*recorded(2), *later]))
        await asyncio.sleep(STILL_SECONDS)


async def reconnects(house: Filmed) -> None:
    """A publisher whose line breaks again and again."""
    wire = media(recorded(1))
    for _ in range(RECONNECTS):
        async with publishing(house) as publisher:
            await publisher.send(wire)


@pytest.mark.parametrize(
    "fault", [garbage, flood, stop_in_mid_frame, change_of_resolution, reconnects]
)
async def test_the_show_goes_on_whatever_a_publisher_does(
    filmed: Filmed, fault: Callable[[Filmed], Awaitable[None]]
) -> None:
    async with evening(filmed) as going:
        await fault(filmed)
        await going.some_more()
        # And whoever comes next is taken as ever.
        before = await filmed.pieces()

        async def more() -> bool:
            return await filmed.pieces() > before

        async with publishing(filmed) as polite:
            await polite.send(media(recorded(5)))
            await until(more)
    assert "Traceback" not in filmed.log
