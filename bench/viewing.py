"""Row `viewers`: how many viewers one server process gives their picture in time."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench.figures import Figure, Size, ms, percentile
from bench.subject import SHOW
from bench.theatre import Film, theatre

FILM = Film("1280x720", 2_500_000)
SEGMENT_SECONDS = 2.0
READ_BYTES = 1 << 18
HEAD_END = b"\r\n\r\n"
PATIENCE_SECONDS = 30.0


class Player:
    """One viewer's player: asks for the playlist, then for the newest piece, on one connection.

    `waits` are the seconds from asking for the playlist to the last byte of the piece.
    """

    def __init__(self, port: int) -> None:
        self.waits: list[float] = []
        self._port = port
        self._shown = b""

    async def play(self, first: float, until: float) -> None:
        """Ask each `SEGMENT_SECONDS` from `first` on, before `until` (of the loop's clock)."""
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=READ_BYTES)
        try:
            due = first
            while due < until:
                await asyncio.sleep(due - loop.time())
                await self._look(reader, writer)
                due = max(due + SEGMENT_SECONDS, loop.time())
        finally:
            writer.close()
            await writer.wait_closed()

    async def _look(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = time.perf_counter()
        playlist = await self._get(reader, writer, b"live.m3u8", keep=True)
        newest = [line for line in playlist.splitlines() if line.endswith(b".m4s")][-1]
        if newest != self._shown:
            self._shown = newest
            await self._get(reader, writer, newest)
            self.waits.append(time.perf_counter() - began)

    async def _get(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        file: bytes,
        keep: bool = False,
    ) -> bytes:
        """Return a file of the picture if it is to be kept; read it in any case."""
        address = b"/s/" + SHOW.encode() + b"/hls/" + file
        writer.write(b"GET " + address + b" HTTP/1.1\r\nHost: bench\r\n\r\n")
        head = (await reader.readuntil(HEAD_END)).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        size = int(head.partition(b"content-length:")[2].split(None, 1)[0])
        if keep:
            return await reader.readexactly(size)
        while size > 0:
            size -= len(await reader.read(READ_BYTES))
        return b""


def viewers(data: Path, size: Size) -> Iterator[Figure]:
    """More and more players, until a piece takes longer than it plays."""
    with theatre(data, FILM) as server:
        wait(server.port)
        for count in size.viewers:
            before, began = server.usage(), time.perf_counter()
            waits = uvloop.run(crowd(server.port, count, size.viewers_seconds))
            after, seconds = server.usage(), time.perf_counter() - began
            cores = (after.cpu - before.cpu) / seconds
            slow = percentile(waits, 95)
            yield Figure(
                "viewers: from asking for the playlist to the last byte of the newest piece",
                f"{count} viewers, {FILM.bit_rate * count / 1e6:,.0f} Mbit/s",
                f"p95 {ms(slow)}, slowest {ms(max(waits))}",
                f"{cores:.2f} cores of the server, so {count / cores:,.0f} viewers a core;"
                f" memory {after.memory / 1024:.0f} MiB",
            )
            if slow > SEGMENT_SECONDS:
                return


async def crowd(port: int, count: int, seconds: float) -> list[float]:
    """Return the waits of so many players, who come evenly."""
    players = [Player(port) for _ in range(count)]
    now = asyncio.get_running_loop().time() + 0.5
    async with asyncio.timeout(PATIENCE_SECONDS + seconds), asyncio.TaskGroup() as playing:
        for number, player in enumerate(players):
            first = now + SEGMENT_SECONDS * number / count
            playing.create_task(player.play(first, first + seconds))
    return [wait for player in players for wait in player.waits]


def wait(port: int) -> None:
    """Wait until there is a picture at this port."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return uvloop.run(Player(port).play(0, 1))
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(SEGMENT_SECONDS / 10)
