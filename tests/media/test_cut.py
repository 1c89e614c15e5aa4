"""Films cut from a recorded programme: where they begin and end, and what they say they are."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import pytest

from server.media import bars
from server.media.cut import Unusable, cut
from server.media.edit import place
from server.media.film import Chapter, Film, Made, Order
from server.media.source import Source
from tests.harness import ROOT, environment
from tests.media.publisher import FPS, recorded
from tests.media.test_packager import AT as ARRIVED
from tests.media.test_packager import Studio

FRAME_MS = 1000 // FPS
# The first picture of what was recorded comes a little after its sound.
AT = ARRIVED + 21


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A packager of segments of a second."""
    studio = Studio(tmp_path / "show")
    yield studio
    studio.packager.close()


def order(studio: Studio, *spans: tuple[int, int], **more: object) -> Order:
    """Return an order for these stretches, in ms after the first picture."""
    return Order(
        folder=str(studio.folder),
        target=str(studio.folder / "clips" / "slot-1.mp4"),
        spans=tuple((AT + start, AT + end) for start, end in spans),
        **{"title": "Robots for shipyards", **more},  # type: ignore[arg-type]
    )


def shown(studio: Studio, film: Film) -> list[tuple[int, int]]:
    """Return of each picture that a viewer sees when it comes and what its clock says, in ms."""
    found = []
    with av.open(studio.folder / "clips" / film.file) as file:
        for frame in file.decode(video=0):
            plane = frame.planes[0]
            clock = bars.read(bytes(plane), frame.width, frame.height, 0, plane.line_size)
            assert clock is not None
            found.append((round(1000 * (frame.time or 0)), clock))
    return found


def heard(studio: Studio, film: Film) -> float:
    """Return how many seconds of sound a film has."""
    with av.open(studio.folder / "clips" / film.file) as file:
        return sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))


def chapters_of(path: Path) -> list[tuple[float, str]]:
    """Return the chapters that a file has: their starts in seconds, and their titles."""
    with av.open(path) as file:
        return [
            (float(chapter["start"] * (chapter["time_base"] or 0)), chapter["metadata"]["title"])
            for chapter in file.chapters()
        ]


@pytest.mark.parametrize(("start", "end"), [(0, 3000), (1700, 4300), (3050, 3400), (-500, 9000)])
def test_a_film_shows_its_time_and_no_other(studio: Studio, start: int, end: int) -> None:
    studio.feed(Source("main"), recorded(6))
    studio.packager.halt()
    (film,) = cut(order(studio, (start, end)))
    first, last = max(start, 0), min(end, 6000)
    times = shown(studio, film)
    # Each picture when it was; the first is the one that was on.
    assert all(abs(clock - first - at) <= FRAME_MS for at, clock in times)
    assert abs(times[0][0]) <= FRAME_MS
    assert abs(times[-1][1] - last) <= 2 * FRAME_MS
    assert film.ms == last - first
    assert film.pieces == ((AT + first, AT + last, 0),)
    assert abs(heard(studio, film) - film.ms / 1000) < 0.2
    assert film.size == (studio.folder / "clips" / film.file).stat().st_size


def test_it_carries_its_title_and_chapters_in_front(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(6))
    studio.packager.halt()
    chapters = (
        Chapter(AT - 5000, "Before"),
        Chapter(AT + 500, "开场"),
        Chapter(AT + 2500, "Questions"),
        Chapter(AT + 90_000, "After"),
    )
    told = order(studio, (1000, 5000), artist="Grace", album="The show", chapters=chapters)
    (film,) = cut(told)
    path = studio.folder / "clips" / film.file
    with av.open(path) as file:
        named = {name: file.metadata.get(name) for name in ("title", "artist", "album")}
    read = chapters_of(path)
    assert named == {"title": "Robots for shipyards", "artist": "Grace", "album": "The show"}
    assert read == [(0, "开场"), (1.5, "Questions")]
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_over_a_restart_it_follows_the_clock(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(3))
    studio.packager.halt()
    # Its times begin anew, and it is 2 s later.
    studio.feed(Source("main"), recorded(3), late=5000)
    studio.packager.halt()
    (film,) = cut(order(studio, (1500, 6500), chapters=(Chapter(AT + 6000, "Again"),)))
    times = shown(studio, film)
    before = [(at, clock) for at, clock in times if at < 1500]
    after = [(at, clock) for at, clock in times if at >= 1500]
    assert all(abs(clock - 1500 - at) <= FRAME_MS for at, clock in before)
    assert all(abs(clock + 5000 - 1500 - at) <= FRAME_MS for at, clock in after)
    assert after[0][0] == pytest.approx(3500, abs=FRAME_MS)
    assert place(film.pieces, AT + 6000) == 4500
    path = studio.folder / "clips" / film.file
    assert chapters_of(path) == [(0, "Robots for shipyards"), (4.5, "Again")]


