"""The file: made whole, held by one server, refused in words, and whole after a kill."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from server.store import schema
from server.store.faults import StoreFault
from server.store.lock import hold
from server.store.sqlite import SqliteStore, open_sqlite
from tests.domain.rehearsal import START_AT, records
from tests.store.scribe import Scribe, write
from tests.store.writer import ENTRIES, question

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "luyan.db"


def edit(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


async def make(database: Path) -> None:
    store = await open_sqlite(database)
    await store.create("test", records(), START_AT)
    await write(store, Scribe().advance())
    await store.close()


# ---- opening -----------------------------------------------------------------------------------


async def test_the_folder_is_for_its_owner_alone(database: Path) -> None:
    await make(database)
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700
    assert [path.name for path in database.parent.iterdir()] == ["luyan.db"]


async def test_in_a_folder_that_others_may_read_the_files_are_still_for_their_owner(
    database: Path,
) -> None:
    database.parent.mkdir(mode=0o755)
    store = await open_sqlite(database)
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    await store.close()
    assert files == dict.fromkeys(("luyan.db", "luyan.db-wal", "luyan.db-shm"), 0o600)


async def test_a_commit_is_on_disk_before_it_is_answered(database: Path) -> None:
    store = await open_sqlite(database)

    async def pragma(name: str) -> object:
        (row,) = await store._writer.execute_fetchall(f"PRAGMA {name}")
        return row[0]

    assert await pragma("journal_mode") == "wal"
    assert await pragma("synchronous") == 2
    assert await pragma("foreign_keys") == 1
    await store.close()


async def test_a_new_file_opened_by_many_at_once_is_made_once(database: Path) -> None:
    stores: list[SqliteStore] = await asyncio.gather(*(open_sqlite(database) for _ in range(8)))
    assert len({store.epoch for store in stores}) == 1
    for store in stores:
        await store.close()


async def test_every_file_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    stores = [await open_sqlite(tmp_path / name) for name in ("one", "two")]
    assert stores[0].epoch != stores[1].epoch
    for store in stores:
        await store.close()


async def test_a_file_of_a_newer_version_is_refused(database: Path) -> None:
    await make(database)
    edit(database, f"UPDATE meta SET schema = {schema.SCHEMA + 1}")
    with pytest.raises(StoreFault, match="newer version of Luyan"):
        await open_sqlite(database)


async def test_a_file_of_an_older_version_is_brought_up_to_date(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(database)
    step = ("ALTER TABLE show ADD COLUMN colour TEXT", "CREATE TABLE camera (id TEXT)")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, step))
    monkeypatch.setattr(schema, "SCHEMA", schema.SCHEMA + 1)
    before = await open_sqlite(database)
    again = await open_sqlite(database)
    assert again.epoch == before.epoch
    assert [row.id for row in await again.shows()] == ["test"]
    await before.close()
    await again.close()


async def test_a_step_that_fails_changes_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(database)
    step = ("CREATE TABLE camera (id TEXT)", "CREATE TABLE show (id TEXT)")
    with monkeypatch.context() as newer:
        newer.setattr(schema, "STEPS", (*schema.STEPS, step))
        newer.setattr(schema, "SCHEMA", schema.SCHEMA + 1)
        with pytest.raises(StoreFault, match="already exists"):
            await open_sqlite(database)
    store = await open_sqlite(database)
    assert [row.id for row in await store.shows()] == ["test"]
    await store.close()
    with closing(sqlite3.connect(database)) as connection:
        assert not connection.execute("SELECT * FROM sqlite_schema WHERE name='camera'").fetchall()


async def test_a_file_that_is_not_ours_is_refused(database: Path) -> None:
    database.parent.mkdir()
    edit(database, "CREATE TABLE holiday (day TEXT)")
    with pytest.raises(StoreFault, match="not one of Luyan's"):
        await open_sqlite(database)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear aunt, " * 100)
    with pytest.raises(StoreFault, match="cannot be opened: file is not a database"):
        asyncio.run(open_sqlite(letter))
    assert letter.read_text() == "Dear aunt, " * 100


async def test_a_record_of_a_newer_version_is_named(database: Path) -> None:
    await make(database)
    edit(database, "UPDATE record SET key = 'hologram/1' WHERE key = 'segment/pitches'")
    store = await open_sqlite(database)
    with pytest.raises(StoreFault, match="does not know: hologram/1"):
        await store.read("test")
    with pytest.raises(StoreFault, match="does not know: hologram/1"):
        async with store.turn("test", 0):
            pass
    async with store.turn("test", 1) as turn:
        assert turn.news.seq == 2
    await store.close()


async def test_what_sqlite_refuses_is_a_fault_of_the_store(database: Path) -> None:
    store, scribe = await open_sqlite(database), Scribe()
    await store.create("test", records(), START_AT)
    edit(
        database, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(FAIL, 'x'); END"
    )
    with pytest.raises(StoreFault, match="The database failed: x"):
        await write(store, scribe.advance())
    edit(database, "DROP TRIGGER full")
    assert await store.read("test", 1) == (1, [])
    await write(store, Scribe().advance())
    await store.close()


# ---- one server for one folder -----------------------------------------------------------------


def test_a_folder_is_held_until_it_is_let_go(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with (
        hold(folder),
        pytest.raises(StoreFault, match=rf"{folder} is already being .* \({os.getpid()}\)"),
    ):
        hold(folder)
    with hold(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# ---- a kill ------------------------------------------------------------------------------------


def start(database: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writer", str(database)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_after_a_kill_there_are_whole_turns_only(database: Path) -> None:
    for turns in 1, 20, 55:
        with start(database) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(turns)]
            with pytest.raises(StoreFault, match=str(writer.pid)):
                hold(database.parent)
            writer.send_signal(signal.SIGKILL)
            told += map(int, writer.stdout.read().split())
        store = await open_sqlite(database)
        reading = await store.read("test")
        seqs = [*range(2, reading.seq + 1)]
        assert told[-1] <= reading.seq <= told[-1] + ENTRIES
        assert len(seqs) % ENTRIES == 0
        assert [change.record for change in reading.changes] == [*map(question, seqs)]
        assert [entry["seq"] for entry in await store.journal("test")] == seqs
        for person in "bo", "wu":
            assert len(await store.voted("test", person)) == len(seqs) // ENTRIES
        await store.close()
        hold(database.parent).close()


async def test_a_restored_file_begins_a_new_epoch(tmp_path: Path) -> None:
    database = tmp_path / "luyan.db"
    before = await open_sqlite(database)
    await before.close()
    restored = await open_sqlite(database, restored=True)
    await restored.close()
    after = await open_sqlite(database)
    await after.close()
    assert before.epoch != restored.epoch == after.epoch
