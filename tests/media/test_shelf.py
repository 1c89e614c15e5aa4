"""Shelf: playlists from disk that are kept fresh, and no name that leads elsewhere."""

import gzip
import re
import shutil
import time
from pathlib import Path

import pytest

from server.media.index import INDEX_FILE, IndexWriter, MediaSegment, Pause
from server.media.shelf import Shelf
from server.service.ports import PROGRAMME, Playlist


def piece(number: int, at: int = 0) -> MediaSegment:
    """Return a segment of 2 s; `at` is the instant of the first of all."""
    return MediaSegment(
        number=number,
        run=0,
        file=f"seg-0001-{number:06d}.m4s",
        init="init-0001.mp4",
        pdt=at + 2000 * number,
        ms=2000,
        size=1,
        source="studio",
    )


def record(folder: Path, numbers: range, at: int = 0) -> None:
    """Write the index of a programme that was cut."""
    writer = IndexWriter(folder, 0)
    for number in numbers:
        writer.append(piece(number, at))
    writer.append(Pause(at=at + 2000 * numbers.stop))
    writer.close()


def text(found: Playlist | None) -> str:
    """Return a playlist, which is the same plain and packed."""
    assert found is not None
    assert gzip.decompress(found.packed) == found.text
    return found.text.decode()


def numbers(playlist: str) -> list[int]:
    """Return which segments a playlist lists."""
    return [int(number) for number in re.findall(r"^seg-\d+-(\d+)", playlist, re.MULTILINE)]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The reels of a folder, which are looked at each time that somebody asks."""
    monkeypatch.setattr("server.media.shelf.FRESH_SECONDS", 0)
    return Shelf(tmp_path)


async def test_what_was_recorded_can_be_played(tmp_path: Path, shelf: Shelf) -> None:
    record(tmp_path / "media" / "old", range(4000))
    found = await shelf.playlist("old")
    whole = text(found)
    assert found is not None
    assert len(found.packed) < len(found.text) / 8
    # Two hours of it, and what makes it up to a whole page.
    assert numbers(whole) == list(range(400, 4000))
    assert "#EXT-X-MEDIA-SEQUENCE:400\n" in whole
    assert whole.count("#EXT-X-MAP") == 1
    assert await shelf.playlist("other") is None


async def test_who_knows_the_rest_is_told_the_end(tmp_path: Path, shelf: Shelf) -> None:
    record(tmp_path / "media" / "short", range(29))
    assert text(await shelf.playlist("short", skip=True)) == text(await shelf.playlist("short"))
    record(tmp_path / "media" / "show", range(4010))
    delta = text(await shelf.playlist("show", skip=True))
    assert "#EXT-X-VERSION:9\n" in delta
    assert "#EXT-X-MEDIA-SEQUENCE:400\n" in delta
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=3580\n" in delta
    assert '#EXT-X-MAP:URI="init-0001.mp4"\n' in delta
    assert numbers(delta) == list(range(3980, 4010))
    assert delta.endswith("#EXT-X-DISCONTINUITY\n")
    assert len(delta) < 4000


@pytest.mark.parametrize("kind", [False, True])
async def test_what_is_added_is_seen(tmp_path: Path, shelf: Shelf, kind: bool) -> None:
    folder = tmp_path / "media" / "show"
    writer = IndexWriter(folder, 0)
    for number in range(250):
        writer.append(piece(number))
        assert numbers(text(await shelf.playlist("show", skip=kind)))[-1] == number
    whole = text(await shelf.playlist("show"))
    assert whole == text(await Shelf(tmp_path).playlist("show"))
    writer.close()


async def test_reels_come_and_go(tmp_path: Path, shelf: Shelf) -> None:
    folder = tmp_path / "media" / "show"
    assert await shelf.playlist("show", "sound") is None
    record(folder, range(3))
    record(folder / "sound", range(5))
    assert len(numbers(text(await shelf.playlist("show", "sound")))) == 5
    shutil.rmtree(folder / "sound")
    assert await shelf.playlist("show", "sound") is None
    record(folder / "sound", range(2))
    assert len(numbers(text(await shelf.playlist("show", "sound")))) == 2
    assert len(numbers(text(await shelf.playlist("show")))) == 3


async def test_a_preview_lists_what_will_be_there_for_a_while(tmp_path: Path, shelf: Shelf) -> None:
    record(tmp_path / "media" / "show" / "preview-studio", range(300))
    listed = numbers(text(await shelf.playlist("show", "preview-studio")))
    assert listed == list(range(294, 300))


async def test_the_languages_that_can_be_heard(tmp_path: Path, shelf: Shelf) -> None:
    assert await shelf.sounds("show") == []
    folder, now = tmp_path / "media" / "show", time.time_ns() // 1_000_000
    record(folder, range(3), now)
    for name in ("sound", "sound-zh", "sound-en", "preview-studio"):
        record(folder / name, range(3), now - 6000)
    record(folder / "sound-fr", range(3), now - 3_600_000)
    (folder / "sound-de").mkdir()
    assert await shelf.sounds("show") == ["en", "zh"]


@pytest.mark.parametrize(
    "name",
    ["init-0001.mp4", "seg-0001-000000.m4s", "seg-0012-1234567.3.m4s", "init-12345.mp4"],
)
@pytest.mark.parametrize("reel", [PROGRAMME, "sound", "sound-pt-BR", "preview-camera-amara_1"])
def test_pieces_are_found_by_their_names(tmp_path: Path, reel: str, name: str) -> None:
    folder = tmp_path / "media" / "show"
    folder = folder if reel == PROGRAMME else folder / reel
    assert Shelf(tmp_path).file("show", reel, name) == folder / name


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
def test_no_other_name_leads_anywhere(tmp_path: Path, name: str) -> None:
    assert Shelf(tmp_path).file("show", PROGRAMME, name) is None


@pytest.mark.parametrize("reel", ["", ".", "..", "clips", "sound-..", "sound\n", "preview-a/b"])
async def test_no_other_reel_is_there(tmp_path: Path, reel: str) -> None:
    record(tmp_path / "media" / "show", range(3))
    shelf = Shelf(tmp_path)
    assert shelf.file("show", reel, "init-0001.mp4") is None
    assert await shelf.playlist("show", reel) is None


@pytest.mark.parametrize("show", ["", "..", "../show", "Show\n"])
async def test_no_folder_but_a_shows(tmp_path: Path, show: str) -> None:
    record(tmp_path, range(3))
    shelf = Shelf(tmp_path)
    assert shelf.file(show, PROGRAMME, "init-0001.mp4") is None
    assert await shelf.playlist(show) is None
    assert await shelf.sounds(show) == []


async def test_a_broken_index_takes_nothing_away(
    tmp_path: Path, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "media" / "show"
    record(folder, range(3))
    assert await shelf.playlist("show") is not None
    with (folder / INDEX_FILE).open("a") as index:
        index.write("nonsense\n")
    assert numbers(text(await shelf.playlist("show"))) == [0, 1, 2]
    assert "could not be read" in caplog.text
