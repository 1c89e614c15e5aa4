"""The cutting room: sees that the films of what is over are there, one job at a time, unhurried.

It looks at what there should be and at what there is; so whatever was missed, broken off or made
of a cue that was recalled since is made when it is next looked at.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from server.children import begin
from server.domain.recording import Take, details, takes
from server.domain.show import Show
from server.media.archive import Archive, Clip
from server.media.film import Chapter, Made, Order
from server.media.playout import RESERVE_BYTES
from server.service.ports import Clock, ShowRow

LOOK_SECONDS = 2.0
# A disk that was full may have room again.
AGAIN_SECONDS = 60.0
# The last segment is written when the next begins; after so long, none comes any more.
SETTLED_MS = 30_000

log = logging.getLogger("luyan.media")


class CuttingRoom:
    """Makes the films of all shows that have a picture, and puts them into the archive.

    `shows` lists them with their seqs, and `show` returns one as it is committed. `reserve_bytes`
    of the disk are left to others.
    """

    def __init__(
        self,
        archive: Archive,
        shows: Callable[[], Awaitable[Sequence[ShowRow]]],
        show: Callable[[str], Awaitable[Show]],
        clock: Clock,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._archive = archive
        self._shows = shows
        self._show = show
        self._clock = clock
        self._reserve = reserve_bytes
        self._done: dict[str, int] = {}
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look after films."""
        self._working = asyncio.create_task(self._work(), name="cutting room")

    async def close(self) -> None:
        """Stop; a film in the making is given up."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    # ---- looking after them --------------------------------------------------------------------

    async def _work(self) -> None:
        for folder in self._archive.folder.glob("*/clips"):
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
        recorded = await asyncio.to_thread(_recorded, self._archive.folder)
        for row in await self._shows():
            if row.id not in recorded or self._done.get(row.id) == row.seq:
                continue
            show = await self._show(row.id)
            made, waits = await self._archive.made(show.id), False
            for take in takes(show):
                if take.name in made and made[take.name].take == take:
                    continue
                if not await self._is_settled(show.id, take):
                    waits = True
                    continue
                try:
                    clip = await make(self._archive, show, take, self._reserve)
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
        segments = (await self._archive.index(show)).segments
        return bool(segments) and segments[-1].pdt + segments[-1].ms >= end


async def make(archive: Archive, show: Show, take: Take, reserve_bytes: int) -> Clip:
    """Make a film now; raises OSError when it cannot be made."""
    order = Order(
        folder=str(archive.folder / show.id),
        target=str(archive.clips_of(show.id) / f"{take.name}.mp4"),
        spans=take.spans,
        title=take.title,
        artist=take.presenter,
        album=details(show).title,
        chapters=tuple(Chapter(c.at, c.title) for c in take.chapters),
        reserve_bytes=reserve_bytes,
    )
    made = await _cut(order)
    if made.problem is not None and not made.hopeless:
        raise OSError(made.problem)
    clip = Clip(take=take, films=made.films)
    await archive.keep(show.id, clip)
    return clip


async def _cut(order: Order) -> Made:
    """Let a process of its own make a film, and return what it says; it dies with this one."""
    process = await begin("server.media.cut")
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


def _tidy(folder: Path) -> None:
    for path in folder.glob(".*.mp4.*"):
        path.unlink(missing_ok=True)
