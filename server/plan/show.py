"""A show as a planning problem: the rundown stays as it is, its slots change places.

It is made of the show's records alone, so a show file and a show on air are planned by one rule.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from server.domain import clock, rundown
from server.domain.hours import Availability, parse
from server.domain.people import Person
from server.domain.rearrange import RearrangeRundown, rearrange
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record, Role
from server.domain.rundown import Cue, Slot
from server.domain.show import Change, Details, Draft, Show
from server.domain.stage import Stage
from server.domain.wishes import Wishes, starts_of
from server.plan import problem as model
from server.plan.discomfort import CURVES, Curve
from server.plan.problem import (
    Apart,
    Gap,
    InOrder,
    Order,
    Pin,
    Problem,
    Sitting,
    Someone,
    Together,
    Wish,
)

# Without a hard end of the stream, this long after the start is late enough for any order.
UNBOUNDED_MS = 366 * 24 * 3600 * 1000
SITTING = "main"
STAGE = "main"
NOBODY = Actor("planner", Role.ORGANISER)


class ShowPlan(NamedTuple):
    """A show as the planner sees it; `walls` are the starts that it wants compared.

    `segments`: how many slots each segment still has to come, in the order of the rundown.
    """

    problem: Problem
    title: str
    zone: str
    slots: dict[str, Slot]
    people: dict[str, Person]
    walls: list[str]
    segments: tuple[tuple[str, int], ...] = ()

    def order_by_segment(self, order: Order) -> dict[str, list[str]]:
        """Return an order as `rundown.rearrange` takes it: each segment with as many as now."""
        names = iter([name for sitting in order for name in sitting])
        return {
            segment: [name for _, name in zip(range(count), names, strict=False)]
            for segment, count in self.segments
        }


class _Line(NamedTuple):
    """The cues still to come, with the instants (ms UTC) between which each would be called."""

    cues: list[Cue]
    spans: list[tuple[int, int]]
    live: bool


def of_records(records: Iterable[Record]) -> Show:
    """Return a show that has just these records."""
    show = Show("plan")
    show.take([Change(record.key, record, 1, 0) for record in records], 1, 0)
    return show


def problem_of(
    show: Show,
    now: int | None = None,
    lost: Collection[str] = (),
    late: Mapping[str, int] = MappingProxyType({}),
) -> ShowPlan:
    """Return what there is to plan in a show: the slots of the main stage not called yet.

    Once it is on air, they start when what precedes them will be over, and never before `now`
    (ms UTC). Slots that are `lost` are left out, and those that are `late` start at an instant of
    their own or later. Refuses slots that are not to come, and `plan.nothing` where none is left.
    """
    draft = Draft(show, show.at if now is None else now)
    _check_open(draft, lost, "lost")
    _check_open(draft, late, "late")
    if lost:
        _take_out(draft, lost)
    details = draft.get(Details, "show")
    wishes = draft.find(Wishes, "main") or Wishes(id="main")
    line = _line(draft)
    order = list(dict.fromkeys(cue.slot for cue in line.cues if cue.slot is not None))
    if not order:
        raise Refusal("plan.nothing", "There is nothing left to plan: every slot was called.")
    slots = {name: draft.get(Slot, name) for name in order}
    people = {person.id: person for person in draft.all(Person)}
    crowds = [
        Someone(f"audience-{number}", row.zone, weight=row.weight, throughout=True, crowd=True)
        for number, row in enumerate(wishes.audience, 1)
    ]
    problem = Problem(
        people=(*_people(draft, wishes), *crowds),
        slots=tuple(
            model.Slot(
                id=slot.id,
                seconds=_seconds(line, slot.id),
                people=(
                    slot.presenter,
                    *_needed(people, wishes, slot),
                    *(crowd.id for crowd in crowds),
                ),
                field=slot.field,
                earliest=late.get(slot.id),
            )
            for slot in slots.values()
        ),
        sittings=(_sitting(line, order, wishes, details.zone),),
        wishes=tuple(dict.fromkeys(_wishes(draft, wishes, slots))),
        present=(tuple(order),),
        curve=CURVES[wishes.curve] if isinstance(wishes.curve, str) else Curve(wishes.curve),
    )
    model.check(problem)
    segments = dict.fromkeys(slot.segment for slot in slots.values())
    return ShowPlan(
        problem,
        details.title,
        details.zone,
        slots,
        people,
        [] if line.live else _walls(wishes, details, line.cues[0].wall),
        tuple((s, sum(slot.segment == s for slot in slots.values())) for s in segments),
    )


def _check_open(draft: Draft, names: Iterable[str], field: str) -> None:
    there = {cue.slot for cue in rundown.to_come(rundown.in_order(draft, STAGE))}
    for name in names:
        if draft.get(Slot, name, field).id not in there:
            raise Refusal(
                "rundown.called", "The slot “{id}” has been called: its place is fixed.",
                field=field, id=name,
            )  # fmt: skip


def _take_out(draft: Draft, lost: Collection[str]) -> None:
    """Withdraw the slots that are lost, as if somebody had done so."""
    order: dict[str, tuple[str, ...]] = {}
    coming = rundown.to_come(rundown.in_order(draft, STAGE))
    for name in dict.fromkeys(cue.slot for cue in coming if cue.slot is not None):
        slot = draft.get(Slot, name)
        order.setdefault(slot.segment, ())
        if name not in lost:
            order[slot.segment] += (name,)
    rearrange(draft, RearrangeRundown(order, draft.show.seq, STAGE), NOBODY, draft.now)


def _line(draft: Draft) -> _Line:
    stage = draft.get(Stage, STAGE)
    cues = rundown.in_order(draft, STAGE)
    coming = rundown.to_come(cues)
    if not any(cue.started_at is not None for cue in cues):
        spans = [(cue.planned_at, cue.planned_at + cue.seconds * 1000) for cue in coming]
        return _Line(coming, spans, live=False)
    free = rundown.free_at(stage.anchor, stage.held_at is not None, draft.now)
    names = {cue.id for cue in coming}
    before = [c for c in rundown.ahead(cues, stage.on_air, stage.standby) if c.id not in names]
    found = rundown.project([*before, *coming], draft.now if free is None else free, draft.now)
    spans = [(cue.start_at, cue.end_at) for cue in found[len(before) :]]
    return _Line(coming, spans, live=True)


def _seconds(line: _Line, slot: str) -> int:
    own = [end - start for cue, (start, end) in zip(*line[:2], strict=True) if cue.slot == slot]
    return sum(own) // 1000


def _sitting(line: _Line, order: list[str], wishes: Wishes, zone: str) -> Sitting:
    """Return what is to come as a sitting; a hard start that is late already may be as late."""
    gaps = []
    count = 0
    for cue, (start, end) in zip(line.cues, line.spans, strict=True):
        if cue.slot is None:
            gaps.append(Gap(count, (end - start) // 1000, start if cue.hard else None))
        elif count < len(order) and cue.slot == order[count]:
            if cue.hard:
                gaps.append(Gap(count, 0, start))
            count += 1
    starts_at = line.spans[0][0]
    ends_at = starts_at + UNBOUNDED_MS
    if wishes.ends is not None:
        ends_at = clock.instant(wishes.ends, zone)
        ends_at = max(ends_at, line.spans[-1][1]) if line.live else ends_at
    return Sitting(
        SITTING, starts_at, ends_at, gaps=tuple(gaps), changeover=wishes.changeover_seconds
    )


def _people(draft: Draft, wishes: Wishes) -> list[Someone]:
    found = []
    for role in (Role.PRESENTER, Role.COMMENTATOR, Role.HOST):
        for person in draft.all(Person):
            if person.role == role:
                hours = draft.find(Availability, person.id) or Availability(id=person.id)
                found.append(
                    Someone(
                        person.id,
                        person.zone,
                        tuple(parse(text) for text in hours.available),
                        tuple(parse(text) for text in hours.preferred),
                        wishes.weights.get(person.id, 1),
                        throughout=role is not Role.PRESENTER,
                    )
                )
    return found


def _needed(people: dict[str, Person], wishes: Wishes, slot: Slot) -> list[str]:
    """Return the commentators of a slot's field, and the hosts."""
    commentators = [p.id for p in people.values() if p.role == Role.COMMENTATOR]
    hosts = [p.id for p in people.values() if p.role == Role.HOST]
    return [
        *(c for c in commentators if slot.field in wishes.comments.get(c, (slot.field,))),
        *hosts,
    ]


