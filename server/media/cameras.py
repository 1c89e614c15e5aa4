"""Presenters' cameras: a process each, which publishes to the media child as an encoder would."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

import msgspec

from server.domain.sources import camera_of
from server.media.playout import Ingest
from server.media.supervisor import environment
from server.media.wire import CameraEvent, Finished, Refused, Started
from server.service.links import stream_key
from server.service.ports import Ending

# Each is a process of some 50 MB; of twelve presenters, few are on camera at once.
LIMIT = 8
# The process passes on at once; where it does not, its own line to the child is stuck.
STUCK_SECONDS = 10.0
# What it has is muxed and published before it ends.
CLOSE_SECONDS = 2.0
LINE_BYTES = 1 << 16

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


class Cameras:
    """Takes cameras for the show that takes a stream; `ingest` None: there is none."""

    def __init__(self, secret: bytes, ingest: Ingest | None, limit: int = LIMIT) -> None:
        self._secret = secret
        self._ingest = ingest
        self._limit = limit
        self._cameras: dict[str, Camera] = {}
        self._opening = asyncio.Lock()

    async def open(
        self, show: str, person: str, live: Callable[[], None], over: Callable[[Ending], None]
    ) -> "Camera | None":
        """Take a camera, None if it is over at once; one that the person had on is closed."""
        ingest = self._ingest
        if ingest is None or ingest.show != show:
            over("nowhere")
            return None
        async with self._opening:
            if (before := self._cameras.pop(person, None)) is not None:
                await before.end("elsewhere")
            for name, camera in list(self._cameras.items()):
                if camera.ended:
                    del self._cameras[name]
            if len(self._cameras) >= self._limit:
                over("crowd")
                return None
            camera = Camera(person, live, over)
            await camera.start(_address(ingest, stream_key(self._secret, show, camera_of(person))))
            self._cameras[person] = camera
        return camera

    async def close(self) -> None:
        """Let go of all cameras."""
        await asyncio.gather(*(camera.close() for camera in self._cameras.values()))


class Camera:
    """One camera's process."""

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
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.media.camera", address,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            start_new_session=True,
            env=environment(),
        )  # fmt: skip
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
                    case Refused():
                        why = ENDINGS.get(event.reason, "lost")
                        log.warning("the camera of %s: %s", self._person, event.text)
                    case Finished():
                        why = "lost" if event.reason == "lost" else "ended"
        await process.wait()
        self._tell(why)

    def _tell(self, why: Ending) -> None:
        if not self.ended:
            self.ended = True
            self._over(why)


def _address(ingest: Ingest, key: str) -> str:
    if ingest.secure is not None:
        return f"rtmp://127.0.0.1:{ingest.secure.own_port}/live/{key}"
    host = ANY_ADDRESS.get(ingest.host, ingest.host)
    return f"rtmp://{f'[{host}]' if ':' in host else host}:{ingest.port}/live/{key}"
