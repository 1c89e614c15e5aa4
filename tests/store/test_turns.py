"""Turns: whole or not at all, one at a time, without a hole."""

import asyncio
import contextlib
import types
from collections.abc import Coroutine, Generator
from typing import Any

import pytest

from server.domain.roles import Record
from server.service.ports import Ballot, Store
from tests.domain.rehearsal import START_AT, records
from tests.store.conftest import House
from tests.store.scribe import Scribe, plain, write


async def test_a_turn_tells_what_others_wrote(house: House, scribe: Scribe) -> None:
    ours, theirs = house.opened[0], await house.open()
    entry = scribe.ask()
    await write(theirs, entry)
    async with ours.turn("test", 1) as turn:
        assert turn.news == (2, entry.changes)
    async with ours.turn("test", 2) as turn:
        assert turn.news == (2, [])


async def test_nothing_is_there_before_the_turn_ends(house: House, scribe: Scribe) -> None:
    ours, theirs = house.opened[0], await house.open()
    async with ours.turn("test", 1) as turn:
        await turn.write([scribe.ask()], [Ballot("q2", "ada", True)])
        for store in ours, theirs:
            assert (await store.read("test")).seq == 1
            assert await store.journal("test") == []
            assert await store.voted("test", "ada") == []
    for store in ours, theirs:
        assert (await store.read("test")).seq == 2
        assert await store.voted("test", "ada") == ["q2"]


async def test_one_turn_may_write_more_than_once(store: Store, scribe: Scribe) -> None:
    async with store.turn("test", 1) as turn:
        await turn.write([], [Ballot("q2", "ada", True)])
        await turn.write([scribe.ask()])
        await turn.write([scribe.ask(), scribe.ask()])
    assert [entry["seq"] for entry in await store.journal("test")] == [2, 3, 4]
    assert await store.voted("test", "ada") == ["q2"]


async def test_of_a_turn_that_fails_nothing_is_kept(store: Store, scribe: Scribe) -> None:
    entry = scribe.ask(command_id="again")

    async def failing() -> None:
        async with store.turn("test", 1) as turn:
            await turn.write([entry], [Ballot("q2", "ada", True)])
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    assert (await store.read("test", 1)) == (1, [])
    assert await store.voted("test", "ada") == []
    await write(store, entry)
    assert (await store.read("test", 1)).seq == 2


async def test_of_a_cancelled_turn_nothing_is_kept(store: Store, scribe: Scribe) -> None:
    entry, written = scribe.ask(), asyncio.Event()

    async def cancelled() -> None:
        async with store.turn("test", 1) as turn:
            await turn.write([entry], [Ballot("q2", "ada", True)])
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(cancelled())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write(store, entry)
    assert (await store.read("test", 1)).seq == 2
    assert await store.voted("test", "ada") == []


@types.coroutine
def cancelled_at(wait: int, running: Coroutine[Any, None, None]) -> Generator[Any, None, bool]:
    """Run something and cancel it at the wait of this number; tell whether it came so far."""
    came_so_far = False
    with contextlib.suppress(StopIteration, asyncio.CancelledError):
        waits_for = running.send(None)
        for _ in range(wait):
            yield waits_for
            waits_for = running.send(None)
        came_so_far = waits_for.cancel()
        waits_for = running.throw(asyncio.CancelledError())
        while True:  # it may still tidy up
            yield waits_for
            waits_for = running.send(None)
    return came_so_far


async def test_wherever_a_turn_is_cancelled_it_is_written_whole_or_not(
    store: Store, scribe: Scribe
) -> None:
    seq, wait, cancelled = 1, 0, True
    while cancelled:
        voter = [Ballot(f"of {wait}", "ada", True)]
        two = plain(seq + 1, [records()[0]]), plain(seq + 2, [records()[1]])
        cancelled = await cancelled_at(wait, write(store, *two, ballots=voter))
        async with store.turn("test", seq) as turn:  # after whatever was still under way
            news = turn.news
        assert (news.seq - seq, len(news.changes)) in ((0, 0), (2, 2))
        assert (f"of {wait}" in await store.voted("test", "ada")) is (news.seq > seq)
        seq, wait = news.seq, wait + 1
    assert [entry["seq"] for entry in await store.journal("test")] == [*range(2, seq + 1)]


async def test_turns_of_a_show_wait_for_each_other(house: House, scribe: Scribe) -> None:
    stores = [house.opened[0], await house.open()]

    async def next_turn(number: int) -> None:
        async with stores[number % 2].turn("test", 0) as turn:
            await asyncio.sleep(0)
            await turn.write([plain(turn.news.seq + 1)])

    await asyncio.gather(*(next_turn(number) for number in range(20)))
    assert (await stores[0].read("test")).seq == 21


async def test_a_hole_in_the_seqs_is_not_written(store: Store, scribe: Scribe) -> None:
    first, second, third = scribe.ask(), scribe.ask(), scribe.ask()
    for entries in [second], [first, third], [first, first]:
        with pytest.raises(RuntimeError, match="must come next"):
            await write(store, *entries)
    assert (await store.read("test", 1)) == (1, [])


async def test_a_turn_that_swallows_a_failed_write_is_not_kept(
    store: Store, scribe: Scribe
) -> None:
    first, again = scribe.ask("ada", "one"), scribe.ask("ada", "one")

    async def going_on() -> None:
        async with store.turn("test", 1) as turn:
            with contextlib.suppress(OSError):
                await turn.write([first, again])

    with pytest.raises(RuntimeError, match="nothing of it is kept"):
        await going_on()
    assert (await store.read("test", 1)) == (1, [])


async def test_a_turn_that_is_over_takes_nothing_more(store: Store, scribe: Scribe) -> None:
    async with store.turn("test", 1) as turn:
        pass
    with pytest.raises(RuntimeError, match="over"):
        await turn.write([scribe.ask()])
    assert (await store.read("test", 1)) == (1, [])


class Stray(Record, frozen=True, kw_only=True):
    """A kind of record that RECORDS does not list."""


async def test_a_record_of_an_unlisted_kind_is_not_written(store: Store, scribe: Scribe) -> None:
    with pytest.raises(TypeError, match="Stray"):
        await store.create("other", [Stray(id="1")], START_AT)
    with pytest.raises(TypeError, match="Stray"):
        await write(store, plain(2, [Stray(id="1")]))
    assert (await store.read("test", 1)) == (1, [])
