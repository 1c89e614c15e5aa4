"""Show files: a whole show as readable TOML becomes the first records of that show.

The samples in `server/samples/` show every word of the format in use.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from server.domain import clock
from server.domain.embed import EMBEDS, embed
from server.domain.greenroom import GreenRoom
from server.domain.people import Person
from server.domain.recording import WHOLE
from server.domain.roles import Record, Role
from server.domain.rundown import CUE_KINDS, Cue, Segment, Slot, after, following
from server.domain.show import Details
from server.domain.stage import LowerThird, Stage
from server.domain.text import clean
from server.domain.windows import SHOW, Window
from server.integrations.showplan import availabilities, wishes
from server.integrations.showtables import (
    CueTable,
    Lengths,
    PersonTable,
    SegmentTable,
    ShowTable,
    SlotTable,
    Start,
    parse,
    wrong,
)

LIMIT = 2000

# Each of these has a link of its own, and its link is its name.
ROLE_IDS = frozenset({"caller", "host", "moderator", "organiser", "interpreter", "stage"})


def read(text: str, starts_at: int | None = None) -> list[Record]:
    """Return the first records of the show written in `text`, or refuse it by the field at fault.

    `starts_at` (ms UTC) moves the whole show, so that its first cue is planned for that instant.
    """
    file = parse(text)
    clock.zone(file.zone)
    people = list(_people(file))
    plan = _Plan(file)
    for number, table in enumerate(file.segment):
        plan.add_segment(table, f"segment[{number}]")
    if not plan.cues:
        raise wrong("segment", "there is nothing to call: no segment has a cue or a slot")
    cues = plan.cues if starts_at is None else _moved(plan.cues, starts_at)
    first, last = cues[0], cues[-1]
    wished = wishes(file, plan.slots, plan.cues[0].wall)
    moved_seconds = clock.between(plan.cues[0].wall, first.wall)
    return [
        Details(
            id="show",
            title=clean(file.title, "title", LIMIT),
            subtitle=clean(file.subtitle, "subtitle", LIMIT, empty=True),
            notes=clean(file.notes, "notes", LIMIT, empty=True),
            zone=file.zone,
            date=first.wall[:10],
            languages=file.languages,
            fields=tuple(clean(name, "fields", LIMIT) for name in file.fields),
            warn_seconds=tuple(sorted(set(file.warn_seconds), reverse=True)),
            recording=file.recording,
            pre_roll_seconds=file.pre_roll_seconds,
            post_roll_seconds=file.post_roll_seconds,
            starts_at=first.planned_at,
            ends_at=last.planned_at + last.seconds * 1000,
            **_embed(file),
        ),
        *plan.segments,
        *(replace(s, place="standby") if s.id == first.slot else s for s in plan.slots),
        *cues,
        Stage(id="main", standby=first.id),
        LowerThird(id="main"),
        *([Window(id=SHOW, open=False)] if file.questions == "closed" else ()),
        *people,
        *_green_rooms(file, plan.slots),
        *availabilities(file),
        replace(wished, ends=wished.ends and clock.later(wished.ends, moved_seconds)),
    ]


def _embed(file: ShowTable) -> dict[str, Any]:
    """Return what the show's details say of the player of another house."""
    if file.picture is None:
        return {}
    found = embed(file.picture.embed)
    if found is None:
        raise wrong("picture.embed", f"“{file.picture.embed[:80]}” is not {EMBEDS}")
    set_seconds = file.picture.delay_seconds
    delay_seconds = found.delay_seconds if set_seconds is None else set_seconds
    return {"embed": found.address, "embed_delay_seconds": delay_seconds}


def _people(file: ShowTable) -> Iterator[Person]:
    known: set[str] = set()
    groups: list[tuple[Role, list[PersonTable]]] = [
        (Role.PRESENTER, [*file.presenter]),
        (Role.COMMENTATOR, [*file.commentator]),
        (Role.HOST, file.host),
        (Role.INTERPRETER, [*file.interpreter]),
    ]
    for role, tables in groups:
        for number, table in enumerate(tables):
            place = f"{role.value}[{number}]"
            if table.id in known:
                raise wrong(f"{place}.id", f"“{table.id}” is there twice")
            if table.id in ROLE_IDS:
                raise wrong(f"{place}.id", f"“{table.id}” is the name of a role")
            known.add(table.id)
            zone = table.zone or file.zone
            clock.zone(zone, f"{place}.zone")
            yield Person(
                id=table.id,
                role=role.value,
                name=clean(table.name, f"{place}.name", LIMIT),
                zone=zone,
                language=table.language,
                country=table.country,
                organisation=clean(table.organisation, f"{place}.organisation", LIMIT, empty=True),
                email=table.email,
            )


def _green_rooms(file: ShowTable, slots: list[Slot]) -> Iterator[GreenRoom]:
    """Yield each presenter's place, which leads to the first of their slots."""
    for number, presenter in enumerate(file.presenter):
        slot = next((s for s in slots if s.presenter == presenter.id), None)
        if slot is None:
            raise wrong(f"presenter[{number}].id", f"“{presenter.id}” presents in no slot")
        yield GreenRoom(id=presenter.id, slot=slot.id)


