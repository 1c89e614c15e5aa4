"""Writes turns of three entries and two ballots until it is killed; tells each seq once it is
committed. The argument is the database file."""

import asyncio
import contextlib
import sys
from pathlib import Path

from server.domain.questions import Question
from server.domain.refusal import Refusal
from server.service.ports import Ballot
from server.store.lock import hold
from server.store.sqlite import open_sqlite
from tests.domain.rehearsal import START_AT
from tests.store.scribe import plain

ENTRIES = 3


def question(seq: int) -> Question:
    """Return the question asked at `seq`."""
    return Question(id=f"q{seq}", text="为什么？" * 100, lang="zh", asker="ada", asked_at=seq)


async def write_on(database: Path) -> None:
    """Never return."""
    store = await open_sqlite(database)
    with contextlib.suppress(Refusal):  # killed before
        await store.create("test", [], START_AT)
    while True:
        async with store.turn("test", 0) as turn:
            seq = turn.news.seq
            for next_seq in range(seq + 1, seq + ENTRIES + 1):
                await turn.write([plain(next_seq, [question(next_seq)])])
            await turn.write([], [Ballot(f"q{seq + 1}", person, True) for person in ("bo", "wu")])
        print(seq + ENTRIES, flush=True)


if __name__ == "__main__":
    database = Path(sys.argv[1])
    with hold(database.parent):
        asyncio.run(write_on(database))
