"""One role's view of one show: what its screens hold, and who looks through it."""

from typing import Any

import msgspec

from server.domain.delay import Delay
from server.domain.roles import Role, Viewer, look
from server.domain.show import Change, Show
from server.live.outbox import Frame, Outbox
from server.protocol.frames import Patch, Pulse, encode

# Whoever is later than this is not held up by their line.
BEHIND_LIMIT_MS = 120_000


def capped(behind: float | None) -> int | None:
    """Return a delay as it counts, whatever a client says it is; in ms."""
    return None if behind is None else round(min(behind, BEHIND_LIMIT_MS))


class Connection:
    """One client that follows a show, and the seq up to which it was sent all that concerns it."""

    def __init__(self, outbox: Outbox, viewer: Viewer, link: str | None) -> None:
        self.outbox = outbox
        self.viewer = viewer
        self.link = link
        self.after = 0
        # How late this client's picture is, in ms; None: it shows none.
        self.behind: int | None = None


def raw(document: dict[str, Any] | None) -> msgspec.Raw | None:
    """Return a document encoded once, to be copied into frames."""
    return None if document is None else msgspec.Raw(encode(document))


class View:
    """The connections of one role, and the frames that they share.

    Everybody in the view holds the role's records; somebody known by name may see more of some of
    them, and then gets a frame of their own in place of the shared one.
    """

    def __init__(self, show: Show, role: Role) -> None:
        self.role = role
        self.connections: set[Connection] = set()
        self._show = show
        self._viewer = Viewer(role)
        self._by_person: dict[str, set[Connection]] = {}
        self._shared: dict[str, msgspec.Raw] = {}
        for change in show.since(0):
            self._keep(change.key, raw(look(change.record, self._viewer)))
        self._snapshot: Frame | None = None

    def add(self, connection: Connection) -> None:
        """Let a connection that has been brought up to date follow from now on."""
        connection.after = self._show.seq
        self.connections.add(connection)
        if connection.viewer.person is not None:
            self._by_person.setdefault(connection.viewer.person, set()).add(connection)

    def discard(self, connection: Connection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)
        person = connection.viewer.person
        if person is not None and person in self._by_person:
            self._by_person[person].discard(connection)
            if not self._by_person[person]:
                del self._by_person[person]

    def catch_up(self, person: str | None, since: int) -> Frame:
        """Return the patch from `since` to now; 0: everything, so the client starts afresh."""
        own = self._show.of_person(person) if person is not None else frozenset[str]()
        if since == 0:
            if not own:
                if self._snapshot is None:
                    self._snapshot = self._patch(0, self._shared)
                return self._snapshot
            records: dict[str, Any] = dict(self._shared)
            for key in own:
                document = raw(look(self._show.find_key(key), Viewer(self.role, person)))
                if document is not None:
                    records[key] = document
            return self._patch(0, records)
        viewer = Viewer(self.role, person)
        records = {}
        for change in self._show.since(since):
            document = self._shared.get(change.key)
            if change.key in own:
                document = raw(look(change.record, viewer))
            gone = change.record is None or change.record.once_seen_by(viewer)
            if document is not None or gone:
                records[change.key] = document
        return self._patch(since, records)

    def publish(self, changes: list[tuple[Change, Any]]) -> list[Connection]:
        """Send what a batch of turns changed; return the connections that could not take it.

        `changes` pairs each change with the record that it replaced.
        """
        shared: dict[str, Any] = {}
        concerned: dict[str, list[tuple[Change, Any]]] = {}
        for change, old in changes:
            document = raw(look(change.record, self._viewer))
            if document is not None or change.key in self._shared:
                shared[change.key] = document
            self._keep(change.key, document)
            people = {p for record in (old, change.record) if record for p in record.people()}
            for person in people & self._by_person.keys():
                concerned.setdefault(person, []).append((change, old))
        self._snapshot = None
        owned = {p: own for p, theirs in concerned.items() if (own := self._own(p, theirs))}
        if shared:
            return self._send(self.connections, shared, owned)
        return self._send({c for p in owned for c in self._by_person[p]}, shared, owned)

    def pulse(
        self, time: int, audience: int, behind: Delay | msgspec.UnsetType | None
    ) -> list[Connection]:
        """Send a heartbeat; return the connections that could not take it."""
        frames: dict[int, Frame] = {}
        slow = []
        for connection in self.connections:
            after = connection.after
            if after not in frames:
                pulse = Pulse(time=time, seq=after, audience=audience, behind=behind)
                frames[after] = Frame(pulse)
            if not connection.outbox.send(frames[after]):
                slow.append(connection)
        return slow

    def _send(
        self, to: set[Connection], shared: dict[str, Any], owned: dict[str, dict[str, Any]]
    ) -> list[Connection]:
        # A frame says after which seq it follows, so that a client notices when it missed one.
        # Those who came, or were sent something of their own, since the last shared patch are
        # ahead of the others: same records, another `after`, hence a frame for each of the few.
        frames: dict[tuple[int, str | None], Frame] = {}
        slow = []
        for connection in to:
            person = connection.viewer.person if connection.viewer.person in owned else None
            group = (connection.after, person)
            if group not in frames:
                own = owned[person] if person is not None else {}
                frames[group] = self._patch(connection.after, {**shared, **own})
            connection.after = self._show.seq
            if not connection.outbox.send(frames[group]):
                slow.append(connection)
        return slow

    def _own(self, person: str, changes: list[tuple[Change, Any]]) -> dict[str, Any]:
        """Return what a person sees of the changes that concern them more than their role."""
        viewer = Viewer(self.role, person)
        own: dict[str, Any] = {}
        for change, old in changes:
            document = raw(look(change.record, viewer))
            if document is not None or look(old, viewer) is not None:
                own[change.key] = document
        return own

    def _keep(self, key: str, document: msgspec.Raw | None) -> None:
        if document is None:
            self._shared.pop(key, None)
        else:
            self._shared[key] = document

    def _patch(self, after: int, records: dict[str, Any]) -> Frame:
        return Frame(Patch(after=after, seq=self._show.seq, time=self._show.at, records=records))
