"""The chunk stream: messages survive any cutting and interleaving, and abuse is refused."""

import random
from contextlib import suppress

import pytest

from server.media.chunks import (
    CHUNK_STREAMS,
    EXTENDED,
    LARGEST_MESSAGE,
    ChunkReader,
    Garbage,
    Message,
    chunked,
)


def read(wire: bytes, piece: int = 1 << 20, chunk_size: int = 128) -> list[Message]:
    reader = ChunkReader()
    reader.chunk_size = chunk_size
    messages = []
    for at in range(0, len(wire), piece):
        reader.push(wire[at : at + piece])
        while (message := reader.next()) is not None:
            messages.append(message)
    return messages


def header(form: int, channel: int, field: int, *rest: bytes) -> bytes:
    return bytes([form << 6 | channel]) + field.to_bytes(3) + b"".join(rest)


SHORT = Message(9, 40, 1, b"x")
LONG = Message(9, 80, 1, bytes(range(256)) * 3)
EMPTY = Message(8, 90, 1, b"")
LATE = Message(9, EXTENDED + 7, 1, bytes(300))
LAST = Message(9, (1 << 32) - 1, 1, bytes(129))


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 127, 128, 129, 1000])
@pytest.mark.parametrize("chunk_size", [128, 500, 4096])
def test_messages_in_pieces_of_any_size(piece: int, chunk_size: int) -> None:
    messages = [SHORT, LONG, EMPTY, LATE, LAST, SHORT]
    wire = b"".join(chunked(6, message, chunk_size) for message in messages)
    assert read(wire, piece, chunk_size) == messages


def test_interleaved_chunk_streams() -> None:
    picture, voice = Message(9, 40, 1, bytes(128 * 3)), Message(8, 41, 1, bytes(200))
    a, b = chunked(6, picture, 128), chunked(4, voice, 128)
    wire = a[:140] + b[:140] + a[140:269] + b[140:] + a[269:]
    assert read(wire) == [voice, picture]


def test_headers_that_leave_out_what_is_known() -> None:
    whole = header(0, 6, 1000, (1).to_bytes(3), b"\x09", (1).to_bytes(4, "little"), b"a")
    same_stream = header(1, 6, 40, (2).to_bytes(3), b"\x08", b"bb")
    same_size = header(2, 6, 20, b"cc")
    all_the_same = bytes([3 << 6 | 6]) + b"dd"
    assert read(whole + same_stream + same_size + all_the_same) == [
        Message(9, 1000, 1, b"a"),
        Message(8, 1040, 1, b"bb"),
        Message(8, 1060, 1, b"cc"),
        Message(8, 1080, 1, b"dd"),
    ]


@pytest.mark.parametrize(("first", "number"), [(b"\0\0", 64), (b"\0\xff", 319), (b"\1\1\1", 321)])
@pytest.mark.parametrize("piece", [1, 100])
def test_long_channel_numbers(first: bytes, number: int, piece: int) -> None:
    begin = first + bytes(3) + (130).to_bytes(3) + b"\x09" + bytes(4) + bytes(128)
    go_on = bytes([3 << 6 | first[0]]) + first[1:] + bytes(2)
    assert read(begin + go_on, piece) == [Message(9, 0, 0, bytes(130))], number


def test_an_extended_time_may_be_left_out_of_what_goes_on() -> None:
    wire = chunked(6, LATE, 128)
    time = LATE.timestamp.to_bytes(4)
    head, *rest = wire.split(bytes([3 << 6 | 6]) + time)
    assert read(bytes([3 << 6 | 6]).join([head, *rest])) == [LATE]


def test_extended_deltas_add_up() -> None:
    begin = chunked(6, SHORT, 128)
    later = header(2, 6, EXTENDED, (EXTENDED + 100).to_bytes(4), b"y")
    assert read(begin + later)[1].timestamp == 40 + EXTENDED + 100


def test_an_aborted_message_is_forgotten() -> None:
    reader = ChunkReader()
    reader.push(chunked(6, LONG, 128)[:140])
    assert reader.next() is None
    reader.abort(6)
    reader.push(chunked(6, SHORT, 128))
    assert reader.next() == SHORT


def unfinished(channel: int, length: int) -> bytes:
    return header(0, channel, 0, length.to_bytes(3), b"\x09", bytes(4), bytes(128))


@pytest.mark.parametrize(
    "wire",
    [
        unfinished(6, (16 << 20) - 1),
        unfinished(6, LARGEST_MESSAGE + 1),
        unfinished(6, 1000) + unfinished(6, 1000),
        bytes([3 << 6 | 9]) + b"x",
        b"".join(unfinished(channel, 1000) for channel in range(2, CHUNK_STREAMS + 3)),
    ],
    ids=["16 MB", "too long", "within another", "out of nothing", "too many streams"],
)
def test_abuse_is_refused(wire: bytes) -> None:
    with pytest.raises(Garbage):
        read(wire)


def test_unfinished_messages_are_bounded_together() -> None:
    reader = ChunkReader(limit=1000)
    reader.push(b"".join(unfinished(channel, 1000) for channel in range(2, 30)))
    with pytest.raises(Garbage, match="unfinished"):
        reader.next()


@pytest.mark.parametrize("seed", range(20))
def test_noise_never_does_worse_than_be_refused(seed: int) -> None:
    noise = random.Random(seed).randbytes(20_000)
    with suppress(Garbage):
        read(noise)
