"""Invitations: told once, told anew when the plan changes, answered only as they stand."""

from typing import Any

import pytest
from msgspec.structs import replace

from server.domain.commands import take_report
from server.domain.invitations import (
    AcceptInvitation,
    CancelInvitations,
    Invitation,
    Mail,
    MoveInvitation,
    ReportMail,
    SendInvitations,
    is_due,
    standing,
)
from server.domain.rearrange import RearrangeRundown
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record, Role
from server.domain.rundown import AdjustCue, Cue, Slot
from server.domain.show import Draft
from server.domain.stage import AdvanceStage, UndoStage
from tests.domain.rehearsal import OTHER_PRESENTER, PRESENTER, START_AT, Rehearsal

ORGANISER = Actor("organiser", Role.ORGANISER)
MINUTE = 60_000


@pytest.fixture
def show() -> Rehearsal:
    return Rehearsal()


def put(show: Rehearsal, *records: Record) -> None:
    """Change records as another command would."""
    draft = Draft(show.show, show.now)
    for record in records:
        draft.put(record)
    show.show.take(draft.close(), draft.seq, draft.now)


def move_slot(show: Rehearsal, *cues: str) -> None:
    """Plan some cues an hour later."""
    for name in cues:
        cue = show.get(Cue, name)
        put(show, replace(cue, wall=f"2020-11-13T{int(cue.wall[11:13]) + 1}{cue.wall[13:]}"))


def send(show: Rehearsal, *slots: str) -> None:
    show.do(SendInvitations(slots=slots or None), ORGANISER)


def of(show: Rehearsal, slot: str = "s1") -> Invitation:
    return show.get(Invitation, slot)


def accept(show: Rehearsal, slot: str = "s1", actor: Actor = PRESENTER) -> None:
    show.do(AcceptInvitation(slot=slot, sequence=of(show, slot).sequence), actor)


def due(show: Rehearsal) -> set[str]:
    return {name for name, standing_of in standing(show.show).items() if is_due(*standing_of)}


def report(show: Rehearsal, mail: Mail, sequence: int | None = None, words: str = "") -> list[str]:
    draft = Draft(show.show, show.now)
    number = of(show).sequence if sequence is None else sequence
    take_report(draft, ReportMail(slot="s1", sequence=number, mail=mail, words=words))
    show.show.take(draft.close(), draft.seq, draft.now)
    return [fact.name for fact in draft.facts]


def refused(code: str, field: str | None = None) -> Any:
    """Expect one refusal, by its code and the field at fault."""
    return pytest.raises(Refusal, check=lambda found: (found.code, found.field) == (code, field))


def test_all_who_were_not_told_are_told_when_they_are_on(show: Rehearsal) -> None:
    assert due(show) == {"s1", "s2"}
    send(show)
    assert show.facts == ["invitation.sent", "invitation.sent"]
    told = of(show)
    assert (told.person, told.state, told.sequence) == ("ada", "sent", show.seq)
    assert told.times == (START_AT + 5 * MINUTE, START_AT + 18 * MINUTE)
    assert told.sent_at == show.now
    assert due(show) == set()
    with refused("invitation.none_due", "slots"):
        send(show)


def test_only_those_whose_time_has_changed_are_told_again(show: Rehearsal) -> None:
    send(show)
    accept(show)
    accept(show, "s2", OTHER_PRESENTER)
    before = of(show)
    move_slot(show, "c2", "c3")
    assert due(show) == {"s1"}
    send(show)
    after = of(show)
    assert (after.state, after.answered_at) == ("sent", None)
    assert after.sequence > before.sequence
    assert (after.before_at, after.starts_at) == (before.starts_at, before.starts_at + 60 * MINUTE)
    assert of(show, "s2").state == "accepted"


def test_minutes_given_on_stage_are_no_change_of_plan(show: Rehearsal) -> None:
    send(show)
    show.do(AdjustCue(cue="c3", seconds=60))
    assert due(show) == set()


def test_who_has_been_called_needs_no_invitation(show: Rehearsal) -> None:
    for _ in range(2):
        show.do(AdvanceStage(seen=show.seq))
    assert due(show) == {"s2"}
    with refused("invitation.called", "slots"):
        send(show, "s1")


def test_the_presenter_accepts(show: Rehearsal) -> None:
    send(show)
    show.wait(5)
    accept(show)
    assert show.facts == ["invitation.accepted"]
    assert (of(show).state, of(show).answered_at) == ("accepted", show.now)
    show.wait(5)
    accept(show)
    assert of(show).answered_at == show.now - 5000


def test_the_presenter_asks_for_another_time_and_thinks_better_of_it(show: Rehearsal) -> None:
    send(show)
    sequence = of(show).sequence
    show.do(MoveInvitation(slot="s1", sequence=sequence, words=" It is 3 a.m. here "), PRESENTER)
    assert (of(show).state, of(show).words) == ("move", "It is 3 a.m. here")
    accept(show)
    assert (of(show).state, of(show).words) == ("accepted", "")


