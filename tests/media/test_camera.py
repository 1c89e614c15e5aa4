"""A presenter's camera: recordings as browsers make them, into a real media child."""

import asyncio
import functools
import io
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import pytest
from av.audio.stream import AudioStream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from server.media.avc import Pictures
from server.media.programme import RATE, SAMPLES, Picture, sound
from server.media.sounds import Transcoder
from server.media.wire import PUBLISH_TO, CameraEvent, Closed, Finished, Refused, Started
from tests.harness import ROOT
from tests.media.publisher import FPS, Publisher
from tests.media.studio import studio

_reader: msgspec.json.Decoder[CameraEvent] = msgspec.json.Decoder(CameraEvent)


QUICK = {"preset": "ultrafast", "tune": "zerolatency", "g": str(FPS)}


def encoder(width: int) -> VideoCodecContext:
    """Return an encoder whose key frames say themselves what they are."""
    made = av.CodecContext.create("libx264", "w")
    assert isinstance(made, VideoCodecContext)
    made.width, made.height, made.pix_fmt = width, width * 9 // 16, "yuv420p"
    made.time_base, made.framerate = Fraction(1, FPS), Fraction(FPS)
    made.options = QUICK
    return made


@functools.cache
def recorded(
    container: str = "matroska",
    seconds: int = 3,
    widths: Sequence[int] = (160,),
    codec: str = "libx264",
    silent: tuple[int, int] = (0, 0),
) -> bytes:
    """Return what a browser records: pictures of each width in turn, no sound while `silent`."""
    file = io.BytesIO()
    options = (
        {"movflags": "empty_moov+default_base_moof+frag_keyframe"} if container == "mp4" else {}
    )
    with av.open(file, "w", format=container, options=options) as out:
        video = out.add_stream(codec, rate=FPS, options=QUICK if codec == "libx264" else {})
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = widths[0], widths[0] * 9 // 16, "yuv420p"
        audio = out.add_stream("libopus", rate=RATE, layout="mono")
        assert isinstance(audio, AudioStream)
        sampled = 0
        for part, width in enumerate(widths):
            pictures = encoder(width) if part else video
            canvas = Picture(width, width * 9 // 16)
            for number in range(seconds * FPS):
                at = part * seconds * FPS + number
                frame = canvas.draw(at * 1000 // FPS, "TEST")
                frame.pts, frame.time_base = at, Fraction(1, FPS)
                for packet in pictures.encode(frame):
                    packet.stream = video
                    out.mux(packet)
                while sampled * FPS < at * RATE:
                    heard = sound(sampled, 0)
                    if not silent[0] <= sampled / RATE < silent[1]:
                        out.mux(audio.encode(heard))
                    sampled += SAMPLES
    return file.getvalue()


class Camera:
    """The process, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    async def send(self, data: bytes) -> None:
        """Send a part of a recording."""
        with suppress(ConnectionError):
            self._in.write(data)
            await self._in.drain()

    async def next(self) -> CameraEvent:
        """Return what it says next."""
        async with asyncio.timeout(30):
            return _reader.decode(await self._out.readline())

    async def end(self) -> int:
        """End the recording, and return the exit code."""
        self._in.close()
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def camera(url: str) -> AsyncIterator[Camera]:
    """Start a camera, which is ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.media.camera",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, PUBLISH_TO: url},
    )
    try:
        yield Camera(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.parametrize("container", ["matroska", "mp4"])
async def test_a_recording_is_published_as_it_comes(tmp_path: Path, container: str) -> None:
    data = recorded(container, 4)
    async with studio(tmp_path) as show, camera(show.url()) as browser:
        # Neither end nor second half is waited for.
        await browser.send(data[: len(data) * 3 // 4])
        assert await browser.next() == Started(video="h264", audio="opus", width=160, height=90)
        await show.written(0)
        await show.written(0, "sound")
        await browser.send(data[len(data) * 3 // 4 :])
        assert await browser.end() == 0
        assert await browser.next() == Finished(reason="ended")
        assert await show.hear(Closed) == Closed(source="main", reason="ended")
        segments = show.index().segments
        assert sum(segment.ms for segment in segments) == pytest.approx(4000, abs=150)
        assert {segment.run for segment in segments} == {0}
        sounds = show.index("sound").segments
        assert sum(segment.ms for segment in sounds) == pytest.approx(4000, abs=300)
        folder = show.folder()
        wire = b"".join(
            (folder / name).read_bytes() for name in (segments[0].init, *(s.file for s in segments))
        )
        with av.open(io.BytesIO(wire), "r") as played:
            assert sum(1 for _ in played.decode(video=0)) == 4 * FPS


async def test_a_recording_that_is_cut_off_is_all_the_same(tmp_path: Path) -> None:
    data = recorded("matroska", 3)
    async with studio(tmp_path) as show, camera(show.url()) as browser:
        await browser.send(data[: len(data) // 2 + 7])
        assert await browser.end() == 0
        assert isinstance(await browser.next(), Started)
        assert await browser.next() == Finished(reason="ended")
        await show.written(0)


async def test_another_resolution_in_the_middle_and_in_another_recording(tmp_path: Path) -> None:
    async with studio(tmp_path) as show:
        for widths in ((160, 320), (320,)):
            async with camera(show.url()) as browser:
                await browser.send(recorded("matroska", 2, widths))
                assert await browser.end() == 0
        await show.hear(Closed, 2)
        await show.written(5)
        segments = show.index().segments
        assert [(s.number, s.run) for s in segments] == [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 1),
            (4, 2),
            (5, 2),
        ]
        wire = b"".join(
            (show.folder() / name).read_bytes() for name in (segments[2].init, segments[2].file)
        )
        with av.open(io.BytesIO(wire), "r") as played:
            assert {frame.width for frame in played.decode(video=0)} == {320}
        assert show.index("sound").segments[-1].run == 1


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (recorded("webm", 1, codec="libvpx"), "codec", "VP8"),
        (bytes(range(256)) * 40, "garbage", "nothing that a browser records"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nfile:///etc/passwd\n", "garbage", "nothing"),
        (b"\x1aE\xdf\xa3" + bytes(range(256)) * 400, "garbage", "cannot be read"),
        (bytes(4) + b"ftyp" + bytes(range(256)) * 400, "garbage", "cannot be read"),
    ],
    ids=["vp8", "noise", "a playlist", "noise as matroska", "noise as mp4"],
)
async def test_what_cannot_be_used_is_named(data: bytes, reason: str, word: str) -> None:
    # Nobody is asked to take it.
    async with camera("rtmp://127.0.0.1:9/live/secret") as browser:
        await browser.send(data)
        assert await browser.end() == 1
        refused = await browser.next()
        assert isinstance(refused, Refused)
        assert refused.reason == reason
        assert word in refused.text


async def test_nothing_at_all_is_the_end(tmp_path: Path) -> None:
    async with camera("rtmp://127.0.0.1:9/live/secret") as browser:
        assert await browser.end() == 0
        assert await browser.next() == Finished(reason="ended")


async def test_who_is_refused_reads_why(tmp_path: Path) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as first:
        await first.publish("secret")
        for key, reason in (("guessed", "key"), ("secret", "taken")):
            async with camera(show.url(key)) as browser:
                await browser.send(recorded())
                refused = await browser.next()
                assert isinstance(refused, Refused)
                assert refused.reason == reason
                assert await browser.end() == 1


async def test_a_media_child_that_dies_is_told(tmp_path: Path) -> None:
    data = recorded("matroska", 3)
    async with studio(tmp_path) as show, camera(show.url()) as browser:
        await browser.send(data[: len(data) // 2])
        assert isinstance(await browser.next(), Started)
        os.kill(show.pid, signal.SIGKILL)
        await show.hear(Closed)
        await browser.send(data[len(data) // 2 :])
        lost = await browser.next()
        assert isinstance(lost, Finished)
        assert lost.reason == "lost"
        assert await browser.end() == 3


def test_pictures_behind_start_codes_are_described_when_they_change() -> None:
    configs = []
    for width in (160, 320):
        pictures, coder = Pictures(b""), encoder(width)
        canvas = Picture(width, width * 9 // 16)
        frame = canvas.draw(0, "TEST")
        frame.pts, frame.time_base = 0, Fraction(1, FPS)
        (packet,) = coder.encode(frame)
        coded = pictures.take(bytes(packet))
        assert coded.key
        assert coded.data[:4] != bytes([0, 0, 0, 1])
        configs.append(pictures.config)
        # In this form it comes back as it was.
        assert pictures.config is not None
        again = Pictures(pictures.config)
        assert again.config == pictures.config
        assert again.take(coded.data) == coded
    assert configs[0] != configs[1]


@pytest.mark.parametrize("extradata", [b"\1", b"\1" * 8, b"\1\0\0\0\xff\xe1\0\x40\x67", b"\0\0\1"])
def test_descriptions_that_are_cut_off(extradata: bytes) -> None:
    with suppress(ValueError):
        assert Pictures(extradata).config is None
    with pytest.raises(ValueError, match="cut off"):
        Pictures(b"\1\x42\0\x1f\xff\xe1").take(b"")


def test_sound_that_was_away_comes_back_at_its_time() -> None:
    transcoder, times = Transcoder(), []
    data = recorded("matroska", 3, silent=(1, 2))
    with av.open(io.BytesIO(data), "r", format="matroska") as file:
        for packet in file.demux(audio=0):
            times += [heard.at for heard in transcoder.take(packet)]
    steps = [after - before for before, after in itertools.pairwise(times)]
    assert sorted(steps)[-2] <= 22
    assert max(steps) == pytest.approx(1000, abs=60)
    assert times[-1] == pytest.approx(3000, abs=300)
