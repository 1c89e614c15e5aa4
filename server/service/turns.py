"""The shows in memory, and the lock under which one batch of turns works on one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.domain.refusal import Refusal
from server.domain.show import Show
from server.service.ports import Bus, Store, StoreTurn


class Turns:
    """Opens a show for writing: one at a time, as of the newest seq, hinted on when committed."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._shows: dict[str, Show] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def open(self, show_id: str) -> AsyncIterator[tuple[Show, StoreTurn]]:
        """Yield the show and the transaction; leaving without an error commits.

        The show may be changed inside, before the commit: nobody else reads it, and if the commit
        fails it is thrown away and read again.
        """
        async with self._locks.setdefault(show_id, asyncio.Lock()):
            show = self._shows.pop(show_id, None) or Show(show_id)
            before = show.seq
            async with self._store.turn(show_id, before) as turn:
                for change in turn.news.changes:
                    show.apply(change)
                if turn.news.seq > before:
                    show.seq = turn.news.seq
                    show.decision = await self._store.decision(show_id)
                opened = show.seq
                yield show, turn
            self._shows[show_id] = show
        if show.seq > opened:
            self._bus.hint(show_id, show.seq)


def not_written() -> Refusal:
    """The refusal of a command that the disk did not take: nothing was changed."""
    return Refusal("store.fault", "This could not be saved. Nothing was changed; please try again.")