def test_a_long_gap_is_left_out(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(2))
    studio.packager.halt()
    studio.feed(Source("main"), recorded(2), late=60_000)
    studio.packager.halt()
    (film,) = cut(order(studio, (0, 62_000)))
    assert film.ms == 4000
    assert [at for at, _ in shown(studio, film)] == [FRAME_MS * n for n in range(40)]
    assert place(film.pieces, AT + 30_000) == 2000
    assert place(film.pieces, AT + 61_000) == 3000


def test_two_stretches_become_one_film(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(6, key_every=5))
    studio.packager.halt()
    (film,) = cut(order(studio, (500, 1500), (3200, 5000)))
    assert film.ms == 2800
    times = shown(studio, film)
    assert [clock for _, clock in times[:10]] == [500 + FRAME_MS * n for n in range(10)]
    # The picture stands until the next key frame; the sound does not.
    assert times[10] == (1300, 3500)
    assert abs(heard(studio, film) - 2.8) < 0.2


def test_other_formats_are_another_file(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(2))
    studio.feed(Source("main"), recorded(2, width=320, height=180), late=2000)
    studio.feed(Source("main"), recorded(2), late=4000)
    studio.packager.halt()
    films = cut(order(studio, (500, 5500)))
    assert [film.file for film in films] == ["slot-1.mp4", "slot-1.2.mp4", "slot-1.3.mp4"]
    assert [film.ms for film in films] == [1500, 2000, 1500]
    assert [shown(studio, film)[0][1] for film in films] == [500, 0, 0]


def test_a_blink_of_another_format_is_left_out_unless_it_is_all(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(3))
    studio.feed(Source("main"), recorded(1, width=320, height=180), late=3000)
    studio.packager.halt()
    assert [film.ms for film in cut(order(studio, (500, 3500)))] == [2500]
    assert [film.ms for film in cut(order(studio, (3100, 3500)))] == [400]


def test_what_changed_nothing_is_one_file(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(2))
    studio.feed(Source("second"), recorded(2), late=2000)
    studio.packager.halt()
    assert len(cut(order(studio, (0, 4000)))) == 1


def test_key_frames_far_apart_are_gone_back_to(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(6, key_every=1000))
    studio.packager.halt()
    (film,) = cut(order(studio, (3300, 5000)))
    times = shown(studio, film)
    assert times[0][0] == pytest.approx(0, abs=FRAME_MS)
    assert times[0][1] == pytest.approx(3300, abs=FRAME_MS)


def test_without_a_picture_there_is_no_film(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(2))
    studio.packager.halt()
    with pytest.raises(Unusable):
        cut(order(studio, (7000, 9000)))
    with pytest.raises(OSError, match="must stay free"):
        cut(order(studio, (0, 2000), reserve_bytes=1 << 60))
    assert not list((studio.folder / "clips").glob("*"))


def test_the_process_does_as_told_and_says_so(studio: Studio) -> None:
    studio.feed(Source("main"), recorded(2))
    studio.packager.halt()

    def run(told: Order) -> tuple[int, Made]:
        with subprocess.Popen(
            [sys.executable, "-m", "server.media.cut"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(msgspec.json.encode(told) + b"\n")
            process.stdin.flush()
            made = msgspec.json.decode(process.stdout.read(), type=Made)
            return process.wait(60), made

    code, made = run(order(studio, (0, 1500)))
    assert (code, made.problem) == (0, None)
    assert [film.file for film in made.films] == ["slot-1.mp4"]
    code, made = run(order(studio, (7000, 9000)))
    assert (code, made.hopeless) == (1, True)
    assert "no picture" in (made.problem or "")
