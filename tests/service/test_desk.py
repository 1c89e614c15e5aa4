"""Every decision has one effect and one answer, whatever happens around it."""

import asyncio
import logging
from collections import Counter
from pathlib import Path

import pytest

from server.domain.commands import COMMANDS, Grant
from server.domain.messages import AcknowledgeMessage, SendMessage
from server.domain.questions import AskQuestion
from server.domain.refusal import Refusal
from server.domain.roles import DESK, EVERYONE, Actor
from server.domain.show import Draft
from server.domain.stage import AdvanceStage, HoldStage, ResumeStage, Stage, UndoStage
from server.store.sqlite import SqliteStore
from tests.domain.rehearsal import ATTENDEE, CALLER, COMMENTATOR, PRESENTER
from tests.live.keepers import SqliteKeeper
from tests.service.office import SHOW, Guarded, Office, ask, attendee, code


def guard(office: Office) -> Guarded:
    assert isinstance(office.store, Guarded)
    return office.store


async def stage(office: Office) -> Stage:
    found = (await office.records())["stage/main"]
    assert isinstance(found, Stage)
    return found


# ---- two callers, one advance ------------------------------------------------------------------


async def test_of_fifty_who_advance_at_once_one_moves_the_stage(office: Office) -> None:
    answers = await office.all(*[(AdvanceStage(seen=1), CALLER)] * 50)
    assert Counter(answers) == {2: 1, "stage.moved_on": 49}
    assert (await stage(office)).on_air == "c1"
    assert await office.seq() == 2


async def test_two_desks_over_one_store_move_the_stage_once(office: Office) -> None:
    other = office.new_desk()
    answers = await asyncio.gather(
        *(
            desk.do(SHOW, f"id {number}", AdvanceStage(seen=1), CALLER)
            for number, desk in enumerate([office.desk, other] * 10)
        ),
        return_exceptions=True,
    )
    assert Counter(code(answer) for answer in answers) == {2: 1, "stage.moved_on": 19}
    assert await other.do(SHOW, "next", AdvanceStage(seen=2), CALLER) == 3
    assert await office.advance() == 4
    await other.close()


# ---- ids ---------------------------------------------------------------------------------------


async def test_one_id_has_one_effect_however_often_it_is_sent(office: Office) -> None:
    seen = await office.seq()

    async def send() -> int:
        return await office.do(AdvanceStage(seen=seen), command_id="the one")

    answers = set(await asyncio.gather(*(send() for _ in range(20))))
    answers |= {await send() for _ in range(20)}
    await office.restart()
    answers |= {await send() for _ in range(20)}
    answers |= set(await asyncio.gather(*(send() for _ in range(20))))
    assert answers == {2}
    assert [entry["command_id"] for entry in await office.journal()] == ["the one"]


async def test_an_id_belongs_to_the_person_who_gave_it(office: Office) -> None:
    seqs = [await office.do(ask(), attendee(n), command_id="same") for n in range(3)]
    assert seqs == [2, 3, 4]
    assert await office.do(ask("Other words?"), attendee(1), command_id="same") == 3


async def test_an_id_that_was_refused_may_be_sent_again(office: Office) -> None:
    with pytest.raises(Refusal, match="stage\\.idle"):
        await office.do(HoldStage(), command_id="hold")
    await office.advance()
    assert await office.do(HoldStage(), command_id="hold") == 3


@pytest.mark.parametrize(
    "command_id", ["", "  ", "x" * 81, "a\u0000b"], ids=["empty", "blank", "long", "control"]
)
async def test_an_id_is_a_short_word(office: Office, command_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        await office.desk.do(SHOW, command_id, HoldStage(), CALLER)
    assert refused.value.field == "id"
    assert await office.journal() == []


# ---- what goes wrong ---------------------------------------------------------------------------


async def test_a_full_disk_takes_all_or_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "luyan")
    office = Office(SqliteKeeper(tmp_path))
    await office.begin()
    store = office.store
    assert isinstance(store, SqliteStore)
    (page_count,) = next(iter(await store._writer.execute_fetchall("PRAGMA page_count")))
    await store._writer.execute_fetchall(f"PRAGMA max_page_count = {page_count}")

    crowd = [(ask("w" * 500), attendee(n % 20)) for n in range(60)]
    assert set(await office.all(*crowd)) == {"store.fault"}
    assert await office.seq() == 1
    assert await office.journal() == []
    assert await office.questions() == []
    assert office.hints == []

    await store._writer.execute_fetchall("PRAGMA max_page_count = 1000000")
    # Three questions may wait for each person: none of those that were lost counts.
    assert await office.all(*crowd) == list(range(2, 62))
    assert await office.all((ask(), attendee(3))) == ["question.too_many"]
    await office.close()


