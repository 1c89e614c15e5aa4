"""The rundown: segments, slots and cues, when each was planned and when it will really start."""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

import msgspec

from server.domain import clock
from server.domain.clock import Anchor
from server.domain.refusal import Refusal
from server.domain.roles import CREW, HIDDEN, Fields, Record, Viewer, fields
from server.domain.show import Command, Draft

CUE_KINDS = ("opening", "talk", "pitch", "comments", "questions", "handover", "signing", "break")

PUBLIC_SLOT = fields("id segment position presenter topic project field language place")
PUBLIC_CUE = fields(
    "id stage segment slot position kind title planned_at hard seconds adjusted_seconds"
    " buffer_seconds started_at ended_at"
)
DAY = 86_400


class Segment(Record, frozen=True, kw_only=True):
    """A named block of the rundown (record `segment/…`)."""

    title: str
    position: int
    stage: str = "main"

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id title position stage")


class Slot(Record, frozen=True, kw_only=True):
    """A presenter's allotted time (record `slot/…`); `place` is where the stage has got to.

    One that was taken out of the rundown is withdrawn: the crew and its presenter still see it.

    `meeting` is the https address of a call outside (Zoom, Jitsi, Tencent Meeting), for the
    presenter and the crew: who has it can come in.
    """

    segment: str
    position: int
    presenter: str
    topic: str
    project: str = ""
    field: str = ""
    language: str = "en"
    place: str = "ahead"  # ahead, standby, on_air, done, withdrawn
    meeting: str = ""

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in CREW or viewer.person == self.presenter:
            return PUBLIC_SLOT | {"meeting"}
        return HIDDEN if self.place == "withdrawn" else PUBLIC_SLOT

    def once_seen_by(self, viewer: Viewer) -> bool:
        return True

    def people(self) -> frozenset[str]:
        return frozenset({self.presenter})


class Cue(Record, frozen=True, kw_only=True):
    """The smallest thing that is called (record `cue/…`). Lengths in seconds, instants in ms UTC.

    A `hard` cue never starts before its planned time; a linked one starts when the cue before it
    ends. `buffer_seconds` is how much of its length it gives back when the show is late.
    A cue of a slot that was taken out of the rundown is `withdrawn`, and nobody sees it.
    """

    position: int
    kind: str
    wall: str
    zone: str
    seconds: int
    stage: str = "main"
    segment: str = ""
    slot: str | None = None
    title: str = ""
    hard: bool = False
    buffer_seconds: int = 0
    adjusted_seconds: int = 0
    started_at: int | None = None
    ended_at: int | None = None
    note: str = ""
    withdrawn: bool = False

    @property
    def planned_at(self) -> int:
        """The planned start, ms UTC."""
        return clock.instant(self.wall, self.zone)

    @property
    def length(self) -> int:
        """The length in seconds, adjustments included."""
        return self.seconds + self.adjusted_seconds

    def seen_by(self, viewer: Viewer) -> Fields:
        if self.withdrawn:
            return HIDDEN
        return PUBLIC_CUE | {"note"} if viewer.role in CREW else PUBLIC_CUE

    def once_seen_by(self, viewer: Viewer) -> bool:
        return True


class Projected(NamedTuple):
    """When a cue that is still ahead will start and end, if nothing more happens; ms UTC."""

    cue: Cue
    start_at: int
    end_at: int


def in_order(draft: Draft, stage: str) -> list[Cue]:
    """Return the cues of a stage in the order in which they are called; withdrawn ones are not."""
    there = (c for c in draft.all(Cue) if c.stage == stage and not c.withdrawn)
    return sorted(there, key=lambda cue: cue.position)


def after(cue: Cue, seconds: int) -> str:
    """Return the wall time at which `seconds` have gone by after a cue's planned start."""
    at = cue.planned_at + seconds * 1000
    wall = clock.wall(at, cue.zone)
    # The second time round of a repeated hour has no wall time of its own.
    return wall if clock.instant(wall, cue.zone) == at else clock.later(cue.wall, seconds)


def following(cue: Cue, changeover_seconds: int, slot: str | None) -> str:
    """Return for when a cue of `slot` is planned that follows `cue` and has no start of its own.

    The changeover lies between a slot and what is not of it.
    """
    leaves = cue.slot is not None and cue.slot != slot
    return after(cue, cue.seconds + (changeover_seconds if leaves else 0))


