"""A question's life: every state against every command, and who it belongs to."""

from typing import Any

import pytest
from msgspec.structs import replace

from server.domain.questions import (
    ASKED_LIMIT,
    AnswerQuestion,
    ApproveQuestion,
    AskQuestion,
    DismissQuestion,
    EditQuestion,
    Question,
    ReplyToQuestion,
    RestoreQuestion,
    ShowQuestion,
    WithdrawQuestion,
    open_to_votes,
)
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role, Viewer, look
from server.domain.show import Command, Draft
from server.domain.stage import AdvanceStage, RecallCue
from server.domain.windows import CloseQuestions, OpenQuestions
from tests.domain.rehearsal import ATTENDEE, MODERATOR, OTHER_ATTENDEE, PRESENTER, Rehearsal

STATES = ("waiting", "approved", "on_stage", "answered", "dismissed", "withdrawn")
MOVED_ON = "question.moved_on"

# What each command makes of a question in each state; None: refused, it has moved on.
LIFE: dict[Command, tuple[Actor, dict[str, str]]] = {
    EditQuestion(question="q2", text="Better?"): (ATTENDEE, {"waiting": "waiting"}),
    WithdrawQuestion(question="q2"): (
        ATTENDEE,
        {"waiting": "withdrawn", "approved": "withdrawn"},
    ),
    ApproveQuestion(question="q2"): (MODERATOR, {"waiting": "approved"}),
    DismissQuestion(question="q2", reason="Off topic"): (
        MODERATOR,
        {"waiting": "dismissed", "approved": "dismissed", "on_stage": "dismissed"},
    ),
    ShowQuestion(question="q2"): (MODERATOR, {"approved": "on_stage"}),
    AnswerQuestion(question="q2"): (MODERATOR, {"approved": "answered", "on_stage": "answered"}),
    ReplyToQuestion(question="q2", text="Because."): (
        MODERATOR,
        {"waiting": "answered", "approved": "answered", "answered": "answered"},
    ),
    RestoreQuestion(question="q2"): (
        MODERATOR,
        {"on_stage": "approved", "answered": "approved", "dismissed": "waiting"},
    ),
}


@pytest.fixture
def show() -> Rehearsal:
    show = Rehearsal()
    show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
    return show


def question(show: Rehearsal) -> Question:
    return show.get(Question, "q2")


def put(show: Rehearsal, record: Question) -> None:
    draft = Draft(show.show, show.now)
    draft.put(record)
    show.show.take(draft.close(), draft.seq, show.now)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", LIFE, ids=lambda command: type(command).__name__)
def test_every_state_against_every_command(show: Rehearsal, state: str, command: Command) -> None:
    put(show, replace(question(show), state=state))
    actor, outcomes = LIFE[command]
    if state in outcomes:
        show.do(command, actor)
        assert question(show).state == outcomes[state]
        return
    with pytest.raises(Refusal) as refused:
        show.do(command, actor)
    assert (refused.value.code, refused.value.field) == (MOVED_ON, "question")
    assert refused.value.details == {"state": state}
    assert question(show).state == state


@pytest.mark.parametrize("state", STATES)
def test_only_what_everybody_sees_and_waits_for_an_answer_is_open_to_votes(
    show: Rehearsal, state: str
) -> None:
    put(show, replace(question(show), state=state))
    draft = Draft(show.show, show.now)
    if state in ("approved", "on_stage"):
        assert open_to_votes(draft, "q2").id == "q2"
    else:
        with pytest.raises(Refusal, match=r"question\.not_open"):
            open_to_votes(draft, "q2")


def test_a_hidden_question_and_none_at_all_get_the_same_answer(show: Rehearsal) -> None:
    answers = []
    for question_id in ("q2", "q999"):
        with pytest.raises(Refusal) as refused:
            open_to_votes(Draft(show.show, show.now), question_id)
        answers.append(str(refused.value))
    for question_id in ("q2", "q999"):
        with pytest.raises(Refusal) as refused:
            show.do(WithdrawQuestion(question=question_id), OTHER_ATTENDEE)
        answers.append(str(refused.value))
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]


def test_a_question_is_asked_of_the_show_or_of_a_slot(show: Rehearsal) -> None:
    show.do(AskQuestion(text="  和多少家工厂合作？ ", lang="zh-Hans", slot="s1"), ATTENDEE)
    assert show.get(Question, "q3") == Question(
        id="q3",
        text="和多少家工厂合作？",
        lang="zh-Hans",
        asker="anon-1",
        asked_at=show.now,
        slot="s1",
    )
    assert question(show).slot is None


