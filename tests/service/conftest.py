"""An office over each store, and one whose store is guarded."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.keepers import Keeper, MemoryKeeper, SqliteKeeper
from tests.service.office import GuardedKeeper, Office


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    keeper: Keeper = MemoryKeeper([0]) if request.param == "memory" else SqliteKeeper(tmp_path)
    office = Office(keeper)
    await office.begin()
    yield office
    await office.close()


@pytest.fixture
async def guarded() -> AsyncIterator[Office]:
    office = Office(GuardedKeeper())
    await office.begin()
    yield office
    await office.close()
