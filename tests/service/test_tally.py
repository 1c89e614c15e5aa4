"""A vote is one person's wish for one question, counted once."""

import asyncio
import logging
from typing import Any

import pytest

from server.domain.questions import (
    ApproveQuestion,
    DismissQuestion,
    RestoreQuestion,
    UnvoteQuestion,
    UpvoteQuestion,
)
from server.domain.refusal import Refusal
from server.domain.stage import UndoStage
from tests.domain.rehearsal import ATTENDEE, MODERATOR
from tests.service.office import SHOW, Guarded, Office, ask, attendee


async def approved(office: Office) -> str:
    """Have a question that everybody may vote on."""
    question = f"q{await office.do(ask(), attendee(await office.seq()))}"
    await office.do(ApproveQuestion(question=question), MODERATOR)
    return question


async def tallies(office: Office) -> list[dict[str, Any]]:
    return [entry for entry in await office.journal() if entry["command_type"] == "tally"]


async def test_one_person_has_one_vote_for_each_question(office: Office) -> None:
    one, other = await approved(office), await approved(office)
    for question in (one, one, other, one):
        await office.do(UpvoteQuestion(question=question), ATTENDEE)
    await office.do(UpvoteQuestion(question=one), attendee(2))
    assert await office.votes() == {one: 2, other: 1}
    assert await office.store.voted(SHOW, ATTENDEE.person) == sorted([one, other])


async def test_a_vote_can_be_taken_back(office: Office) -> None:
    question = await approved(office)
    await office.all(*((UpvoteQuestion(question=question), attendee(n)) for n in range(3)))
    await office.do(UnvoteQuestion(question=question), attendee(1))
    assert await office.votes() == {question: 2}
    await office.do(UpvoteQuestion(question=question), attendee(1))
    assert await office.votes() == {question: 3}


async def test_a_vote_that_comes_too_late_is_not_counted(office: Office) -> None:
    upvote = UpvoteQuestion(question=await approved(office))
    with pytest.raises(Refusal, match=r"command\.late"):
        await office.desk.do(SHOW, "late", upvote, ATTENDEE, by=office.now - 1)
    assert await office.votes() == {}


async def test_what_changes_no_counter_is_no_turn(office: Office) -> None:
    question = await approved(office)
    seq = await office.do(UpvoteQuestion(question=question), ATTENDEE)
    assert await office.do(UpvoteQuestion(question=question), ATTENDEE) == seq
    assert await office.do(UnvoteQuestion(question=question), attendee(2)) == seq
    assert await office.seq() == seq == office.hints[-1]


async def test_many_votes_change_many_counters_in_one_turn(office: Office) -> None:
    questions = [await approved(office) for _ in range(3)]
    before = await office.seq()
    answers = await office.all(
        *((UpvoteQuestion(question=q), attendee(n)) for n in range(50) for q in questions)
    )
    assert set(answers) == {before + 1}
    (entry,) = await tallies(office)
    assert entry["changed"] == [f"tally/{q}" for q in sorted(questions)]
    assert entry["actor"] == {"person": "tally", "role": "moderator"}
    assert await office.votes() == dict.fromkeys(questions, 50)


async def test_the_journal_does_not_tell_who_voted(office: Office) -> None:
    question = await approved(office)
    await office.do(UpvoteQuestion(question=question), attendee(77))
    assert "anon-77" not in str(await tallies(office))


async def test_in_one_batch_the_last_word_of_each_person_counts(office: Office) -> None:
    one, other = await approved(office), await approved(office)
    up, down = UpvoteQuestion(question=one), UnvoteQuestion(question=one)
    seqs = await office.all(
        *((vote, attendee(1)) for vote in (up, down, up)),
        *((vote, attendee(2)) for vote in (up, down)),
        (up, attendee(3)),
        (UpvoteQuestion(question=other), attendee(2)),
        (down, attendee(4)),
    )
    assert len(set(seqs)) == 1
    assert await office.votes() == {one: 2, other: 1}


