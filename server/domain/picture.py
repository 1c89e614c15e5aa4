"""The picture: whether a stream reaches the viewers, as the house itself sees it."""

from typing import Literal

from server.domain.roles import Fields, Record, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.stage import Stage

State = Literal["off", "waiting", "live", "paused"]


class Picture(Record, frozen=True, kw_only=True):
    """The picture of one stage (record `picture/…`); a stage without one is `off`.

    `off`: no stream can come; `waiting`: none has come yet; `live`; `paused`: it stopped, and
    may go on. `since` is when this began, ms UTC.
    """

    state: State = "off"
    since: int = 0

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id state since")


class ReportPicture(Command, frozen=True, tag="picture.report"):
    """Say how the picture is now; the house's own word, which nobody else can give."""

    state: State
    stage: str = "main"


def report(draft: Draft, command: ReportPicture, now: int) -> None:
    """Write down how the picture is, if that is news."""
    stage = draft.get(Stage, command.stage)
    picture = draft.find(Picture, stage.id) or Picture(id=stage.id)
    if picture.state == command.state:
        return
    picture = Picture(id=stage.id, state=command.state, since=now)
    draft.put(picture)
    draft.fact(f"picture.{command.state}", picture)
