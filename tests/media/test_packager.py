"""The packager: segments on disk that play, whatever the source does."""

import io
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import av
import pytest

from server.media.flv import Unsupported
from server.media.fragments import Unreadable
from server.media.index import Index
from server.media.packager import Packager
from server.media.rtmp import Kind, Tag
from server.media.source import Source
from server.media.wire import Halted, Notice, Said, Wrote
from tests.media.publisher import FPS, recorded

AT = 1_795_441_734_000


class Studio:
    """A packager over a folder, fed by hand."""

    def __init__(
        self, folder: Path, segment_ms: int = 1000, reserve_bytes: int = 0, part_ms: int = 0
    ) -> None:
        self.folder = folder
        self.said: list[Said] = []
        self.packager = Packager(
            folder, segment_ms, reserve_bytes, self.said.append, part_ms=part_ms
        )

    def feed(self, source: Source, tags: Iterable[Tag], late: int = 0) -> None:
        for tag in tags:
            packet = source.take(tag, AT + tag.timestamp + late)
            if packet is not None:
                self.packager.put(source, packet)

    def index(self) -> Index:
        index = Index(self.folder)
        index.refresh()
        return index

    def shown(self, run: int) -> list[float]:
        """Return the times of all pictures of a run, decoded from its files, in seconds."""
        segments = [s for s in self.index().segments if s.run == run]
        names = [segments[0].init, *(s.file for s in segments)]
        data = b"".join((self.folder / name).read_bytes() for name in names)
        with av.open(io.BytesIO(data), "r") as file:
            return [float(frame.time or 0) for frame in file.decode(video=0)]


def later(tags: Sequence[Tag], ms: int) -> list[Tag]:
    return [tag._replace(timestamp=tag.timestamp + ms) for tag in tags]


@pytest.mark.parametrize("sounding", [True, False])
def test_all_pictures_are_there_and_in_time(tmp_path: Path, sounding: bool) -> None:
    studio, tags = Studio(tmp_path), recorded(4, sounding=sounding)
    studio.feed(Source("main"), tags)
    studio.packager.close()
    segments = studio.index().segments
    assert [s.number for s in segments] == [0, 1, 2, 3]
    assert all(abs(s.ms - 1000) <= 1 for s in segments)
    first = next(tag.timestamp for tag in tags if tag.kind == Kind.VIDEO and tag.payload[1])
    assert [s.pdt - AT for s in segments] == [first + 1000 * n for n in range(4)]
    times = studio.shown(0)
    assert len(times) == 4 * FPS
    assert times == pytest.approx([n / FPS for n in range(4 * FPS)], abs=0.002)
    assert studio.said == [
        *(Wrote(number=s.number, pdt=s.pdt, ms=s.ms) for s in segments),
        Halted(),
    ]


def test_segments_are_as_long_as_asked_in_whole_groups(tmp_path: Path) -> None:
    studio = Studio(tmp_path, segment_ms=2000)
    studio.feed(Source("main"), recorded(5))
    studio.packager.close()
    assert [round(s.ms, -2) for s in studio.index().segments] == [2000, 2000, 1000]


def test_a_change_of_resolution_is_another_run(tmp_path: Path) -> None:
    studio, source = Studio(tmp_path), Source("main")
    studio.feed(source, recorded(2))
    studio.feed(source, later(recorded(2, width=320, height=180), 2000))
    studio.packager.close()
    segments = studio.index().segments
    assert [(s.number, s.run) for s in segments] == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert segments[0].init != segments[2].init
    assert segments[2].pdt - segments[0].pdt == pytest.approx(2000, abs=5)
    # The picture goes on, so nobody is told that it stopped.
    assert studio.said.count(Halted()) == 1


def test_formats_that_are_told_again_change_nothing(tmp_path: Path) -> None:
    studio, source, tags = Studio(tmp_path), Source("main"), recorded(2)
    studio.feed(source, tags)
    studio.feed(source, later(tags, 2000))
    studio.packager.close()
    assert {s.run for s in studio.index().segments} == {0}


@pytest.mark.parametrize("step", [-3_600_000, 3_600_000])
def test_a_clock_that_was_started_again_is_another_run(tmp_path: Path, step: int) -> None:
    studio, source, tags = Studio(tmp_path), Source("main"), recorded(2)
    begin = later(tags, 4_000_000)
    studio.feed(source, begin, late=-4_000_000)
    studio.feed(source, later(begin, step), late=-4_000_000 - step + 2000)
    studio.packager.close()
    segments = studio.index().segments
    assert [s.run for s in segments] == [0, 0, 1, 1]
    assert segments[2].pdt - segments[0].pdt == pytest.approx(2000, abs=50)


def test_times_that_stand_still_or_go_back_a_little(tmp_path: Path) -> None:
    studio, tags = Studio(tmp_path), list(recorded(2))
    crooked = [
        tag._replace(timestamp=max(0, tag.timestamp - (150 if n % 7 == 0 else 0)))
        for n, tag in enumerate(tags)
    ]
    studio.feed(Source("main"), crooked)
    studio.packager.close()
    times = studio.shown(0)
    assert len(times) == 2 * FPS
    assert times == sorted(times)


