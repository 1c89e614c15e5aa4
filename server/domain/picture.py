"""The picture: whether a stream reaches the viewers, as the house itself sees it."""

from typing import Literal

from msgspec.structs import replace

from server.domain.roles import CREW, Fields, Record, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.stage import Stage

State = Literal["off", "waiting", "live", "paused"]

Trouble = Literal["disk_full"]

CAMERA = "camera-"
PUBLIC = fields("id state since behind_ms")


class Picture(Record, frozen=True, kw_only=True):
    """The picture of one stage (record `picture/…`); a stage without one is `off`.

    `off`: no stream can come; `waiting`: none has come yet; `live`; `paused`: it stopped, and
    may go on. `since` is when this began, ms UTC. `source` is who makes the programme, or would if
    they published: for the crew, and for whoever stands before that camera. `behind_ms`: nineteen
    of twenty viewers see it no later than this; None: nobody has said. `trouble`: what the crew
    should know of it, such as that nothing is recorded because the disk is full.
    """

    state: State = "off"
    since: int = 0
    source: str | None = None
    behind_ms: int | None = None
    trouble: Trouble | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in CREW or viewer.person in self.people():
            return PUBLIC | fields("source trouble")
        return PUBLIC

    def people(self) -> frozenset[str]:
        if self.source is None or not self.source.startswith(CAMERA):
            return frozenset()
        return frozenset({self.source.removeprefix(CAMERA)})


class ReportPicture(Command, frozen=True, tag="picture.report"):
    """Say how the picture is now; the house's own word, which nobody else can give."""

    state: State
    stage: str = "main"


class ReportCut(Command, frozen=True, tag="picture.cut"):
    """Say which source makes the programme now; the house's own word as well."""

    source: str
    stage: str = "main"


class ReportTrouble(Command, frozen=True, tag="picture.trouble"):
    """Say what is wrong with the picture, None: nothing any more; the house's own word as well."""

    trouble: Trouble | None
    stage: str = "main"


def picture_of(draft: Draft, stage_id: str) -> Picture:
    """Return a stage's picture as it was last reported; refuse a stage that is not there."""
    stage = draft.get(Stage, stage_id)
    return draft.find(Picture, stage.id) or Picture(id=stage.id)


def report(draft: Draft, command: ReportPicture, now: int) -> None:
    """Write down how the picture is, if that is news."""
    picture = picture_of(draft, command.stage)
    if picture.state == command.state:
        return
    behind_ms = picture.behind_ms if command.state in ("live", "paused") else None
    picture = replace(picture, state=command.state, since=now, behind_ms=behind_ms)
    draft.put(picture)
    draft.fact(f"picture.{command.state}", picture)


def report_cut(draft: Draft, command: ReportCut, now: int) -> None:
    """Write down who makes the programme, if that is news."""
    picture = picture_of(draft, command.stage)
    if picture.source != command.source:
        picture = replace(picture, source=command.source)
        draft.put(picture)
        draft.fact("picture.cut", picture)


def report_trouble(draft: Draft, command: ReportTrouble, now: int) -> None:
    """Write down what is wrong, if that is news."""
    picture = picture_of(draft, command.stage)
    if picture.trouble != command.trouble:
        picture = replace(picture, trouble=command.trouble)
        draft.put(picture)
        draft.fact("picture.trouble" if command.trouble else "picture.well", picture)
