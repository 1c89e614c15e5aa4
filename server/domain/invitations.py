"""Invitations: the time at which a presenter is asked to come, and what they answer."""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.roles import HIDDEN, PLANNERS, Actor, Fields, Record, Viewer, fields
from server.domain.rundown import Cue, Slot
from server.domain.show import Command, Draft, Show
from server.domain.text import clean

WORDS_LIMIT = 1000
SLOTS_LIMIT = 2000
CALLED = ("on_air", "done")

State = Literal["sent", "accepted", "move", "cancelled"]
Mail = Literal["", "mailed", "no_address", "waiting", "refused"]
Words = Annotated[str, Meta(extra_json_schema={"maxLength": WORDS_LIMIT})]
Slots = Annotated[tuple[str, ...], Meta(max_length=SLOTS_LIMIT)]

OWN = fields("id slot person starts_at ends_at sequence state words sent_at answered_at before_at")


class Times(NamedTuple):
    """From when to when a slot is planned, ms UTC."""

    starts_at: int
    ends_at: int


class Invitation(Record, frozen=True, kw_only=True):
    """What one presenter was told of their slot (record `invitation/{slot}`); instants in ms UTC.

    `sequence` is the seq of the turn that told it: a calendar keeps the higher one. `before_at` is
    the start that they were told before this one. `state` is what they say of it: nothing yet
    (`sent`), `accepted`, or please `move` me, in their `words`.

    `mail` is what became of the mail: none yet, `mailed`, there is `no_address`, it is `waiting`
    for a mail server, or was `refused` for good; `mail_words` is what the mail server said, and
    `mailed_sequence` the sequence that went out last.
    """

    slot: str
    person: str
    starts_at: int
    ends_at: int
    sequence: int
    state: State
    sent_at: int
    words: str = ""
    answered_at: int | None = None
    before_at: int | None = None
    withdrawn: bool = False
    mail: Mail = ""
    mail_words: str = ""
    mailed_sequence: int | None = None

    @property
    def times(self) -> Times:
        """When they were told to come."""
        return Times(self.starts_at, self.ends_at)

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in PLANNERS:
            return OWN | fields("withdrawn mail mail_words mailed_sequence")
        return OWN if viewer.person == self.person else HIDDEN

    def people(self) -> frozenset[str]:
        return frozenset({self.person})


class SendInvitations(Command, frozen=True, tag="invitation.send"):
    """Tell presenters when they are on.

    Without `slots`: all who have not been told yet, or not of a change. One that is named and has
    been told already is mailed once more.
    """

    slots: Slots | None = None


class CancelInvitations(Command, frozen=True, tag="invitation.cancel"):
    """Tell presenters that they need not come after all."""

    slots: Slots


class AcceptInvitation(Command, frozen=True, tag="invitation.accept"):
    """A presenter will come. `sequence`: of the invitation that they have read."""

    slot: str
    sequence: int


class MoveInvitation(Command, frozen=True, tag="invitation.move"):
    """A presenter asks for another time. `sequence`: of the invitation that they have read."""

    slot: str
    sequence: int
    words: Words = ""


class ReportMail(Command, frozen=True, tag="invitation.mailed"):
    """What became of the mail with one invitation; `words`: what the mail server said."""

    slot: str
    sequence: int
    mail: Mail
    words: str = ""


def planned(cues: Iterable[Cue], slot: str) -> Times | None:
    """Return when a slot is planned; None: it has no cues."""
    own = [cue for cue in cues if cue.slot == slot]
    if not own:
        return None
    last = max(own, key=lambda cue: cue.position)
    return Times(min(cue.planned_at for cue in own), last.planned_at + last.seconds * 1000)


def is_due(slot: Slot, invitation: Invitation | None, times: Times | None) -> bool:
    """Tell whether a presenter is still to be told of their time, of a change, or of the end."""
    if slot.place in CALLED or times is None:
        return False
    if invitation is None or invitation.state == "cancelled":
        # Whom somebody has cancelled by hand is not asked again by the way.
        return slot.place != "withdrawn" and (invitation is None or invitation.withdrawn)
    return slot.place == "withdrawn" or _is_changed(slot, invitation, times)


def standing(show: Show) -> dict[str, tuple[Slot, Invitation | None, Times | None]]:
    """Return each slot, what its presenter was told, and when it is planned."""
    cues = [cue for cue in show.of_kind(Cue.noun()).values() if isinstance(cue, Cue)]
    found = {}
    for slot_id, slot in show.of_kind(Slot.noun()).items():
        invitation = show.find_key(f"{Invitation.noun()}/{slot_id}")
        assert isinstance(slot, Slot)
        assert invitation is None or isinstance(invitation, Invitation)
        found[slot_id] = slot, invitation, planned(cues, slot_id)
    return found


