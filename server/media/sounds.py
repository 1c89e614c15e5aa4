"""Sound from a browser as AAC: the one thing in a show that is encoded while it is live."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.packet import Packet
from av.stream import Stream

RATE = 48_000
FRAME = 1024
BIT_RATE = 128_000
# A hole that is no rounding: what follows keeps its own time.
HOLE_MS = 80


class Sound(NamedTuple):
    """A stretch of AAC, and when it is heard, in ms."""

    at: int
    data: bytes


class Transcoder:
    """Takes the packets of a recording's sound and gives AAC; `config` describes it."""

    def __init__(self) -> None:
        encoder = av.CodecContext.create("aac", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "fltp"
        encoder.bit_rate = BIT_RATE
        encoder.time_base = Fraction(1, RATE)
        encoder.flags |= Flags.global_header
        encoder.open()
        assert encoder.extradata is not None
        self.config = encoder.extradata
        self._encoder = encoder
        self._resampler = _resampler()
        # Where the sound taken so far ends, in samples of the encoder.
        self._end: int | None = None

    def take(self, packet: "Packet[AudioStream] | Packet[Stream]") -> Iterator[Sound]:
        """Return what a packet makes possible; what cannot be decoded is left out."""
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield from self.encode(frame)

    def encode(self, frame: AudioFrame) -> Iterator[Sound]:
        """Return what a stretch of sound makes possible."""
        if frame.pts is None or frame.time_base is None:
            return
        begin = round(frame.pts * frame.time_base * RATE)
        hole = HOLE_MS * RATE // 1000
        if self._end is None or begin > self._end + hole:
            self._resampler = _resampler()
            self._end = begin
        elif begin < self._end - hole:
            return
        # Times in a recording are rounded; sound is counted.
        frame.pts, frame.time_base = (
            self._end * frame.sample_rate // RATE,
            Fraction(1, frame.sample_rate),
        )
        self._end += frame.samples * RATE // frame.sample_rate
        for even in self._resampler.resample(frame):
            for coded in self._encoder.encode(even):
                if coded.pts is not None:
                    yield Sound(round(coded.pts * 1000 / RATE), bytes(coded))


def _resampler() -> AudioResampler:
    return AudioResampler("fltp", "stereo", RATE, FRAME)