async def test_a_failed_commit_changes_nothing(guarded: Office) -> None:
    store = guard(guarded)
    await guarded.advance()
    store.fault = OSError("the disk is on fire")
    answers = await guarded.all(
        (HoldStage(), CALLER), (ResumeStage(), CALLER), (ask(), ATTENDEE), (ask(), PRESENTER)
    )
    # A refusal that was decided on what then was not written is none.
    assert answers == ["store.fault"] * 4
    assert await guarded.seq() == 2
    store.fault = None
    with pytest.raises(Refusal, match="stage\\.running"):
        await guarded.do(ResumeStage())
    assert await guarded.do(HoldStage()) == 3
    assert guarded.hints == [2, 3]


async def test_a_commit_whose_outcome_was_lost_is_found_by_its_id(guarded: Office) -> None:
    store = guard(guarded)
    store.fault_after_commit = OSError("the line to the database broke")
    assert await guarded.all((HoldStage(), CALLER)) == ["store.fault"]
    with pytest.raises(Refusal, match="store\\.fault"):
        await guarded.do(ask(), ATTENDEE, "mine")
    store.fault_after_commit = None
    assert await guarded.do(ask(), ATTENDEE, "mine") == 2
    assert len(await guarded.questions()) == 1
    assert await guarded.advance() == 3


async def test_a_caller_who_goes_away_leaves_the_command_behind(guarded: Office) -> None:
    store = guard(guarded)
    store.gate.clear()
    early = asyncio.create_task(guarded.do(ask("Early?"), ATTENDEE))
    waiting = asyncio.create_task(guarded.do(ask("Waiting?"), ATTENDEE))
    await store.opened.wait()
    late = asyncio.create_task(guarded.do(ask("Late?"), ATTENDEE))
    await asyncio.sleep(0)
    for gone in (early, late):
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
    store.gate.set()
    assert await waiting == 3
    assert await guarded.advance() == 5
    assert [q.text for q in await guarded.questions()] == ["Early?", "Waiting?", "Late?"]


async def test_a_faulty_rule_takes_nobody_with_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(draft: Draft, command: HoldStage, actor: Actor, now: int) -> None:
        draft.drop(draft.get(Stage, "main"))
        raise ZeroDivisionError

    table: dict[object, Grant] = dict(COMMANDS) | {HoldStage: Grant(faulty, DESK)}
    monkeypatch.setattr("server.domain.commands.COMMANDS", table)
    answers = await office.all(
        (AdvanceStage(seen=1), CALLER),
        (HoldStage(), CALLER),
        (ask(), ATTENDEE),
        (HoldStage(), CALLER),
        (AdvanceStage(seen=3), CALLER),
    )
    assert answers == [2, "server.fault", 3, "server.fault", 4]
    assert (await stage(office)).on_air == "c2"
    assert "ZeroDivisionError" in caplog.text


async def test_the_log_names_commands_and_never_says_their_words(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(draft: Draft, command: AskQuestion, actor: Actor, now: int) -> None:
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG, "luyan")
    words = AskQuestion(text="Between us: is it true?", lang="en")
    assert await office.all((words, ATTENDEE)) == [2]
    table: dict[object, Grant] = dict(COMMANDS) | {AskQuestion: Grant(faulty, EVERYONE)}
    monkeypatch.setattr("server.domain.commands.COMMANDS", table)
    assert await office.all((words, ATTENDEE)) == ["server.fault"]
    assert "command=question.ask " in caplog.text
    assert "the rule of question.ask failed" in caplog.text
    assert "Between us" not in caplog.text


