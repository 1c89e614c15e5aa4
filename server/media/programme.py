"""A generated programme: clock, title and a beep each second, published by RTMP like any other.

`python -m server.media.programme URL` runs until its standard input is closed; each line that it
reads there becomes the title. The picture carries the clock of `bars.py`, taken when it is drawn.
"""

import argparse
import math
import struct
import sys
import textwrap
import threading
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import av
import av.logging
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from server.media import bars, lettering

RATE = 48_000
SAMPLES = 1024
AHEAD = 4 * SAMPLES
BEEP_HZ, BEEP_MS, BEEP_LEVEL = 1000, 100, 0.25
PAPER, INK = 40, 220
# As many letters as fit beside the margin, on lines at these parts of the height.
TITLE_LETTERS = 32
TITLE_AT = (0.62, 0.72, 0.82)
AGAIN_SECONDS = 2.0


class Picture:
    """Draws the pictures of a programme, `width` by `height` pixels; `light`: dark on light."""

    def __init__(self, width: int, height: int, *, light: bool = False) -> None:
        self._width, self._height = width, height
        self._grays = (INK, PAPER) if light else (PAPER, INK)
        self._paper = bytes([self._grays[0]]) * (width * height)
        self._chroma = bytes([128]) * (width * height // 4)
        self._luma = bytearray(self._paper)
        self._title = ""

    def draw(self, at: int, title: str) -> VideoFrame:
        """Return the picture of the instant `at` (ms UTC)."""
        if title != self._title:
            self._title = title
            self._luma[:] = self._paper
            for place, line in zip(TITLE_AT, textwrap.wrap(title, TITLE_LETTERS), strict=False):
                self._write(line, place, 3)
            self._write("UTC", 147 / 360, 3, 0.75)
        clock = time.strftime("%H:%M:%S", time.gmtime(at // 1000))
        self._write(f"{clock}.{at % 1000 // 100}", 1 / 3, 7)
        bars.draw(self._luma, self._width, self._height, at)
        frame = VideoFrame(self._width, self._height, "yuv420p")
        planes = (bytes(self._luma), self._chroma, self._chroma)
        for plane, data in zip(frame.planes, planes, strict=True):
            plane.update(_padded(data, plane.width, plane.line_size))
        return frame

    def _write(self, text: str, height: float, size: int, left: float = 1 / 20) -> None:
        """Write a line at parts of the height and the width, in dots of a 640th of the width."""
        dot = max(size * self._width // 640, 1)
        place = (int(left * self._width), int(height * self._height))
        lettering.write(self._luma, self._width, place, text, dot, *self._grays)


def sound(first: int, starts_at: int) -> AudioFrame:
    """Return the stretch of sound from sample `first` on, of a programme begun at `starts_at`."""
    frame = AudioFrame(format="fltp", layout="mono", samples=SAMPLES)
    frame.sample_rate = RATE
    frame.pts = first
    frame.time_base = Fraction(1, RATE)
    begin_ms = starts_at + first * 1000 // RATE
    if (begin_ms + 1000 * SAMPLES // RATE) % 1000 > BEEP_MS + 1000 * SAMPLES // RATE:
        frame.planes[0].update(bytes(4 * SAMPLES))
        return frame
    samples = []
    for index in range(first, first + SAMPLES):
        beeps = (starts_at + index * 1000 // RATE) % 1000 < BEEP_MS
        wave = math.sin(2 * math.pi * BEEP_HZ * index / RATE) if beeps else 0.0
        samples.append(BEEP_LEVEL * wave)
    frame.planes[0].update(struct.pack(f"={SAMPLES}f", *samples))
    return frame


def _padded(data: bytes, width: int, line: int) -> bytes:
    """Return a plane with its rows as long as libav wants them."""
    if width == line:
        return data
    fill = bytes(line - width)
    return b"".join(data[at : at + width] + fill for at in range(0, len(data), width))


class Shape(NamedTuple):
    """How a programme is coded; `options` are x264's, over ours. `light`: dark on light."""

    width: int = 640
    height: int = 360
    fps: int = 30
    bit_rate: int = 600_000
    options: Mapping[str, str] = {}
    light: bool = False


def padding(bit_rate: int) -> dict[str, str]:
    """Return x264's options that give easy pictures the bit rate of difficult ones."""
    rate = str(bit_rate // 1000)
    return {"x264-params": f"nal-hrd=cbr:vbv-maxrate={rate}:vbv-bufsize={rate}"}


class Programme:
    """What is published; `title` may be changed at any time, `ended` set, from any thread."""

    def __init__(self, shape: Shape, title: str = "LUYAN") -> None:
        self.title = title
        self.ended = threading.Event()
        self._shape = shape

    def publish(self, url: str) -> None:
        """Publish until ended; raises OSError when nobody takes it."""
        shape = self._shape
        with av.open(url, "w", format="flv", options={"flvflags": "no_duration_filesize"}) as out:
            pictures, sounds = self._streams(out)
            canvas = Picture(shape.width, shape.height, light=shape.light)
            started, starts_at = time.monotonic(), time.time_ns() // 1_000_000
            number, sampled = 0, 0
            while not self.ended.wait(max(0.0, started + number / shape.fps - time.monotonic())):
                # Where a machine is too slow, pictures are left out; none comes late.
                number = max(number, int((time.monotonic() - started) * shape.fps))
                frame = canvas.draw(time.time_ns() // 1_000_000, self.title)
                frame.pts, frame.time_base = number, Fraction(1, shape.fps)
                out.mux(pictures.encode(frame))
                # Sound goes ahead, else libav keeps each picture until its sound is there.
                while sampled - AHEAD < number * RATE // shape.fps:
                    out.mux(sounds.encode(sound(sampled, starts_at)))
                    sampled += SAMPLES
                number += 1
            out.mux(pictures.encode(None))

    def _streams(self, out: OutputContainer) -> tuple[VideoStream, AudioStream]:
        shape = self._shape
        ours = {"preset": "ultrafast", "tune": "zerolatency", "g": str(shape.fps)}
        pictures = out.add_stream("libx264", rate=shape.fps, options={**ours, **shape.options})
        assert isinstance(pictures, VideoStream)
        pictures.width, pictures.height = shape.width, shape.height
        pictures.pix_fmt = "yuv420p"
        pictures.bit_rate = shape.bit_rate
        pictures.thread_count = 1
        sounds = out.add_stream("aac", rate=RATE, layout="mono")
        assert isinstance(sounds, AudioStream)
        sounds.bit_rate = 64_000
        return pictures, sounds


def main() -> None:
    """Publish until nobody holds our standard input any more; come back whenever refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--size", default="640x360", help="WIDTHxHEIGHT in pixels")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--bit-rate", type=int, default=600_000)
    parser.add_argument("--filled", action="store_true", help="reach the bit rate by padding")
    parser.add_argument("--once", action="store_true", help="end when the server does")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    filled = padding(arguments.bit_rate) if arguments.filled else {}
    programme = Programme(Shape(width, height, arguments.fps, arguments.bit_rate, filled))
    av.logging.set_level(av.logging.ERROR)
    threading.Thread(target=_listen, args=(programme,), daemon=True).start()
    while not programme.ended.is_set():
        try:
            programme.publish(arguments.url)
        except OSError as problem:
            print(f"the programme is not taken: {problem}", file=sys.stderr, flush=True)
            if arguments.once:
                sys.exit(1)
            programme.ended.wait(AGAIN_SECONDS)


def _listen(programme: Programme) -> None:
    for line in sys.stdin:
        programme.title = line.strip()
    programme.ended.set()


if __name__ == "__main__":
    main()
