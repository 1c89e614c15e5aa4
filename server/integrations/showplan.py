"""What a show file says of its plan: the wishes of `[plan]`, and the hours of its people."""

from collections.abc import Iterator
from datetime import datetime

from server.domain import clock
from server.domain.hours import Availability, tidy
from server.domain.roles import Role
from server.domain.rundown import Slot
from server.domain.wishes import Crowd, Wishes, check_curve, starts_of
from server.integrations.showtables import PersonTable, ShowTable, wrong


def wishes(file: ShowTable, slots: list[Slot], starts: str) -> Wishes:
    """Return the wishes of a file with these slots that starts at a wall time."""
    plan = file.plan
    for number, row in enumerate(plan.audience):
        clock.zone(row.zone, f"plan.audience[{number}].zone")
    for number, table in enumerate(file.commentator):
        _known(table.fields, file, f"commentator[{number}].fields")
    if not isinstance(plan.curve, str):
        check_curve(plan.curve)
    if plan.starts:
        starts_of(plan.starts, "plan.starts")
    together = file.fields if plan.together is True else plan.together or ()
    _known(together, file, "plan.together")
    names = [slot.id for slot in slots]
    pinned = [_slot(name, slots, f"plan.pin[{number}]") for number, name in enumerate(plan.pin)]
    return Wishes(
        id="main",
        together=together,
        apart=tuple(_pair(pair, slots, f"plan.apart[{n}]") for n, pair in enumerate(plan.apart)),
        order=tuple(_pair(pair, slots, f"plan.order[{n}]") for n, pair in enumerate(plan.order)),
        pins={name: names.index(name) for name in pinned},
        ends=_ends(file, starts),
        days=tuple(day.isoformat() for day in plan.days),
        starts=plan.starts,
        curve=plan.curve,
        audience=tuple(Crowd(row.zone, row.weight) for row in plan.audience),
        weights={table.id: table.weight for _, _, table in _needed(file) if table.weight != 1},
        changeover_seconds=plan.changeover,
        comments={table.id: table.fields for table in file.commentator if table.fields},
    )


def availabilities(file: ShowTable) -> Iterator[Availability]:
    """Yield the hours of everybody who is needed on stage by name."""
    for role, number, table in _needed(file):
        place = f"{role.value}[{number}]"
        yield Availability(
            id=table.id,
            available=tidy(table.available, f"{place}.available"),
            preferred=tidy(table.preferred, f"{place}.preferred"),
        )


def _needed(file: ShowTable) -> Iterator[tuple[Role, int, PersonTable]]:
    groups: list[tuple[Role, list[PersonTable]]] = [
        (Role.PRESENTER, [*file.presenter]),
        (Role.COMMENTATOR, [*file.commentator]),
        (Role.HOST, file.host),
    ]
    for role, tables in groups:
        for number, table in enumerate(tables):
            yield role, number, table


def _known(names: tuple[str, ...], file: ShowTable, place: str) -> None:
    for name in names:
        if name not in file.fields:
            raise wrong(place, f"“{name}” is not among the show's fields")


def _pair(names: tuple[str, str], slots: list[Slot], place: str) -> tuple[str, str]:
    return _slot(names[0], slots, place), _slot(names[1], slots, place)


def _slot(name: str, slots: list[Slot], place: str) -> str:
    """Return the slot that is meant by its id, or by its presenter."""
    found = [slot.id for slot in slots if slot.id == name]
    found = found or [slot.id for slot in slots if slot.presenter == name]
    if not found:
        raise wrong(place, f"no slot and no presenter in a slot is called “{name}”")
    if len(found) > 1:
        raise wrong(place, f"“{name}” has several slots: name the slot by its id")
    return found[0]


def _ends(file: ShowTable, starts: str) -> str | None:
    """Return the wall time of the hard end of the stream, if there is one."""
    end = file.plan.ends
    if end is None:
        return None
    wall = datetime.combine(end.day or file.date, end.of_day).strftime(clock.WALL)
    if wall <= starts:
        raise wrong("plan.ends", "the stream cannot end before it starts")
    return wall
