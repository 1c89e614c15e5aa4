"""Feedback: a commentator's marks and words on one slot, private until they release it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.roles import HIDDEN, Actor, Fields, Record, Viewer, fields
from server.domain.rundown import Slot
from server.domain.show import Command, Draft
from server.domain.text import clean

WORDS_LIMIT = 2000

RELEASED = fields("id slot author marks strength advice question released_to released_at")

Words = Annotated[str, Meta(extra_json_schema={"maxLength": WORDS_LIMIT})]
Mark = Annotated[int, Meta(ge=0, le=10)]


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Marks from 0 to 10 on the six “cans” and on novelty; None: not given."""

    attend: Mark | None = None
    commercialise: Mark | None = None
    transfer: Mark | None = None
    trade: Mark | None = None
    cross_border: Mark | None = None
    land: Mark | None = None
    novelty: Mark | None = None


class Feedback(Record, frozen=True, kw_only=True):
    """What one commentator says of one slot (record `feedback/{slot}.{author}`)."""

    slot: str
    author: str
    presenter: str
    marks: Marks = Marks()
    strength: str = ""
    advice: str = ""
    question: str = ""
    written_at: int = 0
    released_to: Literal["nobody", "presenter", "public"] = "nobody"
    released_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.person == self.author:
            return RELEASED | {"written_at"}
        if self.released_to == "public":
            return RELEASED
        if self.released_to == "presenter" and viewer.person == self.presenter:
            return RELEASED
        return HIDDEN

    def once_seen_by(self, viewer: Viewer) -> bool:
        # Released to one presenter, it may since have been given to another.
        return self.released_to != "nobody"

    def people(self) -> frozenset[str]:
        return frozenset({self.author, self.presenter})


class WriteFeedback(Command, frozen=True, tag="feedback.write"):
    """Write or rewrite one's feedback on a slot, as a whole."""

    slot: str
    marks: Marks = Marks()
    strength: Words = ""
    advice: Words = ""
    question: Words = ""


class ReleaseFeedback(Command, frozen=True, tag="feedback.release"):
    """Let the presenter, or everybody, read it. What was read cannot be taken back."""

    slot: str
    to: Literal["presenter", "public"]


def write(draft: Draft, command: WriteFeedback, actor: Actor, now: int) -> None:
    """Keep a commentator's marks and words; a release that was made stays made."""
    slot = draft.get(Slot, command.slot)
    old = draft.find(Feedback, f"{slot.id}.{actor.person}")
    feedback = old or Feedback(
        id=f"{slot.id}.{actor.person}",
        slot=slot.id,
        author=actor.person,
        presenter=slot.presenter,
    )
    feedback = replace(
        feedback,
        marks=command.marks,
        strength=clean(command.strength, "strength", WORDS_LIMIT, empty=True),
        advice=clean(command.advice, "advice", WORDS_LIMIT, empty=True),
        question=clean(command.question, "question", WORDS_LIMIT, empty=True),
        written_at=now,
    )
    draft.put(feedback)
    draft.fact("feedback.written", feedback)


def release(draft: Draft, command: ReleaseFeedback, actor: Actor, now: int) -> None:
    """Open one's own feedback to its presenter or to the public; only ever wider."""
    feedback = draft.find(Feedback, f"{command.slot}.{actor.person}")
    if feedback is None:
        raise Refusal("feedback.unknown", "You have written nothing on this slot.", field="slot")
    if feedback.released_to in (command.to, "public"):
        raise Refusal("feedback.released", "This feedback has already been released.", field="to")
    feedback = replace(feedback, released_to=command.to, released_at=now)
    draft.put(feedback)
    draft.fact("feedback.released", feedback)