def send(draft: Draft, command: SendInvitations, actor: Actor, now: int) -> None:
    """Invite those who are named, or all to whom there is something to say."""
    cues = draft.all(Cue)
    if command.slots is not None:
        slots = [draft.get(Slot, slot, "slots") for slot in dict.fromkeys(command.slots)]
    else:
        slots = [
            slot
            for slot in draft.all(Slot)
            if is_due(slot, draft.find(Invitation, slot.id), planned(cues, slot.id))
        ]
    if not slots:
        raise Refusal("invitation.none_due", "There is nothing new to tell anybody.", field="slots")
    for slot in slots:
        _tell(draft, slot, planned(cues, slot.id), now)


def cancel(draft: Draft, command: CancelInvitations, actor: Actor, now: int) -> None:
    """Take invitations back."""
    for name in dict.fromkeys(command.slots):
        slot = draft.get(Slot, name, "slots")
        invitation = draft.find(Invitation, slot.id)
        if invitation is None or invitation.state == "cancelled":
            raise Refusal(
                "invitation.none", "There is no invitation for the slot “{slot}”.",
                field="slots", slot=slot.id,
            )  # fmt: skip
        _cancel(draft, slot, invitation, now)


def accept(draft: Draft, command: AcceptInvitation, actor: Actor, now: int) -> None:
    """Write down that somebody comes; a time that is no longer the plan's cannot be accepted."""
    slot, invitation = _own(draft, command.slot, command.sequence, actor)
    times = planned(draft.all(Cue), slot.id)
    if times is None or slot.place == "withdrawn" or _is_changed(slot, invitation, times):
        raise Refusal(
            "invitation.out_of_date",
            "The plan has changed since. You will be asked again, with the new time.",
            field="sequence",
        )
    if invitation.state != "accepted":
        invitation = replace(invitation, state="accepted", words="", answered_at=now)
        draft.put(invitation)
        draft.fact("invitation.accepted", invitation)


def move(draft: Draft, command: MoveInvitation, actor: Actor, now: int) -> None:
    """Write down that somebody asks for another time."""
    words = clean(command.words, "words", WORDS_LIMIT, empty=True)
    _, invitation = _own(draft, command.slot, command.sequence, actor)
    invitation = replace(invitation, state="move", words=words, answered_at=now)
    draft.put(invitation)
    draft.fact("invitation.move_asked", invitation)


def mailed(draft: Draft, report: ReportMail, now: int) -> None:
    """Keep what became of a mail, unless another one is to be sent since."""
    invitation = draft.find(Invitation, report.slot)
    if invitation is None or invitation.sequence != report.sequence:
        return
    went = report.sequence if report.mail == "mailed" else invitation.mailed_sequence
    told = replace(invitation, mail=report.mail, mail_words=report.words, mailed_sequence=went)
    if told != invitation:
        draft.put(told)
        draft.fact(f"invitation.mail_{report.mail}", told)


def _is_changed(slot: Slot, invitation: Invitation, times: Times) -> bool:
    return (slot.presenter, times) != (invitation.person, invitation.times)


def _tell(draft: Draft, slot: Slot, times: Times | None, now: int) -> None:
    if slot.place in CALLED or times is None:
        raise Refusal(
            "invitation.called", "The slot “{slot}” has been called already.",
            field="slots", slot=slot.id,
        )  # fmt: skip
    found = draft.find(Invitation, slot.id)
    before = found if found is not None and found.state != "cancelled" else None
    if slot.place == "withdrawn":
        if before is None:
            raise Refusal(
                "invitation.withdrawn", "The slot “{slot}” is not in the rundown.",
                field="slots", slot=slot.id,
            )  # fmt: skip
        _cancel(draft, slot, before, now)
    elif before is not None and not _is_changed(slot, before, times):
        again = replace(before, sent_at=now, mail="", mail_words="")
        draft.put(again)
        draft.fact("invitation.sent_again", again)
    else:
        moved = before is not None and before.starts_at != times.starts_at
        invitation = Invitation(
            id=slot.id,
            slot=slot.id,
            person=slot.presenter,
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            sequence=draft.seq,
            state="sent",
            sent_at=now,
            before_at=before.starts_at if before is not None and moved else None,
            mailed_sequence=found.mailed_sequence if found is not None else None,
        )
        draft.put(invitation)
        draft.fact("invitation.sent", invitation)


def _cancel(draft: Draft, slot: Slot, invitation: Invitation, now: int) -> None:
    cancelled = replace(
        invitation,
        state="cancelled",
        sequence=draft.seq,
        sent_at=now,
        withdrawn=slot.place == "withdrawn",
        mail="",
        mail_words="",
    )
    draft.put(cancelled)
    draft.fact("invitation.cancelled", cancelled)


def _own(draft: Draft, slot_id: str, sequence: int, actor: Actor) -> tuple[Slot, Invitation]:
    """Return the invitation that somebody answers, or refuse it: another's, or no longer true."""
    slot = draft.get(Slot, slot_id)
    invitation = draft.find(Invitation, slot_id)
    if invitation is None or invitation.person != actor.person:
        raise Refusal("invitation.not_yours", "This invitation is not yours.", field="slot")
    if invitation.sequence != sequence or invitation.state == "cancelled":
        raise Refusal(
            "invitation.changed",
            "Your invitation has changed since. Please read the new one.",
            field="sequence",
        )
    return slot, invitation
