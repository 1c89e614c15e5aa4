"""One role's view of one show: what its screens hold, and who looks through it."""

from typing import Any

import msgspec

from server.domain.roles import Role, Viewer, look
from server.domain.show import Change, Show
from server.live.outbox import Frame, Outbox
from server.protocol.frames import Patch, encode


class Connection:
    """One client that follows a show."""

    def __init__(self, outbox: Outbox, viewer: Viewer, link: str | None) -> None:
        self.outbox = outbox
        self.viewer = viewer
        self.link = link


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
        self.after = show.seq
        self._show = show
        self._viewer = Viewer(role)
        self._by_person: dict[str, set[Connection]] = {}
        self._shared: dict[str, msgspec.Raw] = {}
        for change in show.since(0):
            self._keep(change.key, raw(look(change.record, self._viewer)))
        self._snapshot: Frame | None = None

    def add(self, connection: Connection) -> None:
        """Let a connection follow from now on."""
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
        records = {}
        for change in self._show.since(since):
            records[change.key] = self._shared.get(change.key)
            if change.key in own:
                records[change.key] = raw(look(change.record, Viewer(self.role, person)))
        return self._patch(since, records)

    def publish(self, changes: list[tuple[Change, Any]]) -> list[Connection]:
        """Send what a batch of turns changed; return the connections that could not take it.

        `changes` pairs each change with the record that it replaced.
        """
        shared: dict[str, Any] = {}
        persons: set[str] = set()
        for change, old in changes:
            document = raw(look(change.record, self._viewer))
            if document is not None or change.key in self._shared:
                shared[change.key] = document
            self._keep(change.key, document)
            for record in (old, change.record):
                if record is not None:
                    persons |= record.people() & self._by_person.keys()
        self._snapshot = None
        slow: list[Connection] = []
        for person in persons:
            own = self._own(person, changes)
            if own:
                frame = self._patch(self.after, {**shared, **own})
                slow += [c for c in self._by_person[person] if not c.outbox.send(frame)]
            else:
                persons = persons - {person}
        if shared:
            frame = self._patch(self.after, shared)
            for connection in self.connections:
                if connection.viewer.person in persons:
                    continue
                if not connection.outbox.send(frame):
                    slow.append(connection)
            self.after = self._show.seq
        return slow

    def _own(self, person: str, changes: list[tuple[Change, Any]]) -> dict[str, Any]:
        """Return what of these changes concerns one person more than their role."""
        viewer = Viewer(self.role, person)
        own: dict[str, Any] = {}
        for change, old in changes:
            if not any(r is not None and person in r.people() for r in (old, change.record)):
                continue
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
