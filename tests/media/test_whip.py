"""An encoder over WebRTC, into a real media child; aiortc itself is the encoder."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import av
import msgspec
import pytest

from server.media.wire import (
    PUBLISH_TO,
    Answered,
    CameraEvent,
    Closed,
    Finished,
    Offer,
    Refused,
    Started,
)
from tests.harness import ROOT
from tests.media.encoder import LOOPBACK, WIDTH, aiortc, encoder
from tests.media.publisher import Publisher
from tests.media.studio import studio
from tests.media.test_camera import Camera

OFFERED = ("video/VP8", "video/H264")


class Whip(Camera):
    """The process, and what it says."""

    async def offer(self, sdp: str) -> CameraEvent:
        """Offer something, and return what it says to that."""
        offer = Offer(sdp=sdp, addresses=[LOOPBACK])
        await self.send(msgspec.json.encode(offer) + b"\n")
        return await self.next()


@asynccontextmanager
async def whip(url: str) -> AsyncIterator[Whip]:
    """Start a process, which is ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.media.whip",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, PUBLISH_TO: url},
    )  # fmt: skip
    try:
        yield Whip(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_what_an_encoder_sends_is_published_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with studio(tmp_path) as show, whip(show.url()) as relay:
        async with encoder(monkeypatch) as sender:
            offer = await sender.offer()
            assert all(codec.partition("/")[2] in offer for codec in OFFERED)
            answer = await relay.offer(offer)
            assert isinstance(answer, Answered)
            # What cannot be shown is not chosen, though the encoder would have liked it better.
            assert "VP8" not in answer.sdp
            assert "H264" in answer.sdp
            await sender.answered(answer.sdp)
            assert await relay.next() == Started(video="h264", audio="opus", width=0, height=0)
            # Segments end at key frames, which it sends because it is asked to.
            await show.written(2)
            await show.written(1, "sound")
        assert await relay.next() == Finished(reason="ended")
        assert await show.hear(Closed) == Closed(source="main", reason="ended")
        index = show.index()
        segments = index.segments
        assert {segment.run for segment in segments} == {0}
        assert all(700 <= segment.ms <= 3000 for segment in segments[:-1])
        first, last = segments[0], segments[-1]
        assert last.pdt - first.pdt == pytest.approx(sum(s.ms for s in segments[:-1]), abs=50)
        # Its clock, drawn when it was encoded, is at the instant where the viewers' page puts it.
        for segment in segments[1:-1]:
            errors = show.errors(segment)
            assert errors
            assert max(map(abs, errors)) < 400
        with av.open(str(show.folder() / first.init)) as init:
            assert init.streams.video[0].codec_context.width == WIDTH
        for before, after in pairwise(show.index("sound").segments):
            assert after.pdt - before.pdt == pytest.approx(before.ms, abs=60)


async def test_it_ends_when_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        studio(tmp_path) as show,
        whip(show.url()) as relay,
        encoder(monkeypatch, "video/H264") as sender,
    ):
        answer = await relay.offer(await sender.offer())
        assert isinstance(answer, Answered)
        await sender.answered(answer.sdp)
        assert isinstance(await relay.next(), Started)
        assert await relay.end() == 0
        assert await show.hear(Closed) == Closed(source="main", reason="ended")
        async with asyncio.timeout(10):
            await sender.closed.wait()


async def test_a_media_child_that_dies_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        studio(tmp_path) as show,
        whip(show.url()) as relay,
        encoder(monkeypatch) as sender,
    ):
        answer = await relay.offer(await sender.offer())
        assert isinstance(answer, Answered)
        await sender.answered(answer.sdp)
        assert isinstance(await relay.next(), Started)
        await show.supervisor.close()
        lost = await relay.next()
        assert isinstance(lost, Finished)
        assert lost.reason == "lost"
        async with asyncio.timeout(30):
            assert await relay.process.wait() == 3


async def test_who_is_refused_reads_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with studio(tmp_path) as show, Publisher(show.port) as first:
        await first.publish("secret")
        async with encoder(monkeypatch) as sender, encoder(monkeypatch, "video/VP8") as other:
            offer, unfit = await sender.offer(), await other.offer()
            for key, sdp, reason in [
                ("guessed", offer, "key"),
                ("secret", offer, "taken"),
                ("other", unfit, "codec"),
                ("other", "v=0\r\nm=video ?\r\n", "garbage"),
                ("other", "v=0\r\n", "garbage"),
                ("other", offer + offer, "garbage"),
                ("other", offer.replace("a=ice-ufrag", "a=x"), "garbage"),
            ]:
                async with whip(show.url(key)) as relay:
                    refused = await relay.offer(sdp)
                    assert isinstance(refused, Refused), (key, sdp[:40])
                    assert (refused.reason, await relay.end()) == (reason, 1)


async def test_no_offer_is_none(tmp_path: Path) -> None:
    for sent in (b"", b"{}\n", b'{"type":"offer"}\n', bytes(300_000) + b"\n"):
        async with whip("rtmp://127.0.0.1:9/live/secret") as relay:
            await relay.send(sent)
            assert await relay.end() == 1
            refused = await relay.next()
            assert isinstance(refused, Refused)
            assert refused.reason == "garbage"


async def test_what_we_use_of_aiortc_without_its_offering_it_is_there() -> None:
    assert version("aiortc").startswith("1.16.")
    connection = aiortc.RTCPeerConnection()
    receiver = connection.addTransceiver("video", direction="recvonly").receiver
    for name in ("remote_bitrate_estimator", "remote_streams", "rtx_ssrc", "rtcp_ssrc"):
        assert hasattr(receiver, f"_RTCRtpReceiver__{name}"), name
    for name in ("_send_rtcp", "_send_rtcp_pli"):
        assert callable(getattr(receiver, name)), name
    assert callable(aiortc.rtcrtpreceiver.get_decoder)
    await connection.close()
