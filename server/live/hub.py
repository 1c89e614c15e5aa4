"""The Hub: follows the committed shows and tells every screen what became true."""

import asyncio
import logging

import msgspec

from server.domain.delay import Delay, delay
from server.domain.people import Person
from server.domain.roles import CREW, Role, Viewer
from server.domain.show import Change, Show
from server.live.outbox import Frame, Outbox
from server.live.view import Connection, View
from server.protocol.frames import Bye, Pulse, Welcome, Whisper, You
from server.service.ports import Clock, Reading, Store

PULSE_SECONDS = 5.0
WHISPER_SECONDS = 0.5

log = logging.getLogger("luyan.hub")


class Following:
    """One show as its screens see it: a replica of what is committed, and a view for each role."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.views: dict[Role, View] = {}
        self.whisper_due = False

    def view(self, role: Role) -> View:
        """Return the view of a role, made when somebody first looks."""
        if role not in self.views:
            self.views[role] = View(self.show, role)
        return self.views[role]

    @property
    def connections(self) -> list[Connection]:
        """Everybody who follows this show."""
        return [c for view in self.views.values() for c in view.connections]

    @property
    def audience(self) -> int:
        """How many attendees are connected."""
        view = self.views.get(Role.ATTENDEE)
        return len(view.connections) if view else 0

    def behind(self) -> Delay | None:
        """How late the attendees' pictures are; None: nobody has said."""
        view = self.views.get(Role.ATTENDEE)
        if view is None:
            return None
        return delay([c.behind for c in view.connections if c.behind is not None])

    def present(self) -> list[str]:
        """The known persons who are connected now, in order."""
        known = self.show.of_kind(Person.noun())
        connected = {c.viewer.person for c in self.connections}
        return sorted(person for person in connected if person is not None and person in known)


