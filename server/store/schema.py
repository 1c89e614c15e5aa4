"""The tables of a database file, and how a file of an older version is brought up to this one."""

import secrets
import sqlite3
from contextlib import closing
from itertools import chain
from pathlib import Path

from server.store.faults import StoreFault

# How long somebody waits for another process that is writing.
BUSY_SECONDS = 10.0

FIRST = (
    "CREATE TABLE meta (epoch TEXT NOT NULL, schema INTEGER NOT NULL)",
    """CREATE TABLE show (
        id TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,
        created_at INTEGER NOT NULL)""",
    """CREATE TABLE record (
        show TEXT NOT NULL REFERENCES show (id),
        key TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        doc TEXT,
        PRIMARY KEY (show, key))""",
    "CREATE INDEX record_since ON record (show, seq)",
    """CREATE TABLE journal (
        show TEXT NOT NULL REFERENCES show (id),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        person TEXT NOT NULL,
        role TEXT NOT NULL,
        command_id TEXT,
        command_type TEXT NOT NULL,
        command TEXT NOT NULL,
        facts TEXT NOT NULL,
        changed TEXT NOT NULL,
        before TEXT NOT NULL,
        decision INTEGER,
        PRIMARY KEY (show, seq))""",
    """CREATE UNIQUE INDEX journal_command ON journal (show, person, command_id)
        WHERE command_id IS NOT NULL""",
    """CREATE TABLE ballot (
        show TEXT NOT NULL REFERENCES show (id),
        question TEXT NOT NULL,
        person TEXT NOT NULL,
        PRIMARY KEY (show, question, person)) WITHOUT ROWID""",
    "CREATE INDEX ballot_person ON ballot (show, person)",
    """CREATE TABLE link (
        id TEXT PRIMARY KEY,
        show TEXT NOT NULL REFERENCES show (id),
        role TEXT NOT NULL,
        person TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER)""",
)

# Step n leads from schema n to n + 1. A step that has been released is never changed.
STEPS = (FIRST,)
SCHEMA = len(STEPS)


def prepare(path: Path, restored: bool = False) -> str:
    """Make the file or bring it up to date, in one transaction, and return its epoch.

    A file that was `restored` from a backup begins a new epoch: what screens hold of the seqs
    after the backup was another history. File and folder are made for their owner alone.
    StoreFault: the file is newer, is no database of ours, or lies where SQLite cannot keep its
    write-ahead log.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite would let others read it; its log gets the rights of this file.
    path.touch(0o600)
    try:
        with closing(sqlite3.connect(path, BUSY_SECONDS, isolation_level=None)) as database:
            return _prepare(database, path, restored)
    except sqlite3.Error as error:
        raise StoreFault(f"The database {path} cannot be opened: {error}") from error


def _prepare(database: sqlite3.Connection, path: Path, restored: bool) -> str:
    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreFault(f"The database {path} needs a local disk, for its write-ahead log.")
    with database:
        database.execute("BEGIN IMMEDIATE")
        version, epoch = _version(database, path)
        if version > SCHEMA:
            raise StoreFault(
                f"The database {path} was written by a newer version of Luyan (schema {version}; "
                f"this version reads up to {SCHEMA}). Please use that version."
            )
        for statement in chain.from_iterable(STEPS[version:]):
            database.execute(statement)
        if version == 0:
            database.execute("INSERT INTO meta VALUES (?, ?)", (epoch, SCHEMA))
        elif version < SCHEMA:
            database.execute("UPDATE meta SET schema = ?", (SCHEMA,))
        if restored and version > 0:
            epoch = secrets.token_hex(8)
            database.execute("UPDATE meta SET epoch = ?", (epoch,))
    return epoch


def _version(database: sqlite3.Connection, path: Path) -> tuple[int, str]:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
    if not tables:
        return 0, secrets.token_hex(8)
    if "meta" not in tables:
        raise StoreFault(f"{path} is a database, but not one of Luyan's.")
    version, epoch = database.execute("SELECT schema, epoch FROM meta").fetchone()
    return version, epoch
