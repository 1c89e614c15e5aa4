"""Parts of segments: there before the segment, the same as it, and made into one after a crash."""

import asyncio
import re
from pathlib import Path

import pytest

from server.media.flv import Packet
from server.media.index import Index
from server.media.packager import Packager
from server.media.parts import KEPT, Parts, PartsWriter, read_parts
from server.media.shelf import Shelf
from server.media.source import Source
from server.service.ports import Awaited
from tests.media.publisher import FPS, recorded
from tests.media.test_packager import AT, Studio
from tests.media.test_shelf import piece, text

SHOW = "show"


class Partly(Studio):
    """A packager that writes parts."""

    def __init__(self, folder: Path, segment_ms: int = 2000) -> None:
        super().__init__(folder, segment_ms, part_ms=300)

    @property
    def parts(self) -> Parts:
        found = read_parts(self.folder)
        assert found is not None
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media" / SHOW


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The reels of a folder, which are looked at each time that somebody asks."""
    monkeypatch.setattr("server.media.shelf.FRESH_SECONDS", 0)
    return Shelf(tmp_path)


@pytest.mark.parametrize("sounding", [True, False])
def test_a_segment_is_its_parts(folder: Path, sounding: bool) -> None:
    studio = Partly(folder)
    studio.feed(Source("main"), recorded(5, sounding=sounding))
    studio.packager.close()
    segments = studio.index().segments
    assert [round(s.ms, -2) for s in segments] == [2000, 2000, 1000]
    assert studio.parts.done == 2
    assert len(studio.shown(0)) == 5 * FPS
    for segment in segments:
        parts = studio.parts.of(segment.number)
        whole = b"".join((folder / part.file).read_bytes() for part in parts)
        assert whole == (folder / segment.file).read_bytes()[: len(whole)]
        assert sum(part.ms for part in parts) == pytest.approx(segment.ms, abs=2)
        assert max(part.ms for part in parts) <= studio.parts.target_ms
        assert parts[0].key


def test_old_parts_are_deleted_and_their_segments_stay(folder: Path) -> None:
    studio = Partly(folder, 1000)
    studio.feed(Source("main"), recorded(12))
    studio.packager.close()
    assert len(list(folder.glob("seg-*-??????.m4s"))) == 12
    left = {path.name.split("-")[2][:6] for path in folder.glob("seg-*.*.m4s")}
    assert len(left) == KEPT
    # Without parts from now on.
    Packager(folder, 1000, 0, studio.said.append).close()
    assert read_parts(folder) is None
    assert not list(folder.glob("seg-*.*.m4s"))


def test_what_a_crash_left_of_a_segment_is_one(folder: Path) -> None:
    studio, tags = Partly(folder), recorded(5)
    studio.feed(Source("main"), tags[: len(tags) * 9 // 10])
    before = studio.index()
    coming = studio.parts.coming
    assert coming is not None
    assert not before.paused
    assert coming.segment.number == before.segments[-1].number + 1
    # As a crash does.
    studio.packager._index.close()
    again = Partly(folder)
    index = again.index()
    latest = index.segments[-1]
    assert index.paused
    assert latest.number == coming.segment.number
    assert latest.run == before.segments[-1].run
    assert latest.ms == sum(part.ms for part in coming.parts)
    data = b"".join((folder / part.file).read_bytes() for part in coming.parts)
    assert (folder / latest.file).read_bytes() == data
    assert again.parts.coming is None
    again.feed(Source("main"), tags)
    again.packager.close()
    assert [s.number for s in again.index().segments] == list(range(6))
    assert [s.run for s in again.index().segments] == [0, 0, 0, 1, 1, 1]


async def test_players_are_told_of_parts(folder: Path, shelf: Shelf) -> None:
    studio, source, tags = Partly(folder), Source("main"), recorded(5)
    studio.feed(source, tags[: len(tags) * 9 // 10])
    playlist = text(await shelf.playlist(SHOW))
    control = "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=60,PART-HOLD-BACK=1.050,CAN-BLOCK-RELOAD=YES\n"
    assert control in playlist
    assert "#EXT-X-PART-INF:PART-TARGET=0.350\n" in playlist
    named = re.findall(r'#EXT-X-PART:DURATION=([\d.]+),URI="(.*)"(,INDEPENDENT=YES)?', playlist)
    files = [part.file for pieces in studio.parts.latest for part in pieces.parts]
    assert [file for _, file, _ in named] == files
    assert playlist.endswith(('m4s"\n', "YES\n"))
    studio.packager.halt()
    halted = text(await shelf.playlist(SHOW))
    assert "CAN-BLOCK-RELOAD" not in halted
    assert halted.endswith("m4s\n#EXT-X-DISCONTINUITY\n")
    studio.packager.close()


async def test_a_segment_is_whole_when_the_next_has_begun(folder: Path, shelf: Shelf) -> None:
    studio = Partly(folder)
    packager = studio.packager
    studio.feed(Source("main"), recorded(5))
    index = Index(folder)
    index.refresh()
    parts = studio.parts
    # As it is for the moment between two segments.
    between = Parts(done=index.segments[-1].number, target_ms=350, latest=parts.latest[:-1])
    writer = PartsWriter(folder, 350, between.done)
    playlist = text(await shelf.playlist(SHOW))
    last = index.segments[-1]
    assert f"{last.file}\n" not in playlist.splitlines(keepends=True)
    assert f"{last.file.removesuffix('.m4s')}.0.m4s" in playlist
    writer.add(piece(last.number + 1, AT), b"new", 300, True)
    assert f"{last.file}\n" in text(await shelf.playlist(SHOW)).splitlines(keepends=True)
    packager.close()


async def test_players_may_wait(
    folder: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, source, tags = Partly(folder), Source("main"), recorded(6)
    half = len(tags) * 3 // 4
    studio.feed(source, tags[:half])
    coming = studio.parts.coming
    assert coming is not None
    number, count = coming.segment.number, len(coming.parts)
    for there in (Awaited(number - 1), Awaited(number, count - 1), Awaited(number + 9)):
        async with asyncio.timeout(10):
            assert await shelf.playlist(SHOW, awaited=there) is not None
    waiting = asyncio.create_task(shelf.playlist(SHOW, awaited=Awaited(number, count)))
    await asyncio.sleep(0)
    studio.feed(source, tags[half:])
    async with asyncio.timeout(10):
        assert f"{number:06d}.{count}.m4s" in text(await waiting)
    latest = studio.parts.latest[-1]
    next_part = Awaited(latest.segment.number, len(latest.parts))
    with monkeypatch.context() as full:
        full.setattr("server.media.shelf.WAITING_LIMIT", 0)
        with pytest.raises(TimeoutError):
            await shelf.playlist(SHOW, awaited=next_part)
    # Nothing more will come: whoever waits for it is told what there is.
    waiting = asyncio.create_task(shelf.playlist(SHOW, awaited=next_part))
    await asyncio.sleep(0)
    studio.packager.halt()
    async with asyncio.timeout(10):
        assert await waiting is not None
    assert text(await shelf.playlist(SHOW)).endswith("#EXT-X-DISCONTINUITY\n")
    studio.packager.close()


async def test_nobody_waits_for_ever(
    folder: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Partly(folder)
    studio.feed(Source("main"), recorded(5))
    monkeypatch.setattr("server.media.shelf.PATIENCE", 0.05)
    number = studio.parts.latest[-1].segment.number
    with pytest.raises(TimeoutError):
        await shelf.playlist(SHOW, awaited=Awaited(number + 1, 0))
    studio.packager.close()


def runs(playlist: str) -> dict[int, tuple[int, str, bool]]:
    """Return of each segment, by number, as a player counts it: its run, its date and whether it
    is whole."""
    number, run = (
        int(re.findall(rf"#EXT-X-{tag}:(\d+)", playlist)[0])
        for tag in ("MEDIA-SEQUENCE", "DISCONTINUITY-SEQUENCE")
    )
    found, date, begun = {}, "", False
    for line in playlist.splitlines():
        if line == "#EXT-X-DISCONTINUITY":
            run += 1
        elif line.startswith("#EXT-X-PROGRAM-DATE-TIME"):
            date = line
        elif line.startswith("#EXT-X-PART:"):
            begun = True
            assert f"-{number:06d}." in line
        elif line and not line.startswith("#"):
            assert f"-{number:06d}." in line
            found[number], begun = (run, date, True), False
            number += 1
    if begun:
        found[number] = (run, date, False)
    return found


async def test_whatever_happens_no_segment_changes_its_place(folder: Path, shelf: Shelf) -> None:
    studio, one, other = Partly(folder, 1000), Source("one"), Source("other")
    tags, seen = recorded(4), dict[int, tuple[int, str, bool]]()
    latest = -1

    async def look() -> None:
        nonlocal latest
        found = await shelf.playlist(SHOW)
        if found is None:
            return
        now = runs(text(found))
        for number, (run, date, whole) in now.items():
            before = seen.setdefault(number, (run, date, whole))
            assert (run, date) == before[:2], number
            assert whole >= before[2], number
            seen[number] = (run, date, whole)
        assert max(now) >= latest
        latest = max(now)

    def packets(source: Source) -> list[Packet]:
        found = (source.take(tag, AT + tag.timestamp) for tag in tags)
        return [packet for packet in found if packet is not None]

    async def feed(source: Source, some: list[Packet]) -> None:
        for packet in some:
            studio.packager.put(source, packet)
            await look()

    first, second = packets(one), packets(other)
    half = len(first) // 2
    await feed(one, first[:half])
    # A cut, and back; then both are lost; then a crash.
    await feed(other, second[:half])
    studio.packager.halt()
    await look()
    await feed(other, second[half:])
    studio.packager._index.close()
    studio = Partly(folder, 1000)
    await look()
    await feed(one, packets(Source("one")))
    studio.packager.close()
    await look()
    assert len({run for run, _, _ in seen.values()}) == 4
    assert sorted(seen) == list(range(len(seen)))
