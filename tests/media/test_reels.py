"""The reels: what is written beside the programme, and that none stops another."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import pytest

from server.media.index import Index
from server.media.reels import PREVIEW_MS, Reels
from server.media.rtmp import Kind, Tag
from server.media.source import Source
from server.media.wire import Halted, Notice, Said, Wrote
from tests.media.publisher import recorded

AT = 1_795_441_734_000


class Writing:
    """Reels over a folder, fed by hand; nobody knows of what is not in `index`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[Said] = []
        self.reels = Reels(folder, 1000, 0, self.said.append)

    def feed(self, source: Source, tags: Iterable[Tag], on_air: bool = True) -> None:
        for tag in tags:
            packet = source.take(tag, AT + tag.timestamp)
            if packet is None:
                continue
            if source.name.startswith("sound-"):
                self.reels.hear(source, packet)
                continue
            if on_air:
                self.reels.show(source, packet)
            self.reels.preview(source, packet)

    def index(self, reel: str = "") -> Index:
        index = Index(self.folder / reel)
        index.refresh()
        return index

    def files(self, reel: str) -> set[str]:
        return {path.name for path in (self.folder / reel).iterdir()}

    def notices(self) -> list[tuple[str, str]]:
        return [(said.code, said.reel) for said in self.said if isinstance(said, Notice)]


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    made = Writing(tmp_path)
    yield made
    made.reels.close()


def later(tags: Iterable[Tag], ms: int) -> list[Tag]:
    return [tag._replace(timestamp=tag.timestamp + ms) for tag in tags]


def test_the_programmes_sound_alone_keeps_its_time(writing: Writing) -> None:
    writing.feed(Source("studio"), recorded(6))
    writing.reels.close()
    pictures, sounds = writing.index().segments, writing.index("sound").segments
    assert abs(sounds[0].pdt - pictures[0].pdt) < 50
    assert abs(sounds[-1].pdt + sounds[-1].ms - pictures[-1].pdt - pictures[-1].ms) < 250
    assert {sound.run for sound in sounds} == {0}
    assert all(900 <= sound.ms <= 1100 for sound in sounds[:-1])
    data = b"".join(
        (writing.folder / "sound" / name).read_bytes()
        for name in (sounds[0].init, *(sound.file for sound in sounds))
    )
    with av.open(io.BytesIO(data), "r") as file:
        assert [stream.type for stream in file.streams] == ["audio"]
        times = [frame.time for frame in file.decode(audio=0) if frame.time is not None]
    assert times[-1] - times[0] == pytest.approx(6, abs=0.3)
    assert times == sorted(times)


def test_another_resolution_is_no_break_in_the_sound(writing: Writing) -> None:
    source = Source("studio")
    writing.feed(source, recorded(3))
    writing.feed(source, later(recorded(3, width=320, height=180), 3000))
    writing.reels.close()
    assert [s.run for s in writing.index().segments] == [0, 0, 0, 1, 1, 1]
    assert {s.run for s in writing.index("sound").segments} == {0}


def test_sound_that_falls_silent_makes_no_segment_long(writing: Writing) -> None:
    tags = [t for t in recorded(8) if t.kind == Kind.VIDEO or not 2500 < t.timestamp < 6000]
    writing.feed(Source("studio"), tags)
    writing.reels.close()
    sounds = writing.index("sound").segments
    assert max(sound.ms for sound in sounds) <= 1100
    assert [sound.run for sound in sounds] == [0, 0, 0, 1, 1]
    assert sounds[3].pdt - sounds[0].pdt == pytest.approx(6000, abs=100)


def test_a_source_without_sound_ends_the_sound_of_the_one_before(writing: Writing) -> None:
    writing.feed(Source("studio"), recorded(2))
    writing.reels.cut()
    writing.feed(Source("camera-chen"), later(recorded(2, sounding=False), 2000))
    assert writing.index("sound").paused
    assert not writing.index().paused