class Hub:
    """Keeps every connection in step with the store; the bus tells it when to look."""

    def __init__(
        self, store: Store, clock: Clock, whisper_seconds: float = WHISPER_SECONDS
    ) -> None:
        self._store = store
        self._clock = clock
        self._whisper_seconds = whisper_seconds
        self._followed: dict[str, Following] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._hinted: dict[str, int] = {}
        self._flushes: dict[str, asyncio.Task[None]] = {}
        self._beating: asyncio.Task[None] | None = None
        self._closing = False

    async def show(self, show_id: str) -> Show:
        """Return the committed show, to be read and never changed; refuse `show.unknown`."""
        return (await self._follow(show_id)).show

    def followed(self) -> dict[str, Following]:
        """Return the shows that somebody has looked at, by id."""
        return self._followed

    async def join(
        self,
        show_id: str,
        you: You,
        since: int,
        epoch: str | None,
        outbox: Outbox,
        link: str | None = None,
    ) -> Connection:
        """Welcome a client, bring it up to date, and keep it so until it leaves."""
        following = await self._follow(show_id)
        # From here to the end nothing waits: no change can slip between snapshot and first patch.
        show = following.show
        if epoch != self._store.epoch or not 0 <= since <= show.seq:
            since = 0
        view = following.view(you.view)
        connection = Connection(outbox, Viewer(you.view, you.person), link)
        welcome = Welcome(you=you, epoch=self._store.epoch, seq=show.seq, time=self._clock())
        sent = outbox.send(Frame(welcome)) and outbox.send(view.catch_up(you.person, since))
        if not sent or self._closing:
            outbox.close(Bye.RESTART if self._closing else Bye.SLOW, 1.0)
            return connection
        view.add(connection)
        if you.view in CREW:
            # The desk should not have to wait for the next pulse to know who is there.
            outbox.send(Frame(Whisper(present=following.present())))
            audience, behind = following.audience, following.behind()
            outbox.send(Frame(Pulse(self._clock(), connection.after, audience, behind)))
        self._whisper_soon(following, connection)
        return connection

    def leave(self, show_id: str, connection: Connection) -> None:
        """Forget a client; leaving twice is leaving once."""
        following = self._followed.get(show_id)
        if following is not None:
            following.view(connection.viewer.role).discard(connection)
            self._whisper_soon(following, connection)

    def hint(self, show: str, seq: int) -> None:
        """Take the bus's word that a show is at `seq`, and look when somebody follows it."""
        self._hinted[show] = max(seq, self._hinted.get(show, 0))
        if show in self._followed and show not in self._flushes:
            task = asyncio.create_task(self._flush(show), name=f"flush {show}")
            self._flushes[show] = task

    def start(self) -> None:
        """Begin to pulse."""
        self._beating = asyncio.create_task(self._beat(), name="pulse")

    async def pulse(self, show_id: str) -> None:
        """Send one heartbeat; see what hints were lost and which links were taken back."""
        following = await self._follow(show_id)
        for row in await self._store.shows():
            if row.id == show_id and row.seq > following.show.seq:
                self.hint(show_id, row.seq)
        now = self._clock()
        gone = {link.id for link in await self._store.links(show_id) if not link.holds(now)}
        for connection in following.connections:
            if connection.link in gone:
                self._close(show_id, connection, Bye.REVOKED, retry_after=None)
        behind = following.behind()
        for role, view in following.views.items():
            told = behind if role in CREW else msgspec.UNSET
            for connection in view.pulse(now, following.audience, told):
                self._close(show_id, connection, Bye.SLOW, retry_after=1.0)

    def farewell(self) -> None:
        """Tell everybody that the server restarts and that they should come back."""
        self._closing = True
        for show_id, following in self._followed.items():
            for connection in following.connections:
                self._close(show_id, connection, Bye.RESTART, retry_after=1.0)

    async def close(self) -> None:
        """Stop pulsing, after the last patches are out."""
        if self._beating is not None:
            self._beating.cancel()
        await asyncio.gather(*self._flushes.values(), return_exceptions=True)

    async def _follow(self, show_id: str) -> Following:
        if (following := self._followed.get(show_id)) is not None:
            return following
        try:
            async with self._loading.setdefault(show_id, asyncio.Lock()):
                if show_id not in self._followed:
                    reading = await self._store.read(show_id)
                    show = Show(show_id)
                    show.take(reading.changes, reading.seq, 0)
                    self._followed.setdefault(show_id, Following(show))
                    self.hint(show_id, show.seq)
            return self._followed[show_id]
        finally:
            self._loading.pop(show_id, None)

    async def _flush(self, show_id: str) -> None:
        """Read what is newer than the replica until it is at the seq that was hinted."""
        following = self._followed[show_id]
        try:
            while following.show.seq < self._hinted[show_id]:
                reading = await self._store.read(show_id, following.show.seq)
                if reading.seq <= following.show.seq:
                    break  # hinted at what cannot be read (yet): the pulse will look again
                self._publish(following, reading)
        except Exception:
            # The pulse hints again: losing this costs time, never data.
            seq = following.show.seq
            log.exception("show=%s could not be read after seq %d", show_id, seq)
        finally:
            del self._flushes[show_id]

    def _publish(self, following: Following, reading: Reading) -> None:
        """Take what was read into the replica, and send every view what it may see of it."""
        show = following.show
        try:
            changes: list[tuple[Change, object]] = []
            for change in reading.changes:
                changes.append((change, show.apply(change)))
            show.take((), reading.seq, 0)
            for view in following.views.values():
                for connection in view.publish(changes):
                    self._close(show.id, connection, Bye.SLOW, retry_after=1.0)
        except Exception:
            # Some were told and others not: everybody comes back to a replica that is read anew.
            del self._followed[show.id]
            for connection in following.connections:
                connection.outbox.close(Bye.FAULT, 1.0)
            raise

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            for show_id in list(self._followed):
                try:
                    await self.pulse(show_id)
                except Exception:
                    log.exception("show=%s: no pulse", show_id)

    def _send(self, show_id: str, view: View, frame: Frame) -> None:
        for connection in [c for c in view.connections if not c.outbox.send(frame)]:
            self._close(show_id, connection, Bye.SLOW, retry_after=1.0)

    def _close(
        self, show_id: str, connection: Connection, code: Bye, retry_after: float | None
    ) -> None:
        self.leave(show_id, connection)
        connection.outbox.close(code, retry_after)

    def _whisper_soon(self, following: Following, connection: Connection) -> None:
        """Tell the crew who is present, once for all who come and go within a moment."""
        known = following.show.of_kind(Person.noun())
        if connection.viewer.person not in known or following.whisper_due:
            return
        following.whisper_due = True
        asyncio.get_running_loop().call_later(self._whisper_seconds, self._whisper, following)

    def _whisper(self, following: Following) -> None:
        following.whisper_due = False
        whisper = Frame(Whisper(present=following.present()))
        for role in CREW & following.views.keys():
            self._send(following.show.id, following.views[role], whisper)
