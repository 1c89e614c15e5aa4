"""A publisher for tests that can be as rude as it likes: the client's end of RTMP, by hand."""

import asyncio
import functools
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from server.media import amf
from server.media.chunks import ChunkReader, Message, chunked
from server.media.programme import RATE, SAMPLES, Picture, sound
from server.media.rtmp import HANDSHAKE, Kind, Tag

FPS = 10
GREETING = bytes([3]) + bytes(2 * HANDSHAKE)
CHUNK = 4096


def command(*values: amf.Simple, stream: int = 0) -> bytes:
    """Return a command as a client's chunks."""
    return chunked(3, Message(Kind.COMMAND, 0, stream, amf.encode(*values)), 128)


def asking(key: str, app: str = "live") -> bytes:
    """Return all that a publisher says up to its key, but not the handshake."""
    return (
        command("connect", 1, {"app": app, "tcUrl": f"rtmp://localhost/{app}"})
        + command("releaseStream", 2, None, key)
        + command("FCPublish", 3, None, key)
        + command("createStream", 4, None)
        + command("publish", 5, None, key, "live", stream=1)
    )


def enlarge(size: int) -> bytes:
    """Return what says that chunks will be so large."""
    return chunked(2, Message(Kind.SET_CHUNK_SIZE, 0, 0, size.to_bytes(4)), 128)


def media(tags: Sequence[Tag], chunk_size: int = CHUNK) -> bytes:
    """Return tags as chunks; the chunk size must have been announced."""
    return b"".join(
        chunked(4 if tag.kind == Kind.AUDIO else 6, Message(*tag[:2], 1, tag.payload), chunk_size)
        for tag in tags
    )


def replies(wire: bytes) -> list[tuple[Kind, list[amf.Value] | bytes]]:
    """Return what the server said: each message's kind, and its values or its bytes."""
    reader = ChunkReader()
    reader.push(wire[1 + 2 * HANDSHAKE :])
    said: list[tuple[Kind, list[amf.Value] | bytes]] = []
    while (message := reader.next()) is not None:
        kind = Kind(message.kind)
        said.append(
            (kind, amf.decode(message.payload) if kind == Kind.COMMAND else message.payload)
        )
        if kind == Kind.SET_CHUNK_SIZE:
            reader.chunk_size = int.from_bytes(message.payload)
    return said


@functools.cache
def recorded(
    seconds: int = 2,
    width: int = 160,
    height: int = 90,
    sounding: bool = True,
    key_every: int = FPS,
) -> tuple[Tag, ...]:
    """Return a programme as a publisher would send it, with formats and metadata in front."""
    file = io.BytesIO()
    options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(key_every)}
    with av.open(file, "w", format="flv", options={"flvflags": "no_duration_filesize"}) as out:
        video = out.add_stream("libx264", rate=FPS, options=options)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, layout="mono") if sounding else None
        assert audio is None or isinstance(audio, AudioStream)
        picture, sampled = Picture(width, height), 0
        for number in range(seconds * FPS):
            frame = picture.draw(number * 1000 // FPS, "TEST")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(video.encode(frame))
            while audio is not None and sampled * FPS < number * RATE:
                out.mux(audio.encode(sound(sampled, 0)))
                sampled += SAMPLES
    return tuple(_tags(file.getvalue()))


def _tags(file: bytes) -> Iterator[Tag]:
    at = 13
    while at < len(file):
        size = int.from_bytes(file[at + 1 : at + 4])
        timestamp = int.from_bytes(file[at + 4 : at + 7]) | file[at + 7] << 24
        yield Tag(file[at], timestamp, file[at + 11 : at + 11 + size])
        at += 15 + size


class Publisher:
    """A connection to an ingest, from which anything may be sent; ends with its `async with`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.heard = b""

    async def __aenter__(self) -> "Publisher":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def publish(self, key: str) -> str:
        """Ask with a key; return the code of the answer."""
        await self.send(GREETING + asking(key))
        while (answer := self.answer()) is None:
            data = await self._reader.read(1 << 16)
            assert data, "the connection was closed without an answer"
            self.heard += data
        if answer == "NetStream.Publish.Start":
            await self.send(enlarge(CHUNK))
        return answer

    def answer(self) -> str | None:
        """Return the code of the server's answer to a key, if it is there."""
        for kind, values in replies(self.heard):
            if kind == Kind.COMMAND and isinstance(values, list) and values[0] == "onStatus":
                about = values[3]
                assert isinstance(about, dict)
                return str(about["code"])
        return None

    async def until_closed(self) -> None:
        """Wait until the server has closed."""
        try:
            while data := await self._reader.read(1 << 16):
                self.heard += data
        except ConnectionError:
            pass
