"""What is inside a publisher's FLV tags: H.264 pictures and AAC sound, or what describes them."""

import struct
from collections.abc import Iterable
from typing import Literal, NamedTuple

from server.media.rtmp import Kind, Tag

KEY_FRAME = 1
H264, AAC = 7, 10
ENHANCED = 0x80
CONFIG, CODED = 0, 1
# Real ones have some dozens of bytes.
LARGEST_CONFIG = 4096


class Unsupported(Exception):
    """The publisher uses a codec that browsers do not play from us; the words say so."""


class Packet(NamedTuple):
    """One coded picture or stretch of sound; times are the publisher's, in ms.

    `dts` is when it is decoded, `pts` when it is shown. A `config` describes what follows.
    """

    kind: Literal["video", "audio"]
    dts: int
    pts: int
    key: bool
    config: bool
    data: bytes


def unpack(tag: Tag) -> Packet | None:
    """Return what a tag holds, None if nothing of use; raises `Unsupported`."""
    payload = tag.payload
    if tag.kind == Kind.VIDEO and len(payload) >= 5:
        if payload[0] & ENHANCED or payload[0] & 15 != H264:
            raise Unsupported("the picture is not H.264; please choose H.264 (x264, NVENC, AVC)")
        offset = int.from_bytes(payload[2:5], signed=True)
        key = payload[0] >> 4 == KEY_FRAME
        return _packet("video", tag.timestamp, offset, key, payload[1], payload[5:])
    if tag.kind == Kind.AUDIO and len(payload) >= 2:
        if payload[0] >> 4 != AAC:
            raise Unsupported("the sound is not AAC; please choose AAC")
        return _packet("audio", tag.timestamp, 0, True, payload[1], payload[2:])
    return None


def _packet(
    kind: Literal["video", "audio"], dts: int, offset: int, key: bool, what: int, data: bytes
) -> Packet | None:
    if what not in (CONFIG, CODED) or not data:
        return None
    if what == CONFIG and len(data) > LARGEST_CONFIG:
        raise Unsupported(f"the {kind} is described by {len(data)} bytes, which cannot be right")
    return Packet(kind, dts, dts + offset, key, what == CONFIG, data)


def file(packets: Iterable[Packet]) -> bytes:
    """Return packets as the beginning of an FLV file, for a demuxer to learn from."""
    packets = list(packets)
    present = sum({4 if packet.kind == "audio" else 1 for packet in packets})
    return struct.pack(">3sBBII", b"FLV", 1, present, 9, 0) + b"".join(map(_tag, packets))


def pack(packet: Packet) -> Tag:
    """Return the tag that holds a packet."""
    what = CONFIG if packet.config else CODED
    if packet.kind == "video":
        kind, first = Kind.VIDEO, (KEY_FRAME if packet.key else 2) << 4 | H264
        head = bytes([first, what]) + (packet.pts - packet.dts).to_bytes(3, signed=True)
    else:
        kind, head = Kind.AUDIO, bytes([AAC << 4 | 15, what])
    return Tag(kind, packet.dts, head + packet.data)


def _tag(packet: Packet) -> bytes:
    """Return a tag as a file has it, at time 0."""
    tag = pack(packet)
    begin = bytes([tag.kind]) + len(tag.payload).to_bytes(3) + bytes(7)
    return begin + tag.payload + (len(begin) + len(tag.payload)).to_bytes(4)