def _wishes(draft: Draft, wishes: Wishes, slots: dict[str, Slot]) -> list[Wish]:
    """Return the wishes about slots that are still to come.

    A field of which a slot was called cannot be held together by the rest of it alone.
    """
    used = {slot.field for slot in slots.values()}
    others = (s for s in draft.all(Slot) if s.id not in slots and s.place != "withdrawn")
    begun = {slot.field for slot in others}
    found: list[Wish] = [Together(f) for f in wishes.together if f in used - begun]
    found += [Apart(*pair) for pair in wishes.apart if {*pair} <= slots.keys()]
    found += [InOrder(*pair) for pair in wishes.order if {*pair} <= slots.keys()]
    called = sum(s.place != "withdrawn" and s.id not in slots for s in draft.all(Slot))
    found += [
        Pin(slot, SITTING, max(0, ordinal - called))
        for slot, ordinal in wishes.pins.items()
        if slot in slots
    ]
    return found


def _walls(wishes: Wishes, details: Details, present: str) -> list[str]:
    """Return the starts to compare: each half hour of `starts`, on each of the `days`."""
    if not wishes.starts:
        return [f"{day}{present[10:]}" for day in wishes.days]
    span = starts_of(wishes.starts, "starts")
    days = wishes.days or (details.date,)
    last = min(span.closes, 24 * 60 - 1)
    return [
        f"{day}T{minute // 60:02}:{minute % 60:02}:00"
        for day in days
        for minute in range(span.opens, last + 1, 30)
    ]
