"""What an RTMP server says to a publisher: bytes in, bytes and events out, no socket anywhere.

After Adobe's RTMP 1.0 specification (2012). A key is answered before anything behind it is read.
"""

import os
import struct
from enum import IntEnum
from typing import NamedTuple

from server.media import amf
from server.media.chunks import LARGEST_CHUNK, LEAST_CHUNK, ChunkReader, Garbage, Message, chunked

VERSION = 3
HANDSHAKE = 1536
WINDOW = 2_500_000
OUR_CHUNK = 4096
# Until somebody has shown a key, commands are all they may send.
STRANGER_LIMIT = 64 << 10
PUBLISHER_LIMIT = 8 << 20

CONTROL_CHANNEL, COMMAND_CHANNEL, AUDIO_CHANNEL, VIDEO_CHANNEL = 2, 3, 4, 6
OUR_STREAM = 1

# Why somebody is refused, in the words that their program shows.
WRONG_KEY = "stream key refused"
KEY_IN_USE = "somebody is already publishing with this stream key"


class Kind(IntEnum):
    """What a message is."""

    SET_CHUNK_SIZE = 1
    ABORT = 2
    ACKNOWLEDGE = 3
    CONTROL = 4
    SET_WINDOW = 5
    SET_BANDWIDTH = 6
    AUDIO = 8
    VIDEO = 9
    DATA_AMF3 = 15
    COMMAND_AMF3 = 17
    DATA = 18
    COMMAND = 20


class Publish(NamedTuple):
    """Somebody wants to publish; nothing more is read until `accept` or `refuse`."""

    app: str
    key: str


class Tag(NamedTuple):
    """One FLV tag: `kind` is audio, video or data; `timestamp` is the publisher's, in ms."""

    kind: int
    timestamp: int
    payload: bytes


class Ended(NamedTuple):
    """The publisher said that this was all."""


Event = Publish | Tag | Ended


