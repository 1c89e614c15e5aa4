"""A show file as a planning problem: the rundown stays as it is, its slots change places."""

from itertools import pairwise
from typing import NamedTuple, TypeVar

from server.domain import clock
from server.domain.people import Person
from server.domain.roles import Record, Role
from server.domain.rundown import Cue, Slot
from server.domain.text import clean
from server.integrations.showfile import LIMIT, read
from server.integrations.showtables import (
    CommentatorTable,
    PersonTable,
    PlanTable,
    ShowTable,
    parse,
    wrong,
)
from server.plan import problem as model
from server.plan.discomfort import CURVES, Curve
from server.plan.hours import Hours
from server.plan.hours import parse as parse_hours
from server.plan.problem import (
    Apart,
    Gap,
    InOrder,
    Pin,
    Problem,
    Sitting,
    Someone,
    Together,
    Wish,
)

R = TypeVar("R", bound=Record)

# Without a hard end of the stream, this long after the start is late enough for any order.
UNBOUNDED_MS = 366 * 24 * 3600 * 1000
SITTING = "main"


class ShowPlan(NamedTuple):
    """A show file as the planner sees it; `walls` are the starts that it wants compared."""

    problem: Problem
    title: str
    zone: str
    slots: dict[str, Slot]
    people: dict[str, Person]
    walls: list[str]


def read_plan(text: str) -> ShowPlan:
    """Return what there is to plan in a show file, or refuse it by the field at fault."""
    file, records = parse(text), read(text)
    people = {person.id: person for person in _of(Person, records)}
    slots = {slot.id: slot for slot in _of(Slot, records)}
    cues = sorted(_of(Cue, records), key=lambda cue: cue.position)
    sitting, order = _sitting(file, cues)
    crowds = [
        Someone(f"audience-{number}", row.zone, weight=row.weight, throughout=True, crowd=True)
        for number, row in enumerate(file.plan.audience, 1)
    ]
    problem = Problem(
        people=(*_people(file), *crowds),
        slots=tuple(
            model.Slot(
                id=slot.id,
                seconds=sum(cue.seconds for cue in cues if cue.slot == slot.id),
                people=(slot.presenter, *_needed(file, slot), *(crowd.id for crowd in crowds)),
                field=slot.field,
            )
            for slot in slots.values()
        ),
        sittings=(sitting,),
        wishes=tuple(dict.fromkeys(_wishes(file, slots, order))),
        present=(tuple(order),),
        curve=_curve(file.plan),
    )
    for number, row in enumerate(file.plan.audience):
        clock.zone(row.zone, f"plan.audience[{number}].zone")
    model.check(problem)
    return ShowPlan(
        problem,
        clean(file.title, "title", LIMIT),
        file.zone,
        slots,
        people,
        _walls(file, cues[0].wall),
    )


def _of(kind: type[R], records: list[Record]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]


def _sitting(file: ShowTable, cues: list[Cue]) -> tuple[Sitting, list[str]]:
    """Return the rundown as a sitting, and the slots in their present order."""
    order: list[str] = []
    gaps = []
    for before, cue in pairwise([None, *cues]):
        assert cue is not None
        if cue.slot is None:
            gaps.append(Gap(len(order), cue.seconds, cue.planned_at if cue.hard else None))
        elif before is None or cue.slot != before.slot:
            if cue.hard:
                gaps.append(Gap(len(order), 0, cue.planned_at))
            order.append(cue.slot)
    starts_at = cues[0].planned_at
    ends_at = starts_at + UNBOUNDED_MS
    if file.plan.ends is not None:
        day = file.plan.ends.day or file.date
        ends_at = clock.instant(f"{day}T{file.plan.ends.of_day:%H:%M:%S}", file.zone)
        if ends_at <= starts_at:
            raise wrong("plan.ends", "the stream cannot end before it starts")
    return Sitting(SITTING, starts_at, ends_at, gaps=tuple(gaps)), order


def _people(file: ShowTable) -> list[Someone]:
    groups: list[tuple[Role, list[PersonTable]]] = [
        (Role.PRESENTER, [*file.presenter]),
        (Role.COMMENTATOR, [*file.commentator]),
        (Role.HOST, file.host),
    ]
    return [
        Someone(
            table.id,
            table.zone or file.zone,
            _hours(table.available, f"{role.value}[{number}].available"),
            _hours(table.preferred, f"{role.value}[{number}].preferred"),
            table.weight,
            throughout=role is not Role.PRESENTER,
        )
        for role, tables in groups
        for number, table in enumerate(tables)
    ]


def _hours(texts: tuple[str, ...], place: str) -> tuple[Hours, ...]:
    return tuple(parse_hours(text, place) for text in texts)


def _needed(file: ShowTable, slot: Slot) -> list[str]:
    """Return the commentators of a slot's field, and the hosts."""
    for number, table in enumerate(file.commentator):
        for field in table.fields:
            if field not in file.fields:
                raise wrong(
                    f"commentator[{number}].fields", f"“{field}” is not among the show's fields"
                )
    return [
        *(c.id for c in file.commentator if _comments(c, slot)),
        *(host.id for host in file.host),
    ]


def _comments(table: CommentatorTable, slot: Slot) -> bool:
    return not table.fields or slot.field in table.fields


def _wishes(file: ShowTable, slots: dict[str, Slot], order: list[str]) -> list[Wish]:
    plan = file.plan
    fields = file.fields if plan.together is True else plan.together or ()
    for field in fields:
        if field not in file.fields:
            raise wrong("plan.together", f"“{field}” is not among the show's fields")
    used = {slot.field for slot in slots.values()}
    found: list[Wish] = [Together(field) for field in fields if field in used]
    for number, (one, other) in enumerate(plan.apart):
        place = f"plan.apart[{number}]"
        found.append(Apart(_slot(one, slots, place), _slot(other, slots, place)))
    for number, (one, other) in enumerate(plan.order):
        place = f"plan.order[{number}]"
        found.append(InOrder(_slot(one, slots, place), _slot(other, slots, place)))
    for number, name in enumerate(plan.pin):
        slot = _slot(name, slots, f"plan.pin[{number}]")
        found.append(Pin(slot, SITTING, order.index(slot)))
    return found


def _slot(name: str, slots: dict[str, Slot], place: str) -> str:
    """Return the slot that is meant by its id, or by its presenter."""
    found = [name] if name in slots else [s.id for s in slots.values() if s.presenter == name]
    if not found:
        raise wrong(place, f"no slot and no presenter in a slot is called “{name}”")
    if len(found) > 1:
        raise wrong(place, f"“{name}” has several slots: name the slot by its id")
    return found[0]


def _curve(plan: PlanTable) -> Curve:
    return CURVES[plan.curve] if isinstance(plan.curve, str) else Curve(plan.curve)


def _walls(file: ShowTable, present: str) -> list[str]:
    """Return the starts to compare: each half hour of `starts`, on each of the `days`."""
    if not file.plan.starts:
        return [f"{day}{present[10:]}" for day in file.plan.days]
    span = parse_hours(file.plan.starts, "plan.starts")
    if span.day is not None or span.closes <= span.opens:
        raise wrong("plan.starts", "the hours at which the show may start lie in one day")
    days = file.plan.days or (file.date,)
    last = min(span.closes, 24 * 60 - 1)
    return [
        f"{day}T{minute // 60:02}:{minute % 60:02}:00"
        for day in days
        for minute in range(span.opens, last + 1, 30)
    ]
