"""Stores that are opened, closed and restored as a history wants it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Protocol

from server.service.ports import Link, Reading, ShowRow, Store
from server.store.memory import MemoryStore, MemoryTurn
from server.store.sqlite import open_sqlite


class Keeper(Protocol):
    """Keeps one database at a time."""

    async def open(self) -> Store:
        """Open it again, as after a crash."""

    async def restore(self) -> Store:
        """Put an empty one of another epoch in its place."""

    async def close(self) -> None:
        """Let go of it."""


class Paused(MemoryStore):
    """A memory store that lets others run before and after what it does, as a disk would."""

    def __init__(self, pauses: Sequence[int]) -> None:
        super().__init__()
        self._pauses: Iterator[int] = cycle(pauses)

    async def _pause(self) -> None:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)

    async def read(self, show: str, since: int = 0) -> Reading:
        await self._pause()
        reading = await super().read(show, since)
        await self._pause()
        return reading

    async def shows(self) -> list[ShowRow]:
        await self._pause()
        return await super().shows()

    async def links(self, show: str | None = None) -> list[Link]:
        await self._pause()
        return await super().links(show)

    @asynccontextmanager
    async def turn(self, show: str, since: int) -> AsyncIterator[MemoryTurn]:
        await self._pause()
        async with super().turn(show, since) as turn:
            yield turn
            await self._pause()
        await self._pause()


class MemoryKeeper:
    """The memory outlives the processes that open it."""

    def __init__(self, pauses: Sequence[int]) -> None:
        self._pauses = pauses
        self._store = Paused(pauses)

    async def open(self) -> Store:
        return self._store

    async def restore(self) -> Store:
        self._store = Paused(self._pauses)
        return self._store

    async def close(self) -> None:
        pass


class SqliteKeeper:
    """One file, closed and opened again; a restored database is another file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._restored = 0
        self._store: Store | None = None

    async def open(self) -> Store:
        await self.close()
        self._store = await open_sqlite(self._folder / f"{self._restored}.db")
        return self._store

    async def restore(self) -> Store:
        self._restored += 1
        return await self.open()

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()
            self._store = None
