"""Packets in, fragmented MP4 out, without decoding anything: the one place where libav muxes.

libav's MP4 muxer keeps a track's own start only with edit lists, which browsers follow in part;
so the first packet of each track is put at 0 and all others stay where they are.
"""

import io
import struct
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

import av
import av.container
import av.packet
import av.stream

from server.media import flv
from server.media.flv import Packet
from server.media.source import Formats

MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
# How long libav waits for a track that falls silent, before it writes the other alone.
SILENCE_US = 500_000
# However far apart key frames are, memory stays bounded.
LONGEST_US = 10_000_000
LARGEST_BYTES = 16 << 20
MILLISECONDS = Fraction(1, 1000)


class Unreadable(Exception):
    """libav makes nothing of what the publisher sent."""


class Fragment(NamedTuple):
    """A `moof` with its `mdat`, and the packets that are in it of the leading track."""

    data: bytes
    packets: list[Packet]


class Fragments:
    """Makes one init segment and fragments of what is put in; each starts with a key frame.

    `first` is the packet to begin with: a key frame, or sound if there are no pictures. `init` is
    what a player needs before any fragment.
    """

    def __init__(self, formats: Formats, first: Packet, longest_us: int = LONGEST_US) -> None:
        self._base = first.dts
        self._leader = first.kind
        self._pending: deque[Packet] = deque()
        self._written = bytearray()
        self._out = av.open(
            _Sink(self._written),
            "w",
            format="mp4",
            options={
                "movflags": MOVFLAGS,
                "use_editlist": "0",
                "frag_duration": str(longest_us),
                "frag_size": str(LARGEST_BYTES),
                "max_interleave_delta": str(SILENCE_US),
            },
        )
        self._tracks: dict[str, av.stream.Stream] = {}
        try:
            self._add_tracks(flv.file([p for p in formats if p is not None] + [first]))
            self._out.start_encoding()
        except (av.FFmpegError, ValueError) as problem:
            raise Unreadable(f"the stream's formats cannot be read: {problem}") from None
        if self._leader not in self._tracks:
            raise Unreadable("the stream's formats cannot be read")
        self._unstarted = set(self._tracks)
        self._leading_id = list(self._tracks).index(self._leader) + 1
        self.init = b"".join(box for _, box in self._boxes())

    def _add_tracks(self, beginning: bytes) -> None:
        """Lay out the tracks that the beginning of an FLV file describes."""
        with av.open(io.BytesIO(beginning), format="flv") as template:
            for stream in template.streams:
                if stream.type in ("video", "audio"):
                    self._tracks[stream.type] = self._out.add_stream_from_template(stream)

    def put(self, packet: Packet) -> list[Fragment]:
        """Add a packet and return the fragments that are ready; raises `Unreadable`."""
        track = self._tracks.get(packet.kind)
        if track is None or packet.dts < self._base:
            return []
        coded = av.packet.Packet(packet.data)
        coded.stream = track
        coded.time_base = MILLISECONDS
        coded.dts, coded.pts = packet.dts - self._base, packet.pts - self._base
        if packet.kind in self._unstarted:
            self._unstarted.remove(packet.kind)
            coded.pts, coded.dts = coded.pts - coded.dts, 0
        coded.is_keyframe = packet.key
        if packet.kind == self._leader:
            self._pending.append(packet)
        try:
            self._out.mux_one(coded)
        except (av.FFmpegError, ValueError) as problem:
            raise Unreadable(f"the stream cannot be written: {problem}") from None
        return list(self._fragments())

    def next_packet(self) -> Packet | None:
        """Return the packet that begins the next fragment, if it has come."""
        return self._pending[0] if self._pending else None

    def close(self) -> list[Fragment]:
        """Return what is left, as far as it can be had."""
        with suppress(av.FFmpegError):
            self._out.close()
        return list(self._fragments())

    def _fragments(self) -> Iterator[Fragment]:
        moof = b""
        for kind, box in self._boxes():
            if kind == b"moof":
                moof = box
            elif kind == b"mdat":
                count = _samples(moof, self._leading_id)
                yield Fragment(moof + box, [self._pending.popleft() for _ in range(count)])

    def _boxes(self) -> Iterator[tuple[bytes, bytes]]:
        """Take the whole boxes out of what was written."""
        written, at = self._written, 0
        # A fragment is only taken with its data.
        while (end := _end(written, at)) is not None:
            if written[at + 4 : at + 8] == b"moof" and _end(written, end) is None:
                break
            yield bytes(written[at + 4 : at + 8]), bytes(written[at:end])
            at = end
        del written[:at]


class _Sink:
    """What libav takes for a file."""

    def __init__(self, written: bytearray) -> None:
        self._written = written

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)


def _end(data: bytes | bytearray, at: int) -> int | None:
    """Return where the box at `at` ends, None if it is not whole; raises `Unreadable`."""
    if len(data) < at + 8:
        return None
    size = int.from_bytes(data[at : at + 4])
    if size < 8:
        raise Unreadable("libav left a box without its size")
    return at + size if len(data) >= at + size else None


def _inside(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Return the boxes from `at` to `end`: kind, and where what they hold begins and ends."""
    while (after := _end(data, at)) is not None and after <= end:
        yield data[at + 4 : at + 8], at + 8, after
        at = after


def _samples(moof: bytes, track: int) -> int:
    """Return how many samples of a track a fragment holds."""
    count = 0
    for kind, start, end in _inside(moof, 8, len(moof)):
        if kind != b"traf":
            continue
        this = 0
        for inner, at, _ in _inside(moof, start, end):
            (number,) = (
                struct.unpack_from(">I", moof, at + 4) if inner in (b"tfhd", b"trun") else (0,)
            )
            if inner == b"tfhd":
                this = number
            elif inner == b"trun" and this == track:
                count += number
    return count
