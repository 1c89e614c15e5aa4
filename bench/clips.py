"""Row `clips`: what it costs to cut a pitch out of the recorded programme."""

import io
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
import msgspec
from av.video.stream import VideoStream

from bench.figures import Figure, Size, ms
from server.media.film import Made, Order
from server.media.index import Index
from server.media.packager import Packager
from server.media.rtmp import Tag
from server.media.source import Source

FPS, WIDTH, HEIGHT, BIT_RATE = 30, 1280, 720, 2_500_000
LOOP_SECONDS = 4
AT = 1_700_000_000_000


def clips(data: Path, size: Size) -> Iterator[Figure]:
    """Cut the middle of a programme, from the order to the finished file."""
    folder, seconds = data / "media" / "show", size.clip_seconds
    record(folder, seconds + 2 * LOOP_SECONDS)
    index = Index(folder)
    index.refresh()
    start = index.segments[0].pdt + 3300
    order = Order(
        folder=str(folder),
        target=str(folder / "clips" / "pitch.mp4"),
        spans=((start, start + 1000 * seconds),),
        title="A pitch",
    )
    took, cpu = [], []
    for _ in range(size.clips):
        began, before = time.perf_counter(), _child_seconds()
        made = cut(order)
        took.append(time.perf_counter() - began)
        cpu.append(_child_seconds() - before)
        assert made.problem is None, made.problem
    yield Figure(
        "clips: from the order to the MP4 on disk",
        f"a pitch of {seconds // 60}:{seconds % 60:02d}, 720p30 at 2.5 Mbit/s, {size.clips} times",
        f"median {ms(median(took))}, of which CPU {ms(median(cpu))}",
        f"{made.films[0].size / 1e6:.1f} MB",
    )


def cut(order: Order) -> Made:
    """Let a process cut, as the server does."""
    with subprocess.Popen(
        [sys.executable, "-m", "server.media.cut"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        return msgspec.json.decode(process.stdout.read(), type=Made)


def record(folder: Path, seconds: int) -> None:
    """Record a programme of so many seconds: a few of them, again and again."""
    said: list[object] = []
    packager, source = Packager(folder, 2000, 0, said.append), Source("studio")
    formats, loop = _loop()
    for tag in formats:
        source.take(tag, AT)
    for start in range(0, seconds * 1000, LOOP_SECONDS * 1000):
        for tag in loop:
            moved = tag._replace(timestamp=tag.timestamp + start)
            packet = source.take(moved, AT + moved.timestamp)
            if packet is not None:
                packager.put(source, packet)
    packager.close()


def _loop() -> tuple[list[Tag], list[Tag]]:
    """Return what says how a stream is coded, and some seconds of it at a real bit rate."""
    file = io.BytesIO()
    options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(FPS)}
    options |= {"maxrate": str(BIT_RATE), "bufsize": str(BIT_RATE)}
    with av.open(file, "w", format="flv", options={"flvflags": "no_duration_filesize"}) as out:
        video = out.add_stream("libx264", rate=FPS, options=options)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt, video.bit_rate = (
            WIDTH,
            HEIGHT,
            "yuv420p",
            BIT_RATE,
        )
        noise = random.Random(1).randbytes(WIDTH * 80)
        for number in range(LOOP_SECONDS * FPS):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            rows = frame.planes[0].line_size
            frame.planes[0].update(
                (noise * (rows * HEIGHT // len(noise) + 1))[number : number + rows * HEIGHT]
            )
            for plane in frame.planes[1:]:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
    tags = list(_tags(file.getvalue()))
    formats = [tag for tag in tags if tag.payload[1:2] == b"\0"]
    return formats, [tag for tag in tags if tag.kind == 9 and tag not in formats]


def _tags(file: bytes) -> Iterator[Tag]:
    at = 13
    while at < len(file):
        size = int.from_bytes(file[at + 1 : at + 4])
        timestamp = int.from_bytes(file[at + 4 : at + 7]) | file[at + 7] << 24
        yield Tag(file[at], timestamp, file[at + 11 : at + 11 + size])
        at += 15 + size


def _child_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
