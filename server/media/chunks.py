"""RTMP's chunk stream: messages cut into chunks and interleaved, put together again."""

import struct
from typing import NamedTuple

HEADER_SIZES = (11, 7, 3, 0)
EXTENDED = 0xFFFFFF
WRAP = 1 << 32

LEAST_CHUNK = 128
LARGEST_CHUNK = 1 << 20
LARGEST_MESSAGE = 8 << 20
# Nobody interleaves more than a handful.
CHUNK_STREAMS = 32


class Garbage(Exception):
    """The peer does not speak RTMP, or abuses it; the words say how."""


class Message(NamedTuple):
    """One RTMP message: its type, its timestamp in ms, its stream and what it holds."""

    kind: int
    timestamp: int
    stream: int
    payload: bytes


class _Channel:
    """One chunk stream: the header that later chunks leave out, and a message in the making."""

    __slots__ = ("delta", "extended", "kind", "length", "payload", "stream", "timestamp")

    def __init__(self) -> None:
        self.timestamp = self.delta = self.length = self.kind = self.stream = 0
        self.extended = False
        self.payload = bytearray()


class ChunkReader:
    """Takes bytes as they come, gives messages as they are whole.

    `chunk_size` is the peer's and may change between two messages; `limit` is the largest message
    allowed, in bytes.
    """

    def __init__(self, limit: int = LARGEST_MESSAGE) -> None:
        self.chunk_size = LEAST_CHUNK
        self.limit = limit
        self._buffer = bytearray()
        self._channels: dict[int, _Channel] = {}

    def push(self, data: bytes) -> None:
        """Take in bytes."""
        self._buffer += data

    def next(self) -> Message | None:
        """Return the next whole message, None if it is not there yet; raises `Garbage`."""
        at = 0
        try:
            while (end := self._chunk(at)) is not None:
                at, message = end
                if message is not None:
                    return message
            return None
        finally:
            del self._buffer[:at]

    def abort(self, channel: int) -> None:
        """Forget a message that the peer will not finish."""
        if channel in self._channels:
            self._channels[channel].payload.clear()

    def _chunk(self, at: int) -> tuple[int, Message | None] | None:
        """Return where the chunk at `at` ends and what message it ends; None: not all there."""
        buffer = self._buffer
        if len(buffer) == at:
            return None
        form, number = buffer[at] >> 6, buffer[at] & 63
        at += 1
        longer = (1, 2)[number] if number < 2 else 0
        size = HEADER_SIZES[form]
        if len(buffer) < at + longer + size:
            return None
        if longer:
            number = 64 + int.from_bytes(buffer[at : at + longer], "little")
            at += longer
        channel = self._channel(number, form)
        begins = not channel.payload
        if form == 3:
            field = EXTENDED if channel.extended else 0
            length, kind, stream = channel.length, channel.kind, channel.stream
        else:
            field = int.from_bytes(buffer[at : at + 3])
            length, kind, stream = channel.length, channel.kind, channel.stream
            if form < 2:
                length, kind = int.from_bytes(buffer[at + 3 : at + 6]), buffer[at + 6]
            if form == 0:
                stream = int.from_bytes(buffer[at + 7 : at + 11], "little")
        at += size
        extended = field == EXTENDED
        if extended:
            if len(buffer) < at + 4:
                return None
            (field,) = struct.unpack_from(">I", buffer, at)
            # Some encoders leave it out of the chunks that go on with a message.
            if form != 3 or field == channel.delta:
                at += 4
        if length > self.limit:
            raise Garbage(f"a message of {length} bytes")
        take = min(self.chunk_size, length - len(channel.payload))
        if len(buffer) < at + take:
            return None
        if begins:
            if form != 3:
                channel.delta, channel.extended = field, extended
            channel.length, channel.kind, channel.stream = length, kind, stream
            before = 0 if form == 0 else channel.timestamp
            channel.timestamp = (before + channel.delta) % WRAP
        elif form != 3:
            raise Garbage("a message within a message")
        channel.payload += buffer[at : at + take]
        at += take
        if len(channel.payload) < length:
            self._check_sum()
            return at, None
        message = Message(kind, channel.timestamp, stream, bytes(channel.payload))
        channel.payload.clear()
        return at, message

    def _channel(self, number: int, form: int) -> _Channel:
        channel = self._channels.get(number)
        if channel is None:
            if form > 1:
                raise Garbage("a chunk that goes on with nothing")
            if len(self._channels) >= CHUNK_STREAMS:
                raise Garbage(f"more than {CHUNK_STREAMS} chunk streams")
            channel = self._channels[number] = _Channel()
        return channel

    def _check_sum(self) -> None:
        if sum(len(channel.payload) for channel in self._channels.values()) > 2 * self.limit:
            raise Garbage("too many unfinished messages")


def chunked(channel: int, message: Message, chunk_size: int) -> bytes:
    """Return a message as chunks of at most `chunk_size` bytes; `channel` is 2 to 63."""
    long = message.timestamp >= EXTENDED
    extended = struct.pack(">I", message.timestamp) if long else b""
    out = bytearray([channel])
    out += min(message.timestamp, EXTENDED).to_bytes(3)
    out += len(message.payload).to_bytes(3)
    out += bytes([message.kind]) + message.stream.to_bytes(4, "little") + extended
    out += message.payload[:chunk_size]
    for at in range(chunk_size, len(message.payload), chunk_size):
        out += bytes([3 << 6 | channel]) + extended + message.payload[at : at + chunk_size]
    return bytes(out)
