"""Questions from the audience: what one is, what may happen to it, and who sees which field."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.roles import CREW, HIDDEN, Actor, Fields, Record, Role, Viewer, fields
from server.domain.rundown import Cue, Slot, on_air_at
from server.domain.show import Command, Details, Draft
from server.domain.stage import Stage
from server.domain.text import clean
from server.domain.windows import admit, window_of

TEXT_LIMIT = 500
REASON_LIMIT = 200
REPLY_LIMIT = 2000
# Withdrawn ones included: each is kept for ever.
ASKED_LIMIT = 1000
# By how much a viewer's clock may be wrong.
SKEW_MS = 5000

PUBLIC = fields(
    "id text lang slot state asked_at approved_at shown_at answered_at"
    " written reply replied_at replied_by"
)
CURATED = PUBLIC | fields("watched_at edited_at dismissed_at reason")
OWN = CURATED | {"mine"}

SHOWN = frozenset({"approved", "on_stage", "answered"})
OPEN_TO_VOTES = frozenset({"approved", "on_stage"})

# The rule refuses what is too long, by its own name; the limit is here for the documents.
Text = Annotated[str, Meta(extra_json_schema={"maxLength": TEXT_LIMIT})]
Reply = Annotated[str, Meta(extra_json_schema={"maxLength": REPLY_LIMIT})]
Reason = Annotated[str, Meta(extra_json_schema={"maxLength": REASON_LIMIT})]
Moment = Annotated[int, Meta(ge=0)]
LanguageTag = Annotated[str, Meta(pattern=r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$(?!\n)")]


class Question(Record, frozen=True, kw_only=True):
    """One question (record `question/…`): waiting, approved, on_stage, answered, dismissed or
    withdrawn. Who asked it is known to the asker alone.

    `watched_at` (ms UTC) is the moment of the show that the asker's picture showed; None: they had
    none. `written`: it was asked after the show, to be answered in writing. `reply` is such an
    answer, `replied_by` the person or role who gave it.
    """

    text: str
    lang: str
    asker: str
    asked_at: int
    slot: str | None = None
    watched_at: int | None = None
    state: str = "waiting"
    edited_at: int | None = None
    approved_at: int | None = None
    shown_at: int | None = None
    answered_at: int | None = None
    dismissed_at: int | None = None
    reason: str = ""
    written: bool = False
    reply: str = ""
    replied_at: int | None = None
    replied_by: str | None = None

    @property
    def mine(self) -> bool:
        """True; listed for the asker alone."""
        return True

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.person == self.asker:
            return OWN
        if viewer.role in CREW and self.state != "withdrawn":
            return CURATED
        return PUBLIC if self.state in SHOWN else HIDDEN

    def once_seen_by(self, viewer: Viewer) -> bool:
        return viewer.role in CREW or self.approved_at is not None

    def people(self) -> frozenset[str]:
        return frozenset({self.asker})


class Tally(Record, frozen=True, kw_only=True):
    """How many upvotes a question has (record `tally/{question}`), apart from the question itself
    so that votes and moderators never fight over one record."""

    votes: int

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id votes")


class AskQuestion(Command, frozen=True, tag="question.ask"):
    """Ask something; `lang` is the language it is written in.

    `watched_at` (ms UTC): the moment of the show that one's picture shows. `slot`: whom it is
    about, null: the whole show, left out: whoever was on stage at that moment.
    """

    text: Text
    lang: LanguageTag
    slot: str | UnsetType | None = UNSET
    watched_at: Moment | None = None


class EditQuestion(Command, frozen=True, tag="question.edit"):
    """Put one's own question better, while it waits."""

    question: str
    text: Text
    watched_at: Moment | None = None


class WithdrawQuestion(Command, frozen=True, tag="question.withdraw"):
    """Take one's own question back."""

    question: str


class UpvoteQuestion(Command, frozen=True, tag="question.upvote"):
    """Wish for a question to be answered; once for each person."""

    question: str


class UnvoteQuestion(Command, frozen=True, tag="question.unvote"):
    """Take one's upvote back."""

    question: str


class ApproveQuestion(Command, frozen=True, tag="question.approve"):
    """Let everybody see it."""

    question: str
    seen: int | None = None


