"""Shows: made once, listed, read from any seq, and there after a restart."""

import pytest

from server.domain.questions import ApproveQuestion
from server.domain.refusal import Refusal
from server.domain.rundown import AdjustCue
from server.domain.show import Change, Show
from server.domain.stage import HoldStage
from server.service.ports import Ballot, ShowRow, Store
from tests.domain.rehearsal import MODERATOR, START_AT, records
from tests.store.conftest import House
from tests.store.scribe import Scribe, plain, write


async def test_a_new_show_stands_at_seq_1_with_its_first_records(store: Store) -> None:
    await store.create("test", records(), START_AT)
    reading = await store.read("test")
    assert reading.seq == 1
    assert reading.changes == [Change(r.key, r, 1, START_AT) for r in records()]


async def test_there_is_one_show_of_a_name(store: Store, scribe: Scribe) -> None:
    with pytest.raises(Refusal, match=r"show\.exists"):
        await store.create("test", [], START_AT)
    assert (await store.read("test")).changes


async def test_shows_are_listed_oldest_first(store: Store) -> None:
    for name, at in ("b", 2), ("c", 1), ("a", 2):
        await store.create(name, records(), at)
    assert await store.shows() == [ShowRow("c", 1, 1), ShowRow("b", 1, 2), ShowRow("a", 1, 2)]


async def test_a_show_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(Refusal, match=r"show\.unknown"):
        await store.read("nowhere")
    with pytest.raises(Refusal, match=r"show\.unknown"):
        async with store.turn("nowhere", 0):
            pass


async def test_shows_know_nothing_of_each_other(store: Store, scribe: Scribe) -> None:
    await store.create("other", records(), START_AT)
    await write(store, scribe.ask(command_id="same"), ballots=(Ballot("q2", "ada", True),))
    assert (await store.read("other", 1)).changes == []
    assert await store.journal("other") == []
    assert await store.voted("other", "ada") == []
    async with store.turn("other", 1) as turn:
        assert await turn.answered([("anon 1", "same")]) == {}
        assert await turn.votes(["q2"]) == {"q2": 0}


async def test_a_reading_is_the_newest_change_of_each_record_in_order(
    store: Store, scribe: Scribe
) -> None:
    advance, ask = scribe.advance(), scribe.ask()
    approve = scribe.turn(ApproveQuestion("q3"), MODERATOR)
    hold = scribe.turn(HoldStage())
    await write(store, advance, ask, approve, hold)
    reading = await store.read("test", 1)
    assert reading.seq == 5
    assert [change.seq for change in reading.changes] == [2, 2, 4, 5]
    assert {change.key: change.record for change in reading.changes} == {
        "slot/s1": scribe.show.find_key("slot/s1"),
        "cue/c1": scribe.show.find_key("cue/c1"),
        "question/q3": scribe.show.find_key("question/q3"),
        "stage/main": scribe.show.find_key("stage/main"),
    }
    assert (await store.read("test", 4)).changes == hold.changes
    assert (await store.read("test", 5)) == (5, [])


async def test_a_show_read_from_zero_is_the_live_show(house: House, scribe: Scribe) -> None:
    store = house.opened[0]
    await write(store, scribe.advance(), scribe.ask(), scribe.turn(AdjustCue("c1", 30)))
    await write(store, scribe.ask(), scribe.advance(), scribe.turn(HoldStage()))
    await write(store, scribe.undo())
    again = Show("test")
    reading = await (await house.reopen()).read("test")
    again.take(reading.changes, reading.seq, 0)
    assert again.seq == scribe.show.seq
    assert {c.key: c for c in again.since(0)} == {c.key: c for c in scribe.show.since(0)}


async def test_a_dropped_record_stays_as_a_tombstone(store: Store, scribe: Scribe) -> None:
    segment = records()[1]
    await write(store, plain(2, drop=[segment]))
    assert (await store.read("test", 1)).changes == [Change(segment.key, None, 2, START_AT + 2)]
    assert len((await store.read("test")).changes) == len(records())


async def test_a_turn_that_changes_no_record_moves_the_seq(store: Store, scribe: Scribe) -> None:
    await write(store, scribe.advance())
    await write(store, plain(3))
    assert await store.read("test", 2) == (3, [])


async def test_everything_is_there_after_a_restart(house: House, scribe: Scribe) -> None:
    store = house.opened[0]
    await write(store, scribe.advance(), ballots=(Ballot("q1", "ada", True),))

    async def all_of(store: Store) -> list[object]:
        return [
            store.epoch,
            await store.shows(),
            await store.read("test"),
            await store.decision("test"),
            await store.journal("test"),
            await store.voted("test", "ada"),
        ]

    before = await all_of(store)
    assert await all_of(await house.reopen()) == before


async def test_closing_twice_is_no_fault(store: Store) -> None:
    await store.close()
    await store.close()
