"""The stores that keep the one contract, each in a house of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.service.ports import Store
from server.store.memory import MemoryStore
from server.store.sqlite import open_sqlite
from tests.domain.rehearsal import START_AT, records
from tests.store.scribe import Scribe


class House:
    """One database: `open` may be called again, for a second process or after a restart."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.opened: list[Store] = []

    async def open(self) -> Store:
        store = await self._open()
        self.opened.append(store)
        return store

    async def reopen(self) -> Store:
        await self.close()
        return await self.open()

    async def close(self) -> None:
        while self.opened:
            await self.opened.pop().close()

    async def _open(self) -> Store:
        raise NotImplementedError


class MemoryHouse(House):
    """As long as the house stands, the memory does not go."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self._store = MemoryStore()

    async def _open(self) -> Store:
        return self._store


class SqliteHouse(House):
    async def _open(self) -> Store:
        return await open_sqlite(self.data / "luyan.db")


@pytest.fixture(params=[MemoryHouse, SqliteHouse], ids=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    house: House = request.param(tmp_path / "data")
    yield house
    await house.close()


@pytest.fixture
async def store(house: House) -> Store:
    return await house.open()


@pytest.fixture
async def scribe(store: Store) -> Scribe:
    """The live show beside the store, which holds it as it begins."""
    await store.create("test", records(), START_AT)
    return Scribe()
