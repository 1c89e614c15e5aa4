"""The agenda, as a page that needs no script."""

from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_skeleton, get_timezone_location
from starlette.requests import Request
from starlette.responses import Response

from server.domain import clock, rundown
from server.domain.roles import Role, Viewer, look
from server.domain.rundown import Cue, Segment
from server.domain.show import Details, Draft, Show
from server.domain.stage import Stage
from server.web import session
from server.web.house import house
from server.web.pages import public, render
from server.web.recorded import may_replay

ANYBODY = Viewer(Role.ATTENDEE)
LOCALES = {"en": Locale("en"), "zh": Locale.parse("zh_Hans")}
# On offer besides the show's own zone; any other may be named in the address.
ZONES = (
    "UTC",
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Toronto",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Paris",
    "Europe/Rome",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Africa/Johannesburg",
    "Asia/Jerusalem",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
NOTICED = 60_000
"""A start that is this much (ms) off its plan is worth telling."""


class Span(NamedTuple):
    """From when to when; ms UTC."""

    start: int
    end: int


class Time(NamedTuple):
    """A span on the clock of one zone; `day` is empty where it is the show's own day."""

    start: str
    end: str
    day: str
    iso: str


class Row(NamedTuple):
    """One line of the agenda: a slot, or a cue that belongs to no slot.

    `actual` is when it really started or is now expected to, where that is off the plan.
    """

    id: str
    place: str
    kind: str
    title: str
    planned: Time
    planned_here: Time
    actual: Time | None
    actual_here: Time | None
    slot: dict[str, Any] | None = None
    presenter: dict[str, Any] | None = None
    country: str = ""


class Block(NamedTuple):
    """A segment and its rows."""

    title: str
    rows: list[Row]


class Reader(NamedTuple):
    """For whom times are written: in which zone and language, and which day needs no words."""

    zone: str
    lang: str
    day: str

    def time(self, span: Span) -> Time:
        """Return a span as this reader has it on the wall."""
        first, last = clock.local(span.start, self.zone), clock.local(span.end, self.zone)
        named = "" if first.date().isoformat() == self.day else day(first, self.lang)
        return Time(f"{first:%H:%M}", f"{last:%H:%M}", named, first.isoformat(timespec="seconds"))


def day(at: datetime, lang: str) -> str:
    """Return the weekday and date of a local time, in a language."""
    return format_skeleton("MMMEd", at, locale=LOCALES[lang])


def country(code: str, lang: str) -> str:
    """Return what a country (ISO 3166 code) is called in a language."""
    return str(LOCALES[lang].territories.get(code.upper(), code))


def city(zone: str, lang: str) -> str:
    """Return what the place of a zone is called in a language."""
    if zone == "UTC":
        return zone
    return get_timezone_location(zone, locale=LOCALES[lang], return_city=True)


def zone_name(zone: str, at: int, lang: str) -> str:
    """Return a zone as people know it, with its offset at an instant: “New York (UTC-5)”."""
    offset = clock.local(at, zone).strftime("%z")
    hours = f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")
    return zone if zone == "UTC" else f"{city(zone, lang)} (UTC{hours})"


def agenda_rows(show: Show, now: int, zone: str, lang: str) -> list[Block]:
    """Return the agenda as anybody may read it at `now`, in the show's zone and in `zone`."""
    kept = Draft(show, now)
    details = kept.get(Details, "show")
    today = clock.wall(details.starts_at, details.zone)[:10]
    clocks = (Reader(details.zone, lang, today), Reader(zone, lang, today))
    titles = {segment.id: segment.title for segment in kept.all(Segment)}
    blocks = []
    for stage in kept.all(Stage):
        cues = rundown.in_order(kept, stage.id)
        spans = _spans(cues, stage, now)
        for segment, group in groupby(cues, key=lambda cue: cue.segment):
            rows = [
                _row(show, list(own), spans, stage, clocks)
                for _, own in groupby(group, key=lambda cue: cue.slot or cue.id)
            ]
            blocks.append(Block(titles.get(segment, ""), rows))
    return blocks


def _spans(cues: list[Cue], stage: Stage, now: int) -> dict[str, Span]:
    """Return when each cue that was called or is still to be called really happens."""
    spans = {
        cue.id: Span(cue.started_at, cue.ended_at or max(now, cue.started_at + cue.length * 1000))
        for cue in cues
        if cue.started_at is not None
    }
    ahead = rundown.ahead(cues, stage.on_air, stage.standby)
    free = rundown.free_at(stage.anchor, stage.held_at is not None, now)
    for projected in rundown.project(ahead, free, now):
        spans[projected.cue.id] = Span(projected.start_at, projected.end_at)
    return spans


def _row(
    show: Show,
    cues: list[Cue],
    spans: dict[str, Span],
    stage: Stage,
    clocks: tuple[Reader, Reader],
) -> Row:
    first, last = cues[0], cues[-1]
    planned = Span(first.planned_at, last.planned_at + last.seconds * 1000)
    actual = Span(
        spans.get(first.id, planned).start,
        spans[last.id].end if last.id in spans else planned.end,
    )
    off = first.id in spans and abs(actual.start - planned.start) >= NOTICED
    slot = look(show.find_key(f"slot/{first.slot}"), ANYBODY)
    presenter = look(show.find_key(f"person/{slot['presenter']}"), ANYBODY) if slot else None
    show_clock, own_clock = clocks
    return Row(
        id=first.slot or first.id,
        place=_place(cues, stage),
        kind=first.kind,
        title=slot["topic"] if slot else first.title,
        planned=show_clock.time(planned),
        planned_here=own_clock.time(planned),
        actual=show_clock.time(actual) if off else None,
        actual_here=own_clock.time(actual) if off else None,
        slot=slot,
        presenter=presenter,
        country=country(presenter["country"], own_clock.lang) if presenter else "",
    )


def _place(cues: list[Cue], stage: Stage) -> str:
    names = {cue.id for cue in cues}
    if stage.on_air in names:
        return "on_air"
    if stage.standby in names:
        return "standby"
    return "done" if any(cue.ended_at is not None for cue in cues) else "ahead"


def zones(details: dict[str, Any], chosen: str, lang: str) -> list[tuple[str, str]]:
    """Return the zones on offer and what they are called: the show's, the chosen, the usual."""
    found = dict.fromkeys((details["zone"], chosen, *ZONES))
    return [(zone, zone_name(zone, details["starts_at"], lang)) for zone in found]


async def page(request: Request) -> Response:
    """Serve `/s/{show}/agenda?zone=`."""
    home, show_id = house(request), request.path_params["show"]
    show = await home.hub.show(show_id)
    details, lang, now = public(show), session.language(request), home.clock()
    zone = request.query_params.get("zone") or details["zone"]
    clock.zone(zone)
    starts = clock.local(details["starts_at"], details["zone"])
    return render(
        request,
        "agenda.html",
        show=details,
        show_id=show_id,
        replayable=await may_replay(request, show),
        blocks=agenda_rows(show, now, zone, lang),
        zone=zone,
        city=city(zone, lang),
        show_zone_name=zone_name(details["zone"], details["starts_at"], lang),
        zones=zones(details, zone, lang),
        day=day(starts, lang),
        time=f"{clock.local(now, zone):%H:%M}",
    )
