"""Playout: the media child of the show that takes a stream, and how its picture is.

Nothing here is waited for by the show: what a child says is written down when there is time.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from server.domain.picture import ReportPicture, ReportTrouble, Trouble
from server.media.shelf import MEDIA, SEGMENT_MS
from server.media.supervisor import State, Supervisor
from server.media.wire import (
    PROGRAMME,
    Calibrated,
    Command,
    Event,
    Notice,
    SetDelay,
    Stat,
    Uncalibrated,
    Wrote,
)
from server.service.links import stream_key
from server.service.ports import Lateness, Unmeasured

# Nine pictures of thirty a second; what is shorter costs more requests than it saves time.
PART_MS = 300
SOURCE = "studio"
RESERVE_BYTES = 500_000_000

log = logging.getLogger("luyan.media")

Hear = Callable[[Event | None, State], None]
Report = Callable[[str, ReportPicture | ReportTrouble], Awaitable[None]]


class Secure(msgspec.Struct, frozen=True):
    """What makes RTMP RTMPS: two files in PEM, and a port where this machine's own programs
    publish without."""

    certificate: str
    private_key: str
    own_port: int


class Ingest(msgspec.Struct, frozen=True):
    """Which show takes a stream, and where: RTMP, or RTMPS, at a port of a local address.

    `reserve_bytes` of the disk are left to others: the show itself must always be written.
    `low_latency`: players may have each segment in parts, before it is whole.
    """

    show: str
    host: str
    port: int
    secure: Secure | None = None
    reserve_bytes: int = RESERVE_BYTES
    low_latency: bool = False


class Playout:
    """Says how the picture of every show is; `report` is the Desk's.

    With an `ingest`, that show has a media child for as long as this is started.
    """

    def __init__(self, data: Path, secret: bytes, ingest: Ingest | None, report: Report) -> None:
        self._folder = data / MEDIA
        self._report = report
        self._news = asyncio.Event()
        self._reported: str | None = None
        self._trouble: Trouble | None = None
        self._telling: asyncio.Task[None] | None = None
        self._ingest = ingest
        self._listeners: list[Hear] = []
        self._supervisor: Supervisor | None = None
        if ingest is not None:
            secure = ingest.secure
            self._supervisor = Supervisor(
                data,
                ingest.show,
                ingest.port,
                {stream_key(secret, ingest.show): SOURCE},
                self._hear,
                host=ingest.host,
                certificate=Path(secure.certificate) if secure else None,
                private_key=Path(secure.private_key) if secure else None,
                own_port=secure.own_port if secure else None,
                segment_ms=SEGMENT_MS,
                reserve_bytes=ingest.reserve_bytes,
                part_ms=PART_MS if ingest.low_latency else 0,
            )

    async def start(self) -> None:
        """Start the child; say of all other shows that had one that their picture is off."""
        self._telling = asyncio.create_task(self._tell(), name="playout")
        if self._supervisor is not None:
            await self._supervisor.start()

    async def close(self) -> None:
        """End the child."""
        if self._supervisor is not None:
            await self._supervisor.close()
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def listen(self, hear: Hear) -> None:
        """Let somebody else hear what the supervisor says."""
        self._listeners.append(hear)

    def send(self, order: Command) -> None:
        """Tell the child something, and every later child too."""
        if self._supervisor is not None:
            self._supervisor.send(order)

    def delays(self, show: str) -> Mapping[str, int]:
        """Return what is counted with for each source, in ms; for others that is 0."""
        keeper = self._keeper(show)
        return keeper.delays if keeper is not None else {}

    def set_delay(self, show: str, source: str, ms: int) -> bool:
        """Count with so much from now on; False: nothing is taken in for this show."""
        keeper = self._keeper(show)
        if keeper is not None:
            keeper.send(SetDelay(source=source, ms=ms))
        return keeper is not None

    async def measure(self, show: str, source: str) -> Lateness | Unmeasured:
        """Read the clock in a source's picture for some seconds; nothing is changed by it."""
        keeper = self._keeper(show)
        if keeper is None:
            return "gone"
        match await keeper.calibrate(source):
            case Calibrated(delay_ms=delay_ms, spread_ms=spread_ms, frames=frames):
                return Lateness(delay_ms, spread_ms, frames)
            case Uncalibrated(reason=reason):
                return reason

    def _keeper(self, show: str) -> Supervisor | None:
        ingest = self._ingest
        return self._supervisor if ingest is not None and ingest.show == show else None

    def _hear(self, event: Event | None, state: State) -> None:
        """Take what the supervisor says; a heartbeat is news only while a report is owed."""
        for hear in self._listeners:
            hear(event, state)
        match event:
            case Notice(code="disk_full", reel=reel) if reel == PROGRAMME:
                self._trouble = "disk_full"
            case Wrote(reel=reel) if reel == PROGRAMME:
                self._trouble = None
        if isinstance(event, Notice):
            log.warning("the picture: %s", event.text)
        if not isinstance(event, Stat) or state.phase != self._reported:
            self._news.set()

    async def _tell(self) -> None:
        """Keep the show's record up to date with the child."""
        for show in await asyncio.to_thread(_folders, self._folder):
            if self._ingest is None or show != self._ingest.show:
                await self._say(show, ReportPicture(state="off"))
        if self._ingest is None or self._supervisor is None:
            return
        show = self._ingest.show
        # Not known, whatever an earlier server left in the record.
        told: object = self
        while True:
            await self._news.wait()
            self._news.clear()
            phase = self._supervisor.state.phase
            if phase != self._reported and await self._say(show, ReportPicture(state=phase)):
                self._reported = phase
            trouble = self._trouble
            if trouble != told and await self._say(show, ReportTrouble(trouble=trouble)):
                told = trouble

    async def _say(self, show: str, report: ReportPicture | ReportTrouble) -> bool:
        """Report, and tell whether it was taken; the picture goes on without."""
        try:
            await self._report(show, report)
        except Exception:
            log.exception("show=%s: %s was not saved", show, report)
            return False
        return True


def _folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/"))


def secure(certificate: Path, private_key: Path) -> Secure:
    """Return what makes RTMP RTMPS; raises ValueError if the files are not what they should be,
    OSError if they cannot be read."""
    for path in (certificate, private_key):
        path.open().close()
    try:
        # A key behind a password is refused: nobody is there to type it.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key, password="")
    except ssl.SSLError:
        text = f"{certificate} and {private_key} are not a certificate and its key, in PEM."
        raise ValueError(text) from None
    return Secure(
        certificate=str(certificate.resolve()),
        private_key=str(private_key.resolve()),
        own_port=free_port("127.0.0.1"),
    )


def free_port(host: str) -> int:
    """Return a port that nobody uses now, so that it can be told before the child listens."""
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])
