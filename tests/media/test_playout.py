"""The playout: playlists from disk, the child's state as the show's own, and no name it must not
serve."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain.picture import ReportPicture
from server.media.index import IndexWriter, MediaSegment, Pause
from server.media.playout import Ingest, Playout, free_port

SECRET = bytes(32)


class Notes:
    """Takes reports as the Desk does; `fault` is raised once."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.fault: Exception | None = None
        self.news = asyncio.Event()

    async def report(self, show: str, report: ReportPicture) -> None:
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
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


def record(folder: Path, numbers: range) -> None:
    """Write the index of a programme that was cut."""
    writer = IndexWriter(folder, 0)
    for number in numbers:
        writer.append(
            MediaSegment(
                number=number,
                run=0,
                file=f"seg-0001-{number:06d}.m4s",
                init="init-0001.mp4",
                pdt=2000 * number,
                ms=2000,
                size=1,
                source="studio",
            )
        )
    writer.append(Pause(at=2000 * numbers.stop))
    writer.close()


async def test_what_was_recorded_can_be_played_without_a_child(
    tmp_path: Path, notes: Notes
) -> None:
    record(tmp_path / "media" / "old", range(4000))
    playout = Playout(tmp_path, SECRET, None, notes.report)
    await playout.start()
    try:
        found = await playout.playlist("old")
        assert found is not None
        text = found.text.decode()
        assert gzip.decompress(found.packed) == found.text
        assert len(found.packed) < len(found.text) / 8
        # Two hours of it.
        assert text.count("#EXTINF") == 3600
        assert "#EXT-X-MEDIA-SEQUENCE:400\n" in text
        assert await playout.playlist("other") is None
        # A picture that was on when the power was cut.
        await notes.wait("old", "off")
    finally:
        await playout.close()
    assert notes.taken == [("old", "off")]


@pytest.mark.parametrize(
    "name", ["init-0001.mp4", "seg-0001-000000.m4s", "seg-0012-1234567.m4s", "init-12345.mp4"]
)
async def test_pieces_are_found_by_their_names(tmp_path: Path, notes: Notes, name: str) -> None:
    playout = Playout(tmp_path, SECRET, None, notes.report)
    assert playout.file("show", name) == tmp_path / "media" / "show" / name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "index.jsonl",
        "../../secret.key",
        "..",
        ".seg-0001-000000.m4s",
        "seg-0001-000000.m4s\n",
        "seg-0001-000000.m4s/../index.jsonl",
        "seg-١١١١-000000.m4s",
        "seg-0001-000000.mp4",
        "init-0001.mp4\0",
        "/etc/passwd",
    ],
)
async def test_no_other_name_leads_anywhere(tmp_path: Path, notes: Notes, name: str) -> None:
    playout = Playout(tmp_path, SECRET, None, notes.report)
    assert playout.file("show", name) is None


async def test_the_childs_state_is_reported_as_the_shows(playout: Playout, notes: Notes) -> None:
    await notes.wait("live", "waiting")
    assert await playout.playlist("live") is None


async def test_a_report_that_failed_is_made_again(playout: Playout, notes: Notes) -> None:
    notes.fault = OSError("no space left")
    await notes.wait("live", "waiting")


async def test_a_broken_index_stops_no_report(
    tmp_path: Path, playout: Playout, notes: Notes, caplog: pytest.LogCaptureFixture
) -> None:
    await notes.wait("live", "waiting")
    (tmp_path / "media" / "other").mkdir()
    (tmp_path / "media" / "other" / "index.jsonl").write_text("nonsense\n")
    assert await playout.playlist("other") is None
    assert "could not be read" in caplog.text
