"""Where publishers come: an RTMP server on asyncio, with the limits that strangers need."""

import asyncio
import hmac
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal, Protocol

from server.media.chunks import Garbage
from server.media.packager import now_ms
from server.media.rtmp import KEY_IN_USE, WRONG_KEY, Ended, Event, Publish, Receiver, Tag
from server.media.wire import Closed, Published, Refused, Said

READ_BYTES = 64 << 10
# A publisher that is silent for so long is gone; a stranger has as long to show a key.
PATIENCE_SECONDS = 10.0
STRANGERS = 16
FAREWELL_SECONDS = 1.0
# A studio sends 10 Mbit/s; a burst after a jam may be some seconds of that.
BYTES_A_SECOND = 12_500_000
BURST_BYTES = 16 << 20
WAIT_SECONDS = 0.05

Reason = Literal["ended", "lost", "refused"]


class Sink(Protocol):
    """Where the tags of publishers go."""

    @property
    def behind(self) -> bool:
        """Whether no more should be read for now."""
        ...

    def open(self, name: str, publication: int) -> None:
        """A source has begun to publish; no two publications have the same number."""

    def put(self, name: str, tag: Tag, arrival: int) -> None:
        """A source's tag arrived at this instant (ms UTC)."""

    def shut(self, name: str) -> None:
        """A source has stopped."""


class Ingest:
    """Lets in who has a key (`keys`: key to source), one at a time for each source."""

    def __init__(self, keys: Mapping[str, str], sink: Sink, say: Callable[[Said], None]) -> None:
        self._keys = dict(keys)
        self._sink = sink
        self._say = say
        self._publishers: dict[str, _Connection] = {}
        self._strangers = self._publications = 0
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen, here too, and return the port; raises OSError if it cannot be had."""
        server = await asyncio.start_server(self._serve, host, port, ssl=tls, limit=READ_BYTES)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Let nobody in any more, and send everybody away."""
        for server in self._servers:
            server.close()
        for connection in list(self._publishers.values()):
            connection.abort()

    def change_keys(self, keys: Mapping[str, str]) -> None:
        """Take other keys; whose key is gone is sent away."""
        self._keys = dict(keys)
        for name, connection in list(self._publishers.items()):
            if self._source(connection.key) != name:
                connection.abort("the stream key was taken back")

    def send_away(self, publication: int, text: str) -> None:
        """Close a publication that is of no use, and say why; whoever came after it stays."""
        for connection in self._publishers.values():
            if connection.publication == publication:
                connection.abort(text, "codec")

    def _source(self, key: str) -> str | None:
        """Return whose key this is, in a time that tells nothing about the others."""
        found = None
        for known, name in self._keys.items():
            if hmac.compare_digest(known.encode(), key.encode()):
                found = name
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        try:
            if self._strangers >= STRANGERS:
                self._say(Refused(reason="crowd", text="too many connections without a key"))
                return
            name = await self._meet(connection)
            if name is not None:
                await self._listen(connection, name)
        except (OSError, TimeoutError, EOFError):
            pass
        except Garbage as problem:
            self._say(Refused(reason="garbage", text=str(problem)))
        finally:
            writer.transport.abort()

    async def _meet(self, connection: "_Connection") -> str | None:
        """Hear out a stranger; return the source that their key opens, None if they are refused."""
        self._strangers += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                asked = None
                while asked is None:
                    events = await connection.read()
                    asked = next((e for e in events if isinstance(e, Publish)), None)
                name = self._source(asked.key)
                if name is None:
                    reason, text = "key", WRONG_KEY
                elif name in self._publishers:
                    reason, text = "taken", KEY_IN_USE
                else:
                    self._publishers[name] = connection
                    self._publications += 1
                    connection.key, connection.publication = asked.key, self._publications
                    return name
                await connection.refuse(text)
        finally:
            self._strangers -= 1
        self._say(Refused(reason=reason, text=text))
        return None

    async def _listen(self, connection: "_Connection", name: str) -> None:
        """Take a publisher's media until they end, are lost or are sent away."""
        reason: Reason = "lost"
        self._sink.open(name, connection.publication)
        self._say(Published(source=name))
        try:
            events = connection.accept()
            while True:
                arrival = now_ms()
                for event in events:
                    if isinstance(event, Tag):
                        self._sink.put(name, event, arrival)
                    elif isinstance(event, Ended):
                        reason = "ended"
                        return
                if self._sink.behind:
                    events = []
                    await asyncio.sleep(WAIT_SECONDS)
                    continue
                async with asyncio.timeout(PATIENCE_SECONDS):
                    events = await connection.read()
                await connection.slow_down()
        except Garbage:
            reason = "refused"
            raise
        finally:
            if connection.sent_away is not None:
                reason = "refused"
                self._say(connection.sent_away)
            del self._publishers[name]
            self._sink.shut(name)
            self._say(Closed(source=name, reason=reason))


class _Connection:
    """One socket with its receiver; `key` is what it publishes with, as which `publication`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.key = ""
        self.publication = 0
        self.sent_away: Refused | None = None
        self._reader = reader
        self._writer = writer
        self._receiver = Receiver()
        self._owed = 0.0
        self._counted_at = asyncio.get_running_loop().time()

    async def read(self) -> list[Event]:
        """Wait for bytes and return what they mean; raises EOFError, OSError or `Garbage`."""
        data = await self._reader.read(READ_BYTES)
        if not data:
            raise EOFError
        self._owed += len(data)
        events = self._receiver.feed(data)
        self._send()
        await self._writer.drain()
        return events

    async def slow_down(self) -> None:
        """Wait as long as it takes for a flood to be no more than is allowed."""
        now = asyncio.get_running_loop().time()
        self._owed = max(0.0, self._owed - (now - self._counted_at) * BYTES_A_SECOND)
        self._counted_at = now
        if self._owed > BURST_BYTES:
            await asyncio.sleep((self._owed - BURST_BYTES) / BYTES_A_SECOND)

    def accept(self) -> list[Event]:
        """Let them publish, and return what they have sent already."""
        events = self._receiver.accept()
        self._send()
        return events

    async def refuse(self, text: str) -> None:
        """Say no, and leave them a moment to read it."""
        self._receiver.refuse(text)
        self._send()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while await self._reader.read(READ_BYTES):
                    pass

    def abort(self, text: str | None = None, reason: str = "key") -> None:
        """Close at once; whoever reads here finds the connection lost."""
        if text is not None:
            self.sent_away = Refused(reason=reason, text=text)
        self._writer.transport.abort()

    def _send(self) -> None:
        if out := self._receiver.take_output():
            self._writer.write(out)
