"""The archive: what was recorded of shows and cut from it, as it stands on disk.

`data/media/{show}/clips/` holds the films, and beside those of a take a line of JSON that says of
what they were made.
"""

import asyncio
import gzip
import shutil
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from server.domain.captions import LASTS_MS
from server.domain.recording import WHOLE, Take, chapters, span, takes
from server.domain.show import Show
from server.media.edit import place
from server.media.film import Film
from server.media.index import Index
from server.media.playlist import recording
from server.media.webvtt import webvtt
from server.service.ports import Clock, Playlist
from server.service.ports import Film as Recorded

# What is still to be seen when the caller has ended the show.
AFTER_MS = 10_000
FAR = 1 << 60


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a take; no film: there was no picture."""

    take: Take
    films: tuple[Film, ...]


class Archive:
    """Knows the recordings of all shows."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self.folder = data / "media"
        self._clock = clock
        self._clips: dict[str, _Known] = {}
        self._indexes: dict[str, Index] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._playlists: dict[str, dict[tuple[int, int], Playlist]] = {}

    # ---- what viewers are given ----------------------------------------------------------------

    async def films(self, show: Show) -> Sequence[Recorded]:
        """Return the films that are there of a show, and still hold, in order."""
        return [
            Recorded(
                clip.take.name,
                part,
                len(clip.films),
                clip.take.title,
                clip.take.presenter,
                self.clips_of(show.id) / film.file,
                film.size,
                film.ms,
            )
            for clip in await self.clips(show)
            for part, film in enumerate(clip.films, 1)
        ]

    async def playlist(self, show: Show) -> Playlist | None:
        """Return the playlist of what was recorded from the show's start to its end."""
        on = span(show, self._clock())
        if on is None:
            return None
        index = await self.index(show.id)
        shown = index.between(on[0], on[1] + AFTER_MS)
        if not shown:
            return None
        key = (shown[0].number, shown[-1].number)
        if key not in self._playlists.setdefault(show.id, {}):
            text = recording(shown).encode()
            packed = await asyncio.to_thread(gzip.compress, text, mtime=0)
            self._playlists[show.id] = {key: Playlist(text, packed)}
        return self._playlists[show.id][key]

    async def chapters(self, show: Show) -> str | None:
        """Return the chapters of the film of the whole show as WebVTT."""
        whole = await self._whole(show)
        if whole is None:
            return None
        told = {}
        for chapter in chapters(show):
            at = place(whole.pieces, max(chapter.at, whole.pieces[0][0]))
            if at is not None:
                told[at] = chapter.title
        ends = [*told, whole.ms][1:]
        cues = zip(told.items(), ends, strict=False)
        return webvtt((at, end, title) for (at, title), end in cues)

    async def captions(self, show: Show, lines: Sequence[tuple[int, str]]) -> str | None:
        """Return lines, each from its instant (ms UTC) to that of the next, as WebVTT."""
        whole = await self._whole(show)
        if whole is None:
            return None
        cues = []
        for (said_at, text), (next_at, _) in pairwise([*lines, (FAR, "")]):
            start = place(whole.pieces, said_at)
            if text and start is not None:
                lasts = min(next_at - said_at, LASTS_MS)
                cues.append((start, min(start + lasts, whole.ms), text))
        return webvtt(cues)

    def free_bytes(self) -> int:
        """Return how much room the disk has for pictures."""
        return shutil.disk_usage(self.folder.parent).free

    # ---- what the cutting room needs -----------------------------------------------------------

    async def clips(self, show: Show) -> list[Clip]:
        """Return what was made of a show and still holds, in order; without what has no picture."""
        made = await self.made(show.id)
        return [
            clip
            for take in takes(show)
            if (clip := made.get(take.name)) and clip.take == take and clip.films
        ]

    async def made(self, show: str) -> dict[str, Clip]:
        """Return all that was made of a show, here or by `luyan recording`, by names of takes."""
        folder, known = self.clips_of(show), self._clips.get(show)
        found = await asyncio.to_thread(_read, folder, known)
        self._clips[show] = found
        return found.clips

    async def index(self, show: str) -> Index:
        """Return what is on disk now of a show's programme."""
        index = self._indexes.setdefault(show, Index(self.folder / show))
        async with self._reading.setdefault(show, asyncio.Lock()):
            await asyncio.to_thread(index.refresh)
        return index

    async def keep(self, show: str, clip: Clip) -> None:
        """Write down what was made, and take away what it replaces."""
        before = (await self.made(show)).get(clip.take.name)
        await asyncio.to_thread(_keep, self.clips_of(show), clip, before)

    def clips_of(self, show: str) -> Path:
        """Return where the films of a show are kept."""
        return self.folder / show / "clips"

    async def _whole(self, show: Show) -> Film | None:
        """Return the film of the whole show, or its first part."""
        return next((c.films[0] for c in await self.clips(show) if c.take.name == WHOLE), None)


class _Known(NamedTuple):
    """What was read of a folder, and when that was last written to, in ns."""

    written: int
    clips: dict[str, Clip]


def _read(folder: Path, known: _Known | None) -> _Known:
    try:
        written = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return _Known(0, {})
    if known is not None and known.written == written:
        return known
    found = {}
    for path in folder.glob("*.json"):
        with suppress(msgspec.DecodeError, OSError):
            clip = msgspec.json.decode(path.read_bytes(), type=Clip)
            found[clip.take.name] = clip
    return _Known(written, found)


def _keep(folder: Path, clip: Clip, before: Clip | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{clip.take.name}.json"
    unfinished.write_bytes(msgspec.json.encode(clip) + b"\n")
    unfinished.replace(folder / f"{clip.take.name}.json")
    kept = {film.file for film in clip.films}
    for old in before.films if before else ():
        if old.file not in kept:
            (folder / old.file).unlink(missing_ok=True)