def test_a_slot_that_is_not_there_is_refused(show: Rehearsal) -> None:
    with pytest.raises(Refusal) as refused:
        show.do(AskQuestion(text="Why?", lang="en", slot="s9"), ATTENDEE)
    assert (refused.value.code, refused.value.field) == ("slot.unknown", "slot")


def test_one_person_has_so_many_questions_waiting_and_no_more(show: Rehearsal) -> None:
    for _ in range(2):
        show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
    with pytest.raises(Refusal, match=r"question\.too_many"):
        show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
    show.do(AskQuestion(text="Why?", lang="en"), OTHER_ATTENDEE)
    show.do(ApproveQuestion(question="q2"), MODERATOR)
    show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)


def test_asking_and_withdrawing_comes_to_an_end(show: Rehearsal) -> None:
    for _ in range(ASKED_LIMIT - 1):
        show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
        show.do(WithdrawQuestion(question=f"q{show.seq}"), ATTENDEE)
    with pytest.raises(Refusal, match=r"question\.too_many"):
        show.do(AskQuestion(text="Why?", lang="en"), ATTENDEE)
    show.do(AskQuestion(text="Why?", lang="en"), OTHER_ATTENDEE)


def test_only_the_asker_may_edit_or_withdraw(show: Rehearsal) -> None:
    for actor in (OTHER_ATTENDEE, MODERATOR):
        for command in (EditQuestion(question="q2", text="Mine"), WithdrawQuestion(question="q2")):
            with pytest.raises(Refusal, match=r"question\.not_yours"):
                show.do(command, actor)


def test_an_edit_replaces_the_words_and_says_when(show: Rehearsal) -> None:
    show.wait(5)
    show.do(EditQuestion(question="q2", text="How much?"), ATTENDEE)
    assert (question(show).text, question(show).edited_at) == ("How much?", show.now)


def test_one_question_is_on_stage_at_a_time(show: Rehearsal) -> None:
    show.do(AskQuestion(text="And then?", lang="en"), OTHER_ATTENDEE)
    for name in ("q2", "q3"):
        show.do(ApproveQuestion(question=name), MODERATOR)
        show.do(ShowQuestion(question=name), MODERATOR)
    assert question(show).state == "approved"
    assert show.get(Question, "q3").state == "on_stage"


def test_a_dismissal_needs_a_reason_and_restoring_forgets_it(show: Rehearsal) -> None:
    with pytest.raises(Refusal) as refused:
        show.do(DismissQuestion(question="q2", reason=" "), MODERATOR)
    assert (refused.value.code, refused.value.field) == ("text.empty", "reason")
    show.do(DismissQuestion(question="q2", reason="Asked before"), MODERATOR)
    assert (question(show).reason, question(show).dismissed_at) == ("Asked before", show.now)
    show.do(RestoreQuestion(question="q2"), MODERATOR)
    assert (question(show).reason, question(show).dismissed_at) == ("", None)


def test_a_moderator_judges_what_they_have_seen(show: Rehearsal) -> None:
    seen = show.seq
    show.do(EditQuestion(question="q2", text="Something else"), ATTENDEE)
    with pytest.raises(Refusal, match=r"question\.moved_on"):
        show.do(ApproveQuestion(question="q2", seen=seen), MODERATOR)
    show.do(ApproveQuestion(question="q2", seen=show.seq), MODERATOR)


# ---- the moment that was watched ---------------------------------------------------------------


def asked(show: Rehearsal, **moment: Any) -> Question:
    """Ask about what was watched, and return the question."""
    show.do(AskQuestion(text="Why?", lang="en", **moment), OTHER_ATTENDEE)
    return show.get(Question, f"q{show.seq}")


def advance(show: Rehearsal) -> int:
    """Take the next cue, and return when, ten seconds after the one before."""
    show.wait(10)
    show.do(AdvanceStage(seen=show.seq))
    return show.now


def test_a_question_is_about_whom_its_asker_was_watching(show: Rehearsal) -> None:
    opening, first, _, second = (advance(show) for _ in range(4))
    show.wait(3)
    for moment, slot in [
        (opening - 1, None),
        (opening, None),
        (first - 1, None),
        (first, "s1"),
        (second - 1, "s1"),
        (second, "s2"),
        (show.now, "s2"),
    ]:
        show.wait(1)
        question = asked(show, watched_at=moment)
        assert (question.slot, question.watched_at) == (slot, moment)
        show.do(WithdrawQuestion(question.id), OTHER_ATTENDEE)


