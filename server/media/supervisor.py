"""Keeps a show's media child alive; the web process holds one of these and never imports `av`."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from server.children import begin
from server.media.index import Index
from server.media.wire import (
    INTERPRETER,
    PROGRAMME,
    Calibrate,
    Calibrated,
    Closed,
    Command,
    Configure,
    Event,
    Halted,
    OnAir,
    Published,
    Ready,
    SetDelay,
    SetKeys,
    Stat,
    Take,
    Uncalibrated,
    Wrote,
)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
# A child that lived so long did not die of how it was started.
SETTLED_SECONDS = 10.0
HEARTBEAT_SECONDS = 15.0
CLOSE_SECONDS = 5.0
# Longer than the child looks.
CALIBRATION_SECONDS = 30.0
# Beside the programme's index: what each source's encoder needs, in ms.
DELAYS_FILE = "delays.json"
LINE_BYTES = 1 << 16

Phase = Literal["off", "waiting", "live", "paused"]

log = logging.getLogger("luyan.media")

_read = msgspec.json.Decoder(Event).decode
_write = msgspec.json.Encoder().encode
_read_delays: msgspec.json.Decoder[dict[str, int]] = msgspec.json.Decoder(dict[str, int])


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a page may say of the picture.

    `off`: publishers cannot come; `waiting`: they can, and there was no picture yet; `live`;
    `paused`: there was one, and it stopped. `since` is ms UTC; `port` is where publishers come,
    0 while that is not known; `on_air` is the source that makes the programme, there or not;
    `publishing` are those that are there.
    """

    phase: Phase
    since: int
    port: int
    on_air: str | None = None
    publishing: frozenset[str] = frozenset()
    last: Wrote | None = None


