"""A presenter's camera: what their browser records comes in, and is published like any source.

`python -m server.media.camera` reads the recording (Matroska or MP4, as MediaRecorder writes
it while it records) from its standard input until that ends, and publishes it to the media child
at `LUYAN_PUBLISH_TO` (rtmp://host:port/app/key). H.264 is passed on as it is, Opus becomes AAC.
What happens is said in lines of JSON (`wire.CameraEvent`). Ends with 0 when the browser does, 1
when refused, 3 when the media child is lost.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import av
import av.logging
import msgspec
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet as Coded
from av.stream import Stream
from av.video.stream import VideoStream

from server.media import flv
from server.media.avc import Pictures
from server.media.publish import NotTaken, Publication
from server.media.rtmp import KEY_IN_USE, WRONG_KEY
from server.media.sounds import Transcoder
from server.media.wire import PUBLISH_TO, CameraEvent, Finished, Refused, Started

# Nothing is guessed: these are what MediaRecorder writes, and libav gets no say in it.
CONTAINERS = ((0, b"\x1aE\xdf\xa3", "matroska"), (4, b"ftyp", "mp4"))
MAGIC_BYTES = 8
# A recording says in front what it is; waiting for more would be delay.
OPTIONS = {"probesize": "200000", "analyzeduration": "300000", "fpsprobesize": "0"}
READ_BYTES = 64 << 10
MEMORY_BYTES = 512 << 20
REASONS = {WRONG_KEY: "key", KEY_IN_USE: "taken"}
NAMES = {"vp8": "VP8", "vp9": "VP9", "av1": "AV1", "hevc": "H.265", "h264": "H.264"}

EXITS = {"ended": 0, "refused": 1, "lost": 3}


class Unusable(Exception):
    """What the browser sends cannot be published; `reason` is `codec` or `garbage`."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Pipe:
    """What libav takes for a file: gives what has come, and waits only when there is nothing."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._head = b""
        while len(self._head) < MAGIC_BYTES and (data := os.read(handle, READ_BYTES)):
            self._head += data

    @property
    def container(self) -> str | None:
        """The libav name of what this is, None if it is nothing that MediaRecorder writes."""
        for at, magic, name in CONTAINERS:
            if self._head[at:].startswith(magic):
                return name
        return None

    @property
    def empty(self) -> bool:
        """Whether nothing came at all."""
        return not self._head

    def read(self, size: int) -> bytes:
        """Return at least a byte, none at the end."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return os.read(self._handle, size)


class Recording:
    """A recording that goes on: its formats, and its packets as they come; raises `Unusable`."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container
        video = container.streams.video[0] if container.streams.video else None
        audio = container.streams.audio[0] if container.streams.audio else None
        if video is None and audio is None:
            raise Unusable("codec", "there is neither picture nor sound in what the browser sends")
        if video is not None and video.codec_context.name != "h264":
            name = video.codec_context.name
            raise Unusable(
                "codec", f"the browser records {NAMES.get(name, name)}, and only H.264 can be shown"
            )
        if audio is not None and audio.codec_context.name not in ("opus", "aac"):
            name = audio.codec_context.name
            raise Unusable(
                "codec", f"the browser records {name}, and only Opus or AAC can be heard"
            )
        self.started = Started(
            video="h264" if video is not None else "",
            audio=audio.codec_context.name if audio is not None else "",
            width=video.codec_context.width if video is not None else 0,
            height=video.codec_context.height if video is not None else 0,
        )
        self._video: VideoStream | None = video
        self._audio: AudioStream | None = audio
        self._base: int | None = None
        self._latest = {"video": -1, "audio": -1}

    def packets(self) -> Iterator[flv.Packet]:
        """Return what is to be published, until the recording ends."""
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        pictures = Pictures(_extradata(self._video)) if self._video is not None else None
        copied = self._audio is not None and self._audio.codec_context.name == "aac"
        transcoder = Transcoder() if self._audio is not None and not copied else None
        described: bytes | None = None
        if transcoder is not None:
            yield flv.Packet("audio", 0, 0, True, True, transcoder.config)
        elif copied:
            yield flv.Packet("audio", 0, 0, True, True, _extradata(self._audio))
        for coded in self._container.demux(streams):
            at = _ms(coded, coded.dts if coded.dts is not None else coded.pts)
            if at is None:
                continue
            if self._base is None:
                self._base = at
            if coded.stream is self._video:
                assert pictures is not None
                data, key = pictures.take(bytes(coded))
                if pictures.config is None or not data:
                    continue
                dts = self._rise("video", at)
                if pictures.config != described and key:
                    described = pictures.config
                    yield flv.Packet("video", dts, dts, True, True, described)
                pts = _ms(coded, coded.pts)
                offset = max(0, pts - at) if pts is not None else 0
                yield flv.Packet("video", dts, dts + offset, key, False, data)
            elif transcoder is not None:
                for sound in transcoder.take(coded):
                    yield self._sound(sound.at, sound.data)
            else:
                yield self._sound(at, bytes(coded))

    def _sound(self, at: int, data: bytes) -> flv.Packet:
        dts = self._rise("audio", at)
        return flv.Packet("audio", dts, dts, True, False, data)

    def _rise(self, kind: str, at: int) -> int:
        """Return a time from the beginning on, that is never below the one before."""
        dts = max(at - (self._base or 0), self._latest[kind], 0)
        self._latest[kind] = dts
        return dts


def publish(pipe: Pipe, url: str, say: Callable[[CameraEvent], None]) -> str:
    """Publish a recording until it ends; return how it ended: `ended`, `refused` or `lost`."""
    try:
        if pipe.empty:
            say(Finished(reason="ended"))
            return "ended"
        if pipe.container is None:
            raise Unusable("garbage", "this is nothing that a browser records")
        with av.open(pipe, "r", format=pipe.container, options=OPTIONS) as container:
            recording = Recording(container)
            with Publication(url) as publication:
                say(recording.started)
                for packet in recording.packets():
                    publication.send(flv.pack(packet))
    except NotTaken as problem:
        say(Refused(reason=REASONS.get(str(problem), "key"), text=str(problem)))
        return "refused"
    except Unusable as problem:
        say(Refused(reason=problem.reason, text=str(problem)))
        return "refused"
    except (av.FFmpegError, ValueError) as problem:
        say(Refused(reason="garbage", text=f"what the browser sends cannot be read: {problem}"))
        return "refused"
    except OSError as problem:
        say(Finished(reason="lost", text=str(problem)))
        return "lost"
    say(Finished(reason="ended"))
    return "ended"


def _extradata(stream: VideoStream | AudioStream | None) -> bytes:
    return (stream.codec_context.extradata or b"") if stream is not None else b""


def _ms(packet: "Coded[Stream]", time: int | None) -> int | None:
    if time is None or packet.time_base is None:
        return None
    return round(time * packet.time_base * 1000)


def say_aloud(event: CameraEvent) -> None:
    """Tell the web process what happens."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), msgspec.json.encode(event) + b"\n")


def confine() -> None:
    """Keep libav silent, and this process within its memory, whatever comes in."""
    av.logging.set_level(av.logging.PANIC)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> None:
    """Publish what comes in."""
    confine()
    sys.exit(EXITS[publish(Pipe(sys.stdin.fileno()), os.environ[PUBLISH_TO], say_aloud)])


if __name__ == "__main__":
    main()
