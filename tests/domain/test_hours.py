"""Hours that people give: for themselves, or those who plan for them."""

import pytest

from server.domain import clock
from server.domain.hours import Availability, GiveAvailability, inside, parse
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role
from tests.domain.rehearsal import CALLER, COMMENTATOR, PRESENTER, START_AT, Rehearsal

ROME = "Europe/Rome"
ORGANISER = Actor("organiser", Role.ORGANISER)


def test_a_presenter_says_when_they_can_and_would_like_to() -> None:
    show = Rehearsal()
    hours = ("20:00 – 02:00", "2020-11-13 07:00-09:00", "20:00-02:00", "06:30-08:00")
    show.do(
        GiveAvailability(available=hours, preferred=("09:00-12:00",), words=" After school "),
        PRESENTER,
    )
    assert show.get(Availability, "ada") == Availability(
        id="ada",
        available=("06:30-08:00", "20:00-02:00", "2020-11-13 07:00-09:00"),
        preferred=("09:00-12:00",),
        words="After school",
        given_at=START_AT,
    )
    assert show.facts == ["availability.given"]
    show.do(GiveAvailability(), PRESENTER)
    assert show.get(Availability, "ada").available == ()


@pytest.mark.parametrize("planner", [ORGANISER, CALLER])
def test_who_plans_gives_the_hours_of_anybody(planner: Actor) -> None:
    show = Rehearsal()
    show.do(GiveAvailability(available=("08:00-20:00",), person="wu"), planner)
    assert show.get(Availability, "wu").available == ("08:00-20:00",)


@pytest.mark.parametrize(
    ("actor", "command", "code", "field"),
    [
        (PRESENTER, GiveAvailability(person="bo"), "availability.not_yours", "person"),
        (COMMENTATOR, GiveAvailability(available=("late",)), "plan.hours", "available"),
        (COMMENTATOR, GiveAvailability(preferred=("25:00-26:00",)), "plan.hours", "preferred"),
        (COMMENTATOR, GiveAvailability(words="x" * 501), "text.too_long", "words"),
        (ORGANISER, GiveAvailability(person="nobody"), "person.unknown", "person"),
        (ORGANISER, GiveAvailability(), "person.unknown", "person"),
        (ORGANISER, GiveAvailability(person="li"), "availability.not_needed", "person"),
    ],
)
def test_what_is_refused(actor: Actor, command: GiveAvailability, code: str, field: str) -> None:
    show = Rehearsal()
    show.put(Person(id="li", role="interpreter", name="Li", zone="UTC"))
    with pytest.raises(Refusal) as refused:
        show.do(command, actor)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("hours", "day", "minutes"),
    [
        ("01:00-05:00", "2026-10-25", 300),  # clocks go back from 3:00 to 2:00
        ("02:30-05:00", "2026-10-25", 150),  # from the second half past two
        ("00:00-02:30", "2026-10-25", 150),  # until the first
        ("02:15-02:45", "2026-10-25", 30),
        ("06:00-06:00", "2026-10-25", 360),  # a whole day: there is no hole in it
        ("01:00-05:00", "2026-03-29", 180),  # clocks go forward from 2:00 to 3:00
        ("00:00-02:30", "2026-03-29", 90),
        ("02:15-02:45", "2026-03-29", 0),
    ],
)
def test_while_clocks_change_hours_are_what_is_meant_for_certain(
    hours: str, day: str, minutes: int
) -> None:
    start = clock.instant(f"{day}T00:00:00", ROME)
    end = clock.instant(f"{day}T05:00:00", ROME)
    assert inside((parse(hours),), ROME, start, end) == minutes * 60_000
