"""The reels of all shows as players are given them: playlists from memory, pieces from disk.

See `reels.py` for who writes them, and `index.py` for how they stand on disk. They come and
go while this serves; who asks finds them as they are.
"""

import asyncio
import logging
import re
import time
from pathlib import Path

from server.media.index import INDEX_FILE, Index
from server.media.parts import read_parts
from server.media.playlist import PAGE, LivePlaylist
from server.media.wire import INTERPRETER, PREVIEW
from server.service.ports import PROGRAMME, Awaited, Playlist

# Where the reels are in a data folder.
MEDIA = "media"
SEGMENT_MS = 2000
# How far back a viewer may go while the show is live.
WINDOW_MS = 2 * 3600 * 1000
# A preview is a ring: what is listed must last until it is fetched.
PREVIEW_WINDOW_MS = 12_000
# So long what was read of a disk is fresh.
FRESH_SECONDS = 0.25
# How often a reel is looked at that somebody waits for.
WATCH_SECONDS = 0.04
# Nobody waits for what is further away, in segments.
FURTHEST = 2
WAITING_LIMIT = 5_000
# For how long, in target durations.
PATIENCE = 3
RETRIES, RETRY_SECONDS = 5, 0.01
# An interpreter who is away for a moment is not gone.
AWAY_MS = 30_000

SHOWS = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
NAMES = re.compile(r"sound|sound-[A-Za-z0-9-]{1,35}|preview-[A-Za-z0-9_.-]{1,100}", re.ASCII)
FILES = re.compile(r"init-\d{4,9}\.mp4|seg-\d{4,9}-\d{6,12}(\.\d{1,4})?\.m4s", re.ASCII)

log = logging.getLogger("luyan.media")


class Shelf:
    """The reels of a data folder; what names lead to is not trusted to be there."""

    def __init__(self, data: Path) -> None:
        self._folder = data / MEDIA
        self._reels: dict[tuple[str, str], Reel] = {}
        self._waiting = 0

    async def playlist(
        self,
        show: str,
        reel: str = PROGRAMME,
        *,
        skip: bool = False,
        awaited: Awaited | None = None,
    ) -> Playlist | None:
        """Return what a player reads first, None while there is nothing to play.

        `skip`: the player knows the playlist as it was a short while ago. `awaited`: it wants the
        first one that has this; raises TimeoutError if that does not come soon.
        """
        found = await self._find(show, reel)
        if found is None:
            return None
        if awaited is not None and not found.has(awaited):
            if self._waiting >= WAITING_LIMIT:
                raise TimeoutError
            self._waiting += 1
            try:
                await found.wait(awaited)
            finally:
                self._waiting -= 1
        return await found.playlist(skip)

    def file(self, show: str, reel: str, name: str) -> Path | None:
        """Return where a piece of a reel is kept, None for what cannot be one."""
        folder = self._place(show, reel)
        return folder / name if folder is not None and FILES.fullmatch(name) else None

    async def sounds(self, show: str) -> list[str]:
        """Return the languages that one can listen to now, by their tags, in order."""
        if not SHOWS.fullmatch(show):
            return []
        languages = []
        for path in await asyncio.to_thread(_inside, self._folder / show):
            found = await self._find(show, path.name) if path.name.startswith(INTERPRETER) else None
            if found is not None and found.is_near:
                languages.append(path.name.removeprefix(INTERPRETER))
        return languages

    async def _find(self, show: str, name: str) -> "Reel | None":
        """Return a reel as it is now, None where there is none; raises nothing."""
        folder = self._place(show, name)
        if folder is None:
            return None
        reel = self._reels.get((show, name))
        if reel is None:
            preview = name.startswith(PREVIEW)
            reel = Reel(folder, *((PREVIEW_WINDOW_MS, 1) if preview else (WINDOW_MS, PAGE)))
        try:
            await reel.look()
        except Exception:
            log.exception("show=%s: the index of %s could not be read", show, name)
        # What nobody ever wrote is not remembered, whatever names are asked for.
        if reel.is_empty:
            self._reels.pop((show, name), None)
            return None
        return self._reels.setdefault((show, name), reel)

    def _place(self, show: str, reel: str) -> Path | None:
        if not SHOWS.fullmatch(show):
            return None
        if reel == PROGRAMME:
            return self._folder / show
        return self._folder / show / reel if NAMES.fullmatch(reel) else None