class DismissQuestion(Command, frozen=True, tag="question.dismiss"):
    """Do not take it; the asker is told why."""

    question: str
    reason: Reason
    seen: int | None = None


class ShowQuestion(Command, frozen=True, tag="question.show"):
    """Put it on stage, in place of the one that is there."""

    question: str
    seen: int | None = None


class AnswerQuestion(Command, frozen=True, tag="question.answer"):
    """Mark it as answered."""

    question: str
    seen: int | None = None


class ReplyToQuestion(Command, frozen=True, tag="question.reply"):
    """Answer it in writing, for everybody to read; a presenter those about their own slot."""

    question: str
    text: Reply
    seen: int | None = None


class RestoreQuestion(Command, frozen=True, tag="question.restore"):
    """Take one step back: off the stage, out of the answered, or out of the dismissed.

    What was answered in writing is no longer.
    """

    question: str
    seen: int | None = None


Moderation = ApproveQuestion | DismissQuestion | ShowQuestion | AnswerQuestion | RestoreQuestion


def ask(draft: Draft, command: AskQuestion, actor: Actor, now: int) -> None:
    """Take a question in; it waits for a moderator."""
    text = clean(command.text, "text", TEXT_LIMIT)
    watched_at = _watched(command.watched_at, now)
    slot = _about(draft, command.slot, watched_at)
    ended_at = draft.get(Stage, "main").ended_at
    # What was closed while the show was on is open again to the written round.
    if ended_at is None or (window_of(draft, slot).closed_at or 0) >= ended_at:
        admit(draft, slot, watched_at, now)
    own = [draft.show.find_key(key) for key in draft.show.of_person(actor.person)]
    asked = [record for record in own if isinstance(record, Question)]
    if len(asked) >= ASKED_LIMIT:
        raise Refusal(
            "question.too_many",
            "You have asked {count} questions, and that is the most.",
            count=len(asked),
        )
    waiting = sum(question.state == "waiting" for question in asked)
    limit = draft.get(Details, "show").waiting_per_person
    if waiting >= limit:
        raise Refusal(
            "question.too_many",
            "You already have {count} questions waiting. Please wait until one has been looked at.",
            count=waiting,
        )
    question = Question(
        id=f"q{draft.seq}",
        text=text,
        lang=command.lang,
        asker=actor.person,
        asked_at=now,
        slot=slot,
        watched_at=watched_at,
        written=ended_at is not None,
    )
    draft.put(question)
    draft.fact("question.asked", question)


def _watched(watched_at: int | None, now: int) -> int | None:
    """Return the moment that somebody watched, or refuse one that is still to come."""
    if watched_at is None:
        return None
    if watched_at > now + SKEW_MS:
        raise Refusal(
            "question.ahead", "Nobody has seen this moment of the show yet.", field="watched_at"
        )
    return min(watched_at, now)


def _about(draft: Draft, slot: str | UnsetType | None, watched_at: int | None) -> str | None:
    """Return the slot that a question is about; None: the whole show."""
    if isinstance(slot, str):
        found = draft.get(Slot, slot)
        if found.place == "withdrawn":
            raise Refusal(
                "slot.withdrawn", "This presentation was taken out of the programme.", field="slot"
            )
        return found.id
    if slot is None or watched_at is None:
        return None
    cue = on_air_at(draft.all(Cue), watched_at)
    return cue.slot if cue is not None else None


def _own(draft: Draft, question_id: str, actor: Actor) -> Question:
    question = draft.find(Question, question_id)
    # Somebody else's question and none at all are the same answer: existence is private too.
    if question is None or question.asker != actor.person:
        raise Refusal("question.not_yours", "This is not a question of yours.", field="question")
    return question


def edit(draft: Draft, command: EditQuestion, actor: Actor, now: int) -> None:
    """Change the words, while nobody has judged them."""
    question = _own(draft, command.question, actor)
    if question.state != "waiting":
        raise _wrong_state(question)
    text = clean(command.text, "text", TEXT_LIMIT)
    admit(draft, question.slot, _watched(command.watched_at, now), now)
    question = replace(question, text=text, edited_at=now)
    draft.put(question)
    draft.fact("question.edited", question)


