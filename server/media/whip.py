"""A presenter's camera over WebRTC: what an encoder or OBS sends by WHIP (RFC 9725) is published.

`python -m server.media.whip` reads an offer (`wire.Offer`, one line of JSON) from its standard
input, says the answer and what happens (`wire.CameraEvent`), and publishes to the media child at
`LUYAN_PUBLISH_TO` (rtmp://host:port/app/key) until its standard input ends. H.264 is passed on as
it is, Opus becomes AAC. Ends as `server.media.camera` does. Nothing else loads aiortc, an extra
(`luyan[webrtc]`).
"""

import asyncio
import os
import queue
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from fractions import Fraction
from typing import Any, NamedTuple
from urllib.parse import unquote

import aioice.ice
import av
import av.logging
import msgspec
from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
    rtcrtpreceiver,
)
from aiortc.exceptions import OperationError
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci
from av.audio.codeccontext import AudioCodecContext

from server.media import flv
from server.media.avc import Pictures
from server.media.camera import EXITS, REASONS, Unusable, confine, say_aloud
from server.media.lipsync import Kind, LipSync
from server.media.publish import NotTaken, Publication
from server.media.rate import Rate
from server.media.rtmp import KEY_IN_USE
from server.media.sounds import RATE, Transcoder
from server.media.wire import PUBLISH_TO, Answered, CameraEvent, Finished, Offer, Refused, Started

CLOCK_HZ = {"video": 90_000, "audio": RATE}
CODECS = {"video": ("video/h264", "video/rtx"), "audio": ("audio/opus",)}
LINE_BYTES = 1 << 18
# An encoder that sends nothing has gone, or never found a way here.
SILENT_SECONDS = 5.0
CONNECT_SECONDS = 15.0
# Some seconds of pictures and sound; a media child that is further behind takes nothing any more.
QUEUED = 500
# Who takes a camera over is here before the media child has missed the one before.
TAKEN_SECONDS = 3.0
RETRY_SECONDS = 0.2


class Piece(NamedTuple):
    """Something coded, as it came: its time by its sender, its arrival here, in ms."""

    kind: Kind
    time: int
    arrival: int
    data: bytes


class AsItCame:
    """What stands where aiortc has its decoders: gives what is coded, coded."""

    def decode(self, frame: Any) -> list[Any]:
        """Return what came."""
        return [frame]


class Receiver:
    """What we do with aiortc's receiver that it does not offer; held by a test to the version."""

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        self._receiver: Any = receiver
        self._rate = Rate()
        # Its own estimate begins at a few hundred kbit/s and hardly rises.
        self._receiver._RTCRtpReceiver__remote_bitrate_estimator = None

    async def ask(self) -> None:
        """Ask the sender for a key frame, and for as much as its line can carry."""
        again: dict[int, int] = self._receiver._RTCRtpReceiver__rtx_ssrc
        streams: dict[int, Any] = self._receiver._RTCRtpReceiver__remote_streams
        own: int | None = self._receiver._RTCRtpReceiver__rtcp_ssrc
        for ssrc, stream in streams.items():
            if ssrc in again or own is None:
                continue
            bits = self._rate.note(stream.packets_expected, stream.packets_received)
            rate = pack_remb_fci(bits, [ssrc, *(late for late, of in again.items() if of == ssrc)])
            await self._receiver._send_rtcp(
                RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own, media_ssrc=0, fci=rate)
            )
            await self._receiver._send_rtcp_pli(ssrc)


class Packets:
    """Makes of what came what is to be published; `audible`: there will be sound."""

    def __init__(self, audible: bool) -> None:
        self._pictures = Pictures(b"")
        self._sync = LipSync()
        self._latest = {"video": -1, "audio": -1}
        self._described: bytes | None = None
        self._transcoder = Transcoder() if audible else None
        decoder = av.CodecContext.create("libopus", "r")
        assert isinstance(decoder, AudioCodecContext)
        decoder.format, decoder.layout, decoder.sample_rate = "s16", "stereo", RATE
        self._decoder = decoder

    def first(self) -> Iterator[flv.Packet]:
        """Return what is said before anything came."""
        if self._transcoder is not None:
            yield flv.Packet("audio", 0, 0, True, True, self._transcoder.config)

    def take(self, piece: Piece) -> Iterator[flv.Packet]:
        """Return what a piece makes possible."""
        at = self._sync.place(piece.kind, piece.time, piece.arrival)
        if piece.kind == "audio":
            yield from self._sound(at, piece.data)
            return
        data, key = self._pictures.take(piece.data)
        if not data or (self._described is None and not key) or self._pictures.config is None:
            return
        dts = self._rise("video", at)
        if key and self._pictures.config != self._described:
            self._described = self._pictures.config
            yield flv.Packet("video", dts, dts, True, True, self._described)
        yield flv.Packet("video", dts, dts, key, False, data)

    def _sound(self, at: int, data: bytes) -> Iterator[flv.Packet]:
        if self._transcoder is None:
            return
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return
        for frame in frames:
            frame.pts, frame.time_base = at * RATE // 1000, Fraction(1, RATE)
            for sound in self._transcoder.encode(frame):
                dts = self._rise("audio", sound.at)
                yield flv.Packet("audio", dts, dts, True, False, sound.data)

    def _rise(self, kind: Kind, at: int) -> int:
        dts = self._latest[kind] = max(at, self._latest[kind], 0)
        return dts


