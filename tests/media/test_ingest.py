"""The receiver of publishers, with a sink that only keeps what it is given."""

import asyncio

import pytest

from server.media.chunks import Message, chunked
from server.media.ingest import Ingest
from server.media.rtmp import Kind, Tag
from server.media.wire import Closed, Published, Refused, Said
from tests.media.publisher import CHUNK, Publisher


class Shelf:
    """A sink that remembers which publications began."""

    behind = False

    def __init__(self) -> None:
        self.publications: list[int] = []

    def open(self, name: str, publication: int) -> None:
        self.publications.append(publication)

    def put(self, name: str, tag: Tag, arrival: int) -> None:
        """Take nothing."""

    def shut(self, name: str) -> None:
        """Go on."""


async def test_who_comes_after_a_refused_publication_is_not_sent_away_in_its_place() -> None:
    shelf, said = Shelf(), asyncio.Queue[Said]()
    ingest = Ingest({"secret": "main"}, shelf, said.put_nowait)
    port = await ingest.start("127.0.0.1", 0)
    try:
        async with Publisher(port) as first:
            assert await first.publish("secret") == "NetStream.Publish.Start"
        assert await said.get() == Published(source="main")
        assert await said.get() == Closed(source="main", reason="lost")
        async with Publisher(port) as second:
            assert await second.publish("secret") == "NetStream.Publish.Start"
            assert await said.get() == Published(source="main")
            # What was said of the first comes only now: it took its time through another thread.
            ingest.send_away(shelf.publications[0], "of no use")
            async with Publisher(port) as third:
                assert await third.publish("secret") == "NetStream.Publish.BadName"
            taken = await said.get()
            assert isinstance(taken, Refused)
            assert taken.reason == "taken"
            ingest.send_away(shelf.publications[1], "of no use")
            assert await said.get() == Refused(reason="codec", text="of no use")
    finally:
        await ingest.close()


async def test_who_falls_silent_in_the_middle_of_a_picture_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.media.ingest.PATIENCE_SECONDS", 0.3)
    said = asyncio.Queue[Said]()
    ingest = Ingest({"secret": "main"}, Shelf(), said.put_nowait)
    port = await ingest.start("127.0.0.1", 0)
    try:
        async with Publisher(port) as silent:
            assert await silent.publish("secret") == "NetStream.Publish.Start"
            await silent.send(chunked(6, Message(Kind.VIDEO, 0, 1, bytes(9000)), CHUNK)[:5000])
            await silent.until_closed()
            assert await said.get() == Published(source="main")
            assert await said.get() == Closed(source="main", reason="lost")
            async with Publisher(port) as again:
                assert await again.publish("secret") == "NetStream.Publish.Start"
    finally:
        await ingest.close()
