"""Shows in one SQLite file: one connection writes, another reads."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence, Set
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
import msgspec

from server.domain.roles import Record
from server.domain.show import Change, Decision
from server.service.ports import Ballot, Entry, Images, Link, Reading, ShowRow
from server.store import documents, journal, schema
from server.store.faults import StoreFault, exists, unknown
from server.store.journal import JournalRow

T = TypeVar("T")
Row = tuple[Any, ...]

# SQLite before 3.32 takes at most 999 variables in one statement.
PAIRS_AT_ONCE = 400

# One statement, so that seq and records are of the same moment; the columns of a record are null
# when nothing is newer.
NEWER = """
    SELECT show.seq, record.key, record.seq, record.at, record.doc
    FROM show LEFT JOIN record ON record.show = show.id AND record.seq > ?
    WHERE show.id = ? ORDER BY record.seq, record.rowid"""

PUT_RECORD = """
    INSERT INTO record (show, key, seq, at, doc) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq, at = excluded.at, doc = excluded.doc"""

PUT_JOURNAL = f"""
    INSERT INTO journal (show, {", ".join(JournalRow._fields)})
    VALUES (?{", ?" * len(JournalRow._fields)})"""

LAST_DECISION = """
    SELECT made.seq, made.before
    FROM journal AS last JOIN journal AS made ON made.show = last.show AND made.seq = last.decision
    WHERE last.show = ?1 AND last.seq = (SELECT max(seq) FROM journal WHERE show = ?1)"""

CAST = "INSERT OR IGNORE INTO ballot (show, question, person) VALUES (?, ?, ?)"
TAKE_BACK = "DELETE FROM ballot WHERE show = ? AND question = ? AND person = ?"

LINK = "id, show, role, person, token_hash, created_at, expires_at, revoked_at"
PUT_LINK = f"""
    INSERT INTO link ({LINK}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET show = excluded.show, role = excluded.role,
        person = excluded.person, token_hash = excluded.token_hash,
        created_at = excluded.created_at, expires_at = excluded.expires_at,
        revoked_at = excluded.revoked_at"""


@contextmanager
def _faults() -> Iterator[None]:
    """Turns what SQLite raises into StoreFault."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFault(f"The database failed: {error}") from error


async def _rows(
    connection: aiosqlite.Connection, sql: str, parameters: Iterable[Any] = ()
) -> list[Row]:
    with _faults():
        return cast("list[Row]", await connection.execute_fetchall(sql, parameters))


async def _read(connection: aiosqlite.Connection, show: str, since: int) -> Reading:
    rows = await _rows(connection, NEWER, (since, show))
    if not rows:
        raise unknown(show)
    changes = [
        Change(key, documents.decode(key, doc), seq, at)
        for _, key, seq, at, doc in rows
        if key is not None
    ]
    return Reading(rows[0][0], changes)


def _pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), PAIRS_AT_ONCE):
        yield values[start : start + PAIRS_AT_ONCE]


