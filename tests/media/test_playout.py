"""The playout: the child's state as the show's own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain.picture import ReportPicture, ReportTrouble
from server.media.playout import Ingest, Playout, free_port
from server.media.wire import Notice, Wrote

SECRET = bytes(32)


class Notes:
    """Takes reports as the Desk does; `fault` is raised once."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.troubles: list[str | None] = []
        self.fault: Exception | None = None
        self.news = asyncio.Event()

    async def report(self, show: str, report: ReportPicture | ReportTrouble) -> None:
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        if isinstance(report, ReportTrouble):
            self.troubles.append(report.trouble)
        else:
            self.taken.append((show, report.state))
        self.news.set()

    async def wait(self, show: str, state: str) -> None:
        """Wait until this was reported."""
        async with asyncio.timeout(30):
            while (show, state) not in self.taken:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
async def playout(tmp_path: Path, notes: Notes) -> AsyncIterator[Playout]:
    """A started playout that takes a stream for the show `live`."""
    ingest = Ingest("live", "127.0.0.1", free_port("127.0.0.1"))
    playout = Playout(tmp_path, SECRET, ingest, notes.report)
    await playout.start()
    yield playout
    await playout.close()


async def test_the_picture_of_a_show_without_a_child_is_off(tmp_path: Path, notes: Notes) -> None:
    # A picture that was on when the power was cut.
    (tmp_path / "media" / "old").mkdir(parents=True)
    playout = Playout(tmp_path, SECRET, None, notes.report)
    await playout.start()
    try:
        await notes.wait("old", "off")
    finally:
        await playout.close()
    assert notes.taken == [("old", "off")]


async def test_the_childs_state_is_reported_as_the_shows(playout: Playout, notes: Notes) -> None:
    await notes.wait("live", "waiting")


async def test_a_report_that_failed_is_made_again(playout: Playout, notes: Notes) -> None:
    notes.fault = OSError("no space left")
    await notes.wait("live", "waiting")


async def test_a_full_disk_is_reported_once_and_until_it_has_room(
    playout: Playout, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    await notes.wait("live", "waiting")
    full = Notice(code="disk_full", text="less than 500 MB are free")

    async def hear(*events: Notice | Wrote, troubles: list[str | None]) -> None:
        for event in events:
            playout._hear(event, playout._supervisor.state)  # type: ignore[union-attr]
        async with asyncio.timeout(30):
            while notes.troubles != troubles:
                notes.news.clear()
                await notes.news.wait()

    await hear(troubles=[None])
    await hear(full, full, troubles=[None, "disk_full"])
    assert "less than 500 MB" in caplog.text
    other = Wrote(number=1, pdt=0, ms=2000, reel="preview-studio")
    written = Wrote(number=1, pdt=0, ms=2000)
    await hear(other, troubles=[None, "disk_full"])
    await hear(written, written, troubles=[None, "disk_full", None])
