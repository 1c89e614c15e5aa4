"""An encoder over WebRTC for tests: aiortc, with the generated programme; skips without it."""

import asyncio
import fractions
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from av.audio.resampler import AudioResampler

from server.media.programme import RATE, SAMPLES, Picture, sound

WITHOUT = "aiortc is not installed (the extra luyan[webrtc])"
aiortc: Any = pytest.importorskip("aiortc", reason=WITHOUT)
aioice: Any = pytest.importorskip("aioice.ice", reason=WITHOUT)

LOOPBACK = "127.0.0.1"
FPS = 15
WIDTH = 160


class Pictures(aiortc.VideoStreamTrack):  # type: ignore[misc]
    """The programme's pictures, as they are due."""

    def __init__(self) -> None:
        super().__init__()
        self._canvas, self._begun, self._number = Picture(WIDTH, WIDTH * 9 // 16), 0.0, 0

    async def recv(self) -> Any:
        """Return the next picture."""
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(self._begun + self._number / FPS - time.monotonic())
        frame = self._canvas.draw(time.time_ns() // 1_000_000, "TEST")
        frame.pts, frame.time_base = self._number, fractions.Fraction(1, FPS)
        self._number += 1
        return frame


class Sound(aiortc.AudioStreamTrack):  # type: ignore[misc]
    """The programme's tone, as it is due."""

    def __init__(self) -> None:
        super().__init__()
        self._begun, self._sampled = 0.0, 0
        self._resampler = AudioResampler("s16", "stereo", RATE)

    async def recv(self) -> Any:
        """Return the next stretch."""
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(self._begun + self._sampled / RATE - time.monotonic())
        (frame,) = self._resampler.resample(sound(self._sampled, 0))
        self._sampled += SAMPLES
        return frame


class Encoder:
    """One connection; `rates` are what it was asked to send at most, in bits a second."""

    def __init__(self, *codecs: str) -> None:
        self.connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        self.closed = asyncio.Event()
        self.connection.on("connectionstatechange", self._look)
        for track in (Pictures(), Sound()):
            made = self.connection.addTransceiver(track, direction="sendonly")
            if codecs and track.kind == "video":
                known = aiortc.RTCRtpSender.getCapabilities("video").codecs
                made.setCodecPreferences([c for c in known if c.mimeType in codecs])

    async def offer(self) -> str:
        """Return what it offers: VP8 before H.264, unless it was told otherwise."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        sdp: str = self.connection.localDescription.sdp
        return sdp

    async def answered(self, sdp: str) -> None:
        """Take the answer, and begin to send."""
        await self.connection.setRemoteDescription(aiortc.RTCSessionDescription(sdp, "answer"))

    def _look(self) -> None:
        if self.connection.connectionState == "closed":
            self.closed.set()


@asynccontextmanager
async def encoder(monkeypatch: pytest.MonkeyPatch, *codecs: str) -> AsyncIterator[Encoder]:
    """Make an encoder that can be found on the loopback, which WebRTC leaves out."""
    monkeypatch.setattr(aioice, "get_host_addresses", lambda **_: [LOOPBACK])
    made = Encoder(*codecs)
    try:
        yield made
    finally:
        await made.connection.close()
