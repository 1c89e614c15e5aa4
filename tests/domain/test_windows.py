"""Question windows: what is asked too late is refused, but not for the delay of the picture."""

import pytest

from server.domain.commands import take_report
from server.domain.delay import ReportDelay
from server.domain.questions import AskQuestion, EditQuestion, Question
from server.domain.refusal import Refusal
from server.domain.roles import Actor
from server.domain.show import Draft
from server.domain.windows import GRACE_LIMIT_MS, CloseQuestions, OpenQuestions, Window
from tests.domain.rehearsal import ATTENDEE, CALLER, MODERATOR, Rehearsal


@pytest.fixture
def show() -> Rehearsal:
    return Rehearsal()


def ask(show: Rehearsal, slot: str | None = None, watched_at: int | None = None) -> Question:
    """Ask, and return the question; no two are of one person."""
    command = AskQuestion(text="Why?", lang="en", slot=slot, watched_at=watched_at)
    show.do(command, Actor(f"anon-{show.seq}", ATTENDEE.role))
    return show.get(Question, f"q{show.seq}")


def refused(show: Rehearsal, slot: str | None = None, watched_at: int | None = None) -> bool:
    """Ask, and tell whether that was refused because the window is closed."""
    try:
        ask(show, slot, watched_at)
    except Refusal as refusal:
        return refusal.code == "questions.closed"
    return False


def behind(show: Rehearsal, behind_ms: int) -> None:
    """Let the house say how late the viewers are."""
    draft = Draft(show.show, show.now)
    take_report(draft, ReportDelay(behind_ms=behind_ms))
    show.show.take(draft.close(), draft.seq, show.now)


def test_asking_is_open_until_somebody_closes_it(show: Rehearsal) -> None:
    assert not refused(show, "s1")
    show.do(CloseQuestions(slot="s1"), MODERATOR)
    assert show.facts == ["questions.closed"]
    show.wait(1)
    assert refused(show, "s1")
    assert not refused(show, "s2")
    assert not refused(show)
    show.do(OpenQuestions(slot="s1"), CALLER)
    assert show.facts == ["questions.opened"]
    assert show.get(Window, "s1") == Window(id="s1", open=True)
    assert not refused(show, "s1")


def test_what_is_said_of_the_show_is_said_of_every_slot(show: Rehearsal) -> None:
    show.do(OpenQuestions(slot="s1"))
    show.do(CloseQuestions(slot="s2"))
    show.do(CloseQuestions())
    show.wait(1)
    assert [refused(show, slot) for slot in ("s1", "s2", None)] == [True] * 3
    show.do(OpenQuestions(slot="s1"))
    assert [refused(show, slot) for slot in ("s1", "s2", None)] == [False, True, True]
    show.do(OpenQuestions())
    assert [refused(show, slot) for slot in ("s1", "s2", None)] == [False] * 3


def test_closing_again_closes_nothing_later(show: Rehearsal) -> None:
    show.do(CloseQuestions())
    closed = show.get(Window, "show")
    show.wait(10)
    show.do(CloseQuestions())
    assert show.get(Window, "show") == closed
    assert show.facts == []


@pytest.mark.parametrize(
    ("behind_ms", "late_ms", "too_late"),
    [
        (4000, 4000, False),
        (4000, 4001, True),
        (0, 1, True),
        (120_000, GRACE_LIMIT_MS, False),
        (120_000, GRACE_LIMIT_MS + 1, True),
    ],
)
def test_after_closing_there_is_as_much_time_as_viewers_are_late(
    show: Rehearsal, behind_ms: int, late_ms: int, too_late: bool
) -> None:
    behind(show, behind_ms)
    show.do(CloseQuestions(slot="s1"))
    show.wait(late_ms / 1000)
    assert refused(show, "s1") is too_late


def test_whoever_has_not_seen_it_close_may_still_ask_within_reason(show: Rehearsal) -> None:
    behind(show, 4000)
    show.wait(60)
    show.do(CloseQuestions(slot="s1"))
    closed_at = show.now
    show.wait(20)
    assert refused(show, "s1")
    assert refused(show, "s1", closed_at)
    assert not refused(show, "s1", closed_at - 1)
    show.wait(25)
    assert not refused(show, "s1", closed_at - 1)
    show.wait(1)
    assert refused(show, "s1", closed_at - 1)


def test_a_window_that_was_never_open_leaves_nobody_any_time(show: Rehearsal) -> None:
    behind(show, 30_000)
    draft = Draft(show.show, show.now)
    draft.put(Window(id="show", open=False))
    show.show.take(draft.close(), draft.seq, show.now)
    assert refused(show, "s1", show.now - 5000)


def test_rewording_is_asking_and_taking_back_is_not(show: Rehearsal) -> None:
    question = ask(show, "s1")
    asker = Actor(question.asker, ATTENDEE.role)
    show.do(CloseQuestions(slot="s1"))
    closed_at = show.now
    show.wait(1)
    show.do(EditQuestion(question.id, "Better?", watched_at=closed_at - 5000), asker)
    with pytest.raises(Refusal, match=r"questions\.closed"):
        show.do(EditQuestion(question.id, "Best?"), asker)
    assert show.get(Question, question.id).text == "Better?"


def test_a_slot_that_is_not_there_has_no_window(show: Rehearsal) -> None:
    for command in (OpenQuestions(slot="s9"), CloseQuestions(slot="s9")):
        with pytest.raises(Refusal, match=r"slot\.unknown"):
            show.do(command)
