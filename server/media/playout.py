"""Playout: what viewers are given of the pictures of all shows, and the child of the one that
takes a stream.

Nothing here is waited for by the show: what a child says is written down when there is time.
"""

import asyncio
import gzip
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from server.domain.picture import ReportPicture
from server.media.index import Index
from server.media.playlist import render
from server.media.supervisor import State, Supervisor
from server.media.wire import Event, Stat
from server.service.links import stream_key
from server.service.ports import Playlist

SEGMENT_MS = 2000
# How far back a viewer may go while the show is live.
WINDOW_SEGMENTS = 2 * 3600 * 1000 // SEGMENT_MS
# A playlist is sent to each viewer every two seconds: small, and packed once for all.
PACKED = 3

SOURCE = "studio"
FILES = re.compile(r"init-\d{4,9}\.mp4|seg-\d{4,9}-\d{6,12}\.m4s", re.ASCII)

log = logging.getLogger("luyan.media")

Report = Callable[[str, ReportPicture], Awaitable[None]]


class Ingest(msgspec.Struct, frozen=True):
    """Which show takes a stream, and where: RTMP at a port of a local address."""

    show: str
    host: str
    port: int


class Playout:
    """Serves every show's programme from `data`; `report` is the Desk's.

    With an `ingest`, that show has a media child for as long as this is started.
    """

    def __init__(self, data: Path, secret: bytes, ingest: Ingest | None, report: Report) -> None:
        self._folder = data / "media"
        self._report = report
        self._reels: dict[str, _Reel] = {}
        self._news = asyncio.Event()
        self._reported: str | None = None
        self._telling: asyncio.Task[None] | None = None
        self._ingest = ingest
        self._supervisor: Supervisor | None = None
        if ingest is not None:
            self._supervisor = Supervisor(
                data,
                ingest.show,
                ingest.port,
                {stream_key(secret, ingest.show): SOURCE},
                self._hear,
                host=ingest.host,
                segment_ms=SEGMENT_MS,
            )

    async def playlist(self, show: str) -> Playlist | None:
        """Return what a player reads first, None while there is nothing to play."""
        if show not in self._reels:
            await self._refresh(show)
        return self._reels[show].playlist

    def file(self, show: str, name: str) -> Path | None:
        """Return where a piece of the programme is kept, None for what cannot be one."""
        return self._folder / show / name if FILES.fullmatch(name) else None

    async def start(self) -> None:
        """Start the child; say of all other shows that had one that their picture is off."""
        self._telling = asyncio.create_task(self._tell(), name="playout")
        if self._supervisor is not None:
            await self._supervisor.start()

    async def close(self) -> None:
        """End the child."""
        if self._supervisor is not None:
            await self._supervisor.close()
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def _hear(self, event: Event | None, state: State) -> None:
        """Take what the supervisor says; a heartbeat is news only while a report is owed."""
        if not isinstance(event, Stat) or state.phase != self._reported:
            self._news.set()

    async def _tell(self) -> None:
        """Keep the playlist and the show's record up to date with the child."""
        for show in await asyncio.to_thread(_folders, self._folder):
            if self._ingest is None or show != self._ingest.show:
                await self._say(show, ReportPicture(state="off"))
        if self._ingest is None or self._supervisor is None:
            return
        show = self._ingest.show
        while True:
            await self._news.wait()
            self._news.clear()
            phase = self._supervisor.state.phase
            # In this order: who is told that there is a picture finds it.
            await self._refresh(show)
            if phase != self._reported and await self._say(show, ReportPicture(state=phase)):
                self._reported = phase

    async def _say(self, show: str, report: ReportPicture) -> bool:
        """Report, and tell whether it was taken; the picture goes on without."""
        try:
            await self._report(show, report)
        except Exception:
            log.exception("show=%s: the picture is %s, and that was not saved", show, report.state)
            return False
        return True

    async def _refresh(self, show: str) -> None:
        reel = self._reels.setdefault(show, _Reel(self._folder / show))
        try:
            await reel.refresh()
        except Exception:
            log.exception("show=%s: the index of the picture could not be read", show)


class _Reel:
    """One show's programme as it stands on disk, and the playlist made of it."""

    def __init__(self, folder: Path) -> None:
        self.playlist: Playlist | None = None
        self._index = Index(folder)
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read what is new."""
        async with self._reading:
            self.playlist = await asyncio.to_thread(self._read)

    def _read(self) -> Playlist | None:
        if not self._index.refresh() and self.playlist is not None:
            return self.playlist
        if not self._index.segments:
            return None
        text = render(self._index, WINDOW_SEGMENTS, target_ms=SEGMENT_MS).encode()
        return Playlist(text, gzip.compress(text, PACKED, mtime=0))


def _folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/"))


def free_port(host: str) -> int:
    """Return a port that nobody uses now, so that it can be told before the child listens."""
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])
