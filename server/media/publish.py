"""Publishes by RTMP: the client's end of a connection, with a socket that blocks.

libav's own would do, but tells no reason why it was refused, no new format in the middle, and
holds each picture until its sound is there.
"""

import select
import socket
from types import TracebackType
from urllib.parse import urlsplit

from server.media import amf
from server.media.chunks import ChunkReader, Garbage, Message, chunked
from server.media.rtmp import (
    AUDIO_CHANNEL,
    COMMAND_CHANNEL,
    CONTROL_CHANNEL,
    HANDSHAKE,
    OUR_STREAM,
    VERSION,
    VIDEO_CHANNEL,
    Kind,
    Tag,
)

PORT = 1935
PATIENCE_SECONDS = 10.0
LEAST_CHUNK, CHUNK = 128, 64 << 10
READ_BYTES = 4096
REPLY_LIMIT = 64 << 10
CLOSED = "the server closed the connection"
STARTED = "NetStream.Publish.Start"


class NotTaken(Exception):
    """The server does not take it; the words are its own."""


class Publication:
    """One publication to `rtmp://host:port/app/key`, from `with` on; raises OSError when lost.

    Entering raises `NotTaken` if the server refuses.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        app, _, key = parts.path.strip("/").partition("/")
        if parts.scheme != "rtmp" or not parts.hostname or not key:
            raise ValueError("an address is rtmp://host:port/app/key")
        self._app, self._key = app, key
        self._at = (parts.hostname, parts.port or PORT)
        self._replies = ChunkReader(REPLY_LIMIT)

    def __enter__(self) -> "Publication":
        self._socket = socket.create_connection(self._at, PATIENCE_SECONDS)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._greet()
            self._ask()
        except BaseException:
            self._socket.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._command("deleteStream", 0, None, OUR_STREAM)
        finally:
            self._socket.close()

    def send(self, tag: Tag) -> None:
        """Send a tag; waits when the server is slower."""
        self._check()
        channel = AUDIO_CHANNEL if tag.kind == Kind.AUDIO else VIDEO_CHANNEL
        message = Message(tag.kind, tag.timestamp, OUR_STREAM, tag.payload)
        self._socket.sendall(chunked(channel, message, CHUNK))

    def _check(self) -> None:
        """See whether the server is there; what it says now is not of interest."""
        if select.select([self._socket], [], [], 0)[0] and not self._socket.recv(READ_BYTES):
            raise ConnectionResetError(CLOSED)

    def _greet(self) -> None:
        self._socket.sendall(bytes([VERSION]) + bytes(HANDSHAKE))
        theirs = self._exactly(1 + 2 * HANDSHAKE)
        self._socket.sendall(theirs[1 : 1 + HANDSHAKE])

    def _ask(self) -> None:
        """Ask to publish, and read the answer."""
        where = f"rtmp://{self._at[0]}:{self._at[1]}/{self._app}"
        self._command("connect", 1, {"app": self._app, "tcUrl": where})
        self._command("createStream", 2, None)
        self._command("publish", 3, None, self._key, "live", stream=OUR_STREAM)
        try:
            while (answer := self._answer()) is None:
                self._read()
        except (ValueError, Garbage) as problem:
            raise NotTaken(f"this is no RTMP server: {problem}") from None
        code, words = answer
        if code != STARTED:
            raise NotTaken(words or code)
        size = Message(Kind.SET_CHUNK_SIZE, 0, 0, CHUNK.to_bytes(4))
        self._socket.sendall(chunked(CONTROL_CHANNEL, size, LEAST_CHUNK))

    def _answer(self) -> tuple[str, str] | None:
        """Return the code and the words with which the server answered, None before it did."""
        while (message := self._replies.next()) is not None:
            if message.kind == Kind.SET_CHUNK_SIZE:
                self._replies.chunk_size = max(int.from_bytes(message.payload[:4]), 1)
            if message.kind != Kind.COMMAND:
                continue
            match amf.decode(message.payload):
                case ["onStatus", _, _, dict(about), *_]:
                    return str(about.get("code", "")), str(about.get("description", ""))
                case ["_error", *_]:
                    return "_error", "the server refuses"
        return None

    def _command(self, *values: amf.Simple, stream: int = 0) -> None:
        message = Message(Kind.COMMAND, 0, stream, amf.encode(*values))
        self._socket.sendall(chunked(COMMAND_CHANNEL, message, LEAST_CHUNK))

    def _read(self) -> None:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionResetError(CLOSED)
        self._replies.push(data)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise ConnectionResetError(CLOSED)
            data += more
        return data