async def test_a_show_that_is_not_there_is_refused_and_stalls_nobody(office: Office) -> None:
    for _ in range(2):
        answers = await asyncio.gather(
            *(office.desk.do("elsewhere", f"id {n}", ask(), ATTENDEE) for n in range(3)),
            return_exceptions=True,
        )
        assert [code(answer) for answer in answers] == ["show.unknown"] * 3
    assert await office.advance() == 2


async def test_without_a_grant_nothing_is_opened(guarded: Office) -> None:
    with pytest.raises(Refusal, match="role\\.may_not"):
        await guarded.do(AdvanceStage(seen=1), ATTENDEE)
    assert guard(guarded).turns == 0


# ---- time --------------------------------------------------------------------------------------


async def test_a_clock_set_back_does_not_make_instants_run_backwards(office: Office) -> None:
    office.now += 90_000
    await office.advance()
    before = office.now
    office.now -= 60_000
    await office.do(HoldStage())
    await office.restart()
    await office.do(ResumeStage())
    office.now = before + 5_000
    await office.advance()
    assert [entry["at"] for entry in await office.journal()] == [before] * 3 + [office.now]
    anchor = (await stage(office)).anchor
    assert anchor is not None
    assert anchor.at == office.now


# ---- undo --------------------------------------------------------------------------------------


async def test_a_decision_is_undone_after_a_restart(office: Office) -> None:
    await office.advance()
    before = await stage(office)
    office.now += 1000
    await office.do(HoldStage())
    await office.do(ask(), ATTENDEE)
    await office.restart()
    assert await office.do(UndoStage(seen=await office.seq())) == 5
    assert await stage(office) == before
    await office.restart()
    with pytest.raises(Refusal, match="undo\\.nothing"):
        await office.do(UndoStage(seen=await office.seq()))


async def test_another_desk_undoes_what_this_one_decided(office: Office) -> None:
    other = office.new_desk()
    await other.do(SHOW, "first", AdvanceStage(seen=1), CALLER)
    await office.advance()
    await other.do(SHOW, "undo", UndoStage(seen=3), CALLER)
    assert (await stage(office)).on_air == "c1"
    with pytest.raises(Refusal, match="undo\\.nothing"):
        await office.do(UndoStage(seen=4))
    await other.close()


# ---- turns in groups ---------------------------------------------------------------------------


async def test_commands_that_wait_together_are_committed_together(guarded: Office) -> None:
    store = guard(guarded)
    store.gate.clear()
    first = asyncio.create_task(guarded.do(ask(), attendee(999)))
    await store.opened.wait()
    crowd = asyncio.create_task(guarded.all(*((ask(), attendee(n)) for n in range(300))))
    await asyncio.sleep(0)
    store.gate.set()
    assert await first == 2
    assert await crowd == list(range(3, 303))
    assert store.turns == 2
    assert [q.asker for q in await guarded.questions()][1:] == [f"anon-{n}" for n in range(300)]
    assert guarded.hints == [2, 302]


async def test_closing_finishes_what_waits(office: Office) -> None:
    asking = [asyncio.create_task(office.do(ask(), attendee(n))) for n in range(20)]
    await asyncio.sleep(0)
    await office.desk.close()
    assert [await task for task in asking] == list(range(2, 22))


async def test_a_turn_that_changes_no_record_is_a_turn(office: Office) -> None:
    await office.do(SendMessage(text="Hello", to="wu"))
    acknowledge = AcknowledgeMessage(message="m2.1")
    assert await office.all(*[(acknowledge, COMMENTATOR)] * 2) == [3, 4]
    await office.restart()
    assert await office.do(acknowledge, COMMENTATOR) == 5
    assert [entry["changed"] for entry in await office.journal()][2:] == [[], []]


async def test_a_command_that_comes_too_late_is_not_done_but_one_that_was_done_stays(
    office: Office,
) -> None:
    late = AdvanceStage(seen=1)
    with pytest.raises(Refusal, match=r"command\.late"):
        await office.desk.do(SHOW, "late", late, CALLER, by=office.now - 1)
    in_time = await office.desk.do(SHOW, "in time", late, CALLER, by=office.now)
    office.now += 60_000
    # Sent again after the line was down: it was done in time, so the answer is the same.
    assert await office.desk.do(SHOW, "in time", late, CALLER, by=office.now - 60_000) == in_time
