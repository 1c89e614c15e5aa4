"""The notice: what the desk tells everybody at once, before and whatever their picture shows."""

from typing import Annotated, Literal

from msgspec import Meta

from server.domain.refusal import Refusal
from server.domain.roles import Actor, Fields, Record, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.stage import Stage
from server.domain.text import clean

TEXT_LIMIT = 300

Level = Literal["calm", "urgent"]
Text = Annotated[str, Meta(extra_json_schema={"maxLength": TEXT_LIMIT})]


class Notice(Record, frozen=True, kw_only=True):
    """What stands on every screen of a stage (record `notice/…`); without words there is none.

    `urgent` is for what cannot wait: the hall is to be left, the show has to stop.
    """

    text: str = ""
    level: Level = "calm"
    posted_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id text level posted_at")


class PostNotice(Command, frozen=True, tag="notice.post"):
    """Tell everybody something, in place of what was said before."""

    text: Text
    level: Level = "calm"
    stage: str = "main"


class ClearNotice(Command, frozen=True, tag="notice.clear"):
    """Take the notice away."""

    stage: str = "main"


def post(draft: Draft, command: PostNotice, actor: Actor, now: int) -> None:
    """Put a notice on every screen."""
    text = clean(command.text, "text", TEXT_LIMIT)
    stage = draft.get(Stage, command.stage)
    notice = Notice(id=stage.id, text=text, level=command.level, posted_at=now)
    draft.put(notice)
    draft.fact("notice.posted", notice)


def clear(draft: Draft, command: ClearNotice, actor: Actor, now: int) -> None:
    """Leave the screens without a notice."""
    notice = draft.find(Notice, draft.get(Stage, command.stage).id)
    if notice is None or not notice.text:
        raise Refusal("notice.none", "There is no notice to take away.")
    notice = Notice(id=notice.id)
    draft.put(notice)
    draft.fact("notice.cleared", notice)