class Relay:
    """Publishes pieces from a thread of its own, since the line to the media child may block.

    `ending` says how it ended, once it has.
    """

    def __init__(
        self, url: str, packets: Packets, say: Callable[[CameraEvent], None], audible: bool
    ) -> None:
        self._url, self._packets, self._say = url, packets, say
        self._sound = "opus" if audible else ""
        self._pieces: queue.Queue[Piece | None] = queue.Queue(QUEUED)
        self._ready = threading.Event()
        self.ending: CameraEvent | None = None
        self._thread = threading.Thread(target=self._run, name="publication", daemon=True)

    async def open(self) -> bool:
        """Begin; tell whether the media child takes it."""
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)
        return self.ending is None

    def put(self, piece: Piece) -> None:
        """Publish a piece when its turn comes; raises `queue.Full` if that does not get on."""
        self._pieces.put_nowait(piece)

    async def close(self) -> None:
        """Publish what is there, and end."""
        if self._thread.ident is None:
            return
        with suppress(queue.Full):
            self._pieces.put_nowait(None)
        await asyncio.to_thread(self._thread.join, 1.0)

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                publication = self._enter(stack)
                self._ready.set()
                self._publish(publication)
        except NotTaken as problem:
            self.ending = Refused(reason=REASONS.get(str(problem), "key"), text=str(problem))
        except ValueError as problem:
            self.ending = Refused(reason="garbage", text=f"what comes cannot be read: {problem}")
        except OSError as problem:
            self.ending = Finished(reason="lost", text=str(problem))
        else:
            self.ending = Finished(reason="ended")
        finally:
            self._ready.set()

    def _enter(self, stack: ExitStack) -> Publication:
        """Begin to publish, as soon as the key is free."""
        until = time.monotonic() + TAKEN_SECONDS
        while True:
            try:
                return stack.enter_context(Publication(self._url))
            except NotTaken as problem:
                if str(problem) != KEY_IN_USE or time.monotonic() > until:
                    raise
                time.sleep(RETRY_SECONDS)

    def _publish(self, publication: Publication) -> None:
        for packet in self._packets.first():
            publication.send(flv.pack(packet))
        begun = False
        while (piece := self._pieces.get()) is not None:
            for packet in self._packets.take(piece):
                publication.send(flv.pack(packet))
                if packet.kind == "video" and not begun:
                    begun = True
                    self._say(Started(video="h264", audio=self._sound, width=0, height=0))