class Receiver:
    """The server's end of one connection.

    Feed it what comes, send what `take_output` returns, and close when `feed` raises `Garbage` or
    after `refuse`.
    """

    def __init__(self) -> None:
        self._chunks = ChunkReader(STRANGER_LIMIT)
        self._greeting = bytearray()
        self._greeted = 0
        self._out = bytearray()
        self._app = ""
        self._asked = self._publishing = self._ended = False
        self._received = self._acknowledged = 0
        self._window = WINDOW

    def feed(self, data: bytes) -> list[Event]:
        """Take in bytes and return what happened; raises `Garbage` if this is no RTMP."""
        self._received += len(data)
        if self._greeted < 2:
            self._greeting += data
            data = self._greet()
        self._chunks.push(data)
        events = self._read()
        if self._received - self._acknowledged >= self._window:
            self._acknowledged = self._received
            self._control(Kind.ACKNOWLEDGE, struct.pack(">I", self._received % (1 << 32)))
        return events

    def take_output(self) -> bytes:
        """Return what is to be sent, once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def accept(self) -> list[Event]:
        """Let the publisher in, and return what they have sent behind their key."""
        self._asked, self._publishing = False, True
        self._chunks.limit = PUBLISHER_LIMIT
        self._control(Kind.CONTROL, struct.pack(">HI", 0, OUR_STREAM))
        self._status("status", "NetStream.Publish.Start", "publishing")
        return self._read()

    def refuse(self, text: str) -> None:
        """Send the publisher away, in words that their program shows them."""
        self._status("error", "NetStream.Publish.BadName", text)

    # ---- the handshake -------------------------------------------------------------------------

    def _greet(self) -> bytes:
        """Go through the handshake as far as it came; return what came behind it."""
        if self._greeting and self._greeting[0] != VERSION:
            raise Garbage("not RTMP")
        if self._greeted == 0 and len(self._greeting) > HANDSHAKE:
            self._greeted = 1
            theirs = self._greeting[1 : HANDSHAKE + 1]
            self._out += bytes([VERSION]) + bytes(8) + os.urandom(HANDSHAKE - 8) + theirs
        if self._greeted == 1 and len(self._greeting) > 2 * HANDSHAKE:
            self._greeted = 2
            behind = bytes(self._greeting[2 * HANDSHAKE + 1 :])
            self._greeting.clear()
            return behind
        return b""

    # ---- messages ------------------------------------------------------------------------------

    def _read(self) -> list[Event]:
        events: list[Event] = []
        while not (self._asked or self._ended) and (message := self._chunks.next()) is not None:
            event = self._take(message)
            if event is not None:
                events.append(event)
        return events

    def _take(self, message: Message) -> Event | None:
        match message.kind:
            case Kind.AUDIO | Kind.VIDEO if self._publishing:
                return Tag(message.kind, message.timestamp, message.payload)
            case Kind.DATA | Kind.DATA_AMF3 if self._publishing:
                return self._data(message)
            case Kind.COMMAND:
                return self._command(message.payload)
            case Kind.COMMAND_AMF3:
                return self._command(message.payload[1:])
            case Kind.SET_CHUNK_SIZE:
                size = _number(message.payload)
                if not LEAST_CHUNK <= size <= LARGEST_CHUNK:
                    raise Garbage(f"chunks of {size} bytes")
                self._chunks.chunk_size = size
            case Kind.ABORT:
                self._chunks.abort(_number(message.payload))
            case Kind.SET_WINDOW:
                self._window = max(_number(message.payload), OUR_CHUNK)
            case Kind.AUDIO | Kind.VIDEO | Kind.DATA | Kind.DATA_AMF3:
                raise Garbage("media before a key")
        return None

    def _data(self, message: Message) -> Tag | None:
        """Make what a publisher tells of its stream the tag that an FLV file would hold."""
        wrapped = message.payload[1:] if message.kind == Kind.DATA_AMF3 else message.payload
        prefix = amf.encode("@setDataFrame")
        if not wrapped.startswith(prefix):
            return None
        return Tag(Kind.DATA, message.timestamp, wrapped[len(prefix) :])

    def _command(self, payload: bytes) -> Event | None:
        try:
            name, transaction, *arguments = amf.decode(payload)
        except ValueError as problem:
            raise Garbage(str(problem)) from None
        number = transaction if isinstance(transaction, float) else 0.0
        match name, arguments:
            case "connect", [dict(about), *_]:
                self._connect(number, about)
            case "createStream", _:
                self._send_command("_result", number, None, OUR_STREAM)
            case "releaseStream", _:
                self._send_command("_result", number, None, None)
            case "FCPublish", _:
                self._send_command("onFCPublish", 0, None, {"code": "NetStream.Publish.Start"})
            case "publish", [_, str(key), *_] if not self._publishing:
                self._asked = True
                return Publish(self._app, key)
            case "publish" | "play" | "play2", _:
                raise Garbage(f"{name} is not for here")
            case (("FCUnpublish" | "closeStream" | "deleteStream"), _) if self._publishing:
                self._ended = True
                return Ended()
        return None

    def _connect(self, number: float, about: dict[str, amf.Value]) -> None:
        self._app = str(about.get("app", ""))
        self._control(Kind.SET_WINDOW, struct.pack(">I", WINDOW))
        self._control(Kind.SET_BANDWIDTH, struct.pack(">IB", WINDOW, 2))
        self._control(Kind.SET_CHUNK_SIZE, struct.pack(">I", OUR_CHUNK))
        self._send_command(
            "_result",
            number,
            {"fmsVer": "FMS/3,0,1,123", "capabilities": 31},
            {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "connected",
                "objectEncoding": 0,
            },
        )

    # ---- output --------------------------------------------------------------------------------

    def _control(self, kind: int, payload: bytes) -> None:
        self._out += chunked(CONTROL_CHANNEL, Message(kind, 0, 0, payload), OUR_CHUNK)

    def _send_command(self, *values: amf.Simple, stream: int = 0) -> None:
        message = Message(Kind.COMMAND, 0, stream, amf.encode(*values))
        self._out += chunked(COMMAND_CHANNEL, message, OUR_CHUNK)

    def _status(self, level: str, code: str, text: str) -> None:
        about: dict[str, float | str] = {"level": level, "code": code, "description": text}
        self._send_command("onStatus", 0, None, about, stream=OUR_STREAM)


def _number(payload: bytes) -> int:
    if len(payload) < 4:
        raise Garbage("a control message that is cut off")
    return int.from_bytes(payload[:4])
