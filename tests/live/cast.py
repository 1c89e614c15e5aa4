"""Who is there when a history begins, and what they must not tell each other."""

from msgspec.structs import replace

from server.domain.people import Person
from server.domain.questions import SHOWN, Question
from server.domain.roles import CREW, PLANNERS, Record, Role
from server.domain.rundown import Cue, Slot
from server.domain.show import Details
from tests.domain.rehearsal import records
from tests.live.confidences import Audience, Confidences, word
from tests.live.programme import ANON
from tests.live.screen import Screen


def screens() -> list[Screen]:
    """A screen of every view, two of the same person, and people who look over other shoulders."""
    one, other, silent = (actor.person for actor in ANON)
    return [
        Screen(Role.CALLER, "caller"),
        Screen(Role.HOST, "host"),
        Screen(Role.MODERATOR, "moderator"),
        Screen(Role.MODERATOR, "caller", Role.CALLER),
        Screen(Role.ORGANISER, "organiser"),
        Screen(Role.COMMENTATOR, "wu"),
        Screen(Role.ATTENDEE, "wu", Role.COMMENTATOR),
        Screen(Role.PRESENTER, "ada"),
        Screen(Role.PRESENTER, "bo"),
        Screen(Role.STAGE, "ada", Role.PRESENTER),
        Screen(Role.STAGE, "stage"),
        Screen(Role.ATTENDEE, one, Role.ATTENDEE),
        Screen(Role.ATTENDEE, one, Role.ATTENDEE),
        Screen(Role.ATTENDEE, other, Role.ATTENDEE),
        Screen(Role.ATTENDEE, silent, Role.ATTENDEE),
    ]


def planted(confidences: Confidences) -> list[Record]:
    """Return the show of the rehearsal with a word in every field that is not for everybody."""
    numbers = iter(range(100))
    found: list[Record] = []

    def say(*persons: str, views: frozenset[Role] = CREW) -> str:
        said = word(next(numbers))
        confidences.plant(said, Audience(views, frozenset(persons)))
        return said

    for record in records():
        match record:
            case Details():
                found.append(replace(record, notes=say()))
            case Person():
                email = say(record.id, views=PLANNERS)
                zone, language = say(record.id), say(record.id)
                found.append(replace(record, zone=zone, language=language, email=email))
            case Slot():
                found.append(replace(record, meeting=say(record.presenter)))
            case Cue():
                found.append(replace(record, note=say()))
            case _:
                found.append(record)
    for number, state in enumerate(("waiting", "approved", "waiting", "approved")):
        asker = ANON[number % 2].person
        text = word(next(numbers))
        found.append(
            Question(
                id=f"q0{number}",
                text=text,
                lang="en",
                asker=asker,
                asked_at=0,
                state=state,
                approved_at=0 if state in SHOWN else None,
            )
        )
        confidences.ask(f"q0{number}", asker, text, shown=state == "approved")
    return found
