"""The director: the programme follows the stage, and the show's records say who publishes.

It acts on what is committed, as soon as it is: a cut must not wait for anybody's next heartbeat.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from server.domain.people import Person
from server.domain.picture import CAMERA, Picture, ReportCut
from server.domain.show import Command, Details, Show
from server.domain.sources import STUDIO, ReportSource, Source, State, wanted
from server.media import supervisor
from server.media.wire import Closed, Event, OnAir, Published, SetKeys, Take
from server.media.wire import Command as Order
from server.service.links import stream_keys
from server.service.ports import Store

# A line that breaks for a moment comes back by itself: two cuts would be worse than a still.
AWAY_SECONDS = 2.0
RETRY_SECONDS = 2.0
# The records of which the keys are made.
NAMED = (f"{Person.noun()}/", f"{Details.noun()}/")

log = logging.getLogger("luyan.director")

Report = Callable[[str, Command], Awaitable[None]]


class Director:
    """Directs one show's picture; a bus that hints and a supervisor that is heard keep it awake.

    `report` is the Desk's, `send` the supervisor's. Whoever stays away for less than
    `away_seconds` has not been away.
    """

    def __init__(
        self,
        store: Store,
        secret: bytes,
        show: str,
        report: Report,
        send: Callable[[Order], None],
        away_seconds: float = AWAY_SECONDS,
    ) -> None:
        self._store = store
        self._secret = secret
        self._show = Show(show)
        self._report = report
        self._send = send
        self._away_seconds = away_seconds
        self._on_air: str | None = None
        self._publishing: set[str] = set()
        self._missed: dict[str, asyncio.TimerHandle] = {}
        self._news = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up the show where it was left: the same source on air, the same keys."""
        await self._read()
        picture = self._show.find_key("picture/main")
        source = picture.source if isinstance(picture, Picture) else None
        self._take(source or STUDIO)
        for name, known in self._show.of_kind(Source.noun()).items():
            if isinstance(known, Source) and known.state == "live":
                self._miss(name)
        self._news.set()
        self._working = asyncio.create_task(self._work(), name=f"director {self._show.id}")

    async def close(self) -> None:
        """Let the programme be as it is."""
        for timer in self._missed.values():
            timer.cancel()
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    def hint(self, show: str, seq: int) -> None:
        """Take the bus's word that a show is at `seq`."""
        if show == self._show.id and seq > self._show.seq:
            self._news.set()

    def hear(self, event: Event | None, state: supervisor.State) -> None:
        """Take what the supervisor says; event None: its child may be no more."""
        match event:
            case Published():
                self._publishing.add(event.source)
                if timer := self._missed.pop(event.source, None):
                    timer.cancel()
            case Closed():
                self._lose(event.source)
            case OnAir():
                self._on_air = event.source
            case None:
                for source in list(self._publishing):
                    self._lose(source)
            case _:
                return
        self._news.set()

    # ---- what there is to do -------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._read()
                source = wanted(self._show)
                if source is not None and source != self._on_air:
                    self._take(source)
                await self._tell()
            except Exception:
                log.exception("show=%s: the picture does not follow the stage", self._show.id)
                await asyncio.sleep(RETRY_SECONDS)
                self._news.set()

    async def _read(self) -> None:
        """Bring the copy of the show up to date, and the keys with it."""
        reading = await self._store.read(self._show.id, self._show.seq)
        self._show.take(reading.changes, reading.seq, 0)
        if any(change.key.startswith(NAMED) for change in reading.changes):
            records = [change.record for change in self._show.since(0) if change.record]
            self._send(SetKeys(keys=stream_keys(self._secret, self._show.id, records)))

    def _take(self, source: str) -> None:
        self._on_air = source
        self._send(Take(source=source))

    async def _tell(self) -> None:
        """Write down what is news; each report is a turn, of which a hint comes back."""
        known = self._show.of_kind(Source.noun())
        for name in sorted(self._publishing | known.keys()):
            state: State = "live" if name in self._publishing or name in self._missed else "gone"
            source = known.get(name)
            if not isinstance(source, Source) or source.state != state:
                person = name.removeprefix(CAMERA) if name.startswith(CAMERA) else ""
                await self._report(
                    self._show.id, ReportSource(source=name, person=person, state=state)
                )
        picture = self._show.find_key("picture/main")
        shown = picture.source if isinstance(picture, Picture) else None
        if self._on_air is not None and self._on_air != shown:
            await self._report(self._show.id, ReportCut(source=self._on_air))

    def _lose(self, source: str) -> None:
        self._publishing.discard(source)
        self._miss(source)

    def _miss(self, source: str) -> None:
        """Believe for a moment that a source comes back."""
        if timer := self._missed.pop(source, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._missed[source] = loop.call_later(self._away_seconds, self._give_up, source)

    def _give_up(self, source: str) -> None:
        self._missed.pop(source, None)
        self._news.set()
