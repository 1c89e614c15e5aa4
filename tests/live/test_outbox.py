"""A frame is written to the wire as every websocket client reads it."""

import asyncio
import json
from collections.abc import Generator
from itertools import pairwise
from typing import TypeVar

import pytest
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from server.live.outbox import Frame, QueueOutbox, goodbye
from server.protocol.frames import Bye, Patch, Pong, Pulse

T = TypeVar("T")

PULSE = Pulse(time=1, seq=2, audience=3)
EMPTY = Patch(after=0, seq=1, time=2, records={"question/q1": {"text": ""}})


def of_length(size: int) -> Frame:
    """Return a frame whose JSON has this many bytes; a very short one holds no JSON."""
    frame = Frame(EMPTY)
    room = size - len(frame.json)
    if room < 0:
        frame.json = b"x" * size
        return frame
    return Frame(Patch(after=0, seq=1, time=2, records={"question/q1": {"text": "x" * room}}))


def read(wire: bytes) -> list[WireFrame]:
    """Read frames as a client does."""
    reader = StreamReader()
    reader.feed_data(wire)
    reader.feed_eof()
    found = []
    while not finish(reader.at_eof()):
        found.append(finish(WireFrame.parse(reader.read_exact, mask=False)))
    return found


def finish(parser: Generator[None, None, T]) -> T:
    """Run a parser that has all that it needs."""
    try:
        next(parser)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("the parser wants more")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_a_frame_is_one_unmasked_text_message(size: int) -> None:
    frame = of_length(size)
    assert len(frame.json) == size
    (message,) = read(frame.wire)
    assert message == WireFrame(Opcode.TEXT, frame.json, fin=True)


def test_frames_follow_each_other_without_a_gap() -> None:
    frames = [of_length(size) for size in (125, 126, 65536, 0, 65535)]
    found = read(b"".join(frame.wire for frame in frames))
    assert [message.data for message in found] == [frame.json for frame in frames]


def test_a_library_would_write_the_same_bytes() -> None:
    for size in (0, 125, 126, 65535, 65536):
        frame = of_length(size)
        assert frame.wire == WireFrame(Opcode.TEXT, frame.json).serialize(mask=False)


def test_each_way_is_prepared_once() -> None:
    frame = Frame(PULSE)
    assert frame.wire is frame.wire
    assert frame.event is frame.event


def test_an_event_is_one_line_whatever_people_write() -> None:
    words = "one\ntwo\r\n\n路演\u2028"
    frame = Frame(Patch(after=0, seq=1, time=2, records={"message/m1": {"text": words}}))
    lines = frame.event.split(b"\n")
    assert lines[1:] == [b"", b""]
    assert b"\r" not in frame.event
    field, _, data = lines[0].partition(b": ")
    assert field == b"data"
    assert json.loads(data)["records"]["message/m1"]["text"] == words


# ---- the queue for server-sent events ----------------------------------------------------------


async def test_a_queue_keeps_the_order() -> None:
    outbox = QueueOutbox()
    frames = [Frame(Pong(sent=n, time=n)) for n in range(5)]
    assert all(outbox.send(frame) for frame in frames)
    assert [await outbox.next() for _ in frames] == frames


async def test_a_reader_waits_for_the_next_frame() -> None:
    outbox = QueueOutbox()
    reading = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    assert not reading.done()
    frame = Frame(PULSE)
    outbox.send(frame)
    assert await reading is frame


async def test_a_reader_who_owes_too_much_is_too_slow_until_it_has_read() -> None:
    outbox = QueueOutbox(limit=2)
    assert [outbox.send(Frame(PULSE)) for _ in range(3)] == [True, True, False]
    await outbox.next()
    assert outbox.send(Frame(PULSE))


async def test_a_goodbye_is_the_last_frame() -> None:
    outbox = QueueOutbox(limit=1)
    outbox.send(Frame(PULSE))
    outbox.close(Bye.SLOW, 1.0)
    outbox.close(Bye.RESTART, 2.0)
    assert not outbox.send(Frame(PULSE))
    owed = [await outbox.next() for _ in range(3)]
    types = [json.loads(frame.json) for frame in owed if frame is not None]
    assert [frame["type"] for frame in types] == ["pulse", "bye"]
    assert types[1] == json.loads(goodbye(Bye.SLOW, 1.0).json)


async def test_a_goodbye_wakes_the_reader() -> None:
    outbox = QueueOutbox()
    reading = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    outbox.close(Bye.REVOKED, None)
    last = await reading
    assert last is not None
    assert json.loads(last.json) == {"type": "bye", "code": 4502, "retry_after": None}
    assert await outbox.next() is None


def test_codes_say_whether_to_come_back() -> None:
    codes = sorted(Bye)
    assert all(4000 <= code < 5000 for code in codes)
    assert all(one < other for one, other in pairwise(codes))
    assert {code for code in codes if code >= 4500} == {Bye.PROTOCOL, Bye.NO_VIEW, Bye.REVOKED}