async def test_only_what_everybody_sees_can_be_voted_on(office: Office) -> None:
    shown = await approved(office)
    hidden = f"q{await office.do(ask(), ATTENDEE)}"
    answers = await office.all(
        (UpvoteQuestion(question=hidden), attendee(1)),
        (UpvoteQuestion(question=shown), attendee(1)),
        (UpvoteQuestion(question="q999"), attendee(1)),
        (UnvoteQuestion(question=hidden), attendee(1)),
    )
    assert answers[1] == await office.seq()
    assert [answers[n] for n in (0, 2, 3)] == ["question.not_open"] * 3
    assert await office.votes() == {shown: 1}
    assert await office.store.voted(SHOW, "anon-1") == [shown]


async def test_votes_are_kept_while_a_question_is_set_aside(office: Office) -> None:
    question = await approved(office)
    await office.do(UpvoteQuestion(question=question), ATTENDEE)
    await office.do(DismissQuestion(question=question, reason="Later"), MODERATOR)
    for vote in (UpvoteQuestion(question=question), UnvoteQuestion(question=question)):
        with pytest.raises(Refusal, match="question\\.not_open"):
            await office.do(vote, attendee(2))
    await office.do(RestoreQuestion(question=question), MODERATOR)
    await office.do(ApproveQuestion(question=question), MODERATOR)
    await office.do(UpvoteQuestion(question=question), attendee(2))
    assert await office.votes() == {question: 2}


async def test_votes_survive_a_restart(office: Office) -> None:
    question = await approved(office)
    await office.all(*((UpvoteQuestion(question=question), attendee(n)) for n in range(5)))
    await office.restart()
    assert await office.store.voted(SHOW, "anon-3") == [question]
    await office.do(UpvoteQuestion(question=question), attendee(3))
    await office.do(UpvoteQuestion(question=question), attendee(9))
    assert await office.votes() == {question: 6}


async def test_votes_do_not_come_between_a_decision_and_its_undoing(office: Office) -> None:
    question = await approved(office)
    await office.advance()
    await office.do(UpvoteQuestion(question=question), ATTENDEE)
    await office.restart()
    await office.do(UpvoteQuestion(question=question), attendee(2))
    await office.do(UndoStage(seen=await office.seq()))
    assert await office.votes() == {question: 2}


async def test_votes_and_decisions_share_one_row_of_seqs(office: Office) -> None:
    question = await approved(office)
    before = await office.seq()
    await office.all(
        *((ask(), attendee(n)) for n in range(30)),
        *((UpvoteQuestion(question=question), attendee(n)) for n in range(30)),
    )
    assert await office.seq() == before + 31
    assert [entry["seq"] for entry in await office.journal()] == list(range(2, before + 32))


async def test_a_failed_count_counts_nobody(
    guarded: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "luyan")
    question = await approved(guarded)
    store = guarded.store
    assert isinstance(store, Guarded)
    store.fault = OSError("the disk is on fire")
    votes = [(UpvoteQuestion(question=question), attendee(n)) for n in range(4)]
    assert await guarded.all(*votes) == ["store.fault"] * 4
    assert await guarded.votes() == {}
    assert await store.voted(SHOW, "anon-1") == []
    store.fault = None
    await guarded.do(*votes[1])
    assert await guarded.votes() == {question: 1}


async def test_a_voter_who_goes_away_has_voted(guarded: Office) -> None:
    question = await approved(guarded)
    store = guarded.store
    assert isinstance(store, Guarded)
    store.gate.clear()
    gone = asyncio.create_task(guarded.do(UpvoteQuestion(question=question), attendee(1)))
    stays = asyncio.create_task(guarded.do(UpvoteQuestion(question=question), attendee(2)))
    await asyncio.sleep(0)
    gone.cancel()
    store.gate.set()
    await stays
    assert await guarded.votes() == {question: 2}


async def test_closing_counts_what_waits(office: Office) -> None:
    question = await approved(office)
    voting = asyncio.create_task(office.do(UpvoteQuestion(question=question), ATTENDEE))
    await asyncio.sleep(0)
    await office.desk.close()
    assert await voting == await office.seq()
    assert await office.votes() == {question: 1}
