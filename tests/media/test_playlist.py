"""Playlists: what players hold on to never goes back, whatever happened in between."""

import re
from pathlib import Path

import pytest

from server.media.index import INDEX_FILE, Index, IndexWriter, MediaSegment, Pause
from server.media.playlist import LivePlaylist, recording

AT = 1_795_441_734_485


def segment(number: int, run: int = 0, ms: int = 2000, **more: object) -> MediaSegment:
    known = {
        "file": f"seg-{run:04d}-{number:06d}.m4s",
        "init": f"init-{run:04d}.mp4",
        "pdt": AT + 2000 * number,
        "size": 1000,
        "source": "main",
    }
    return MediaSegment(number=number, run=run, ms=ms, **{**known, **more})  # type: ignore[arg-type]


def index_of(folder: Path, *lines: MediaSegment | Pause) -> Index:
    writer = IndexWriter(folder, AT)
    for line in lines:
        writer.append(line)
    writer.close()
    index = Index(folder)
    index.refresh()
    return index


def render(index: Index, window: int | None = None) -> str:
    """Return the playlist of the last so many segments of 2 s, or of all."""
    live = LivePlaylist(index, None if window is None else 2000 * window, page=1)
    live.update()
    return live.text()


def tag(playlist: str, name: str) -> int:
    (value,) = re.findall(rf"^#EXT-X-{name}:(\d+)$", playlist, re.MULTILINE)
    return int(value)


def test_a_live_playlist(tmp_path: Path) -> None:
    index = index_of(tmp_path, *(segment(number) for number in range(5)))
    assert render(index, 2) == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-MEDIA-SEQUENCE:3\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
        "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=60\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init-0000.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T13:49:00.485Z\n"
        "#EXTINF:2.000,\n"
        "seg-0000-000003.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T13:49:02.485Z\n"
        "#EXTINF:2.000,\n"
        "seg-0000-000004.m4s\n"
    )


def test_a_pause_shows_at_once_and_stays_where_it_was(tmp_path: Path) -> None:
    first: list[MediaSegment | Pause] = [segment(0), segment(1), Pause(at=AT)]
    paused = render(index_of(tmp_path / "a", *first))
    assert paused.endswith("seg-0000-000001.m4s\n#EXT-X-DISCONTINUITY\n")
    resumed = render(index_of(tmp_path / "b", *first, segment(2, run=1)))
    assert resumed.startswith(paused)
    assert resumed.count("#EXT-X-DISCONTINUITY\n") == 1
    assert '#EXT-X-MAP:URI="init-0001.mp4"' in resumed


def test_whatever_is_added_nothing_goes_back(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path, AT)
    index = Index(tmp_path)
    before: dict[str, int] = {}
    lengths = [2000, 1900, 4100, 2000, 1000, 2600, 2000]
    runs = [0, 0, 1, 1, 2, 3, 3]
    for number, (ms, run) in enumerate(zip(lengths, runs, strict=True)):
        writer.append(segment(number, run, ms))
        assert index.refresh()
        text = render(index, 3)
        now = {
            name: tag(text, name)
            for name in ("TARGETDURATION", "MEDIA-SEQUENCE", "DISCONTINUITY-SEQUENCE")
        }
        assert all(now[name] >= value for name, value in before.items())
        discontinuities = text.count("#EXT-X-DISCONTINUITY\n")
        assert now["DISCONTINUITY-SEQUENCE"] + discontinuities == run
        before = now
    assert before == {"TARGETDURATION": 4, "MEDIA-SEQUENCE": 3, "DISCONTINUITY-SEQUENCE": 1}
    writer.close()


def test_the_whole_programme_may_be_rewound(tmp_path: Path) -> None:
    text = render(index_of(tmp_path, *(segment(number) for number in range(5))))
    assert "#EXT-X-PLAYLIST-TYPE:EVENT\n" in text
    assert text.count("#EXTINF") == 5
    assert "ENDLIST" not in text


def test_a_recording_of_a_stretch(tmp_path: Path) -> None:
    index = index_of(tmp_path, *(segment(number, run=number // 3) for number in range(6)))
    text = recording(index.between(AT + 3_000, AT + 8_000))
    assert re.findall(r"seg-\S+", text) == [
        "seg-0000-000001.m4s",
        "seg-0000-000002.m4s",
        "seg-0001-000003.m4s",
    ]
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.endswith("#EXT-X-ENDLIST\n")


def test_a_segment_without_a_key_frame_is_owned_up_to(tmp_path: Path) -> None:
    text = render(index_of(tmp_path, segment(0), segment(1, whole=False)))
    assert "INDEPENDENT" not in text


def test_nothing_yet(tmp_path: Path) -> None:
    text = render(Index(tmp_path / "nowhere"), 5)
    assert tag(text, "MEDIA-SEQUENCE") == 0
    assert "#EXTINF" not in text


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_line_cut_off_by_a_crash_is_as_if_never_written(tmp_path: Path, cut: int) -> None:
    index_of(tmp_path, segment(0), segment(1))
    path = tmp_path / INDEX_FILE
    path.write_bytes(path.read_bytes()[:-cut])
    reader = Index(tmp_path)
    reader.refresh()
    assert [s.number for s in reader.segments] == [0]
    writer = IndexWriter(tmp_path, AT)
    assert (writer.next_number, writer.next_run) == (1, 1)
    writer.append(segment(1, run=1))
    writer.close()
    assert reader.refresh()
    assert [s.number for s in reader.segments] == [0, 1]
    assert b"\n\n" not in path.read_bytes()


def test_what_a_crash_left_open_is_closed(tmp_path: Path) -> None:
    index_of(tmp_path, segment(0))
    reader = Index(tmp_path)
    reader.refresh()
    assert not reader.paused
    (tmp_path / "init-0007.mp4").touch()
    writer = IndexWriter(tmp_path, AT)
    reader.refresh()
    assert reader.paused
    assert writer.generation == 7
    writer.close()
