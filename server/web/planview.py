"""A plan as its reader is told it: in their language, on everybody's own clock."""

from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from babel.dates import format_skeleton

from server.domain import clock
from server.domain.invitations import CALLED, Times, is_due, standing
from server.domain.people import Person
from server.domain.show import Show
from server.plan.discomfort import HOUR, Curve
from server.plan.picture import Appearing, Picture, level, night, picture
from server.plan.problem import Order, Problem
from server.plan.score import Appearance, Placed, appearances, score, timed
from server.plan.show import ShowPlan
from server.proposal import duration
from server.web.agenda import LOCALES, city, country, day

MINUS = "\N{MINUS SIGN}"


class Line(NamedTuple):
    """Somebody in a slot: when by the show's clock (`here`) and by their own (`there`).

    `burden` and `by` are hours of burden, `by` more than in the order it is compared with; `said`
    and `by_said` the same as hours and minutes. `moved` tells whether the time is another one.
    """

    slot: str
    segment: str
    person: str
    name: str
    topic: str
    field: str
    city: str
    country: str
    zone: str
    here: str
    there: str
    iso: str
    burden: float
    said: str
    level: int
    night: bool
    by: float = 0.0
    by_said: str = ""
    moved: bool = False
    was: str = ""


class Around(NamedTuple):
    """Somebody who is there throughout, or an audience: what they bear, as a mean."""

    person: str
    name: str
    city: str
    crowd: bool
    weight: int
    span: str
    said: str
    level: int
    by: float
    by_said: str


class Reader:
    """Tells of the plans of one show in one language."""

    def __init__(self, show: ShowPlan, lang: str) -> None:
        self.show = show
        self.lang = lang

    @property
    def problem(self) -> Problem:
        """What there is to plan."""
        return self.show.problem

    @property
    def curve(self) -> Curve:
        """What an hour of somebody's day costs."""
        return self.problem.curve

    # ---- people and times ----

    def name(self, person: str) -> str:
        """Return what somebody is called; an audience has no name, and is called by its place."""
        found = self.show.people.get(person)
        return found.name if found else ""

    def place(self, person: str) -> str:
        """Return the place that somebody's zone is called by."""
        return city(self.problem.person[person].zone, self.lang)

    def presenter(self, slot: str) -> str:
        """Return whose slot it is."""
        return self.name(self.show.slots[slot].presenter)

    def clock(self, at: int, zone: str = "") -> str:
        """Return the weekday and time of an instant, in a zone or the show's."""
        return weekday_time(clock.local(at, zone or self.show.zone), self.lang)

    def weekday(self, at: date) -> str:
        """Return a day as it is written beside a line that crosses midnight."""
        if self.lang == "zh":
            return str(format_skeleton("Ed", at, locale=LOCALES[self.lang]))
        return f"{format_skeleton('E', at, locale=LOCALES[self.lang])} {at.day}"

    def weekday_time(self, local: datetime) -> str:
        """Return the weekday and time of a local time."""
        return weekday_time(local, self.lang)

    def level(self, seconds: int) -> int:
        """Return the step of the colour of a burden."""
        return level(self.curve, seconds / HOUR) if round(seconds / 60) else 0

    @property
    def city(self) -> str:
        """Where the show is."""
        return city(self.show.zone, self.lang)

    @property
    def begins(self) -> str:
        """The wall time at which the show starts as things stand."""
        first = min(sitting.starts_at for sitting in self.problem.sittings)
        return clock.wall(first, self.show.zone)

    def wall(self, wall: str) -> tuple[str, str]:
        """Return the day and the time of a wall time of the show."""
        at = datetime.strptime(wall, clock.WALL)
        return day(at, self.lang), f"{at:%H:%M}"

    # ---- orders ----

    def placed(self, order: Order) -> dict[str, Placed]:
        """Return where and when each slot stands in an order."""
        return {place.slot: place for place in timed(self.problem, order)}

    @cached_property
    def present(self) -> dict[tuple[str, str], int]:
        """What each bears in each slot as things stand, in seconds of burden."""
        return self.borne(self.problem.present)

    def borne(self, order: Order) -> dict[tuple[str, str], int]:
        """Return what each bears in each slot of an order, in seconds of burden."""
        found = appearances(self.problem, timed(self.problem, order))
        return {(one.person, one.slot): one.burden for one in found}

    def lines(self, order: Order) -> list[Line]:
        """Return the presenters' lines of an order, compared with the order as it stands."""
        segments = {
            slot: segment
            for segment, slots in self.show.order_by_segment(order).items()
            for slot in slots
        }
        before, borne = self.placed(self.problem.present), self.borne(order)
        lines = []
        for placed in timed(self.problem, order):
            slot = self.show.slots[placed.slot]
            was = before.get(slot.id)
            line = self._line(placed, segments.get(slot.id, ""), borne[slot.presenter, slot.id])
            if was is not None:
                by = borne[slot.presenter, slot.id] - self.present[slot.presenter, slot.id]
                line = line._replace(
                    by=_hours(by),
                    by_said=difference(by),
                    moved=was.starts_at != placed.starts_at,
                    was=self.clock(was.starts_at, line.zone),
                )
            lines.append(line)
        return lines

    def _line(self, placed: Placed, segment: str, borne: int) -> Line:
        slot = self.show.slots[placed.slot]
        person = self.show.people[slot.presenter]
        local = clock.local(placed.starts_at, person.zone)
        return Line(
            slot.id,
            segment,
            person.id,
            person.name,
            slot.topic,
            slot.field,
            city(person.zone, self.lang),
            country(person.country, self.lang) if person.country else "",
            person.zone,
            f"{clock.local(placed.starts_at, self.show.zone):%H:%M}",
            weekday_time(local, self.lang),
            local.isoformat(timespec="minutes"),
            _hours(borne),
            duration(borne / HOUR),
            self.level(borne),
            night(local),
        )

    def around(self, order: Order) -> list[Around]:
        """Return those who are there throughout: commentators, hosts and the audience."""
        found = []
        placed, borne = self.placed(order), self.borne(order)
        for person in self.problem.people:
            mine = [slot for name, slot in borne if name == person.id and slot in placed]
            if not person.throughout or not mine:
                continue
            mean = round(sum(borne[person.id, slot] for slot in mine) / len(mine))
            before = [self.present.get((person.id, slot), 0) for slot in mine]
            by = mean - round(sum(before) / len(before))
            first = min(placed[slot].starts_at for slot in mine)
            last = max(placed[slot].ends_at for slot in mine)
            found.append(
                Around(
                    person.id,
                    self.name(person.id),
                    self.place(person.id),
                    person.crowd,
                    person.weight,
                    f"{self.clock(first, person.zone)}–{clock.local(last, person.zone):%H:%M}",
                    duration(mean / HOUR),
                    self.level(mean),
                    _hours(by),
                    difference(by),
                )
            )
        return found

    def worst(self, order: Order) -> Appearance | None:
        """Return the appearance that costs somebody most."""
        found = appearances(self.problem, timed(self.problem, order))
        people = self.problem.person
        return max(
            (one for one in found if not people[one.person].crowd),
            key=lambda one: one.burden,
            default=None,
        )

    def worth(self, order: Order) -> dict[str, Any]:
        """Return what an order is worth, and who is worst off in it and when."""
        worth, worst = score(self.problem, order), self.worst(order)
        told: dict[str, Any] = {
            "worst": worth.worst,
            "total": worth.total,
            "worst_said": duration(worth.worst / HOUR),
            "total_said": duration(worth.total / HOUR),
            "who": "",
            "when": "",
            "city": "",
            "level": self.level(worth.worst),
        }
        if worst is not None and worst.burden:
            placed = self.placed(order)[worst.slot]
            zone = self.problem.person[worst.person].zone
            told["who"] = self.name(worst.person)
            told["when"] = self.clock(placed.starts_at, zone)
            told["city"] = self.place(worst.person)
        return told

    def picture(self, order: Order) -> Picture | None:
        """Return the picture of an order; None: there is nothing to be planned."""
        borne = self.borne(order)
        return picture(
            [
                Appearing(
                    line.presenter,
                    self.name(line.presenter),
                    self.show.people[line.presenter].zone,
                    self.show.people[line.presenter].country,
                    place.starts_at,
                    place.ends_at,
                    _hours(borne[line.presenter, line.id]),
                )
                for place in timed(self.problem, order)
                for line in [self.show.slots[place.slot]]
            ],
            self.curve,
            self.show.zone,
        )


