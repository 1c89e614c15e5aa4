"""A show's picture for tests: a supervisor with its real child, and real publishers."""

import asyncio
import io
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import av
import pytest

from server.media import bars
from server.media.index import Index, MediaSegment
from server.media.programme import Programme, Shape
from server.media.supervisor import State, Supervisor
from server.media.wire import PROGRAMME, Event, Ready, Wrote

KEYS = {"secret": "main", "other": "second", "interpreter": "sound-zh"}
PATIENCE_SECONDS = 30.0
SMALL = Shape(width=320, height=180, fps=30, bit_rate=200_000)

T = TypeVar("T")


class Studio:
    """What a supervisor tells, and ways to wait for it; made by `studio`."""

    def __init__(self, data: Path, **options: object) -> None:
        self.events: list[Event] = []
        self.phases: list[str] = []
        self._news = asyncio.Event()
        self._listeners: list[Callable[[Event | None, State], None]] = []
        known = {"port": 0, "segment_ms": 1000, "reserve_bytes": 0, **options}
        self.supervisor = Supervisor(data, "show", keys=KEYS, on_event=self._hear, **known)  # type: ignore[arg-type]

    def listen(self, hear: Callable[[Event | None, State], None]) -> None:
        """Let somebody else hear the supervisor too."""
        self._listeners.append(hear)

    def _hear(self, event: Event | None, state: State) -> None:
        for hear in self._listeners:
            hear(event, state)
        if event is not None:
            self.events.append(event)
        if self.phases[-1:] != [state.phase]:
            self.phases.append(state.phase)
        self._news.set()

    async def until(self, holds: Callable[[], T | None]) -> T:
        """Wait until something holds, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := holds()):
                self._news.clear()
                await self._news.wait()
            return found

    def all(self, kind: type[T]) -> list[T]:
        """Return all events of a kind; of what reels say, what the programme's does."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and getattr(event, "reel", PROGRAMME) == PROGRAMME
        ]

    async def hear(self, kind: type[T], count: int = 1) -> T:
        """Wait for so many events of a kind, and return the last."""
        return (
            await self.until(lambda: self.all(kind)[: count if self.all(kind)[count - 1 :] else 0])
        )[-1]

    async def written(self, number: int, reel: str = PROGRAMME) -> Wrote:
        """Wait until the segment of this number is on disk."""
        return await self.until(
            lambda: next(
                (
                    event
                    for event in self.events
                    if isinstance(event, Wrote) and (event.number, event.reel) == (number, reel)
                ),
                None,
            )
        )

    @property
    def port(self) -> int:
        """Where publishers come."""
        return self.supervisor.state.port

    @property
    def pid(self) -> int:
        """The child that lives now."""
        assert self.supervisor.pid is not None
        return self.supervisor.pid

    def url(self, key: str = "secret", scheme: str = "rtmp") -> str:
        """Return where to publish with a key."""
        return f"{scheme}://127.0.0.1:{self.port}/live/{key}"

    def folder(self, reel: str = PROGRAMME) -> Path:
        """Return where a reel is kept."""
        return self.supervisor.folder / ("" if reel == PROGRAMME else reel)

    def index(self, reel: str = PROGRAMME) -> Index:
        """Return what is on disk."""
        index = Index(self.folder(reel))
        index.refresh()
        return index

    def errors(self, segment: MediaSegment) -> list[int]:
        """Return for each picture how far its own clock is from the segment's, in ms."""
        folder, errors = self.supervisor.folder, []
        data = (folder / segment.init).read_bytes() + (folder / segment.file).read_bytes()
        with av.open(io.BytesIO(data), "r") as file:
            first = None
            for frame in file.decode(video=0):
                first = frame.time if first is None else first
                plane = frame.planes[0]
                shown = bars.read(
                    bytes(plane), frame.width, frame.height, segment.pdt, plane.line_size
                )
                assert shown is not None
                errors.append(shown - segment.pdt - round(1000 * (frame.time - first)))
        return errors


def certificate(folder: Path) -> dict[str, Path]:
    """Return a certificate that nobody trusts, and its key; skips where they cannot be made."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    made = {"certificate": folder / "certificate.pem", "private_key": folder / "key.pem"}
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    make += ["-subj", "/CN=localhost", "-keyout", str(made["private_key"])]
    subprocess.run([*make, "-out", str(made["certificate"])], check=True, capture_output=True)
    return made


@asynccontextmanager
async def studio(data: Path, **options: object) -> AsyncIterator[Studio]:
    """Open a studio that publishers can come to."""
    made = Studio(data, **options)
    await made.supervisor.start()
    try:
        await made.hear(Ready)
        yield made
    finally:
        await made.supervisor.close()


@asynccontextmanager
async def on_line(url: str, shape: Shape = SMALL) -> AsyncIterator[Programme]:
    """Publish a programme, in real time, for as long as this block or the server lasts."""
    programme = Programme(shape)

    def publish() -> None:
        with suppress(OSError):
            programme.publish(url)

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    try:
        yield programme
    finally:
        programme.ended.set()
        await asyncio.to_thread(thread.join)