class Session:
    """One connection with an encoder, from its offer to its end."""

    def __init__(self, url: str, offer: Offer, say: Callable[[CameraEvent], None]) -> None:
        kinds = Counter(re.findall(r"^m=(audio|video) ", offer.sdp, re.MULTILINE))
        if not kinds["video"] or max(kinds.values()) > 1:
            raise Unusable("garbage", "an offer has one picture, and one sound or none")
        servers = [ice_server(address) for address in offer.ice]
        # None would mean a server of somebody else's choice.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._sdp, self._say = offer.sdp, say
        self._relay = Relay(url, Packets(bool(kinds["audio"])), say, bool(kinds["audio"]))
        self._over = asyncio.Event()
        self._heard: float | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._receivers: list[Receiver] = []
        for kind in kinds:
            transceiver = self._connection.addTransceiver(kind, direction="recvonly")
            transceiver.setCodecPreferences(
                [
                    codec
                    for codec in RTCRtpReceiver.getCapabilities(kind).codecs
                    if codec.mimeType.lower() in CODECS[kind]
                ]
            )
            if kind == "video":
                self._receivers.append(Receiver(transceiver.receiver))
        self._connection.on("track", self._take)
        self._connection.on("connectionstatechange", self._look)

    async def run(self, leave: asyncio.Event) -> CameraEvent:
        """Answer, and publish what comes until either side ends it; return how it ended."""
        try:
            answer = await self._answer()
            if not await self._relay.open():
                assert self._relay.ending is not None
                return self._relay.ending
            self._say(Answered(sdp=answer))
            return await self._watch(leave)
        finally:
            for task in self._tasks:
                task.cancel()
            await self._connection.close()
            await self._relay.close()

    async def _answer(self) -> str:
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(self._sdp, "offer"))
            answer = await self._connection.createAnswer()
        except OperationError as problem:
            raise Unusable("codec", f"only H.264 and Opus can be taken: {problem}") from None
        # It reads an offer as it would read its own, and stumbles in every way over another.
        except Exception as problem:
            raise Unusable("garbage", f"the offer cannot be read: {problem!r}") from None
        await self._connection.setLocalDescription(answer)
        sdp: str = self._connection.localDescription.sdp
        return sdp

    async def _watch(self, leave: asyncio.Event) -> CameraEvent:
        begun = time.monotonic()
        leaving = asyncio.create_task(leave.wait())
        over = asyncio.create_task(self._over.wait())
        try:
            while True:
                await asyncio.wait((leaving, over), timeout=1, return_when="FIRST_COMPLETED")
                if self._relay.ending is not None:
                    return self._relay.ending
                if leaving.done() or over.done():
                    return Finished(reason="ended")
                now = time.monotonic()
                patience = CONNECT_SECONDS if self._heard is None else SILENT_SECONDS
                if now - (self._heard or begun) > patience:
                    return Finished(reason="lost", text="nothing comes from the encoder")
                for receiver in self._receivers:
                    await receiver.ask()
        finally:
            leaving.cancel()
            over.cancel()

    def _take(self, track: Any) -> None:
        self._tasks.append(asyncio.create_task(self._read(track), name=track.kind))

    async def _read(self, track: Any) -> None:
        with suppress(MediaStreamError, queue.Full):
            while True:
                frame = await track.recv()
                self._heard = time.monotonic()
                at = frame.timestamp * 1000 // CLOCK_HZ[track.kind]
                self._relay.put(Piece(track.kind, at, round(self._heard * 1000), bytes(frame.data)))
        self._over.set()

    def _look(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self._over.set()


def ice_server(address: str) -> RTCIceServer:
    """Return the server at `stun:host:port` or `turn:user:password@host:port?transport=tcp`."""
    scheme, _, rest = address.partition(":")
    known, _, place = rest.rpartition("@")
    user, _, password = known.partition(":")
    if not known:
        return RTCIceServer(urls=address)
    return RTCIceServer(
        urls=f"{scheme}:{place}", username=unquote(user), credential=unquote(password)
    )


async def serve(url: str, say: Callable[[CameraEvent], None]) -> str:
    """Take the offer on the standard input; return how it ended: `ended`, `refused` or `lost`."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    leave = asyncio.Event()

    async def wait() -> None:
        with suppress(ValueError):
            await reader.read()
        leave.set()

    waiting: asyncio.Task[None] | None = None
    ending: CameraEvent
    try:
        offer = msgspec.json.decode(await reader.readline(), type=Offer)
        waiting = asyncio.create_task(wait())
        if offer.addresses:
            aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: list(offer.addresses)
        ending = await Session(url, offer, say).run(leave)
    except Unusable as problem:
        ending = Refused(reason=problem.reason, text=str(problem))
    except (msgspec.MsgspecError, ValueError) as problem:
        ending = Refused(reason="garbage", text=f"this is no offer: {problem}")
    finally:
        if waiting is not None:
            waiting.cancel()
    say(ending)
    if isinstance(ending, Refused):
        return "refused"
    return "lost" if isinstance(ending, Finished) and ending.reason == "lost" else "ended"


def main() -> None:
    """Publish what an encoder offers."""
    confine()
    rtcrtpreceiver.get_decoder = lambda codec: AsItCame()
    ending = asyncio.run(serve(os.environ[PUBLISH_TO], say_aloud))
    sys.stdout.flush()
    # A thread that waits for a media child that takes nothing must not keep us.
    os._exit(EXITS[ending])


if __name__ == "__main__":
    main()
