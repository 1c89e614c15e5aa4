"""Presenters' cameras: a process each, which publishes to the media child as an encoder would."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import NamedTuple

import msgspec

from server.children import begin
from server.domain.sources import camera_of
from server.media.playout import Ingest
from server.media.wire import (
    PUBLISH_TO,
    Answered,
    CameraEvent,
    Finished,
    Offer,
    Refused,
    Started,
)
from server.service.links import stream_key
from server.service.ports import Ending

# Each is a process of some 50 MB; of twelve presenters, few are on camera at once.
LIMIT = 8
# The process passes on at once; where it does not, its own line to the child is stuck.
STUCK_SECONDS = 10.0
# What it has is muxed and published before it ends.
CLOSE_SECONDS = 2.0
LINE_BYTES = 1 << 18
# It asks its STUN and TURN servers first, if it has any.
ANSWER_SECONDS = 10.0

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
ENDINGS: dict[str, Ending] = {
    "codec": "codec",
    "garbage": "garbage",
    # Somebody else publishes with this camera's key: a line of before that was not missed yet.
    "taken": "lost",
    "key": "lost",
}

log = logging.getLogger("luyan.cameras")

_read = msgspec.json.Decoder(CameraEvent).decode


class Reach(NamedTuple):
    """How encoders over WebRTC get here: by these STUN and TURN servers (`stun:host:port`,
    `turn:user:password@host:port`), at these addresses of this machine; none: all of them."""

    ice: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Cameras:
    """Takes cameras for the show that takes a stream; `ingest` None: there is none."""

    def __init__(
        self,
        secret: bytes,
        ingest: Ingest | None,
        limit: int = LIMIT,
        reach: Reach = Reach(),  # noqa: B008 - it never changes
    ) -> None:
        self._secret = secret
        self._reach = reach
        self._ingest = ingest
        self._limit = limit
        self._cameras: dict[str, Camera] = {}
        self._opening = asyncio.Lock()

    async def open(
        self, show: str, person: str, live: Callable[[], None], over: Callable[[Ending], None]
    ) -> "Camera | None":
        """Take a camera, None if it is over at once; one that the person had on is closed."""
        return await self._take(show, person, Camera(person, live, over), over)

    async def offer(
        self, show: str, person: str, sdp: str, over: Callable[[Ending], None]
    ) -> "tuple[Camera, str] | None":
        """Take a camera over WebRTC, and return the answer; None if it is over at once.

        One that the person had on, by whichever road, is closed.
        """
        if find_spec("aiortc") is None:
            over("absent")
            return None
        camera = Offered(person, over)
        if await self._take(show, person, camera, over) is None:
            return None
        offer = Offer(sdp=sdp, ice=self._reach.ice, addresses=self._reach.addresses)
        answer = await camera.answer(offer)
        return (camera, answer) if answer is not None else None

    async def _take(
        self, show: str, person: str, camera: "Camera", over: Callable[[Ending], None]
    ) -> "Camera | None":
        ingest = self._ingest
        if ingest is None or ingest.show != show:
            over("nowhere")
            return None
        async with self._opening:
            if (before := self._cameras.pop(person, None)) is not None:
                await before.end("elsewhere")
            for name, known in list(self._cameras.items()):
                if known.ended:
                    del self._cameras[name]
            if len(self._cameras) >= self._limit:
                over("crowd")
                return None
            await camera.start(_address(ingest, stream_key(self._secret, show, camera_of(person))))
            self._cameras[person] = camera
        return camera

    async def close(self) -> None:
        """Let go of all cameras."""
        await asyncio.gather(*(camera.close() for camera in self._cameras.values()))


class Camera:
    """One camera's process."""

    module = "server.media.camera"

    def __init__(
        self, person: str, live: Callable[[], None], over: Callable[[Ending], None]
    ) -> None:
        self.ended = False
        self._person = person
        self._live = live
        self._over = over
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, address: str) -> None:
        """Start the process; raises OSError if there cannot be another."""
        self._process = await begin(self.module, limit=LINE_BYTES, **{PUBLISH_TO: address})
        self._listening = asyncio.create_task(self._listen(), name=f"camera {self._person}")

    async def feed(self, chunk: bytes) -> None:
        """Pass on what the browser recorded; returns when there is room for more."""
        stdin = self._process.stdin if self._process is not None else None
        if self.ended or stdin is None:
            return
        stdin.write(chunk)
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await stdin.drain()
        except TimeoutError:
            await self.end("stuck")
        except OSError:
            pass  # it has ended, and has said why

    async def close(self) -> None:
        """Let go of it; it is gone when this returns."""
        await self.end("ended")

    async def end(self, why: Ending) -> None:
        """Let go of it for a reason, unless it ended for another before."""
        self._tell(why)
        process, listening = self._process, self._listening
        if process is None or listening is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.shield(listening)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(listening)

    async def _listen(self) -> None:
        """Hear the process out, to its end."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        why: Ending = "lost"
        with suppress(ValueError):  # a line without an end
            while line := await process.stdout.readline():
                try:
                    event = _read(line)
                except msgspec.MsgspecError:
                    log.error("the camera of %s said %.200r", self._person, line)
                    continue
                match event:
                    case Started():
                        self._live()
                    case Answered():
                        self._answered(event.sdp)
                    case Refused():
                        why = ENDINGS.get(event.reason, "lost")
                        log.warning("the camera of %s: %s", self._person, event.text)
                    case Finished():
                        why = "lost" if event.reason == "lost" else "ended"
        await process.wait()
        self._tell(why)

    def _answered(self, sdp: str) -> None:
        """Take what only one that was offered something says."""

    def _tell(self, why: Ending) -> None:
        if not self.ended:
            self.ended = True
            self._over(why)


class Offered(Camera):
    """One camera's process over WebRTC, which gets its pictures by itself."""

    module = "server.media.whip"

    def __init__(self, person: str, over: Callable[[Ending], None]) -> None:
        self._answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def ended(why: Ending) -> None:
            if not self._answer.done():
                self._answer.set_result(None)
            over(why)

        super().__init__(person, lambda: None, ended)

    async def answer(self, offer: Offer) -> str | None:
        """Return what is answered, None if it is over."""
        await self.feed(msgspec.json.encode(offer) + b"\n")
        try:
            return await asyncio.wait_for(asyncio.shield(self._answer), ANSWER_SECONDS)
        except TimeoutError:
            await self.end("lost")
            return None

    def _answered(self, sdp: str) -> None:
        if not self._answer.done():
            self._answer.set_result(sdp)


def _address(ingest: Ingest, key: str) -> str:
    if ingest.secure is not None:
        return f"rtmp://127.0.0.1:{ingest.secure.own_port}/live/{key}"
    host = ANY_ADDRESS.get(ingest.host, ingest.host)
    return f"rtmp://{f'[{host}]' if ':' in host else host}:{ingest.port}/live/{key}"