def test_offsets_that_cannot_be_make_no_segment_long(tmp_path: Path) -> None:
    studio, tags = Studio(tmp_path), list(recorded(4))
    wild = [
        tag._replace(payload=tag.payload[:2] + b"\x6f\xff\xff" + tag.payload[5:])
        if tag.kind == Kind.VIDEO and n % 10 == 0
        else tag
        for n, tag in enumerate(tags)
    ]
    studio.feed(Source("main"), wild)
    studio.packager.close()
    assert max(s.ms for s in studio.index().segments) < 1200


def test_key_frames_too_far_apart_are_complained_of(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Source("main"), recorded(6, key_every=1000))
    studio.feed(Source("second"), later(recorded(6, key_every=40), 6000))
    studio.packager.close()
    codes = [said.code for said in studio.said if isinstance(said, Notice)]
    assert "sparse_key_frames" in codes
    assert sum(s.ms for s in studio.index().segments) == pytest.approx(12_000, abs=200)


def test_without_key_frames_segments_are_cut_anywhere(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Source("main"), recorded(22, key_every=1000))
    studio.packager.close()
    segments = studio.index().segments
    assert [s.whole for s in segments] == [True, False, False]
    assert max(s.ms for s in segments) <= 10_500


def test_sound_without_pictures(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Source("main"), [tag for tag in recorded(6) if tag.kind == Kind.AUDIO])
    studio.packager.close()
    segments = studio.index().segments
    assert len(segments) >= 3
    assert sum(s.ms for s in segments) == pytest.approx(4000, abs=200)


def test_pictures_that_go_and_come_again(tmp_path: Path) -> None:
    studio, tags = Studio(tmp_path), recorded(16)
    seen = [t for t in tags if t.kind != Kind.VIDEO or not 3000 < t.timestamp < 12_000]
    studio.feed(Source("main"), seen)
    studio.packager.close()
    segments = studio.index().segments
    assert [s.run for s in segments] == sorted(s.run for s in segments)
    assert segments[-1].run == 2
    assert max(s.ms for s in segments) < 7000


def test_a_disk_that_is_full_is_told_once_and_gone_on_with_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = AT
    monkeypatch.setattr("server.media.packager.now_ms", lambda: now)
    studio, source, tags = Studio(tmp_path), Source("main"), recorded(4)
    studio.feed(source, tags)
    keep = tmp_path.with_name("keep")
    tmp_path.rename(keep)
    for part in range(1, 4):
        now += 4000
        studio.feed(source, later(tags, 4000 * part))
    codes = [said.code for said in studio.said if isinstance(said, Notice)]
    assert codes == ["disk_full"]
    keep.rename(tmp_path)
    now += 4000
    studio.feed(source, later(tags, 16_000))
    studio.packager.close()
    codes = [said.code for said in studio.said if isinstance(said, Notice)]
    assert codes == ["disk_full", "disk_back"]
    segments = studio.index().segments
    assert [s.number for s in segments] == list(range(len(segments)))
    assert len({s.run for s in segments}) == 2
    assert len(studio.shown(segments[-1].run)) >= 2 * FPS


def test_some_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    studio = Studio(tmp_path, reserve_bytes=2 * free)
    studio.feed(Source("main"), recorded(4))
    studio.packager.close()
    assert studio.index().segments == []
    assert [s.code for s in studio.said if isinstance(s, Notice)] == ["disk_full"]


def test_numbers_and_names_go_on_after_a_crash(tmp_path: Path) -> None:
    first = Studio(tmp_path / "first")
    first.feed(Source("main"), recorded(3))
    # What a crash leaves is what is there in the middle.
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    first.packager.close()
    second = Studio(tmp_path / "second")
    second.feed(Source("main"), recorded(2))
    second.packager.close()
    segments = second.index().segments
    assert [s.number for s in segments] == list(range(len(segments)))
    assert [s.run for s in segments] == [0, 0, 1, 1]
    assert len({s.file for s in segments}) == len(segments)


@pytest.mark.parametrize(
    ("kind", "payload"), [(9, b"\x12\0\0\0\0\0"), (9, b"\x90hvc1\0\0"), (8, b"\x2f\xff\xfb")]
)
def test_codecs_that_browsers_do_not_play_are_named(kind: int, payload: bytes) -> None:
    with pytest.raises(Unsupported, match=r"H\.264|AAC"):
        Source("main").take(Tag(kind, 0, payload), AT)


def test_formats_that_are_far_too_long_are_refused() -> None:
    with pytest.raises(Unsupported, match="cannot be right"):
        Source("main").take(Tag(Kind.VIDEO, 0, b"\x17\0\0\0\0\1" + bytes(40_000)), AT)


@pytest.mark.parametrize("config", [b"\1", b"\xff" * 40, bytes(40), recorded(1)[1].payload[5:9]])
def test_formats_that_describe_nothing_are_refused(tmp_path: Path, config: bytes) -> None:
    studio, source = Studio(tmp_path), Source("main")
    header = Tag(Kind.VIDEO, 0, b"\x17\0\0\0\0" + config)
    key = Tag(Kind.VIDEO, 0, b"\x17\1\0\0\0" + bytes(100))
    with suppress(Unreadable):
        studio.feed(source, [header, key, *later([key] * 30, 40)])
    studio.packager.close()