def test_an_interpreter_is_heard_without_the_pictures_that_came_along(writing: Writing) -> None:
    writing.feed(Source("sound-zh"), recorded(4))
    writing.feed(Source("sound-de"), [tag for tag in recorded(8) if tag.kind == Kind.AUDIO])
    writing.reels.close()
    assert sum(s.ms for s in writing.index("sound-zh").segments) == pytest.approx(4000, abs=300)
    # Whether pictures will come is not waited for.
    assert sum(s.ms for s in writing.index("sound-de").segments) == pytest.approx(8000, abs=300)
    assert writing.index().segments == []
    assert not (writing.folder / "preview-sound-zh").exists()


def test_an_interpreter_whose_pictures_are_only_announced_has_the_right_time(
    writing: Writing,
) -> None:
    tags = [t for t in recorded(12) if t.kind == Kind.AUDIO or not t.payload[1]]
    writing.feed(Source("sound-zh"), tags)
    writing.reels.close()
    segments = writing.index("sound-zh").segments
    assert len(segments) > 3
    assert all(AT <= segment.pdt <= AT + 12_000 for segment in segments)


def test_a_preview_keeps_the_latest_seconds(writing: Writing) -> None:
    source, reader = Source("camera-chen"), Index(writing.folder / "preview-camera-chen")
    for part in range(12):
        writing.feed(source, later(recorded(4), 4000 * part), on_air=False)
        assert reader.refresh()
        assert not reader.refresh()
        fresh = writing.index("preview-camera-chen")
        assert reader.segments == fresh.segments
        numbers = [s.number for s in reader.segments]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert sum(s.ms for s in reader.segments) <= PREVIEW_MS + 1100
    assert reader.segments[-1].number == 46
    named = {name for s in reader.segments for name in (s.init, s.file)}
    assert writing.files("preview-camera-chen") == {"index.jsonl", *named}
    assert writing.index().segments == []


def test_nothing_is_kept_of_who_left_and_numbers_go_on(writing: Writing, tmp_path: Path) -> None:
    reel, reader = "preview-camera-chen", Index(tmp_path / "preview-camera-chen")
    writing.feed(Source("camera-chen"), recorded(3))
    reader.refresh()
    before = reader.segments[-1]
    writing.reels.leave("camera-chen")
    assert reader.refresh()
    assert (reader.segments, reader.paused) == ([], True)
    assert writing.files(reel) == {"index.jsonl"}
    # A child that came after a crash finds what the one before could not delete.
    writing.feed(Source("camera-chen"), recorded(3))
    again = Writing(tmp_path)
    assert again.index(reel).segments == []
    assert writing.files(reel) == {"index.jsonl"}
    again.feed(Source("camera-chen"), recorded(3))
    assert reader.refresh()
    again.reels.close()
    first = reader.segments[0]
    assert first.number > before.number + 2
    assert first.run > before.run + 1
    assert int(first.init[5:9]) > int(before.init[5:9]) + 1


def test_a_reel_that_fails_stops_no_other(writing: Writing) -> None:
    (writing.folder / "sound").write_text("in the way")
    (writing.folder / "preview-studio").mkdir()
    (writing.folder / "preview-studio" / "index.jsonl").write_text("nonsense\n")
    writing.feed(Source("studio"), recorded(4))
    writing.reels.close()
    assert len(writing.index().segments) == 4
    assert sorted(writing.notices()) == [
        ("reel_failed", "preview-studio"),
        ("reel_failed", "sound"),
    ]


def test_a_programme_that_fails_stops_no_preview(writing: Writing) -> None:
    writing.reels.programme._reserve = 1 << 60
    writing.feed(Source("studio"), recorded(4))
    assert writing.index().segments == []
    assert len(writing.index("preview-studio").segments) == 3
    assert writing.notices() == [("disk_full", "programme")]


def test_a_name_that_is_no_folder_makes_none(writing: Writing) -> None:
    writing.feed(Source("../elsewhere"), recorded(2))
    writing.feed(Source("camera-a/b"), recorded(2))
    assert {path.name for path in writing.folder.iterdir() if path.is_dir()} == {"sound"}


def test_each_word_says_of_which_reel_it_is(writing: Writing) -> None:
    writing.feed(Source("studio"), recorded(2))
    writing.reels.close()
    words = {type(said) for said in writing.said if getattr(said, "reel", "") == "preview-studio"}
    assert words == {Wrote, Halted}
