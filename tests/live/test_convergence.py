"""Any history, any drop, any view: every screen ends with what a fresh snapshot shows."""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live.history import STEPS, Step, live_through
from tests.live.keepers import MemoryKeeper, SqliteKeeper

number = st.integers(0, 7)
histories = st.lists(
    st.tuples(st.sampled_from(STEPS), number, number, number), min_size=20, max_size=80
)
pauses = st.lists(st.integers(0, 3), min_size=1, max_size=9)

calm = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def faults(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Nothing in a history is a fault of the server's: none may be logged."""
    caplog.set_level(logging.ERROR)
    yield caplog
    assert not caplog.records


@settings(calm, max_examples=500)
@given(histories, pauses)
def test_every_screen_ends_with_the_truth(
    runner: asyncio.Runner,
    faults: pytest.LogCaptureFixture,
    history: list[Step],
    pauses: list[int],
) -> None:
    runner.run(live_through(MemoryKeeper(pauses), history))
    assert not faults.records


@settings(calm, max_examples=40)
@given(histories)
def test_every_screen_ends_with_the_truth_on_disk(
    runner: asyncio.Runner, faults: pytest.LogCaptureFixture, history: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        runner.run(live_through(SqliteKeeper(Path(folder)), history))
    assert not faults.records
