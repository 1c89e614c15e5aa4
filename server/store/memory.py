"""Shows in memory, gone with the process: for tests, and the plainest reading of the contract."""

import asyncio
import secrets
from collections import ChainMap
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any

from server.domain.roles import Record
from server.domain.show import Change, Decision
from server.service.ports import Ballot, Entry, Images, Link, Reading, ShowRow
from server.store import documents, journal
from server.store.documents import check
from server.store.faults import StoreFault, exists, unknown


class _Kept:
    """All that is kept of one show."""

    def __init__(self, row: ShowRow) -> None:
        self.row = row
        self.lock = asyncio.Lock()
        self.records: dict[str, Change] = {}
        self.journal: list[Entry] = []
        self.done: dict[tuple[str, str], int] = {}
        self.ballots: dict[str, frozenset[str]] = {}

    def reading(self, since: int) -> Reading:
        newer = (change for change in self.records.values() if change.seq > since)
        return Reading(self.row.seq, sorted(newer, key=lambda change: change.seq))


class MemoryTurn:
    """Collects what a turn writes, until it is committed."""

    def __init__(self, kept: _Kept, since: int) -> None:
        self.news = kept.reading(since)
        self._kept = kept
        self._seq = kept.row.seq
        self._entries: list[Entry] = []
        self._done: dict[tuple[str, str], int] = {}
        self._ballots: dict[str, frozenset[str]] = {}
        self._whole = self._open = True

    async def answered(self, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the seqs of those (person, command id) that were done before."""
        done = ChainMap(self._done, self._kept.done)
        return {who: done[who] for who in ids if who in done}

    async def votes(self, questions: Sequence[str]) -> dict[str, int]:
        """Return how many ballots each question has."""
        return {question: len(self._voters(question)) for question in questions}

    async def write(self, entries: Sequence[Entry], ballots: Sequence[Ballot] = ()) -> None:
        """Keep journal, records and ballots for the commit."""
        if not self._open:
            raise RuntimeError("this turn is over")
        self._whole = False
        self._seq = journal.follow(self._seq, entries)
        for entry in entries:
            if entry.actor is not None and entry.command_id is not None:
                who = (entry.actor.person, entry.command_id)
                if who in self._kept.done or who in self._done:
                    raise StoreFault(f"the command {entry.command_id!r} was written before")
                self._done[who] = entry.seq
        self._entries += entries
        for question, person, cast in ballots:
            voters = self._voters(question)
            self._ballots[question] = voters | {person} if cast else voters - {person}
        self._whole = True

    def commit(self) -> None:
        """Make it all true at once."""
        if not self._whole:
            raise RuntimeError("a write of this turn failed: nothing of it is kept")
        kept = self._kept
        for entry in self._entries:
            kept.records.update((change.key, change) for change in entry.changes)
        kept.row = kept.row._replace(seq=self._seq)
        kept.journal += self._entries
        kept.done |= self._done
        kept.ballots |= self._ballots

    def close(self) -> None:
        """Take nothing more."""
        self._open = False

    def _voters(self, question: str) -> frozenset[str]:
        held = self._kept.ballots.get(question, frozenset())
        return self._ballots.get(question, held)


class MemoryStore:
    """A Store without a disk."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(8)
        self._shows: dict[str, _Kept] = {}
        self._links: dict[str, Link] = {}

    async def create(self, show: str, records: Sequence[Record], at: int) -> None:
        """Make a show from its first records, at seq 1; refuse `show.exists`."""
        if show in self._shows:
            raise exists(show)
        kept = _Kept(ShowRow(show, 1, at))
        for record in records:
            check(record)
            kept.records[record.key] = Change(record.key, record, 1, at)
        self._shows[show] = kept

    async def shows(self) -> list[ShowRow]:
        """Return all shows, oldest first."""
        return sorted((kept.row for kept in self._shows.values()), key=lambda row: row.created_at)

    async def read(self, show: str, since: int = 0) -> Reading:
        """Return what changed after `since`, tombstones included; refuse `show.unknown`."""
        return self._kept(show).reading(since)

    async def decision(self, show: str) -> Decision | None:
        """Return the decision that may still be undone after the newest journal entry."""
        entries = self._shows[show].journal if show in self._shows else []
        return entries[-1].decision if entries else None

    @asynccontextmanager
    async def turn(self, show: str, since: int) -> AsyncIterator[MemoryTurn]:
        """Lock the show for one transaction; refuse `show.unknown`."""
        kept = self._kept(show)
        async with kept.lock:
            turn = MemoryTurn(kept, since)
            try:
                yield turn
                turn.commit()
            finally:
                turn.close()

    async def journal(self, show: str, since: int = 0) -> list[dict[str, Any]]:
        """Return the journal after `since` as plain documents, oldest first."""
        entries = self._shows[show].journal if show in self._shows else []
        return [journal.document(journal.row(entry)) for entry in entries if entry.seq > since]

    async def images(self, show: str, kinds: Set[str], since: int, limit: int) -> list[Images]:
        """Return at most `limit` turns after `since`, oldest first, with what they changed of
        records of these `kinds`."""
        entries = self._shows[show].journal if show in self._shows else []
        newer = [entry for entry in entries if entry.seq > since][:limit]
        return [
            Images(entry.seq, entry.at, documents.of_kinds(entry.before, kinds)) for entry in newer
        ]

    async def voted(self, show: str, person: str) -> list[str]:
        """Return the questions that a person has upvoted, in order of id."""
        ballots = self._shows[show].ballots if show in self._shows else {}
        return sorted(question for question, voters in ballots.items() if person in voters)

    async def put_link(self, link: Link) -> None:
        """Write a link, new or changed; refuse `show.unknown`."""
        self._kept(link.show)
        other = await self.link(link.token_hash)
        if other is not None and other.id != link.id:
            raise StoreFault("another link has this token")
        self._links[link.id] = link

    async def link(self, token_hash: str) -> Link | None:
        """Return the link whose token has this hash."""
        return next((link for link in self._links.values() if link.token_hash == token_hash), None)

    async def links(self, show: str | None = None) -> list[Link]:
        """Return all links (of a show), oldest first, revoked ones included."""
        found = [link for link in self._links.values() if show in (None, link.show)]
        return sorted(found, key=lambda link: link.created_at)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _kept(self, show: str) -> _Kept:
        if show not in self._shows:
            raise unknown(show)
        return self._shows[show]
