"""One invitation as a calendar file: an iTIP request (RFC 5546), and its end as a cancellation.

Its `UID` is that of the slot in the public calendars (`calendar.py`), and its `SEQUENCE` counts as
theirs do, by the show's turns: whoever has both keeps the newer.
"""

from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress
from icalendar.enums import CUTYPE, PARTSTAT, ROLE, STATUS

from server.domain import clock
from server.domain.invitations import Invitation
from server.domain.people import Person
from server.domain.show import Details, Show
from server.integrations.calendar import PRODUCT
from server.service.ports import Letter

PARTSTATS = {
    "sent": PARTSTAT.NEEDS_ACTION,
    "accepted": PARTSTAT.ACCEPTED,
    "move": PARTSTAT.TENTATIVE,
    "cancelled": PARTSTAT.NEEDS_ACTION,
}


def invitation_calendar(
    show: Show, invitation: Invitation, letter: Letter, url: str, organiser: str = ""
) -> tuple[str, bytes]:
    """Return the method and the file; the same invitation gives the same bytes.

    `organiser` is the mail address that invites, `url` the page where one answers. Without both
    mail addresses nobody can be asked by iTIP: the method is then PUBLISH, "for your calendar".
    """
    details, person = _details(show), _person(show, invitation.person)
    cancelled = invitation.state == "cancelled"
    told_at = datetime.fromtimestamp(invitation.sent_at // 1000, UTC)
    both = bool(organiser and person.email)
    event = Event.new(
        uid=f"slot-{invitation.slot}.{show.id}@luyan",
        sequence=invitation.sequence,
        stamp=told_at,
        last_modified=told_at,
        status=STATUS.CANCELLED if cancelled else STATUS.CONFIRMED,
        summary=letter.summary,
        description=letter.description,
        start=clock.local(invitation.starts_at, details.zone),
        end=clock.local(invitation.ends_at, details.zone),
        organizer=vCalAddress.new(organiser, cn=details.title) if organiser else None,
        attendees=[_attendee(person, invitation)] if both else None,
        url=url,
    )
    for ring in () if cancelled else letter.alarms:
        alarm = Alarm.new(description=ring.words)
        alarm.ACTION, alarm.TRIGGER = "DISPLAY", -timedelta(minutes=ring.minutes)
        event.add_component(alarm)
    method = ("CANCEL" if cancelled else "REQUEST") if both else "PUBLISH"
    written = Calendar.new(prodid=PRODUCT, method=method, subcomponents=[event])
    year = event.start.year
    # Of a uid, a name or a date of its own, a calendar's parcel must have none (RFC 5546, 3.2).
    written.pop("UID", None)
    written.add_missing_timezones(date(year - 1, 1, 1), date(year + 2, 1, 1))
    return method, bytes(written.to_ical())


def _attendee(person: Person, invitation: Invitation) -> vCalAddress:
    """Return who is asked. Answers by the calendar's own buttons come by mail, which nobody reads
    here: so none is asked for."""
    return vCalAddress.new(
        person.email,
        cn=person.name,
        cutype=CUTYPE.INDIVIDUAL,
        partstat=PARTSTATS[invitation.state],
        role=ROLE.REQ_PARTICIPANT,
        rsvp=False,
    )


def _details(show: Show) -> Details:
    details = show.find_key("details/show")
    assert isinstance(details, Details), "every show has its details"
    return details


def _person(show: Show, person_id: str) -> Person:
    person = show.find_key(f"person/{person_id}")
    assert isinstance(person, Person), "every presenter is a person"
    return person
