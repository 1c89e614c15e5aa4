"""Measures how late a source's pictures are: a clock in the picture against their arrival.

Only key frames are decoded, and only while somebody asked: about 20 ms of a core each.
"""

from statistics import median_low

import av
from av.packet import Packet as Coded
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from server.media import bars
from server.media.flv import Packet
from server.media.source import Source
from server.media.wire import Calibrated, Uncalibrated

FRAMES = 5
PATIENCE_MS = 20_000
# The luma plane is read, which all of these begin with.
READABLE = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12")


class Calibration:
    """Looks at a source's key frames from `began` (ms UTC) on, until it knows or gives up."""

    def __init__(self, source: Source, began: int) -> None:
        self._source = source
        self._until = began + PATIENCE_MS
        self._life = source.life
        # Of each picture: its time in the stream, and the instant that it shows.
        self._seen: list[tuple[int, int]] = []
        self._looked = 0

    def take(self, packet: Packet, arrival: int) -> Calibrated | Uncalibrated | None:
        """Look at a packet that arrived at this instant; return what came of it, None: go on."""
        if self._source.life != self._life:
            self._life, self._seen = self._source.life, []
        if packet.kind == "video" and packet.key:
            self._look(packet, arrival)
        if len(self._seen) >= FRAMES:
            return self._result()
        if arrival < self._until:
            return None
        return Uncalibrated(
            source=self._source.name, reason="no_clock" if self._looked else "no_picture"
        )

    def _look(self, packet: Packet, arrival: int) -> None:
        frame = decoded(self._source, packet)
        if frame is None or frame.format.name not in READABLE:
            return
        self._looked += 1
        luma = frame.planes[0]
        shown = bars.read(bytes(luma), frame.width, frame.height, arrival, luma.line_size)
        if shown is not None:
            self._seen.append((packet.pts, shown))

    def _result(self) -> Calibrated:
        delays = [self._source.clock.arrived(at) - shown for at, shown in self._seen]
        return Calibrated(
            source=self._source.name,
            delay_ms=median_low(delays),
            spread_ms=max(delays) - min(delays),
            frames=len(delays),
        )


def decoded(source: Source, packet: Packet) -> VideoFrame | None:
    """Return the picture of a key frame, None if there is none in it."""
    config = source.described.video
    if config is None:
        return None
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata, decoder.thread_count = config.data, 1
    try:
        frames = [*decoder.decode(Coded(packet.data)), *decoder.decode(None)]
    except (av.FFmpegError, ValueError):
        return None
    return frames[0] if frames else None