def test_whom_it_is_about_may_be_said_and_without_a_moment_it_is_the_show(show: Rehearsal) -> None:
    advance(show)
    first = advance(show)
    assert asked(show, slot="s2", watched_at=first).slot == "s2"
    assert asked(show, slot=None, watched_at=first).slot is None
    question = asked(show)
    assert (question.slot, question.watched_at) == (None, None)


def test_what_was_called_again_is_about_the_cue_as_it_ran_last(show: Rehearsal) -> None:
    _, first, comments = (advance(show) for _ in range(3))
    show.wait(10)
    show.do(RecallCue(cue="c2", seen=show.seq))
    assert asked(show, watched_at=first + 1).slot is None
    assert asked(show, watched_at=comments + 1).slot is None
    assert asked(show, watched_at=show.now).slot == "s1"


def test_after_the_last_cue_nobody_is_on_stage(show: Rehearsal) -> None:
    for _ in range(6):
        over = advance(show)
    assert asked(show, watched_at=over - 1).slot is None
    assert asked(show, watched_at=over).slot is None


def test_nobody_watches_what_is_still_to_come(show: Rehearsal) -> None:
    assert asked(show, watched_at=show.now + 5000).watched_at == show.now
    with pytest.raises(Refusal, match=r"question\.ahead"):
        asked(show, watched_at=show.now + 5001)


def end(show: Rehearsal) -> None:
    """Let the show be over."""
    while show.stage.ended_at is None:
        show.do(AdvanceStage(show.seq))


def test_who_asks_after_the_show_asks_in_writing(show: Rehearsal) -> None:
    end(show)
    show.do(AskQuestion(text="And now?", lang="en", slot="s1"), ATTENDEE)
    late = show.get(Question, f"q{show.seq}")
    assert late.written
    assert not question(show).written
    show.do(ReplyToQuestion(question=late.id, text="Now too."), MODERATOR)
    late = show.get(Question, late.id)
    assert (late.reply, late.replied_by, late.replied_at) == ("Now too.", "moderator", show.now)
    assert late.approved_at == late.answered_at == show.now
    seen = look(late, Viewer(Role.ATTENDEE))
    assert seen is not None
    assert seen["reply"] == "Now too."
    assert "asker" not in seen


def test_the_written_round_is_open_until_it_is_closed_itself(show: Rehearsal) -> None:
    show.do(CloseQuestions())
    show.wait(60)
    with pytest.raises(Refusal):
        show.do(AskQuestion(text="Still?", lang="en"), ATTENDEE)
    end(show)
    show.do(AskQuestion(text="And now?", lang="en"), ATTENDEE)
    show.do(OpenQuestions())
    show.do(CloseQuestions())
    show.wait(60)
    with pytest.raises(Refusal):
        show.do(AskQuestion(text="For ever?", lang="en"), ATTENDEE)


def test_a_presenter_answers_what_is_asked_of_them_and_nothing_else(show: Rehearsal) -> None:
    asked = {}
    for slot in ("s1", "s2", None):
        show.do(AskQuestion(text="Why?", lang="en", slot=slot), OTHER_ATTENDEE)
        asked[slot] = f"q{show.seq}"
    for each in (*asked.values(), "q99"):
        with pytest.raises(Refusal):
            show.do(ReplyToQuestion(question=each, text="Hm"), PRESENTER)
    for each in asked.values():
        show.do(ApproveQuestion(each), MODERATOR)
    for slot in ("s2", None):
        with pytest.raises(Refusal) as refused:
            show.do(ReplyToQuestion(question=asked[slot], text="Hm"), PRESENTER)
        assert refused.value.code == "question.not_yours"
    show.do(ReplyToQuestion(question=asked["s1"], text="Because."), PRESENTER)
    assert show.get(Question, asked["s1"]).replied_by == "ada"


def test_what_was_answered_in_writing_can_be_put_better_and_taken_back(show: Rehearsal) -> None:
    show.do(ReplyToQuestion(question="q2", text="Because."), MODERATOR)
    first = question(show)
    show.wait(60)
    show.do(ReplyToQuestion(question="q2", text="Therefore.", seen=show.seq), MODERATOR)
    assert question(show).reply == "Therefore."
    assert question(show).answered_at == first.answered_at
    show.do(RestoreQuestion(question="q2"), MODERATOR)
    assert (question(show).reply, question(show).replied_by) == ("", None)
    with pytest.raises(Refusal) as refused:
        show.do(ReplyToQuestion(question="q2", text="x" * 2001), MODERATOR)
    assert refused.value.code.startswith("text.")
