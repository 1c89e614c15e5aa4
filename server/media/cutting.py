"""The cutting room: sees that the films of what is over are there, one job at a time, unhurried.

It looks at what there should be and at what there is; so whatever was missed, broken off or made
of a cue that was recalled since is made when it is next looked at.
"""

import asyncio
import gzip
import logging
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec

from server.domain.captions import LASTS_MS
from server.domain.recording import WHOLE, Take, details, span, takes
from server.domain.recording import chapters as chapters_of
from server.domain.show import Show
from server.media.edit import place
from server.media.film import Chapter, Film, Made, Order
from server.media.index import Index
from server.media.playlist import recording
from server.media.playout import RESERVE_BYTES
from server.media.supervisor import environment
from server.media.webvtt import webvtt
from server.service.ports import Clock, Playlist, ShowRow
from server.service.ports import Film as Recorded

LOOK_SECONDS = 2.0
# A disk that was full may have room again.
AGAIN_SECONDS = 60.0
# The last segment is written when the next begins; after so long, none comes any more.
SETTLED_MS = 30_000
FAR = 1 << 60
# What is still to be seen when the caller has ended the show.
AFTER_MS = 10_000

log = logging.getLogger("luyan.media")


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a take, as it stands beside its files; no film: there was no picture."""

    take: Take
    films: tuple[Film, ...]


class CuttingRoom:
    """Makes the films of all shows that have a picture.

    `shows` lists them with their seqs, and `show` returns one as it is committed.
    """

    def __init__(
        self,
        data: Path,
        shows: Callable[[], Awaitable[Sequence[ShowRow]]],
        show: Callable[[str], Awaitable[Show]],
        clock: Clock,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._folder = data / "media"
        self._shows = shows
        self._show = show
        self._done: dict[str, int] = {}
        self._clock = clock
        self._reserve = reserve_bytes
        self._clips: dict[str, dict[str, Clip]] = {}
        self._indexes: dict[str, Index] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._playlists: dict[str, dict[tuple[int, int], Playlist]] = {}
        self._working: asyncio.Task[None] | None = None

    def free_bytes(self) -> int:
        """Return how much room the disk has for pictures."""
        return shutil.disk_usage(self._folder.parent).free

    async def start(self) -> None:
        """Begin to look after films."""
        self._working = asyncio.create_task(self._work(), name="cutting room")

    async def close(self) -> None:
        """Stop; a film in the making is given up."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def films(self, show: Show) -> Sequence[Recorded]:
        """Return the films that are there of a show, and still hold, in order."""
        return [
            Recorded(
                clip.take.name,
                part,
                len(clip.films),
                clip.take.title,
                clip.take.presenter,
                self._folder / show.id / "clips" / film.file,
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
        index = await self._index(show.id)
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
        for chapter in chapters_of(show):
            at = place(whole.pieces, max(chapter.at, whole.pieces[0][0]))
            if at is not None:
                told[at] = chapter.title
        ends = [*told, whole.ms][1:]
        return webvtt(
            (at, end, title) for (at, title), end in zip(told.items(), ends, strict=False)
        )

    async def captions(self, show: Show, lines: Sequence[tuple[int, str]]) -> str | None:
        """Return lines, each from its instant (ms UTC) to that of the next, as WebVTT."""
        whole = await self._whole(show)
        if whole is None:
            return None
        cues = []
        for (said_at, text), (next_at, _) in pairwise([*lines, (FAR, "")]):
            start = place(whole.pieces, said_at)
            if text and start is not None:
                cues.append(
                    (start, min(start + next_at - said_at, start + LASTS_MS, whole.ms), text)
                )
        return webvtt(cues)

    async def _whole(self, show: Show) -> Film | None:
        """Return the film of the whole show, or its first part."""
        return next((c.films[0] for c in await self.clips(show) if c.take.name == WHOLE), None)

    async def clips(self, show: Show) -> list[Clip]:
        """Return the films of a show that are there and still hold, in order."""
        made = await self._made(show.id)
        wanted = takes(show)
        return [
            clip
            for take in wanted
            if (clip := made.get(take.name)) and clip.take == take and clip.films
        ]

    async def make(self, show: Show, take: Take) -> Clip:
        """Make a film now; raises OSError when it cannot be made."""
        folder = self._folder / show.id
        order = Order(
            folder=str(folder),
            target=str(folder / "clips" / f"{take.name}.mp4"),
            spans=take.spans,
            title=take.title,
            artist=take.presenter,
            album=details(show).title,
            chapters=tuple(Chapter(c.at, c.title) for c in take.chapters),
            reserve_bytes=self._reserve,
        )
        made = await _cut(order)
        if made.problem is not None and not made.hopeless:
            raise OSError(made.problem)
        clip = Clip(take=take, films=made.films)
        before = (await self._made(show.id)).get(take.name)
        await asyncio.to_thread(_keep, folder / "clips", clip, before)
        self._clips[show.id][take.name] = clip
        return clip

    # ---- looking after them --------------------------------------------------------------------

    async def _work(self) -> None:
        for folder in self._folder.glob("*/clips"):
            # Left by a server that was ended while it cut.
            await asyncio.to_thread(_tidy, folder)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                while await self._look():
                    pass
            except Exception:
                log.exception("the films could not be looked after")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self) -> bool:
        """Make one film that is missing, and tell whether there was one."""
        recorded = await asyncio.to_thread(_recorded, self._folder)
        for row in await self._shows():
            if row.id not in recorded or self._done.get(row.id) == row.seq:
                continue
            show = await self._show(row.id)
            made, waits = await self._made(show.id), False
            for take in takes(show):
                if take.name in made and made[take.name].take == take:
                    continue
                if not await self._is_settled(show.id, take):
                    waits = True
                    continue
                try:
                    clip = await self.make(show, take)
                except OSError as problem:
                    log.error("show=%s: the film “%s” is not made: %s", show.id, take.name, problem)
                    await asyncio.sleep(AGAIN_SECONDS)
                    return False
                log.info("show=%s: the film “%s”: %d files", show.id, take.name, len(clip.films))
                return True
            if not waits:
                self._done[show.id] = show.seq
        return False

    async def _is_settled(self, show: str, take: Take) -> bool:
        """Tell whether all of the picture that a film needs is on disk."""
        end = take.spans[-1][1]
        if self._clock() > end + SETTLED_MS:
            return True
        segments = (await self._index(show)).segments
        return bool(segments) and segments[-1].pdt + segments[-1].ms >= end

    async def _index(self, show: str) -> Index:
        """Return what is on disk now of a show's programme."""
        index = self._indexes.setdefault(show, Index(self._folder / show))
        async with self._reading.setdefault(show, asyncio.Lock()):
            await asyncio.to_thread(index.refresh)
        return index

    async def _made(self, show: str) -> dict[str, Clip]:
        if show not in self._clips:
            read = await asyncio.to_thread(_read, self._folder / show / "clips")
            self._clips.setdefault(show, read)
        return self._clips[show]


async def _cut(order: Order) -> Made:
    """Let a process of its own make a film, and return what it says; it dies with this one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.media.cut",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        line = await process.stdout.read()
        await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        return msgspec.json.decode(line, type=Made)
    except msgspec.DecodeError:
        raise OSError(f"the cutter ended with {process.returncode}") from None


def _recorded(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/index.jsonl")}


def _read(folder: Path) -> dict[str, Clip]:
    found = {}
    for path in folder.glob("*.json"):
        with suppress(msgspec.DecodeError, OSError):
            clip = msgspec.json.decode(path.read_bytes(), type=Clip)
            found[clip.take.name] = clip
    return found


def _keep(folder: Path, clip: Clip, before: Clip | None) -> None:
    """Write down what was made, and take away what it replaces."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{clip.take.name}.json"
    unfinished.write_bytes(msgspec.json.encode(clip) + b"\n")
    unfinished.replace(folder / f"{clip.take.name}.json")
    kept = {film.file for film in clip.films}
    for old in before.films if before else ():
        if old.file not in kept:
            (folder / old.file).unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    for path in folder.glob(".*.mp4.*"):
        path.unlink(missing_ok=True)
