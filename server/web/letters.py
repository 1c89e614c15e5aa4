"""What a presenter is written about their time: in their language, on their own clock."""

from datetime import datetime
from typing import Any

from babel.dates import format_date

from server.domain import clock
from server.domain.invitations import Invitation
from server.domain.people import Person
from server.domain.rundown import Slot
from server.domain.show import Details, Show
from server.domain.wishes import Wishes
from server.plan.discomfort import CURVES, GENTLE, Curve
from server.plan.picture import level
from server.service.ports import Alarm, Letter
from server.web import words
from server.web.agenda import LOCALES, day, zone_name
from server.web.pages import templates

# The local hour from which on a part of the day has this name, whatever a curve makes of it.
PARTS = (
    (0, "deep_night"),
    (5, "dawn"),
    (7, "morning"),
    (9, "day"),
    (18, "evening"),
    (22, "night"),
)
HALF_HOURS = 48


def part_of_day(hour: int) -> str:
    """Return what part of somebody's day an hour of it is."""
    return next(name for since, name in reversed(PARTS) if hour >= since)


def levels(show: Show) -> list[int]:
    """Return how dear each half hour of a day is in a show's plan, as steps from 0 (free)."""
    wishes, curve = show.find_key("wishes/main"), GENTLE
    if isinstance(wishes, Wishes):
        named = wishes.curve
        curve = CURVES[named] if isinstance(named, str) else Curve(named)
    return [level(curve, curve.at(half / 2 + 0.25)) for half in range(HALF_HOURS)]


def letter(show: Show, invitation: Invitation, link: str, mailed: bool = True) -> Letter:
    """Return what the presenter is written; `link` leads to where they answer.

    `mailed`: as mail with a calendar file in it, and not handed on by hand.
    """
    details, person, slot = _records(show, invitation)
    lang = words.choose(None, person.language)
    gettext = words.translations(lang).gettext
    starts = clock.local(invitation.starts_at, person.zone)
    named = {"title": details.title, "topic": slot.topic, "name": person.name}
    told = {"time": f"{starts:%H:%M}", "day": day(starts, lang)}
    if invitation.state == "cancelled":
        kind, subject = "cancelled", gettext("{title}: your time is cancelled")
    elif invitation.before_at is not None:
        kind, subject = "changed", gettext("{title}: your time is now {time}, {day}")
    else:
        kind, subject = "new", gettext("{title}: your time is {time}, {day}")
    context = {
        **named,
        "kind": kind,
        "mailed": mailed,
        "lang": lang,
        "link": link,
        "part": part_of_day(starts.hour),
        "levels": levels(show)[::2],
        "hours": _hours(invitation, person.zone),
        "own": _told(invitation.starts_at, invitation.ends_at, person.zone, lang),
        "there": _told(invitation.starts_at, invitation.ends_at, details.zone, lang),
        "before": invitation.before_at
        and _told(invitation.before_at, invitation.before_at, person.zone, lang),
    }
    written = templates(lang)
    return Letter(
        lang=lang,
        subject=subject.format(**named, **told),
        text=written.get_template("invitation_mail.txt").render(context),
        html=written.get_template("invitation_mail.html").render(context),
        summary=gettext("{title}: you present “{topic}”").format(**named),
        description=gettext("Please open your own page of the show to answer, and to go on stage."),
        alarms=(
            Alarm(24 * 60, gettext("You present in one day.")),
            Alarm(120, gettext("You present in two hours.")),
            Alarm(30, gettext("Please come to the green room: you are on in half an hour.")),
        ),
    )


def full_day(at: datetime, lang: str) -> str:
    """Return the weekday and the date of a local time with its year, in a language."""
    return str(format_date(at.date(), "full", locale=LOCALES[lang]))


def _told(starts_at: int, ends_at: int, zone: str, lang: str) -> dict[str, str]:
    """Return a span as it stands on the wall of a zone."""
    starts, ends = clock.local(starts_at, zone), clock.local(ends_at, zone)
    return {
        "day": full_day(starts, lang),
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "zone": zone_name(zone, starts_at, lang),
    }


def _hours(invitation: Invitation, zone: str) -> list[int]:
    """Return the hours of their day in which somebody is on."""
    starts = clock.local(invitation.starts_at, zone)
    minutes = (invitation.ends_at - invitation.starts_at) // 60_000
    last = min(23, (starts.hour * 60 + starts.minute + max(0, minutes - 1)) // 60)
    return list(range(starts.hour, last + 1))


def _records(show: Show, invitation: Invitation) -> tuple[Details, Person, Slot]:
    found: list[Any] = [
        show.find_key("details/show"),
        show.find_key(f"person/{invitation.person}"),
        show.find_key(f"slot/{invitation.slot}"),
    ]
    details, person, slot = found
    assert isinstance(details, Details)
    assert isinstance(person, Person)
    assert isinstance(slot, Slot)
    return details, person, slot