def test_nobody_answers_for_another(show: Rehearsal) -> None:
    send(show)
    with refused("invitation.not_yours", "slot"):
        accept(show, "s1", OTHER_PRESENTER)
    with refused("invitation.not_yours", "slot"):
        show.do(MoveInvitation(slot="s2", sequence=1), PRESENTER)
    with refused("slot.unknown", "slot"):
        show.do(MoveInvitation(slot="s9", sequence=1), PRESENTER)


def test_an_answer_to_what_is_no_longer_asked_is_refused(show: Rehearsal) -> None:
    send(show)
    first = of(show).sequence
    move_slot(show, "c2", "c3")
    with refused("invitation.out_of_date", "sequence"):
        accept(show)
    show.do(MoveInvitation(slot="s1", sequence=first, words="Too late"), PRESENTER)
    send(show)
    for answer in (
        AcceptInvitation(slot="s1", sequence=first),
        MoveInvitation(slot="s1", sequence=first),
    ):
        with refused("invitation.changed", "sequence"):
            show.do(answer, PRESENTER)
    assert (of(show).state, of(show).words) == ("sent", "")


def test_a_withdrawn_slot_is_cancelled_and_invited_again_when_it_comes_back(
    show: Rehearsal,
) -> None:
    send(show)
    report(show, "mailed")
    first = of(show).sequence
    put(show, replace(show.get(Slot, "s1"), place="withdrawn"))
    assert due(show) == {"s1"}
    with refused("invitation.out_of_date", "sequence"):
        accept(show)
    send(show)
    gone = of(show)
    assert (gone.state, gone.mail, gone.mailed_sequence) == ("cancelled", "", first)
    assert gone.sequence > first
    assert due(show) == set()
    with refused("invitation.changed", "sequence"):
        accept(show)
    with refused("invitation.withdrawn", "slots"):
        send(show, "s1")
    put(show, replace(show.get(Slot, "s1"), place="ahead"))
    assert due(show) == {"s1"}
    send(show)
    assert (of(show).state, of(show).before_at, of(show).mailed_sequence) == ("sent", None, first)


def test_who_was_cancelled_by_hand_is_invited_again_by_name_alone(show: Rehearsal) -> None:
    send(show)
    show.do(CancelInvitations(slots=("s1",)), ORGANISER)
    assert show.facts == ["invitation.cancelled"]
    assert due(show) == set()
    with refused("invitation.none", "slots"):
        show.do(CancelInvitations(slots=("s1",)), ORGANISER)
    send(show, "s1")
    assert of(show).state == "sent"


@pytest.mark.parametrize("command", [SendInvitations, CancelInvitations])
def test_a_slot_that_is_not_there_is_named(
    show: Rehearsal, command: type[SendInvitations | CancelInvitations]
) -> None:
    send(show)
    before = show.records()
    with refused("slot.unknown", "slots"):
        show.do(command(slots=("s1", "s9")), ORGANISER)
    assert show.records() == before


def test_naming_somebody_who_was_told_mails_it_once_more(show: Rehearsal) -> None:
    send(show)
    accept(show)
    report(show, "refused", words="550 no such user")
    sequence = of(show).sequence
    assert (of(show).mail, of(show).mail_words) == ("refused", "550 no such user")
    send(show, "s1")
    assert show.facts == ["invitation.sent_again"]
    assert (of(show).mail, of(show).mail_words) == ("", "")
    assert (of(show).sequence, of(show).state) == (sequence, "accepted")


def test_what_became_of_a_mail_is_written_down_once(show: Rehearsal) -> None:
    send(show)
    first = of(show).sequence
    assert report(show, "waiting", words="451 try later") == ["invitation.mail_waiting"]
    assert of(show).mailed_sequence is None
    assert report(show, "mailed") == ["invitation.mail_mailed"]
    assert report(show, "mailed") == []
    assert (of(show).mail, of(show).mailed_sequence) == ("mailed", first)


def test_the_word_of_an_older_mail_is_not_that_of_the_newer(show: Rehearsal) -> None:
    send(show)
    first = of(show).sequence
    move_slot(show, "c2", "c3")
    send(show)
    assert report(show, "mailed", first) == []
    assert (of(show).mail, of(show).mailed_sequence) == ("", None)


def test_a_plan_that_was_changed_and_taken_back_concerns_nobody(show: Rehearsal) -> None:
    send(show)
    show.do(RearrangeRundown(order={"pitches": ("s2", "s1")}, seen=show.seq))
    assert due(show) == {"s1", "s2"}
    show.do(UndoStage(seen=show.seq))
    assert due(show) == set()
    show.do(RearrangeRundown(order={"pitches": ("s2",)}, seen=show.seq))
    assert due(show) == {"s1", "s2"}
    send(show)
    assert (of(show).state, of(show, "s2").state) == ("cancelled", "sent")
    show.do(RearrangeRundown(order={"pitches": ("s1", "s2")}, seen=show.seq))
    assert due(show) == {"s1", "s2"}
    send(show)
    assert of(show).times == (START_AT + 5 * MINUTE, START_AT + 18 * MINUTE)
