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
from server.media.playlist import PAGE, LivePlaylist
from server.media.wire import INTERPRETER, PREVIEW
from server.service.ports import PROGRAMME, Playlist

# Where the reels are in a data folder.
MEDIA = "media"
SEGMENT_MS = 2000
# How far back a viewer may go while the show is live.
WINDOW_MS = 2 * 3600 * 1000
# A preview is a ring: what is listed must last until it is fetched.
PREVIEW_WINDOW_MS = 12_000
# So long what was read of a disk is fresh.
FRESH_SECONDS = 0.25
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

    async def playlist(
        self, show: str, reel: str = PROGRAMME, *, skip: bool = False
    ) -> Playlist | None:
        """Return what a player reads first, None while there is nothing to play.

        `skip`: the player knows the playlist as it was a short while ago.
        """
        found = await self._find(show, reel)
        return await found.playlist(skip) if found is not None else None

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

    async def look(self) -> None:
        """Read what is new; raises what a broken index does."""
        async with self._reading:
            if time.monotonic() - self._looked_at < FRESH_SECONDS:
                return
            self._looked_at = time.monotonic()
            if await asyncio.to_thread(self._read):
                self._made.clear()

    async def playlist(self, skip: bool) -> Playlist:
        """Return the playlist, or the end of it."""
        async with self._reading:
            if skip not in self._made:
                make = self._live.delta if skip else self._live.whole
                self._made[skip] = await asyncio.to_thread(make)
            return self._made[skip]

    def _read(self) -> bool:
        if not self._index.refresh():
            if self.is_empty or (self._folder / INDEX_FILE).exists():
                return False
            self._begin()
        self._live.update()
        return True


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/"))
