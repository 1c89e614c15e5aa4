"""The receiver: a publisher's road from the handshake to the last tag, and all the wrong roads."""

import random
from contextlib import suppress

import pytest

from server.media import amf
from server.media.chunks import Garbage, Message, chunked
from server.media.rtmp import Ended, Event, Kind, Publish, Receiver, Tag
from tests.media.publisher import (
    CHUNK,
    GREETING,
    asking,
    command,
    enlarge,
    media,
    recorded,
    replies,
)


def feed(receiver: Receiver, wire: bytes, piece: int = 1 << 20) -> list[Event]:
    events: list[Event] = []
    for at in range(0, len(wire), piece):
        events += receiver.feed(wire[at : at + piece])
    return events


def published() -> Receiver:
    receiver = Receiver()
    assert feed(receiver, GREETING + asking("key")) == [Publish("live", "key")]
    receiver.accept()
    feed(receiver, enlarge(CHUNK))
    return receiver


@pytest.mark.parametrize("piece", [1, 100, 1537, 5000])
def test_a_whole_publication_in_pieces_of_any_size(piece: int) -> None:
    receiver, tags = Receiver(), recorded(1)
    said = b""
    events = feed(receiver, GREETING + asking("secret", "studio"), piece)
    assert events == [Publish("studio", "secret")]
    said += receiver.take_output()
    assert receiver.accept() == []
    end = command("FCUnpublish", 6, None, "secret") + command("deleteStream", 7, None, 1)
    got = feed(receiver, enlarge(CHUNK) + media(tags) + end, piece)
    assert [e for e in got if isinstance(e, Tag) and e.kind != Kind.DATA] == [
        tag for tag in tags if tag.kind != Kind.DATA
    ]
    assert got[-1] == Ended()
    answers = [v for k, v in replies(said + receiver.take_output()) if k == Kind.COMMAND]
    assert [answer[0] for answer in answers] == [
        "_result",
        "_result",
        "onFCPublish",
        "_result",
        "onStatus",
    ]


def test_nothing_behind_a_key_is_read_before_it_is_accepted() -> None:
    receiver, tags = Receiver(), recorded(1, sounding=False)
    hasty = GREETING + asking("key") + enlarge(CHUNK) + media(tags)
    assert feed(receiver, hasty) == [Publish("live", "key")]
    assert feed(receiver, media(tags[:1])) == []
    assert len(receiver.accept()) >= len(tags) - 1


def test_a_refusal_says_why() -> None:
    receiver = Receiver()
    feed(receiver, GREETING + asking("key"))
    receiver.refuse("stream key refused")
    kind, values = replies(receiver.take_output())[-1]
    assert kind == Kind.COMMAND
    assert isinstance(values, list)
    assert values[0] == "onStatus"
    assert values[3] == {
        "level": "error",
        "code": "NetStream.Publish.BadName",
        "description": "stream key refused",
    }


def test_what_is_told_of_the_stream_becomes_a_tag() -> None:
    about = amf.encode("onMetaData", {"width": 1280, "height": 720})
    payload = amf.encode("@setDataFrame") + about
    wire = chunked(4, Message(Kind.DATA, 0, 1, payload), CHUNK)
    assert published().feed(wire) == [Tag(Kind.DATA, 0, about)]


def test_what_came_is_acknowledged() -> None:
    receiver = published()
    receiver.take_output()
    receiver.feed(chunked(2, Message(Kind.SET_WINDOW, 0, 0, (10_000).to_bytes(4)), CHUNK))
    receiver.feed(media([Tag(Kind.VIDEO, 0, bytes(20_000))]))
    out = receiver.take_output()
    assert out[7] == Kind.ACKNOWLEDGE
    assert int.from_bytes(out[12:16]) > 20_000


def test_a_message_of_8_mb_is_taken_in_chunks_of_1_mb() -> None:
    receiver = published()
    receiver.feed(chunked(2, Message(Kind.SET_CHUNK_SIZE, 0, 0, (1 << 20).to_bytes(4)), CHUNK))
    tag = Tag(Kind.VIDEO, 5, bytes(8 << 20))
    assert feed(receiver, media([tag], 1 << 20), 1 << 16) == [tag]


@pytest.mark.parametrize(
    "wire",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x06" + bytes(1536),
        GREETING + chunked(2, Message(Kind.SET_CHUNK_SIZE, 0, 0, (16 << 20).to_bytes(4)), 128),
        GREETING + chunked(2, Message(Kind.SET_CHUNK_SIZE, 0, 0, (1).to_bytes(4)), 128),
        GREETING + chunked(2, Message(Kind.SET_CHUNK_SIZE, 0, 0, b""), 128),
        GREETING + media([Tag(Kind.VIDEO, 0, b"12345")], 128),
        GREETING + chunked(3, Message(Kind.COMMAND, 0, 0, bytes(100_000)), 128),
        GREETING + chunked(3, Message(Kind.COMMAND, 0, 0, b"\x03\0\1a" * 15_000), 128),
        GREETING + chunked(3, Message(Kind.COMMAND, 0, 0, b""), 128),
        GREETING + command("play", 4, None, "key"),
    ],
    ids=[
        "http",
        "tls",
        "encrypted rtmp",
        "huge chunks",
        "tiny chunks",
        "cut off",
        "media before a key",
        "a long message before a key",
        "deep",
        "empty",
        "play",
    ],
)
def test_other_roads_are_closed(wire: bytes) -> None:
    with pytest.raises(Garbage):
        feed(Receiver(), wire, 1000)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_refused_or_ignored(seed: int) -> None:
    noise = random.Random(seed).randbytes(50_000)
    for begin in (b"", GREETING, GREETING + asking("key")[:300]):
        with suppress(Garbage):
            feed(Receiver(), begin + noise, 999)


def test_a_message_of_16_mb_is_refused() -> None:
    begin = bytes([6, 0, 0, 0]) + (0xFFFFFF).to_bytes(3) + b"\x09" + (1).to_bytes(4, "little")
    with pytest.raises(Garbage, match="16777215"):
        published().feed(begin + bytes(CHUNK))