class Reel:
    """One reel as it stands on disk, and the playlists made of it."""

    def __init__(self, folder: Path, window_ms: int, page: int) -> None:
        self._folder = folder
        self._window_ms, self._page = window_ms, page
        self._begin()
        self._reading = asyncio.Lock()
        self._news = asyncio.Event()
        self._waiting = 0
        self._watching: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")
        self._made: dict[bool, Playlist] = {}

    def _begin(self) -> None:
        self._index = Index(self._folder)
        self._live = LivePlaylist(
            self._index, self._window_ms, target_ms=SEGMENT_MS, page=self._page
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to play."""
        return not self._index.segments

    @property
    def is_near(self) -> bool:
        """Whether it goes on, or stopped but a moment ago."""
        latest = self._index.segments[-1]
        until = latest.pdt + latest.ms
        return not self._index.paused or time.time_ns() // 1_000_000 - until < AWAY_MS

    async def look(self, fresh_seconds: float | None = None) -> None:
        """Read what is new; raises what a broken index does."""
        fresh_seconds = FRESH_SECONDS if fresh_seconds is None else fresh_seconds
        async with self._reading:
            if time.monotonic() - self._looked_at < fresh_seconds:
                return
            self._looked_at = time.monotonic()
            if await asyncio.to_thread(self._read):
                self._made.clear()
                self._news.set()
                self._news = asyncio.Event()

    def has(self, awaited: Awaited) -> bool:
        """Tell whether this is there, or not to be waited for."""
        if self.is_empty or self._live.parts is None or self._live.halted:
            return True
        coming = self._live.coming
        done = self._done if coming is None else coming.segment.number - 1
        if done >= awaited.segment or awaited.segment > done + FURTHEST:
            return True
        if coming is None or awaited.part is None:
            return False
        return (coming.segment.number, len(coming.parts)) > awaited

    async def wait(self, awaited: Awaited) -> None:
        """Wait until this is there; raises TimeoutError."""
        self._waiting += 1
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="reel")
        try:
            async with asyncio.timeout(PATIENCE * self._live.target):
                while not self.has(awaited):
                    await self._news.wait()
        finally:
            self._waiting -= 1

    async def _watch(self) -> None:
        """Look again and again, as long as somebody waits."""
        while self._waiting:
            try:
                await self.look(0)
            except Exception:
                log.exception("%s: it could not be read", self._folder)
                await asyncio.sleep(FRESH_SECONDS)
            await asyncio.sleep(WATCH_SECONDS)
        self._watching = None

    async def playlist(self, skip: bool) -> Playlist:
        """Return the playlist, or the end of it."""
        async with self._reading:
            if skip not in self._made:
                make = self._live.delta if skip else self._live.whole
                self._made[skip] = await asyncio.to_thread(make)
            return self._made[skip]

    def _read(self) -> bool:
        # In this order: parts never run ahead of the index.
        parts = read_parts(self._folder)
        news = self._index.refresh()
        # It is about to be written; without parts if it never is.
        for _ in range(RETRIES if parts is not None else 0):
            if parts is None or parts.done == self._done:
                break
            time.sleep(RETRY_SECONDS)
            parts = read_parts(self._folder)
            news = self._index.refresh() or news
        if parts is not None and parts.done != self._done:
            parts = None
        if not news and not self.is_empty and not (self._folder / INDEX_FILE).exists():
            self._begin()
            return True
        if not news and parts == self._live.parts:
            return False
        self._live.update(parts)
        return True

    @property
    def _done(self) -> int:
        return self._index.segments[-1].number if self._index.segments else -1


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/"))