def withdraw(draft: Draft, command: WithdrawQuestion, actor: Actor, now: int) -> None:
    """Take it back, unless it is on stage or behind us."""
    question = _own(draft, command.question, actor)
    if question.state not in ("waiting", "approved"):
        raise _wrong_state(question)
    question = replace(question, state="withdrawn")
    draft.put(question)
    draft.fact("question.withdrawn", question)


def open_to_votes(draft: Draft, question_id: str) -> Question:
    """Return a question that may be voted on, or refuse; a hidden one is as good as none."""
    question = draft.find(Question, question_id)
    if question is None or question.state not in OPEN_TO_VOTES:
        raise Refusal("question.not_open", "This question is not open to votes.", field="question")
    return question


def _wrong_state(question: Question) -> Refusal:
    return Refusal(
        "question.moved_on",
        "This question is now “{state}”: that is no longer possible.",
        field="question",
        state=question.state,
    )


def _judged(draft: Draft, command: Moderation, *states: str) -> Question:
    """Return the question a moderator means, if it is still as they saw it."""
    question = draft.get(Question, command.question)
    if question.state not in states:
        raise _wrong_state(question)
    draft.expect(question, command.seen, _wrong_state(question))
    return question


def approve(draft: Draft, command: ApproveQuestion, actor: Actor, now: int) -> None:
    """Let a waiting question be seen and voted on."""
    question = _judged(draft, command, "waiting")
    question = replace(question, state="approved", approved_at=now)
    draft.put(question)
    draft.fact("question.approved", question)


def dismiss(draft: Draft, command: DismissQuestion, actor: Actor, now: int) -> None:
    """Set a question aside with the reason that its asker will read."""
    question = _judged(draft, command, "waiting", "approved", "on_stage")
    reason = clean(command.reason, "reason", REASON_LIMIT)
    question = replace(question, state="dismissed", dismissed_at=now, reason=reason)
    draft.put(question)
    draft.fact("question.dismissed", question)


def show(draft: Draft, command: ShowQuestion, actor: Actor, now: int) -> None:
    """Put an approved question on stage; one that is there goes back to the approved."""
    question = _judged(draft, command, "approved")
    for other in draft.all(Question):
        if other.state == "on_stage":
            draft.put(replace(other, state="approved"))
    question = replace(question, state="on_stage", shown_at=now)
    draft.put(question)
    draft.fact("question.shown", question)


def answer(draft: Draft, command: AnswerQuestion, actor: Actor, now: int) -> None:
    """Mark a question as answered, on stage or in passing."""
    question = _judged(draft, command, "on_stage", "approved")
    question = replace(question, state="answered", answered_at=now)
    draft.put(question)
    draft.fact("question.answered", question)


def reply(draft: Draft, command: ReplyToQuestion, actor: Actor, now: int) -> None:
    """Answer in writing; one that waited is approved by that, and one that was answered may be
    answered better."""
    question = draft.get(Question, command.question)
    if actor.role is Role.PRESENTER and not _is_asked(draft, question, actor.person):
        raise Refusal("question.not_yours", "This is not a question of yours.", field="question")
    if question.state not in ("waiting", "approved", "answered"):
        raise _wrong_state(question)
    draft.expect(question, command.seen, _wrong_state(question))
    question = replace(
        question,
        state="answered",
        reply=clean(command.text, "text", REPLY_LIMIT),
        replied_at=now,
        replied_by=actor.person,
        approved_at=question.approved_at or now,
        answered_at=question.answered_at or now,
    )
    draft.put(question)
    draft.fact("question.replied", question)


def _is_asked(draft: Draft, question: Question, person: str) -> bool:
    """Tell whether a question that everybody can see is about a person's own slot."""
    slot = draft.find(Slot, question.slot) if question.slot else None
    return slot is not None and slot.presenter == person and question.state in SHOWN


BACK = {"on_stage": "approved", "answered": "approved", "dismissed": "waiting"}


def restore(draft: Draft, command: RestoreQuestion, actor: Actor, now: int) -> None:
    """Take one step back."""
    question = _judged(draft, command, *BACK)
    question = replace(
        question,
        state=BACK[question.state],
        answered_at=None,
        dismissed_at=None,
        reason="",
        reply="",
        replied_at=None,
        replied_by=None,
    )
    draft.put(question)
    draft.fact("question.restored", question)
