"""The green room, messages from the desk, and feedback that is private until released."""

import pytest

from server.domain.feedback import Feedback, Marks, ReleaseFeedback, WriteFeedback
from server.domain.greenroom import GreenRoom, Report
from server.domain.messages import AcknowledgeMessage, Message, SendMessage
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role, Viewer, look
from tests.domain.rehearsal import COMMENTATOR, OTHER_PRESENTER, PRESENTER, Rehearsal


@pytest.fixture
def show() -> Rehearsal:
    return Rehearsal()


def test_a_presenter_reports_and_what_is_left_out_stays(show: Rehearsal) -> None:
    show.do(Report(state="arrived", camera=True), PRESENTER)
    show.do(Report(state="checked", microphone=False, round_trip_ms=0), PRESENTER)
    show.wait(3)
    show.do(Report(state="ready"), PRESENTER)
    assert show.get(GreenRoom, "ada") == GreenRoom(
        id="ada",
        slot="s1",
        state="ready",
        camera=True,
        microphone=False,
        round_trip_ms=0,
        reported_at=show.now,
    )
    assert show.facts == ["presenter.ready"]
    assert show.get(GreenRoom, "bo").state == "invited"


def test_a_presenter_may_go_back(show: Rehearsal) -> None:
    show.do(Report(state="ready"), PRESENTER)
    show.do(Report(state="arrived"), PRESENTER)
    assert show.get(GreenRoom, "ada").state == "arrived"


def test_a_presenter_of_another_show_has_no_place(show: Rehearsal) -> None:
    with pytest.raises(Refusal, match=r"greenroom\.not_yours"):
        show.do(Report(state="ready"), Actor("eve", Role.PRESENTER))


def test_a_message_goes_to_one(show: Rehearsal) -> None:
    show.do(SendMessage(text=" Please slow down ", to="ada"))
    assert show.get(Message, "m2.1") == Message(
        id="m2.1", to="ada", sender="caller", text="Please slow down", sent_at=show.now
    )


def test_a_message_to_all_is_one_for_each_presenter(show: Rehearsal) -> None:
    show.do(SendMessage(text="Ten minutes"))
    messages = [record for record in show.records().values() if isinstance(record, Message)]
    assert {message.to for message in messages} == {"ada", "bo"}
    assert show.facts == ["message.sent"] * 2


def test_a_message_to_nobody_is_refused(show: Rehearsal) -> None:
    with pytest.raises(Refusal) as refused:
        show.do(SendMessage(text="Hello", to="eve"))
    assert (refused.value.code, refused.value.field) == ("person.unknown", "to")


def test_a_message_is_acknowledged_by_its_reader_once(show: Rehearsal) -> None:
    show.do(SendMessage(text="Hello", to="ada"))
    with pytest.raises(Refusal, match=r"message\.not_yours"):
        show.do(AcknowledgeMessage(message="m2.1"), OTHER_PRESENTER)
    with pytest.raises(Refusal, match=r"message\.not_yours"):
        show.do(AcknowledgeMessage(message="m9.1"), PRESENTER)
    show.do(AcknowledgeMessage(message="m2.1"), PRESENTER)
    first = show.now
    show.wait(60)
    show.do(AcknowledgeMessage(message="m2.1"), PRESENTER)
    assert show.get(Message, "m2.1").acknowledged_at == first


def reads(show: Rehearsal) -> set[str]:
    """Who can read the advice that Wu wrote for Ada."""
    feedback = show.get(Feedback, "s1.wu")
    viewers = {
        "wu": Viewer(Role.COMMENTATOR, "wu"),
        "another commentator": Viewer(Role.COMMENTATOR, "li"),
        "ada": Viewer(Role.PRESENTER, "ada"),
        "bo": Viewer(Role.PRESENTER, "bo"),
        "moderator": Viewer(Role.MODERATOR, "moderator"),
        "caller": Viewer(Role.CALLER, "caller"),
        "attendee": Viewer(Role.ATTENDEE, "anon-1"),
        "stage": Viewer(Role.STAGE),
    }
    return {name for name, viewer in viewers.items() if "advice" in (look(feedback, viewer) or {})}


EVERYBODY = {
    *("wu", "another commentator", "ada", "bo"),
    *("moderator", "caller", "attendee", "stage"),
}


def test_feedback_is_private_until_released_and_only_ever_opens_wider(show: Rehearsal) -> None:
    show.do(WriteFeedback(slot="s1", marks=Marks(attend=9), advice="Go slower"), COMMENTATOR)
    assert reads(show) == {"wu"}
    show.do(ReleaseFeedback(slot="s1", to="presenter"), COMMENTATOR)
    assert reads(show) == {"wu", "ada"}
    show.do(ReleaseFeedback(slot="s1", to="public"), COMMENTATOR)
    assert reads(show) == EVERYBODY
    for to in ("presenter", "public"):
        with pytest.raises(Refusal, match=r"feedback\.released"):
            show.do(ReleaseFeedback(slot="s1", to=to), COMMENTATOR)


def test_rewriting_keeps_the_release(show: Rehearsal) -> None:
    show.do(WriteFeedback(slot="s1", advice="Go slower"), COMMENTATOR)
    show.do(ReleaseFeedback(slot="s1", to="presenter"), COMMENTATOR)
    released = show.now
    show.wait(60)
    show.do(WriteFeedback(slot="s1", strength="Clear"), COMMENTATOR)
    feedback = show.get(Feedback, "s1.wu")
    assert (feedback.strength, feedback.advice, feedback.written_at) == ("Clear", "", show.now)
    assert (feedback.released_to, feedback.released_at) == ("presenter", released)


def test_each_commentator_has_their_own_feedback(show: Rehearsal) -> None:
    other = Actor("li", Role.COMMENTATOR)
    show.do(WriteFeedback(slot="s1", advice="Go slower"), COMMENTATOR)
    show.do(WriteFeedback(slot="s1", advice="Go faster"), other)
    assert show.get(Feedback, "s1.wu").advice == "Go slower"
    with pytest.raises(Refusal, match=r"feedback\.unknown"):
        show.do(ReleaseFeedback(slot="s2", to="public"), other)


def test_feedback_on_a_slot_that_is_not_there_is_refused(show: Rehearsal) -> None:
    with pytest.raises(Refusal, match=r"slot\.unknown"):
        show.do(WriteFeedback(slot="s9"), COMMENTATOR)