class _Plan:
    """The rundown as it grows: each cue is planned for the end of the one before it."""

    def __init__(self, file: ShowTable) -> None:
        self.file = file
        self.segments: list[Segment] = []
        self.slots: list[Slot] = []
        self.cues: list[Cue] = []
        self._start: Start | None = None
        self._start_place = "segment[0].at"

    def add_segment(self, table: SegmentTable, place: str) -> None:
        if any(segment.id == table.id for segment in self.segments):
            raise wrong(f"{place}.id", f"“{table.id}” is there twice")
        title = clean(table.title, f"{place}.title", LIMIT)
        self.segments.append(Segment(id=table.id, title=title, position=len(self.segments) + 1))
        self._start_at(table.at, f"{place}.at")
        for number, cue in enumerate(table.cue, 1):
            self._add_cue(cue, f"{place}.cue[{number - 1}]", f"{table.id}.{number}", table.id)
        for number, slot in enumerate(table.slot):
            self._add_slot(slot, f"{place}.slot[{number}]", table.id)

    def _add_cue(self, table: CueTable, place: str, cue_id: str, segment: str) -> None:
        if table.kind not in CUE_KINDS:
            raise wrong(f"{place}.kind", f"“{table.kind}” is none of {', '.join(CUE_KINDS)}")
        seconds = _length(table, place)
        if table.buffer > seconds:
            raise wrong(f"{place}.buffer", "a cue cannot give back more than its length")
        self._start_at(table.at, f"{place}.at")
        title = clean(table.title, f"{place}.title", LIMIT)
        note = clean(table.note, f"{place}.note", LIMIT, empty=True)
        cue = self._call(cue_id, table.kind, seconds, segment)
        self.cues.append(replace(cue, title=title, buffer_seconds=table.buffer, note=note))

    def _add_slot(self, table: SlotTable, place: str, segment: str) -> None:
        presenter = next((p for p in self.file.presenter if p.id == table.presenter), None)
        if presenter is None:
            raise wrong(f"{place}.presenter", f"there is no [[presenter]] “{table.presenter}”")
        if table.field and table.field not in self.file.fields:
            raise wrong(f"{place}.field", f"“{table.field}” is not among the show's fields")
        slot_id = table.id or f"slot-{len(self.slots) + 1}"
        if slot_id == WHOLE:
            raise wrong(f"{place}.id", f"“{slot_id}” is the name of the whole show")
        if any(slot.id == slot_id for slot in self.slots):
            raise wrong(f"{place}.id", f"“{slot_id}” is there twice")
        if slot_id == SHOW:
            raise wrong(f"{place}.id", f"“{slot_id}” is the name of the whole show's questions")
        self.slots.append(
            Slot(
                id=slot_id,
                segment=segment,
                position=len(self.slots) + 1,
                presenter=presenter.id,
                topic=clean(table.topic, f"{place}.topic", LIMIT),
                project=clean(table.project, f"{place}.project", LIMIT, empty=True),
                field=table.field,
                language=table.language or presenter.language,
                meeting=table.meeting,
            )
        )
        self._start_at(table.at, f"{place}.at")
        note = clean(table.note, f"{place}.note", LIMIT, empty=True)
        for kind in Lengths.__struct_fields__:
            own: int | None = getattr(table, kind)
            seconds: int = getattr(self.file.lengths, kind) if own is None else own
            if seconds:
                cue = self._call(f"{slot_id}.{kind}", kind, seconds, segment, slot_id)
                self.cues.append(replace(cue, note=note))
                note = ""

    def _start_at(self, start: Start | None, place: str) -> None:
        """Keep a hard start for the next cue."""
        if start is not None:
            self._start, self._start_place = start, place

    def _call(
        self, cue_id: str, kind: str, seconds: int, segment: str, slot: str | None = None
    ) -> Cue:
        """Return the next cue, with a hard start if one was kept for it."""
        hard = self._start is not None
        cue = Cue(
            id=cue_id,
            position=len(self.cues) + 1,
            kind=kind,
            wall=self._wall(slot),
            zone=self.file.zone,
            seconds=seconds,
            segment=segment,
            slot=slot,
            hard=hard,
        )
        self._start = None
        return cue

    def _free(self, slot: str | None) -> str | None:
        """Return when what comes earlier is over; None: nothing does."""
        if not self.cues:
            return None
        return following(self.cues[-1], self.file.plan.changeover, slot)

    def _wall(self, slot: str | None) -> str:
        start, place = self._start, self._start_place
        free = self._free(slot)
        if start is None:
            if free is None:
                raise wrong(place, "the first segment needs a start, such as at = “14:00”")
            return free
        wall = datetime.combine(start.day or self.file.date, start.of_day).strftime(clock.WALL)
        if free is not None and wall < free:
            raise wrong(place, f"{wall[11:]} is before the end of what comes earlier, {free[11:]}")
        return wall


def _length(table: CueTable, place: str) -> int:
    """Return a cue's length in seconds."""
    if table.seconds is not None and table.minutes is None:
        return table.seconds
    if table.minutes is not None and table.seconds is None:
        return round(table.minutes * 60)
    raise wrong(f"{place}.seconds", "a cue has a length in seconds or in minutes")


def _moved(cues: list[Cue], starts_at: int) -> list[Cue]:
    """Return the cues planned anew from an instant, as far apart as they were."""
    moved = [replace(cues[0], wall=clock.wall(starts_at, cues[0].zone))]
    for before, cue in pairwise(cues):
        apart = (cue.planned_at - before.planned_at) // 1000
        moved.append(replace(cue, wall=after(moved[-1], apart)))
    return moved
