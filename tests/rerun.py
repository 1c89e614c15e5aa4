"""A show that is over, with its picture: what a replay and films are made of, told in a moment."""

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

from server import folder
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role
from server.domain.show import Command
from server.domain.stage import AdvanceStage
from server.integrations.showfile import read
from server.media.source import Source
from server.service.desk import Desk
from tests.media.publisher import recorded
from tests.media.test_packager import AT, Studio

CALLER = Actor("caller", Role.CALLER)
# The first picture of what a test publishes comes so much after its beginning.
LEAD_MS = 21


class NoBus:
    """Nobody listens yet."""

    def hint(self, show: str, seq: int) -> None:
        """Tell nobody."""


class Rerun:
    """A show in a data folder, called by hand on a clock of its own (ms UTC)."""

    def __init__(self, data: Path, show: str, now: int) -> None:
        self.now = now
        self._data = data
        self._show = show
        self._ids = count()
        self._seq = 1

    async def tell(self, file: Path, *lengths: float, over: bool = True) -> None:
        """Make the show of a file, film it, and advance it: each cue for so many seconds.

        `over`: all other cues go by in no time.
        """
        text = await asyncio.to_thread(file.read_text, encoding="utf-8")
        async with folder.opened(self._data, new=True) as store:
            records = read(text, self.now)
            await store.create(self._show, records, self.now - 60_000)
            desk = Desk(store, lambda: self.now, NoBus(), 0)
            self._film(sum(lengths))
            for length in lengths:
                await self.do(desk, CALLER, AdvanceStage(self._seq))
                self.now += round(length * 1000)
            with suppress(Refusal):
                while over:
                    await self.do(desk, CALLER, AdvanceStage(self._seq))
            await desk.close()

    async def do(self, desk: Desk, actor: Actor, command: Command) -> None:
        """Let somebody do something now."""
        self._seq = await desk.do(self._show, f"rerun-{next(self._ids)}", command, actor)

    def _film(self, seconds: float) -> None:
        studio = Studio(self._data / "media" / self._show)
        studio.feed(Source("studio"), recorded(round(seconds) + 3), late=self.now - AT - LEAD_MS)
        studio.packager.close()
