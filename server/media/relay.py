"""Follows a picture that is made elsewhere: how it is, and its playlist where we add the clock."""

import asyncio
import gzip
import hmac
import logging
import re
import time
import urllib.request
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urljoin

from server.domain.picture import ReportPicture, State
from server.media.dated import DatedPlaylist
from server.media.elsewhere import Elsewhere
from server.media.shelf import Shelf
from server.service.links import stream_key
from server.service.ports import PROGRAMME, Awaited, Playlist

LOOK_SECONDS = 0.25
FETCH_SECONDS = 5.0
LARGEST_BYTES = 1 << 20
# A playlist that stands still for so long is that of a picture that stopped.
STILL_SECONDS = 8.0

log = logging.getLogger("luyan.media")

Report = Callable[[str, ReportPicture], Awaitable[None]]


class Relay(Shelf):
    """Looks at a playlist elsewhere again and again, and says how the picture is.

    What is kept in `data` is served as ever; `report` is the Desk's.
    """

    def __init__(self, data: Path, secret: bytes, media: Elsewhere, report: Report) -> None:
        super().__init__(data)
        self._secret = secret
        self._media = media
        self._report = report
        self._dated = DatedPlaylist(media.playlist, self._ended_at)
        self._text = ""
        self._moved_at = float("-inf")
        self._seen = False
        self._published: bool | None = None
        self._reported: State | None = None
        self._playlist: Playlist | None = None
        self._news = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._following = asyncio.create_task(self._follow(), name="relay")

    async def close(self) -> None:
        """Look no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    # ---- what players and publishers ask -------------------------------------------------------

    async def playlist(
        self,
        show: str,
        reel: str = PROGRAMME,
        *,
        skip: bool = False,
        awaited: Awaited | None = None,
    ) -> Playlist | None:
        """Return the playlist with the programme clock; of other shows and reels, our own."""
        if (show, reel) == (self._media.show, PROGRAMME):
            return self._playlist
        return await super().playlist(show, reel, skip=skip, awaited=awaited)

    def may_publish(self, show: str, key: str) -> bool:
        """Tell whether this is the show's stream key."""
        known = stream_key(self._secret, show)
        return show == self._media.show and hmac.compare_digest(known.encode(), key.encode())

    def published(self, there: bool) -> None:
        """Somebody has begun to publish, or has stopped."""
        self._published = there
        self._news.set()

    # ---- looking -------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._look()
            except (OSError, ValueError, HTTPException) as problem:
                log.debug("%s: %s", self._media.playlist, problem)
            state = self._state()
            if state != self._reported and await self._say(state):
                self._reported = state
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        text = await asyncio.to_thread(self._fetch)
        if text == self._text or "#EXTINF" not in text:
            return
        # What was there when we came may be of yesterday.
        if self._text or self._published:
            self._moved_at = time.monotonic()
        self._text, self._seen = text, True
        dated = (await asyncio.to_thread(self._dated.add, text, _now_ms())).encode()
        self._playlist = Playlist(dated, gzip.compress(dated, 3, mtime=0))

    def _fetch(self) -> str:
        """Return the playlist as it is now; raises OSError, HTTPException or ValueError."""
        if self._media.folder is not None:
            path = Path(self._media.folder) / f"{self._media.show}.m3u8"
            return path.read_text(encoding="utf-8")
        return _followed(self._media.playlist)

    def _ended_at(self, name: str) -> int | None:
        if self._media.folder is None or not re.fullmatch(r"[\w.-]+", name, re.ASCII):
            return None
        try:
            return (Path(self._media.folder) / name).stat().st_mtime_ns // 1_000_000
        except OSError:
            return None

    def _state(self) -> State:
        if not self._seen:
            return "waiting"
        moves = time.monotonic() - self._moved_at < STILL_SECONDS
        return "live" if moves and self._published is not False else "paused"

    async def _say(self, state: State) -> bool:
        try:
            await self._report(self._media.show, ReportPicture(state=state))
        except Exception:
            log.exception("show=%s: the picture is %s, not saved", self._media.show, state)
            return False
        return True


def _followed(address: str) -> str:
    """Return a media playlist, where need be the first that a multivariant one names."""
    text = _get(address)
    if "#EXT-X-STREAM-INF" not in text:
        return text
    (first, *_) = (line for line in text.splitlines() if line and not line.startswith("#"))
    return _get(urljoin(address, first))


def _get(address: str) -> str:
    request = urllib.request.Request(address, headers={"Cache-Control": "no-cache"})
    with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:
        return str(answer.read(LARGEST_BYTES).decode("utf-8"))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
