"""Fixtures for all tests: a real server, fresh for one test or shared by many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A server of this test's own, to be killed and restarted at will."""
    with House(tmp_path / "data") as house:
        yield house


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server for tests that leave the stage and each other's questions alone."""
    with House(tmp_path_factory.mktemp("shared") / "data") as house:
        yield house
