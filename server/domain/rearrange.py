"""Another order of what is still to come: slots move, are taken out, and come back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from server.domain import rundown
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record
from server.domain.rundown import Cue, Segment, Slot
from server.domain.show import Command, Details, Draft
from server.domain.stage import Stage, moved_on, place_slots
from server.domain.wishes import Wishes

Name = Annotated[str, Meta(max_length=200)]
Order = Annotated[dict[Name, tuple[Name, ...]], Meta(max_length=500)]


class RearrangeRundown(Command, frozen=True, tag="rundown.rearrange"):
    """Give the slots still to come another order, segment by segment.

    A slot that is not named is withdrawn; one that was withdrawn comes back by its name. Slots of
    which a cue was called keep their place. `seen`: the seq that the screen was at.
    """

    order: Order
    seen: int
    stage: str = "main"


class _Line(NamedTuple):
    """A stage's cues in their order: those that keep their place, those to come (`cues` of `slots`
    and of none), and those of slots that were withdrawn."""

    kept: list[Cue]
    coming: list[Cue]
    withdrawn: list[Cue]

    def of(self, slot: str) -> list[Cue]:
        """Return the cues of a slot that is to come or to come back."""
        return [cue for cue in (*self.coming, *self.withdrawn) if cue.slot == slot]

    @property
    def open_slots(self) -> list[str]:
        """The slots that may be given a place, in their present order; withdrawn ones last."""
        cues = (*self.coming, *self.withdrawn)
        return list(dict.fromkeys(cue.slot for cue in cues if cue.slot is not None))


def rearrange(draft: Draft, command: RearrangeRundown, actor: Actor, now: int) -> None:
    """Put the slots in their new order, and plan all that is to come anew.

    One cue follows another, as in a show file; hard starts, and what belongs to no slot, keep
    their places between the slots of their segment.
    """
    stage = draft.get(Stage, command.stage)
    draft.expect(stage, command.seen, moved_on())
    if stage.ended_at is not None:
        raise Refusal("stage.over", "The rundown is over: there is no cue to take.")
    line = _line(draft, stage)
    _check(draft, command, line)
    titles = _Titles(draft, stage.id)
    laid, gone = _lay(draft, command.order, line, stage.id)
    changed = [*laid, *gone]
    slots = list(dict.fromkeys(cue.slot for cue in changed if cue.slot is not None))
    segments = {name: segment for segment, names in command.order.items() for name in names}
    kept = [s for s in draft.all(Slot) if s.id not in slots]
    for position, name in enumerate(slots, 1 + max((s.position for s in kept), default=0)):
        _put(draft, _moved(draft.get(Slot, name), segments.get(name), position))
    for cue in changed:
        _put(draft, cue)
    titles.follow()
    _pins_follow(draft, line)
    _ends_follow(draft, stage.id)
    stage = replace(stage, standby=_standby(stage, line, laid))
    _put(draft, stage)
    place_slots(draft, stage, rundown.in_order(draft, stage.id))
    draft.fact("rundown.rearranged", stage)


def _line(draft: Draft, stage: Stage) -> _Line:
    present = rundown.in_order(draft, stage.id)
    coming = rundown.to_come(present)
    names = {cue.id for cue in coming}
    gone = [c for c in draft.all(Cue) if c.stage == stage.id and c.withdrawn]
    return _Line(
        [cue for cue in present if cue.id not in names],
        coming,
        sorted(gone, key=lambda cue: cue.position),
    )


def _check(draft: Draft, command: RearrangeRundown, line: _Line) -> None:
    """Refuse an order of what is not there, there twice, or called; or one of an older rundown."""
    there = set(line.open_slots)
    named: set[str] = set()
    for segment, names in command.order.items():
        if draft.get(Segment, segment, "order").stage != command.stage:
            raise Refusal(
                "rundown.elsewhere", "The segment “{id}” is on another stage.",
                field="order", id=segment,
            )  # fmt: skip
        for name in names:
            slot = draft.get(Slot, name, "order")
            if name in named:
                raise Refusal(
                    "rundown.twice", "The slot “{id}” is there twice.", field="order", id=slot.id
                )
            if name not in there:
                raise Refusal(
                    "rundown.called", "The slot “{id}” has been called: its place is fixed.",
                    field="order", id=slot.id,
                )  # fmt: skip
            named.add(name)
    behind = Refusal("rundown.changed", "Somebody else has changed the rundown.", field="seen")
    for name in there:
        draft.expect(draft.get(Slot, name), command.seen, behind)


# ---- the cues ------------------------------------------------------------------------------------


def _lay(
    draft: Draft, order: Mapping[str, Sequence[str]], line: _Line, stage: str
) -> tuple[list[Cue], list[Cue]]:
    """Return the cues to come as they are called and planned from now on, and those withdrawn."""
    known = sorted((s for s in draft.all(Segment) if s.stage == stage), key=lambda s: s.position)
    segments = dict.fromkeys([*(s.id for s in known), *(cue.segment for cue in line.coming)])
    staying = {name for names in order.values() for name in names}
    found: list[Cue] = []
    for segment in segments:
        own = [cue for cue in line.coming if cue.segment == segment]
        found += _segment(segment, own, order.get(segment, ()), staying, line)
    wishes = draft.find(Wishes, "main")
    front = max((cue.position for cue in line.kept), default=0)
    planned = _planned(found, line, wishes.changeover_seconds if wishes else 0)
    laid = [replace(cue, position=position) for position, cue in enumerate(planned, 1 + front)]
    names = {cue.id for cue in laid}
    gone = [cue for cue in (*line.coming, *line.withdrawn) if cue.id not in names]
    return laid, [
        replace(cue, position=position, withdrawn=True)
        for position, cue in enumerate(gone, 1 + front + len(laid))
    ]


def _segment(
    segment: str, cues: list[Cue], slots: Sequence[str], staying: set[str], line: _Line
) -> list[Cue]:
    """Return the cues of a segment with these slots in it.

    What belongs to no slot, and a hard start, stand before as many slots as they do now.
    """
    between: list[tuple[int, Cue]] = []
    hard: dict[int, str] = {}
    count = 0
    seen: set[str] = set()
    for cue in cues:
        if cue.slot is None:
            between.append((count, cue))
        elif cue.slot not in seen:
            seen.add(cue.slot)
            if cue.hard:
                hard[count] = cue.wall
            count += cue.slot in staying
    found = []
    for number, name in enumerate(slots):
        found += [cue for before, cue in between if before == number and before < count]
        if number == 0 and count == 0:
            found += [cue for _, cue in between]
        first, *rest = line.of(name)
        wall = hard.get(number)
        first = replace(first, hard=wall is not None, wall=wall or first.wall)
        found += [replace(cue, segment=segment, withdrawn=False) for cue in (first, *rest)]
    placed = {cue.id for cue in found}
    return found + [cue for _, cue in between if cue.id not in placed]


def _planned(cues: list[Cue], line: _Line, changeover_seconds: int) -> list[Cue]:
    """Return the cues planned one after the other; refuse `rundown.late` for a hard start that
    what comes before it would push."""
    last = line.kept[-1] if line.kept else None
    first = min((cue.wall for cue in line.coming), default="")
    found: list[Cue] = []
    for cue in cues:
        free = rundown.following(last, changeover_seconds, cue.slot) if last else first
        if not cue.hard:
            last = replace(cue, wall=free or cue.wall)
        elif cue.wall < free:
            raise Refusal(
                "rundown.late",
                "“{cue}” starts at {wall}, and what comes before it would end at {free} only.",
                field="order",
                cue=cue.id,
                wall=cue.wall[11:16],
                free=free[11:16],
            )
        else:
            last = cue
        found.append(last)
    return found


# ---- what follows from it ------------------------------------------------------------------------


def _put(draft: Draft, record: Record) -> None:
    """Write a record only where it changes: what has not changed can still be undone by others."""
    if draft.find(type(record), record.id) != record:
        draft.put(record)


def _moved(slot: Slot, segment: str | None, position: int) -> Slot:
    if segment is None:
        return replace(slot, position=position, place="withdrawn")
    place = "ahead" if slot.place == "withdrawn" else slot.place
    return replace(slot, position=position, segment=segment, place=place)


def _standby(stage: Stage, line: _Line, laid: list[Cue]) -> str | None:
    """Return what stands by now: the first cue to come, unless another keeps its place there.

    A cue of the slot on air does, and so does one that was armed out of its order.
    """
    if any(cue.id == stage.standby for cue in line.kept):
        return stage.standby
    cues = sorted((*line.kept, *line.coming), key=lambda cue: cue.position)
    at = next((cue.position for cue in cues if cue.id == stage.on_air), 0)
    follows = next((c.id for c in cues if c.position > at and c.started_at is None), None)
    armed = stage.standby is not None and stage.standby != follows
    if armed and any(cue.id == stage.standby for cue in laid):
        return stage.standby
    return laid[0].id if laid else None


class _Titles:
    """The titles of segments that name one field alone: they follow their field."""

    def __init__(self, draft: Draft, stage: str) -> None:
        self._draft = draft
        self._stage = stage
        self._before = self._alone()

    def follow(self) -> None:
        """Let each title be where its field is now, if every segment still has one field alone."""
        draft = self._draft
        segments = {name: draft.get(Segment, name) for name in self._before}
        titles = {field: segments[name].title for name, field in self._before.items()}
        now = {name: field for name, field in self._alone().items() if name in segments}
        filled = {s.segment for s in draft.all(Slot) if s.place != "withdrawn"} & segments.keys()
        if now.keys() != filled or not set(now.values()) <= titles.keys():
            return
        free = [field for field in titles if field not in now.values()]
        for name, segment in segments.items():
            field = now[name] if name in now else free.pop(0)
            _put(draft, replace(segment, title=titles[field]))

    def _alone(self) -> dict[str, str]:
        """Return the segments whose slots are all of one field, which no other segment has."""
        fields: dict[str, set[str]] = {}
        for slot in self._draft.all(Slot):
            if slot.place != "withdrawn":
                fields.setdefault(slot.segment, set()).add(slot.field)
        every = [field for found in fields.values() for field in found]
        return {
            segment: field
            for segment, found in fields.items()
            for field in found
            if field
            and len(found) == 1
            and every.count(field) == 1
            and self._draft.get(Segment, segment).stage == self._stage
        }


def _pins_follow(draft: Draft, line: _Line) -> None:
    """Pin what is pinned to the number that it has now: whoever moved it meant that."""
    wishes = draft.find(Wishes, "main")
    if wishes is None or not wishes.pins:
        return
    there = sorted(
        (slot for slot in draft.all(Slot) if slot.place != "withdrawn"), key=lambda s: s.position
    )
    numbers = {slot.id: number for number, slot in enumerate(there)}
    pins = {name: numbers[name] for name in wishes.pins if name in numbers}
    _put(draft, replace(wishes, pins=pins))


def _ends_follow(draft: Draft, stage: str) -> None:
    """Let the show end when its last cue now does."""
    cues = rundown.in_order(draft, stage)
    details = draft.find(Details, "show")
    if cues and details is not None and details.ends_at:
        last = cues[-1]
        _put(draft, replace(details, ends_at=last.planned_at + last.seconds * 1000))
