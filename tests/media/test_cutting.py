"""The cutting room: films come by themselves, and whatever is missing is made."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import av
import pytest
import pytest_asyncio

from server.domain.recording import WHOLE, Take, takes
from server.domain.show import Show
from server.domain.stage import AdvanceStage, RecallCue
from server.media import cutting
from server.media.archive import Archive, Clip
from server.media.cutting import CuttingRoom, make
from server.media.source import Source
from server.service.ports import ShowRow
from tests.domain.rehearsal import START_AT, Rehearsal
from tests.media.publisher import recorded
from tests.media.test_packager import AT, Studio

PATIENCE_SECONDS = 30.0


class Stage:
    """A rehearsal with a recorded picture, whose first frame comes with the planned start."""

    def __init__(self, data: Path) -> None:
        self.show = Rehearsal()
        self.studio = Studio(data / "media" / "trial")
        self.data = data
        self.archive = Archive(data, lambda: self.show.now)

    def film(self, seconds: int) -> None:
        """Record the picture, from now on."""
        tags = recorded(seconds)
        self.studio.feed(Source("main"), tags, late=self.show.now - AT - 21)
        self.studio.packager.halt()

    def call(self, *lengths: float) -> None:
        """Advance, and let so many seconds go by, as often as there are lengths."""
        for seconds in lengths:
            self.show.do(AdvanceStage(self.show.seq))
            self.show.wait(seconds)

    def room(self) -> CuttingRoom:
        return CuttingRoom(self.archive, self._shows, self._committed, lambda: self.show.now, 0)

    async def _shows(self) -> list[ShowRow]:
        return [ShowRow("trial", self.show.seq, 0), ShowRow("dark", 1, 0)]

    async def _committed(self, show: str) -> Show:
        assert show == "trial"
        return self.show.show

    async def clips(self, *names: str) -> dict[str, Clip]:
        """Wait until there are just these films."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = {clip.take.name: clip for clip in await self.archive.clips(self.show.show)}
                if set(found) == set(names):
                    return found
                await asyncio.sleep(0.02)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A show that was called while it was filmed; nobody waits long for films here."""
    monkeypatch.setattr(cutting, "LOOK_SECONDS", 0.05)
    stage = Stage(tmp_path)
    stage.film(12)
    stage.call(1.4, 2, 1)
    yield stage
    stage.studio.packager.close()


@pytest_asyncio.fixture
async def room(stage: Stage) -> AsyncIterator[CuttingRoom]:
    """The cutting room of that show, at work."""
    room = stage.room()
    await room.start()
    yield room
    await room.close()


async def test_films_come_when_their_pitch_is_over(stage: Stage, room: CuttingRoom) -> None:
    stage.call(2)
    (clip,) = (await stage.clips("s1")).values()
    (film,) = clip.films
    (found,) = await stage.archive.films(stage.show.show)
    path = found.path
    with av.open(path) as file:
        assert file.metadata["title"] == "Looms"
        assert file.metadata["artist"] == "Ada"
        assert file.metadata["album"] == "Trial"
        assert file.duration is not None
        assert abs(file.duration / 1e6 - 5) < 0.2
    assert film.pieces[0][0] == START_AT + 1400
    stage.call(1)
    stage.call(1)
    assert set(await stage.clips("s1", "s2", WHOLE)) == {"s1", "s2", WHOLE}
    lines = [(-9000, "early"), (400, "Hello <all>"), (2000, "你好"), (2500, ""), (3000, "Long")]
    told = await stage.archive.captions(
        stage.show.show, [(START_AT + at, text) for at, text in lines]
    )
    assert told == (
        "WEBVTT\n\n00:00:00.400 --> 00:00:02.000\nHello &lt;all&gt;\n\n"
        "00:00:02.000 --> 00:00:02.500\n你好\n\n00:00:03.000 --> 00:00:09.400\nLong\n"
    )
    # Nothing that is there is made again.
    before = path.stat().st_mtime_ns
    stage.archive = Archive(stage.data, lambda: stage.show.now)
    again = stage.room()
    await again.start()
    await stage.clips("s1", "s2", WHOLE)
    await again.close()
    assert path.stat().st_mtime_ns == before


async def test_a_recalled_pitch_is_filmed_anew(stage: Stage, room: CuttingRoom) -> None:
    stage.call(1)
    await stage.clips("s1")
    stage.show.do(RecallCue("c2", stage.show.seq))
    assert await stage.archive.clips(stage.show.show) == []
    stage.show.wait(1)
    stage.call(0.5, 0)
    clip = (await stage.clips("s1"))["s1"]
    assert clip.take.spans == ((START_AT + 5400, START_AT + 6900 + 2000),)


async def test_what_a_crash_left_is_made_again(stage: Stage) -> None:
    stage.call(1)
    folder = stage.data / "media" / "trial" / "clips"
    folder.mkdir()
    (folder / "s1.json").write_bytes(b"{")
    (folder / ".s1.mp4.77").write_bytes(b"half")
    room = stage.room()
    await room.start()
    await stage.clips("s1")
    await room.close()
    assert sorted(path.name for path in folder.iterdir()) == ["s1.json", "s1.mp4"]


async def test_it_waits_for_the_end_of_the_picture(stage: Stage, room: CuttingRoom) -> None:
    # Ends in what is not on disk yet.
    stage.call(9)
    stage.call(1)
    assert not await room._is_settled("trial", takes(stage.show.show)[1])
    stage.show.wait(cutting.SETTLED_MS)
    assert await room._is_settled("trial", takes(stage.show.show)[1])


async def test_a_pitch_without_a_picture_is_no_film_and_no_trouble(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    take = Take(name="s9", spans=((0, 1000),), title="Nothing")
    assert (await make(stage.archive, stage.show.show, take, 0)).films == ()
    assert not caplog.records


async def test_a_full_disk_is_left_alone(stage: Stage) -> None:
    stage.call(1)
    with pytest.raises(OSError, match="must stay free"):
        await make(stage.archive, stage.show.show, takes(stage.show.show)[0], 1 << 60)
    assert await stage.archive.clips(stage.show.show) == []


async def test_what_another_process_cut_is_there_too(stage: Stage) -> None:
    stage.call(1)
    other = Archive(stage.data, lambda: stage.show.now)
    assert await other.clips(stage.show.show) == []
    clip = await make(stage.archive, stage.show.show, takes(stage.show.show)[0], 0)
    assert await other.clips(stage.show.show) == [clip]