class SqliteTurn:
    """One transaction on one show, while nobody else writes."""

    def __init__(self, connection: aiosqlite.Connection, show: str, news: Reading) -> None:
        self.news = news
        self._connection = connection
        self._show = show
        self._seq = news.seq
        self._whole = self._open = True

    async def answered(self, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the seqs of those (person, command id) that were done before."""
        done = {}
        for some in _pieces(ids):
            sql = (
                f"WITH asked (who, id) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"
                " SELECT person, command_id, seq FROM asked CROSS JOIN journal"
                " ON show = ? AND person = who AND command_id = id"
            )
            parameters = (*chain.from_iterable(some), self._show)
            for person, command_id, seq in await _rows(self._connection, sql, parameters):
                done[person, command_id] = seq
        return done

    async def votes(self, questions: Sequence[str]) -> dict[str, int]:
        """Return how many ballots each question has."""
        counts = dict.fromkeys(questions, 0)
        for some in _pieces(questions):
            sql = (
                "SELECT question, count(*) FROM ballot WHERE show = ? AND"
                f" question IN ({', '.join('?' * len(some))}) GROUP BY question"
            )
            counts.update(await _rows(self._connection, sql, (self._show, *some)))
        return counts

    async def write(self, entries: Sequence[Entry], ballots: Sequence[Ballot] = ()) -> None:
        """Write journal, records and ballots into the transaction."""
        if not self._open:
            raise RuntimeError("this turn is over")
        self._whole = False
        seq = journal.follow(self._seq, entries)
        newest = {change.key: change for entry in entries for change in entry.changes}
        last = {(question, person): wanted for question, person, wanted in ballots}
        with _faults():
            await self._many(PUT_JOURNAL, [journal.row(entry) for entry in entries])
            await self._many(
                PUT_RECORD,
                [(c.key, c.seq, c.at, documents.encode(c.record)) for c in newest.values()],
            )
            await self._many(CAST, [vote for vote, wanted in last.items() if wanted])
            await self._many(TAKE_BACK, [vote for vote, wanted in last.items() if not wanted])
            if entries:
                await self._connection.execute(
                    "UPDATE show SET seq = ? WHERE id = ?", (seq, self._show)
                )
        self._seq = seq
        self._whole = True

    def check(self) -> None:
        """Raise RuntimeError if a write failed, or was cancelled, and somebody went on."""
        if not self._whole:
            raise RuntimeError("a write of this turn failed: nothing of it is kept")

    def close(self) -> None:
        """Take nothing more."""
        self._open = False

    async def _many(self, sql: str, rows: Sequence[Row]) -> None:
        if rows:
            await self._connection.executemany(sql, [(self._show, *row) for row in rows])


class SqliteStore:
    """A Store in one file; made by `open_sqlite`."""

    def __init__(
        self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, epoch: str
    ) -> None:
        self.epoch = epoch
        self._writer = writer
        self._reader = reader
        self._writing = asyncio.Lock()

    async def create(self, show: str, records: Sequence[Record], at: int) -> None:
        """Make a show from its first records, at seq 1; refuse `show.exists`."""
        docs = [(show, record.key, 1, at, documents.encode(record)) for record in records]
        async with self._transaction():
            if await _rows(self._writer, "SELECT 1 FROM show WHERE id = ?", (show,)):
                raise exists(show)
            await self._writer.execute("INSERT INTO show VALUES (?, 1, ?)", (show, at))
            await self._writer.executemany(PUT_RECORD, docs)

    async def shows(self) -> list[ShowRow]:
        """Return all shows, oldest first."""
        sql = "SELECT id, seq, created_at FROM show ORDER BY created_at, rowid"
        return [ShowRow(*row) for row in await _rows(self._reader, sql)]

    async def read(self, show: str, since: int = 0) -> Reading:
        """Return what changed after `since`, tombstones included; refuse `show.unknown`."""
        return await _read(self._reader, show, since)

    async def decision(self, show: str) -> Decision | None:
        """Return the decision that may still be undone after the newest journal entry."""
        rows = await _rows(self._reader, LAST_DECISION, (show,))
        return Decision(rows[0][0], documents.decode_before(rows[0][1])) if rows else None

    @asynccontextmanager
    async def turn(self, show: str, since: int) -> AsyncIterator[SqliteTurn]:
        """Lock the show, and with it the file, for one transaction; refuse `show.unknown`."""
        async with self._transaction():
            turn = SqliteTurn(self._writer, show, await _read(self._writer, show, since))
            try:
                yield turn
                turn.check()
            finally:
                turn.close()

    async def journal(self, show: str, since: int = 0) -> list[dict[str, Any]]:
        """Return the journal after `since` as plain documents, oldest first."""
        columns = ", ".join(JournalRow._fields)
        sql = f"SELECT {columns} FROM journal WHERE show = ? AND seq > ? ORDER BY seq"
        rows = await _rows(self._reader, sql, (show, since))
        return [journal.document(JournalRow(*row)) for row in rows]

    async def images(self, show: str, kinds: Set[str], since: int, limit: int) -> list[Images]:
        """Return at most `limit` turns after `since`, oldest first, with what they changed of
        records of these `kinds`."""
        sql = "SELECT seq, at, before FROM journal WHERE show = ? AND seq > ? ORDER BY seq LIMIT ?"
        rows = await _rows(self._reader, sql, (show, since, limit))
        return [Images(seq, at, documents.decode_before(doc, kinds)) for seq, at, doc in rows]

    async def voted(self, show: str, person: str) -> list[str]:
        """Return the questions that a person has upvoted, in order of id."""
        sql = "SELECT question FROM ballot WHERE show = ? AND person = ? ORDER BY question"
        return [question for (question,) in await _rows(self._reader, sql, (show, person))]

    async def put_link(self, link: Link) -> None:
        """Write a link, new or changed; refuse `show.unknown`."""
        row = tuple(getattr(link, column) for column in LINK.split(", "))
        async with self._transaction():
            if not await _rows(self._writer, "SELECT 1 FROM show WHERE id = ?", (link.show,)):
                raise unknown(link.show)
            await self._writer.execute(PUT_LINK, row)

    async def link(self, token_hash: str) -> Link | None:
        """Return the link whose token has this hash."""
        sql = f"SELECT {LINK} FROM link WHERE token_hash = ?"
        rows = await _rows(self._reader, sql, (token_hash,))
        return _link(rows[0]) if rows else None

    async def links(self, show: str | None = None) -> list[Link]:
        """Return all links (of a show), oldest first, revoked ones included."""
        sql = f"SELECT {LINK} FROM link WHERE ?1 IS NULL OR show = ?1 ORDER BY created_at, rowid"
        return [_link(row) for row in await _rows(self._reader, sql, (show,))]

    async def close(self) -> None:
        """Let go of the file, after the turn that is open."""
        async with self._writing:
            await self._reader.close()
            await self._writer.close()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        # A cancelled statement still runs: its connection's thread takes one after another. That
        # is also why the rollback comes before whatever the next transaction asks for.
        async with self._writing:
            with _faults():
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield
                    await self._writer.commit()
                except BaseException:
                    await self._writer.rollback()
                    raise


def _link(row: Row) -> Link:
    return msgspec.convert(dict(zip(LINK.split(", "), row, strict=True)), Link)


async def open_sqlite(path: Path, *, restored: bool = False) -> SqliteStore:
    """Open a database file, made if it is not there; its folder is then its owner's alone.

    `restored`: it was put back from a backup, so its epoch is a new one.
    StoreFault: the file cannot be used, and why.
    """
    epoch = await asyncio.to_thread(schema.prepare, path, restored)
    async with AsyncExitStack() as opened:
        with _faults():
            writer, reader = [
                await opened.enter_async_context(
                    aiosqlite.connect(path, timeout=schema.BUSY_SECONDS, isolation_level=None)
                )
                for _ in range(2)
            ]
            await writer.execute("PRAGMA synchronous = FULL")
            await writer.execute("PRAGMA foreign_keys = ON")
            await reader.execute("PRAGMA query_only = ON")
        opened.pop_all()
    return SqliteStore(writer, reader, epoch)
