"""The green room: how far each presenter is, by their own word."""

from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.roles import CREW, Actor, Fields, Record, Viewer, fields
from server.domain.show import Command, Draft

FIELDS = fields("id slot state camera microphone round_trip_ms reported_at")


class GreenRoom(Record, frozen=True, kw_only=True):
    """One presenter's place in the green room (record `greenroom/{person}`).

    `state` is what they last reported; standby, on air and done are the stage's word, in the
    slot's `place`. Whether they are connected now is a whisper and is never stored.
    """

    slot: str
    state: str = "invited"  # invited, arrived, checked, ready
    camera: bool | None = None
    microphone: bool | None = None
    round_trip_ms: int | None = None
    reported_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        return FIELDS if viewer.role in CREW or viewer.person == self.id else frozenset()

    def people(self) -> frozenset[str]:
        return frozenset({self.id})


class Report(Command, frozen=True, tag="greenroom.report"):
    """A presenter says how far they are; what is left out stays as it was."""

    state: Literal["arrived", "checked", "ready"]
    camera: bool | None = None
    microphone: bool | None = None
    round_trip_ms: Annotated[int, Meta(ge=0, le=600_000)] | None = None


def report(draft: Draft, command: Report, actor: Actor, now: int) -> None:
    """Take a presenter's word for their state; going back (ready to arrived) is allowed."""
    place = draft.find(GreenRoom, actor.person)
    if place is None:
        raise Refusal("greenroom.not_yours", "Only a presenter of this show waits here.")
    said = {
        name: value
        for name in ("camera", "microphone", "round_trip_ms")
        if (value := getattr(command, name)) is not None
    }
    place = replace(place, state=command.state, reported_at=now, **said)
    draft.put(place)
    draft.fact(f"presenter.{command.state}", place)
