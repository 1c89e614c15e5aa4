"""Rewind: what a show's stage showed at an instant, read from the journal once and then kept."""

import asyncio

from server.domain.past import KINDS, Moment, Past
from server.domain.roles import Record, Role, Viewer
from server.domain.show import Show
from server.service.ports import Store

# So many turns are read at once; in between, others have their turn in the event loop.
TURNS_AT_ONCE = 1000

# Who rewinds asks once for so many changes of the stage: captions alone change it each second.
MOMENTS = 100

ANYBODY = Viewer(Role.ATTENDEE)


class Rewind:
    """Answers for all shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pasts: dict[str, Past] = {}
        self._reading: dict[str, asyncio.Lock] = {}

    async def moments(self, show: Show, at: int, most: int = MOMENTS) -> list[Moment]:
        """Return what anybody saw of a committed show at the instant `at` (ms UTC), and next."""
        past = await self._read(show)
        # Nothing waits between the last look at the seq and this.
        return past.moments(show, at, ANYBODY, most)

    async def images(self, show: Show, key: str) -> list[Record]:
        """Return a record of a committed show as it was before each of its changes, and is now."""
        past = await self._read(show)
        now = show.find_key(key)
        return [*past.images(key), *([now] if now is not None else [])]

    async def _read(self, show: Show) -> Past:
        past = self._pasts.setdefault(show.id, Past())
        async with self._reading.setdefault(show.id, asyncio.Lock()):
            while past.seq < show.seq:
                turns = await self._store.images(show.id, KINDS, past.seq, TURNS_AT_ONCE)
                if not turns:
                    raise RuntimeError(f"show {show.id} is ahead of its journal")
                for turn in turns:
                    past.take(*turn)
        return past
