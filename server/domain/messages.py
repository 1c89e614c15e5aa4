"""Messages from the desk to presenters, and their word that they have read them."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import DESK, HIDDEN, Actor, Fields, Record, Role, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.text import clean

TEXT_LIMIT = 300

Text = Annotated[str, Meta(extra_json_schema={"maxLength": TEXT_LIMIT})]


class Message(Record, frozen=True, kw_only=True):
    """One message to one person (record `message/…`); to all is one for each presenter."""

    to: str
    sender: str
    text: str
    sent_at: int
    acknowledged_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in DESK or viewer.person == self.to:
            return fields("id to sender text sent_at acknowledged_at")
        return HIDDEN

    def people(self) -> frozenset[str]:
        return frozenset({self.to})


class SendMessage(Command, frozen=True, tag="message.send"):
    """Tell one person something, or every presenter (`to` left out)."""

    text: Text
    to: str | None = None


class AcknowledgeMessage(Command, frozen=True, tag="message.acknowledge"):
    """Say that one has read it."""

    message: str


def send(draft: Draft, command: SendMessage, actor: Actor, now: int) -> None:
    """Send one message, or one to each presenter."""
    text = clean(command.text, "text", TEXT_LIMIT)
    if command.to is None:
        to = [p for p in draft.all(Person) if p.role == Role.PRESENTER]
    else:
        to = [draft.get(Person, command.to, "to")]
    for number, person in enumerate(to, 1):
        message = Message(
            id=f"m{draft.seq}.{number}",
            to=person.id,
            sender=actor.role,
            text=text,
            sent_at=now,
        )
        draft.put(message)
        draft.fact("message.sent", message)


def acknowledge(draft: Draft, command: AcknowledgeMessage, actor: Actor, now: int) -> None:
    """Mark a message to oneself as read; a second time changes nothing."""
    message = draft.find(Message, command.message)
    if message is None or message.to != actor.person:
        raise Refusal("message.not_yours", "This message is not for you.", field="message")
    if message.acknowledged_at is None:
        message = replace(message, acknowledged_at=now)
        draft.put(message)
        draft.fact("message.acknowledged", message)