class Invited(NamedTuple):
    """A presenter of a slot: when it is, what they were `told` of it, and what they say of that."""

    slot: str
    person: str
    name: str
    city: str
    when: str
    told: str
    changed: bool
    due: bool
    withdrawn: bool
    state: str
    words: str
    mail: str
    mail_words: str


def invited(show: Show, lang: str) -> list[Invited]:
    """Return what the presenters of a show were told of their times, in order of these."""
    found = []
    for slot, invitation, times in standing(show).values():
        if slot.place in CALLED or (slot.place == "withdrawn" and invitation is None):
            continue
        person = show.find_key(f"{Person.noun()}/{slot.presenter}")
        assert isinstance(person, Person)
        shown = times or (invitation.times if invitation else None)
        told = invitation.times if invitation else None
        one = Invited(
            slot.id,
            person.id,
            person.name,
            city(person.zone, lang),
            _when(shown, person.zone, lang),
            _when(told, person.zone, lang),
            told is not None and told != times,
            is_due(slot, invitation, times),
            slot.place == "withdrawn",
            invitation.state if invitation else "",
            invitation.words if invitation else "",
            invitation.mail if invitation else "",
            invitation.mail_words if invitation else "",
        )
        found.append((shown.starts_at if shown else 0, one))
    return [one for _, one in sorted(found, key=lambda each: (each[0], each[1].slot))]


def _when(times: Times | None, zone: str, lang: str) -> str:
    return weekday_time(clock.local(times.starts_at, zone), lang) if times else ""


class Step(NamedTuple):
    """A quarter of an hour of a curve, for its picture: `high` from 0 to 1."""

    hour: float
    burden: float
    high: float
    level: int


def steps(curve: Curve) -> list[Step]:
    """Return a curve as the quarters of an hour of a day."""
    dearest = max(height for _, height in curve.knots) or 1
    found = []
    for quarter in range(96):
        burden = curve.at(quarter / 4 + 0.125)
        found.append(Step(quarter / 4, burden, burden / dearest, level(curve, burden)))
    return found


def weekday_time(local: datetime, lang: str) -> str:
    """Return the weekday and time of a local time, such as “Fri 02:46”."""
    return f"{format_skeleton('E', local, locale=LOCALES[lang])} {local:%H:%M}"


def _hours(seconds: int) -> float:
    return round(seconds / HOUR, 4)


def difference(seconds: int) -> str:
    """Return seconds of burden as hours and minutes with their sign; “” for less than a minute."""
    said = duration(abs(seconds) / HOUR)
    if said == "0:00":
        return ""
    return f"{'+' if seconds > 0 else MINUS}{said}"
