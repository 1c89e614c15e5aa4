"""Hours in which somebody can be there, or would like to be: wall time in a zone of their own."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from server.domain import clock
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import CREW, PLANNERS, Actor, Fields, Record, Role, Viewer, fields
from server.domain.show import Command, Draft
from server.domain.text import clean

SPAN = re.compile(r"(?:(\d{4}-\d\d-\d\d)[ T])?([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*(\d\d):([0-5]\d)")

WORDS_LIMIT = 500

# Who has hours of their own in the plan: all who are needed on stage by name.
NEEDED = frozenset({Role.PRESENTER, Role.COMMENTATOR, Role.HOST})

Span = Annotated[str, Meta(max_length=40)]
Spans = Annotated[tuple[Span, ...], Meta(max_length=40)]


class Hours(msgspec.Struct, frozen=True):
    """From one wall time to another, each day or on one `day`; past midnight if it ends earlier.

    Minutes after midnight; `closes` may be up to 24:00, and equal to `opens` is a whole day.
    """

    opens: int
    closes: int
    day: str | None = None

    def window(self, day: date, zone: str) -> tuple[int, int]:
        """Return the instants (ms UTC) between which these hours of a day lie.

        While clocks change, only what is meant for certain: an hour that happens twice opens these
        hours the second time, and closes them the first time.
        """
        over = day + timedelta(days=1 if self.closes <= self.opens else 0)
        opens, closes = _instant(day, self.opens, zone), _instant(over, self.closes, zone)
        if self.opens == self.closes % (24 * 60):  # a whole day follows the one before
            return opens, closes
        opens_again = _instant(day, self.opens, zone, again=True)
        closes_again = _instant(over, self.closes, zone, again=True)
        if opens < opens_again and closes < closes_again:  # all of them happen twice
            return opens, closes
        return max(opens, opens_again), min(closes, closes_again)


def parse(text: str, field: str = "available") -> Hours:
    """Read `07:00-23:00` or `2020-11-13 20:00-02:00`; refuse `plan.hours` by the `field`."""
    found = SPAN.fullmatch(text.strip())
    closes = int(found[4]) * 60 + int(found[5]) if found else 0
    try:
        if found is None or closes > 24 * 60:
            raise ValueError
        day = date.fromisoformat(found[1]).isoformat() if found[1] else None
    except ValueError:
        raise Refusal(
            "plan.hours",
            "“{text}” are no hours such as “07:00-23:00” or “2020-11-13 20:00-02:00”.",
            field=field,
            text=text[:80],
        ) from None
    return Hours(int(found[2]) * 60 + int(found[3]), closes, day)


@lru_cache(maxsize=65_536)
def inside(hours: tuple[Hours, ...], zone: str, starts_at: int, ends_at: int) -> int:
    """Return how much of a stretch (ms) lies in any of these hours."""
    first = clock.local(starts_at, zone).date() - timedelta(days=1)
    last = clock.local(ends_at, zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    covered, reached = 0, starts_at
    for opens, closes in sorted(
        span.window(day, zone)
        for span in hours
        for day in days
        if span.day is None or span.day == day.isoformat()
    ):
        opens, closes = max(opens, reached), min(closes, ends_at)  # noqa: PLW2901
        if opens < closes:
            covered += closes - opens
            reached = closes
    return covered


def _instant(day: date, minutes: int, zone: str, *, again: bool = False) -> int:
    day += timedelta(days=minutes // (24 * 60))
    minutes %= 24 * 60
    read = clock.instant_again if again else clock.instant
    return read(f"{day}T{minutes // 60:02}:{minutes % 60:02}:00", zone)


class Availability(Record, frozen=True, kw_only=True):
    """When somebody can be there, and when they would like to be (record `availability/{person}`).

    Hours such as `07:00-23:30` or `2020-11-13 19:00-22:00` on their own clock; none: any hour.
    `given_at` (ms UTC) is when they were last given, None: they stand in the show file.
    """

    available: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    words: str = ""
    given_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in CREW or viewer.person == self.id:
            return fields("id available preferred words given_at")
        return frozenset()

    def people(self) -> frozenset[str]:
        return frozenset({self.id})


class GiveAvailability(Command, frozen=True, tag="availability.give"):
    """Say when one can be there and would like to be; those who plan say it for any `person`."""

    available: Spans = ()
    preferred: Spans = ()
    words: str = ""
    person: str | None = None


def tidy(texts: tuple[str, ...], field: str) -> tuple[str, ...]:
    """Return hours as they are written, in order and each but once; refuse them by the `field`."""
    found = {parse(text, field) for text in texts}
    return tuple(map(written, sorted(found, key=lambda h: (h.day or "", h.opens, h.closes))))


def written(hours: Hours) -> str:
    """Return hours as `parse` reads them."""
    opens, closes = (f"{at // 60:02}:{at % 60:02}" for at in (hours.opens, hours.closes))
    return f"{hours.day or ''} {opens}-{closes}".strip()


def give(draft: Draft, command: GiveAvailability, actor: Actor, now: int) -> None:
    """Take somebody's word for their hours, in place of what they said before."""
    name = actor.person if command.person is None else command.person
    if name != actor.person and actor.role not in PLANNERS:
        raise Refusal("availability.not_yours", "You can give your own hours only.", field="person")
    person = draft.get(Person, name)
    if person.role not in NEEDED:
        raise Refusal(
            "availability.not_needed",
            "{name} is not in the plan: nobody needs to know their hours.",
            field="person",
            name=person.name,
        )
    before = draft.find(Availability, person.id) or Availability(id=person.id)
    given = replace(
        before,
        available=tidy(command.available, "available"),
        preferred=tidy(command.preferred, "preferred"),
        words=clean(command.words, "words", WORDS_LIMIT, empty=True),
        given_at=now,
    )
    draft.put(given)
    draft.fact("availability.given", given)
