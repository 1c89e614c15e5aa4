"""The journal: what was done before, what may be undone, who did what."""

from functools import partial

import pytest

from server.domain.rundown import AdjustCue
from server.domain.stage import HoldStage
from server.service.ports import Store
from tests.domain.rehearsal import START_AT
from tests.store.conftest import House
from tests.store.scribe import Scribe, plain, write


async def test_a_command_is_known_by_its_person_and_id(house: House, scribe: Scribe) -> None:
    store = house.opened[0]
    await write(store, scribe.ask("ada", "one"), scribe.ask("bo", "one"), scribe.ask("bo", "two"))
    store = await house.reopen()
    asked = [("ada", "one"), ("ada", "two"), ("bo", "two"), ("bo", "one"), ("", "")]
    async with store.turn("test", 4) as turn:
        done = await turn.answered(asked)
        assert done == {("ada", "one"): 2, ("bo", "one"): 3, ("bo", "two"): 4}
        assert await turn.answered([]) == {}


async def test_thousands_are_looked_up_at_once(store: Store, scribe: Scribe) -> None:
    entries = [scribe.ask(f"person {number}", "the \0 id") for number in range(1500)]
    await write(store, *entries)
    asked = [(f"person {number}", "the \0 id") for number in range(3000)]
    async with store.turn("test", 1501) as turn:
        done = await turn.answered(asked)
        assert done == {(f"person {n}", "the \0 id"): e.seq for n, e in enumerate(entries)}
        assert sum((await turn.votes([f"q{number}" for number in range(3000)])).values()) == 0


async def test_what_the_turn_itself_wrote_is_known(store: Store, scribe: Scribe) -> None:
    async with store.turn("test", 1) as turn:
        await turn.write([scribe.ask("ada", "one")])
        assert await turn.answered([("ada", "one")]) == {("ada", "one"): 2}


async def test_turns_are_told_backwards_by_kind_and_in_pieces(house: House, scribe: Scribe) -> None:
    entries = [scribe.ask("ada"), scribe.advance(), scribe.ask("bo"), scribe.undo()]
    await write(house.opened[0], *entries)
    store = await house.reopen()
    turns = await store.images("test", {"stage", "question"}, 1, 3)
    assert [(turn.seq, turn.at) for turn in turns] == [(e.seq, e.at) for e in entries[:3]]
    assert [dict(turn.before) for turn in turns] == [
        {"question/q2": None},
        {"stage/main": entries[1].before["stage/main"]},
        {"question/q4": None},
    ]
    (last,) = await store.images("test", {"cue"}, 4, 3)
    cues = {key: record for key, record in entries[3].before.items() if key.startswith("cue/")}
    assert last.before == cues
    assert cues
    assert await store.images("test", {"cue"}, 5, 3) == []


async def test_a_command_is_not_written_twice(store: Store, scribe: Scribe) -> None:
    await write(store, scribe.ask("ada", "one"))
    with pytest.raises(OSError, match=r"."):
        await write(store, scribe.ask("ada", "one"))
    assert (await store.read("test")).seq == 2


async def test_turns_that_nobody_commanded_are_never_the_same(store: Store, scribe: Scribe) -> None:
    await write(store, plain(2), plain(3))
    assert (await store.read("test")).seq == 3


async def test_the_decision_after_a_restart_is_the_live_one(house: House, scribe: Scribe) -> None:
    assert await house.opened[0].decision("test") is None
    adjust, hold = partial(scribe.turn, AdjustCue("c1", 30)), partial(scribe.turn, HoldStage())
    for step in (
        scribe.ask,
        scribe.advance,
        scribe.ask,
        adjust,
        scribe.advance,
        scribe.ask,
        scribe.undo,
        scribe.ask,
        hold,
    ):
        await write(house.opened[0], step())
        store = await house.reopen()
        assert await store.decision("test") == scribe.show.decision
    assert scribe.show.decision is not None


async def test_the_decision_can_be_read_while_the_turn_is_open(
    store: Store, scribe: Scribe
) -> None:
    await write(store, scribe.advance())
    async with store.turn("test", 2):
        assert await store.decision("test") == scribe.show.decision


async def test_the_journal_tells_who_did_what_and_how_it_was(store: Store, scribe: Scribe) -> None:
    await write(store, scribe.advance("go"), scribe.ask())
    await write(store, scribe.turn(HoldStage(), command_id="wait"))
    advance, ask, hold = await store.journal("test")
    assert advance["seq"] == 2
    assert advance["at"] == START_AT + 1
    assert advance["actor"] == {"person": "caller", "role": "caller"}
    assert advance["command_id"] == "go"
    assert advance["command_type"] == "stage.advance"
    assert advance["command"]["seen"] == 1
    assert advance["facts"] == [{"name": "cue.started", "about": "cue/c1"}]
    assert advance["changed"] == list(advance["before"])
    assert advance["before"]["cue/c1"]["started_at"] is None
    assert advance["decision"] == ask["decision"] == 2
    assert ask["before"] == {"question/q3": None}
    assert ask["command"]["text"] == "为什么？"
    assert hold["decision"] == 4
    assert await store.journal("test", 3) == [hold]
    assert await store.journal("test", 4) == await store.journal("nowhere") == []
