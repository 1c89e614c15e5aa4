"""The mux thread: tags of all sources in, the programme of the one on air and other reels out.

What comes is only queued, so that neither the disk nor libav ever holds up the event loop.
"""

import queue
import threading
from collections.abc import Callable

from server.media.calibration import Calibration
from server.media.flv import Packet, Unsupported
from server.media.fragments import Unreadable
from server.media.packager import may_begin, now_ms
from server.media.reels import Reels
from server.media.rtmp import Tag
from server.media.source import Source
from server.media.wire import INTERPRETER, OnAir, Said, Uncalibrated

# Beyond this publishers wait (their own programs then drop pictures).
BEHIND_BYTES = 32 << 20
CLOSE_SECONDS = 3.0

Job = Callable[[], None]


class Mux:
    """Takes what the ingest hears; `say` and `send_away` are called from the thread.

    `send_away(publication, text)`: this publication cannot be used, close it.
    """

    def __init__(
        self,
        reels: Reels,
        say: Callable[[Said], None],
        send_away: Callable[[int, str], None],
        delays: dict[str, int],
    ) -> None:
        self._reels = reels
        self._say = say
        self._send_away = send_away
        self._delays = dict(delays)
        self._sources: dict[str, Source] = {}
        self._publications: dict[str, int] = {}
        self._calibrations: dict[str, Calibration] = {}
        self._on_air: str | None = None
        self._shown: str | None = None
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        # Each is written by one side alone.
        self.received_bytes = self._muxed_bytes = self.muxed_jobs = 0
        self._thread = threading.Thread(target=self._run, name="mux", daemon=True)
        self._thread.start()

    # ---- asked by the event loop ---------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the thread still works."""
        return self._thread.is_alive()

    @property
    def waiting_tags(self) -> int:
        """How many tags have come and are not muxed yet."""
        return self._jobs.qsize()

    @property
    def behind(self) -> bool:
        """Whether no more should be read for now."""
        return self.received_bytes - self._muxed_bytes > BEHIND_BYTES

    def open(self, name: str, publication: int) -> None:
        """A source has begun to publish; the first of all that has pictures is on air."""
        self._jobs.put(lambda: self._open(name, publication))

    def put(self, name: str, tag: Tag, arrival: int) -> None:
        """A source's tag arrived at this instant (ms UTC)."""
        self.received_bytes += len(tag.payload)
        self._jobs.put(lambda: self._take(name, tag, arrival))

    def shut(self, name: str) -> None:
        """A source has stopped."""
        self._jobs.put(lambda: self._shut(name))

    def take(self, name: str) -> None:
        """Put a source on air, there already or not."""
        self._jobs.put(lambda: self._put_on_air(name))

    def delay(self, name: str, ms: int) -> None:
        """A source's encoder needs so long."""
        self._jobs.put(lambda: self._delay(name, ms))

    def calibrate(self, name: str) -> None:
        """Measure how long a source's encoder needs, and say it."""
        self._jobs.put(lambda: self._calibrate(name))

    def close(self) -> None:
        """Write what there is and end; returns after some seconds whatever happens."""
        self._jobs.put(None)
        self._thread.join(CLOSE_SECONDS)

    # ---- done by the thread --------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            self.muxed_jobs += 1
        self._reels.close()

    def _open(self, name: str, publication: int) -> None:
        self._sources[name] = Source(name, self._delays.get(name, 0))
        self._publications[name] = publication
        if self._on_air is None and not name.startswith(INTERPRETER):
            self._put_on_air(name)

    def _take(self, name: str, tag: Tag, arrival: int) -> None:
        self._muxed_bytes += len(tag.payload)
        source = self._sources.get(name)
        if source is None:
            return
        try:
            packet = source.take(tag, arrival)
            if packet is None:
                return
            self._look(name, packet, arrival)
            self._write(source, packet)
        except (Unsupported, Unreadable) as problem:
            self._shut(name)
            self._send_away(self._publications[name], str(problem))

    def _write(self, source: Source, packet: Packet) -> None:
        """Give a packet to the reels that it is for."""
        name = source.name
        if name.startswith(INTERPRETER):
            self._reels.hear(source, packet)
            return
        # The one before stays in the programme until this one has a key frame.
        if self._shown != name == self._on_air and may_begin(source, packet):
            self._reels.cut()
            self._shown = name
        if name == self._shown:
            self._reels.show(source, packet)
        self._reels.preview(source, packet)

    def _look(self, name: str, packet: Packet, arrival: int) -> None:
        """Look at a packet's picture if somebody asked for that."""
        if calibration := self._calibrations.get(name):
            result = calibration.take(packet, arrival)
            if result is not None:
                del self._calibrations[name]
                self._say(result)

    def _calibrate(self, name: str) -> None:
        if source := self._sources.get(name):
            self._calibrations[name] = Calibration(source, now_ms())
        else:
            self._say(Uncalibrated(source=name, reason="gone"))

    def _delay(self, name: str, ms: int) -> None:
        self._delays[name] = ms
        if source := self._sources.get(name):
            source.delay(ms)

    def _shut(self, name: str) -> None:
        if self._sources.pop(name, None) is None:
            return
        if self._calibrations.pop(name, None) is not None:
            self._say(Uncalibrated(source=name, reason="gone"))
        if name == self._shown:
            self._shown = None
            self._reels.halt()
        self._reels.leave(name)

    def _put_on_air(self, name: str) -> None:
        if name.startswith(INTERPRETER):
            return
        self._on_air = name
        self._say(OnAir(source=name))
