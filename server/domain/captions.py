"""Live captions: what interpreters and machines write down of what is said, a line at a time."""

from typing import Annotated

from msgspec import Meta

from server.domain.people import Person
from server.domain.questions import LanguageTag
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Fields, Record, Role, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.text import clean

TEXT_LIMIT = 300
# The journal keeps every line, and every viewer is sent it: a machine sends lines, not letters.
PAUSE_MS = 500
LANGUAGES_LIMIT = 12
LASTS_MS = 8000
"""How long a line stays on a screen, if no other takes its place."""

# The rule refuses what is too long, by its own name; the limit is here for the documents.
Text = Annotated[str, Meta(extra_json_schema={"maxLength": TEXT_LIMIT})]


class Caption(Record, frozen=True, kw_only=True):
    """The latest line in one language (record `caption/…`); its id is the language's tag.

    `text` is "" where it was cleared; `said_at` is when it was said or cleared, ms UTC.
    """

    text: str
    said_at: int

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id text said_at")


class SayCaption(Command, frozen=True, tag="caption.say"):
    """Show a line in one language, in the place of the one before it."""

    lang: LanguageTag
    text: Text


class ClearCaption(Command, frozen=True, tag="caption.clear"):
    """Take the line in one language off the screens."""

    lang: LanguageTag


def say(draft: Draft, command: SayCaption, actor: Actor, now: int) -> None:
    """Write down the line that is shown from now on."""
    lang = _own(draft, command.lang, actor)
    text = clean(command.text, "text", TEXT_LIMIT)
    before = draft.find(Caption, lang)
    if before is None and len(draft.all(Caption)) >= LANGUAGES_LIMIT:
        raise Refusal(
            "caption.too_many",
            "There are captions in {limit} languages already.",
            field="lang",
            limit=LANGUAGES_LIMIT,
        )
    if before is not None and before.text and now < before.said_at + PAUSE_MS:
        raise Refusal(
            "caption.too_fast",
            "One line every {pause} milliseconds is the most in one language.",
            pause=PAUSE_MS,
        )
    caption = Caption(id=lang, text=text, said_at=now)
    draft.put(caption)
    draft.fact("caption.said", caption)


def clear(draft: Draft, command: ClearCaption, actor: Actor, now: int) -> None:
    """Take the line away, if there is one."""
    before = draft.find(Caption, _own(draft, command.lang, actor))
    if before is not None and before.text:
        caption = Caption(id=before.id, text="", said_at=now)
        draft.put(caption)
        draft.fact("caption.cleared", caption)


def _own(draft: Draft, lang: str, actor: Actor) -> str:
    """Return the language as records are called by it; who is named for one writes no other."""
    lang = lang.lower()
    person = draft.find(Person, actor.person)
    if actor.role == Role.INTERPRETER and person and person.language.lower() != lang:
        raise Refusal(
            "caption.not_yours",
            "Your link is for captions in “{own}”, not in “{lang}”.",
            field="lang",
            own=person.language,
            lang=lang,
        )
    return lang