def ahead(cues: Sequence[Cue], on_air: str | None, standby: str | None) -> list[Cue]:
    """Return the cues still to be called: the one that stands by and what follows it.

    A cue that was called out of its order is behind us, wherever it stands.
    """
    first = next((c.position for c in cues if c.id == standby), None)
    if first is None:
        return []
    return [c for c in cues if c.position >= first and c.id != on_air and c.started_at is None]


def to_come(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues whose place in the rundown is still open, of all `cues` in their order.

    A slot of which a cue was called keeps its place, with all its cues. A slot that was passed over
    may still be given another place; other cues that were passed over are behind us.
    """
    called = {cue.slot for cue in cues if cue.slot is not None and cue.started_at is not None}
    kept = [cue.position for cue in cues if cue.started_at is not None or cue.slot in called]
    front = max(kept, default=0)
    return [
        cue
        for cue in cues
        if cue.started_at is None
        and cue.slot not in called
        and (cue.slot is not None or cue.position > front)
    ]


def on_air_at(cues: Iterable[Cue], at: int) -> Cue | None:
    """Return the cue that was on air at an instant (ms UTC); None: none was.

    Of a cue that was called again only the last time counts, and none of those after it.
    """
    found = [c for c in cues if c.started_at is not None and c.started_at <= at]
    last = max(found, key=lambda c: c.started_at or 0, default=None)
    if last is None or (last.ended_at is not None and last.ended_at <= at):
        return None
    return last


def free_at(anchor: Anchor | None, held: bool, now: int) -> int | None:
    """Return when the cue on air will be over (ms UTC), if nothing more happens; None: no cue is.

    In overtime that is now.
    """
    if anchor is None:
        return None
    left = anchor.seconds if held else anchor.left(now)
    return now + max(0, round(left * 1000))


def project(ahead: Sequence[Cue], free: int | None, now: int) -> list[Projected]:
    """Return the projected times of the cues `ahead`, in their order.

    `free` is when the cue on air will be over. Time already lost moves every later cue, until a
    buffer or the wait before a hard start gives it back. `static/lib/projection.js` is the same
    rule for screens; `tests/projection.json` holds the two together.
    """
    found = []
    for cue in ahead:
        planned = cue.planned_at
        if free is None:
            free = max(planned, now)
        start = max(free, planned) if cue.hard else free
        late_seconds = max(0, start - planned) / 1000
        length_seconds = cue.length - min(cue.buffer_seconds, cue.length, late_seconds)
        free = start + round(length_seconds * 1000)
        found.append(Projected(cue, start, free))
    return found


def drift(
    cues: Sequence[Cue], on_air: str | None, standby: str | None, free: int | None, now: int
) -> float:
    """Return the signed seconds against plan, over positive.

    `free` is when the cue `on_air` will be over (ms UTC); before the first of `cues` is called,
    the drift is how late it is already.
    """
    running = next((cue for cue in cues if cue.id == on_air), None)
    if running is not None and free is not None:
        return (free - running.planned_at - running.seconds * 1000) / 1000
    first = next((cue for cue in cues if cue.id == standby), None)
    if first is None or any(cue.started_at is not None for cue in cues):
        return 0.0
    return max(0.0, (now - first.planned_at) / 1000)


class AdjustCue(Command, frozen=True, tag="cue.adjust"):
    """Give a cue more time, or take some away; on air, the countdown moves at once."""

    cue: str
    seconds: Annotated[int, msgspec.Meta(ge=-DAY, le=DAY)]


def adjusted(cue: Cue, seconds: int) -> Cue:
    """Return the cue with `seconds` more; its length stays between nothing and a day."""
    if cue.ended_at is not None:
        raise Refusal("cue.ended", "This cue is over: its length cannot change.", field="cue")
    if seconds == 0 or not 0 <= cue.length + seconds <= DAY:
        raise Refusal(
            "cue.length",
            "A cue lasts between 0 and {limit} seconds; this would make it {length}.",
            field="seconds",
            limit=DAY,
            length=cue.length + seconds,
        )
    return msgspec.structs.replace(cue, adjusted_seconds=cue.adjusted_seconds + seconds)