class Supervisor:
    """One media child for one show: started, listened to, started again when it dies.

    `keys` leads from stream keys to the names of sources; `port` 0 takes a free one and keeps it.
    `on_event(event, state)` is called in the event loop; event None: only the state is new. Each
    `Published` is followed by a `Closed` of that source, even if the child died.
    `certificate` and `private_key` (files in PEM) make it RTMPS, beside which `own_port` is open to
    programs of this machine without. `reserve_bytes` of the disk are left to others.
    """

    def __init__(
        self,
        data_dir: Path,
        show_id: str,
        port: int,
        keys: Mapping[str, str],
        on_event: Callable[[Event | None, State], None],
        *,
        host: str = "127.0.0.1",
        segment_ms: int = 2000,
        part_ms: int = 0,
        reserve_bytes: int = 500_000_000,
        certificate: Path | None = None,
        private_key: Path | None = None,
        own_port: int | None = None,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self.folder = data_dir / "media" / show_id
        self._on_event = on_event
        self._heartbeat_seconds = heartbeat_seconds
        self._config = Configure(
            folder=str(self.folder),
            host=host,
            port=port,
            keys=dict(keys),
            segment_ms=segment_ms,
            part_ms=part_ms,
            reserve_bytes=reserve_bytes,
            certificate=str(certificate) if certificate else None,
            private_key=str(private_key) if private_key else None,
            own_port=own_port,
        )
        self._state = State(phase="off", since=_now_ms(), port=0)
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._calibrating: dict[str, asyncio.Future[Calibrated | Uncalibrated]] = {}

    @property
    def delays(self) -> Mapping[str, int]:
        """What each source's encoder needs, in ms; what is not in it is 0."""
        return self._config.encoder_delay_ms

    @property
    def state(self) -> State:
        """How the picture is now."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the child, which need not be ready when this returns."""
        index = await asyncio.to_thread(_read_index, self.folder)
        delays = {**await asyncio.to_thread(_kept_delays, self.folder), **self.delays}
        self._config = msgspec.structs.replace(self._config, encoder_delay_ms=delays)
        if index.segments:
            latest = index.segments[-1]
            last = Wrote(number=latest.number, pdt=latest.pdt, ms=latest.ms)
            self._state = msgspec.structs.replace(self._state, last=last)
        self._keeping = asyncio.create_task(self._keep())

    def send(self, command: Command) -> None:
        """Tell the child something, and every later child too; delays outlive this as well.

        Raises ValueError for a source that cannot be on air.
        """
        config = self._config
        match command:
            case SetKeys():
                self._config = msgspec.structs.replace(config, keys=command.keys)
            case SetDelay():
                delays = {**config.encoder_delay_ms, command.source: command.ms}
                self._config = msgspec.structs.replace(config, encoder_delay_ms=delays)
                self._keep_delays()
            case Take():
                if command.source.startswith(INTERPRETER):
                    raise ValueError(f"{command.source} is heard only, and never on air")
                self._set(on_air=command.source)
        self._tell(command)

    async def calibrate(self, source: str) -> Calibrated | Uncalibrated:
        """Measure how long a source's encoder needs; some seconds, in which its picture must show
        the clock of `/overlay/clock`. Nothing is changed: `send` a `SetDelay` for that."""
        asked = self._calibrating.get(source)
        if asked is None:
            asked = self._calibrating[source] = asyncio.get_running_loop().create_future()
            self.send(Calibrate(source=source))
        try:
            async with asyncio.timeout(CALIBRATION_SECONDS):
                return await asyncio.shield(asked)
        except TimeoutError:
            return self._answer(Uncalibrated(source=source, reason="no_picture"))

    async def close(self) -> None:
        """End the child."""
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    # ---- keeping it alive ----------------------------------------------------------------------

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            try:
                await self._live()
            except OSError as problem:
                log.error("the media child of %s: %s", self.folder.name, problem)
            finally:
                for source in sorted(self._state.publishing):
                    self._take(Closed(source=source, reason="lost"))
                # Pages are told that the picture stopped, not why.
                self._set(phase="paused" if self._state.last else "off")
                self._on_event(None, self._state)
            if time.monotonic() - began > SETTLED_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _live(self) -> None:
        """See one child through its life."""
        process = self._process = await begin("server.media.child", limit=LINE_BYTES)
        try:
            self._tell(self._config)
            if self._state.on_air is not None:
                self._tell(Take(source=self._state.on_air))
            await self._listen(process)
        finally:
            self._process = None
            await _end(process)
            log.info("the media child of %s ended: %s", self.folder.name, process.returncode)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_seconds):
                    line = await process.stdout.readline()
            except TimeoutError:
                log.error("the media child of %s hangs; it is ended", self.folder.name)
                process.kill()
                return
            if not line.endswith(b"\n"):
                return
            try:
                event = _read(line)
            except msgspec.MsgspecError:
                log.error("the media child of %s said %.200r", self.folder.name, line)
                continue
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Ready():
                self._config = msgspec.structs.replace(self._config, port=event.port)
                self._set(phase="paused" if self._state.last else "waiting", port=event.port)
            case OnAir():
                self._set(on_air=event.source)
            case Published():
                self._set(publishing=self._state.publishing | {event.source})
            case Closed():
                self._set(publishing=self._state.publishing - {event.source})
                self._answer(Uncalibrated(source=event.source, reason="gone"))
            case Calibrated() | Uncalibrated():
                self._answer(event)
            case Wrote() if event.reel == PROGRAMME:
                self._set(phase="live", last=event)
            case Halted() if event.reel == PROGRAMME and self._state.phase == "live":
                self._set(phase="paused")
            case Stat():
                pass
        self._on_event(event, self._state)

    def _answer(self, result: Calibrated | Uncalibrated) -> Calibrated | Uncalibrated:
        """Give those who asked how late a source is what came of it."""
        asked = self._calibrating.pop(result.source, None)
        if asked is not None and not asked.done():
            asked.set_result(result)
        return result

    def _keep_delays(self) -> None:
        """Write the delays down; without, they hold as long as this does."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = self.folder / f".{DELAYS_FILE}"
            unfinished.write_bytes(_write(self.delays))
            unfinished.replace(self.folder / DELAYS_FILE)
        except OSError as problem:
            log.error("the delays of %s are not kept: %s", self.folder.name, problem)

    def _set(self, **changes: object) -> None:
        if changes.get("phase", self._state.phase) != self._state.phase:
            changes["since"] = _now_ms()
        self._state = msgspec.structs.replace(self._state, **changes)

    def _tell(self, command: Command) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(_write(command) + b"\n")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a child end in good order, or end it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()


def _kept_delays(folder: Path) -> dict[str, int]:
    """Return the delays that were written down; none if they cannot be read."""
    try:
        return _read_delays.decode((folder / DELAYS_FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as problem:
        log.error("the delays of %s cannot be read: %s", folder.name, problem)
        return {}


def _read_index(folder: Path) -> Index:
    index = Index(folder)
    index.refresh()
    return index


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
