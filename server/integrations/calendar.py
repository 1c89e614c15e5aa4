"""The show as a calendar (iCalendar, RFC 5545): what anybody may know of it, with stable ids."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from server.domain import clock
from server.domain.refusal import Refusal
from server.domain.roles import Role, Viewer, look
from server.domain.rundown import Slot
from server.domain.show import Draft, Show

ANYBODY = Viewer(Role.ATTENDEE)
ARRIVE_BEFORE = timedelta(minutes=30)
PRODUCT = "-//Luyan//Luyan//EN"

Seen = dict[str, Any]


def calendar(show: Show, url: str | None = None) -> bytes:
    """Return the whole show: one event for it, and one for each slot.

    `url` is the address of the show's page. The same show gives the same bytes.
    """
    details = _details(show)
    whole = _event(
        show,
        uid=f"show.{show.id}@luyan",
        keys=["details/show"],
        summary=details["title"],
        start=details["starts_at"],
        end=details["ends_at"],
        description=details["subtitle"],
        url=url,
    )
    slots = [_slot_event(show, slot, url) for slot in _slots(show)]
    return _written(show, [whole, *slots], "whole")


def presenter_calendar(show: Show, person: str, arrive: str, url: str | None = None) -> bytes:
    """Return one presenter's slots, with an alarm that says `arrive` half an hour before each.

    Refuses `person.unknown` if nobody of this name presents. The events are those of the whole
    show: whoever takes both has each of them once.
    """
    slots = [slot for slot in _slots(show) if slot["presenter"] == person]
    # One who was taken out of the rundown has an empty calendar: what was in it goes away.
    if all(slot.presenter != person for slot in Draft(show, show.at).all(Slot)):
        raise Refusal(
            "person.unknown", "There is no {kind} “{id}” in this show.", field="person",
            kind="presenter", id=person[:80],
        )  # fmt: skip
    alarm = Alarm.new(description=arrive)
    alarm.ACTION, alarm.TRIGGER = "DISPLAY", -ARRIVE_BEFORE
    events = [_slot_event(show, slot, url) for slot in slots]
    for event in events:
        event.add_component(alarm)
    return _written(show, events, f"slots-of-{person}")


def _seen(show: Show, kind: str) -> list[Seen]:
    found = (look(record, ANYBODY) for record in show.of_kind(kind).values())
    return [seen for seen in found if seen is not None]


def _details(show: Show) -> Seen:
    (details,) = _seen(show, "details")
    return details


def _cues(show: Show, slot: Seen) -> list[Seen]:
    own = [cue for cue in _seen(show, "cue") if cue["slot"] == slot["id"]]
    return sorted(own, key=lambda cue: int(cue["planned_at"]))


def _slots(show: Show) -> list[Seen]:
    """Return the slots that have a time, in the order of their planned starts."""
    slots = [slot for slot in _seen(show, "slot") if _cues(show, slot)]
    return sorted(slots, key=lambda slot: int(_cues(show, slot)[0]["planned_at"]))


def _slot_event(show: Show, slot: Seen, url: str | None) -> Event:
    cues = _cues(show, slot)
    last = cues[-1]
    person = look(show.find_key(f"person/{slot['presenter']}"), ANYBODY) or {}
    name = person.get("name", slot["presenter"])
    about = [slot["project"], person.get("organisation", ""), slot["field"]]
    return _event(
        show,
        uid=f"slot-{slot['id']}.{show.id}@luyan",
        keys=[
            f"slot/{slot['id']}",
            f"person/{slot['presenter']}",
            *(f"cue/{cue['id']}" for cue in cues),
        ],
        summary=f"{name}: {slot['topic']}",
        start=cues[0]["planned_at"],
        end=last["planned_at"] + (last["seconds"] + last["adjusted_seconds"]) * 1000,
        description="\n".join(dict.fromkeys(line for line in about if line)),
        url=url,
    )


def _event(
    show: Show,
    *,
    uid: str,
    keys: Iterable[str],
    summary: str,
    start: int,
    end: int,
    description: str,
    url: str | None,
) -> Event:
    """Return an event; its sequence and stamp are those of the last change to its records."""
    keys = [key for key in keys if show.seq_of(key)]
    zone = _details(show)["zone"]
    changed_at = datetime.fromtimestamp(max(show.at_of(key) for key in keys) // 1000, UTC)
    return Event.new(
        uid=uid,
        sequence=max(show.seq_of(key) for key in keys),
        stamp=changed_at,
        last_modified=changed_at,
        summary=summary,
        start=clock.local(start, zone),
        end=clock.local(max(start, end), zone),
        description=description or None,
        url=url,
    )


def _written(show: Show, events: list[Event], name: str) -> bytes:
    written = Calendar.new(
        prodid=PRODUCT,
        uid=f"{name}.{show.id}@luyan",
        name=_details(show)["title"],
        subcomponents=events,
    )
    years = [event.start.year for event in events]
    # The rules of the years around the show are enough, and keep the file small.
    if years:
        written.add_missing_timezones(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1))
    return bytes(written.to_ical())
