"""A plan as people read it in a terminal, and as programs do."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from server.domain import clock
from server.plan.discomfort import HOUR
from server.plan.explain import Change, Price
from server.plan.findings import Errand, Findings, findings
from server.plan.planner import Plan
from server.plan.problem import Apart, InOrder, Order, Pin, Together, Wish
from server.plan.repair import Repair
from server.plan.score import Score, appearances, score, timed
from server.plan.show import ShowPlan
from server.plan.start import Start
from server.terminal import columns


class Row(NamedTuple):
    """A presenter's appearance: instants ms UTC, discomfort in hours of burden."""

    slot: str
    presenter: str
    name: str
    field: str
    zone: str
    starts_at: int
    ends_at: int
    discomfort: float

    @property
    def local(self) -> datetime:
        """The start on the presenter's own clock."""
        return clock.local(self.starts_at, self.zone)


class Proposal(NamedTuple):
    """What the planner has to say about a show."""

    show: ShowPlan
    found: Findings

    @property
    def plan(self) -> Plan | None:
        """The plan; without one, `found` says why there is none."""
        return self.found.plan

    # ---- what is shown ----

    def rows(self, order: Order) -> list[Row]:
        """Return the presenters' appearances in an order, as they follow one another."""
        problem, found = self.show.problem, []
        placed = timed(problem, order)
        borne = {(a.person, a.slot): a.burden for a in appearances(problem, placed)}
        for place in placed:
            slot = self.show.slots[place.slot]
            person = self.show.people[slot.presenter]
            found.append(
                Row(
                    slot.id,
                    person.id,
                    person.name,
                    slot.field,
                    person.zone,
                    place.starts_at,
                    place.ends_at,
                    _hours(borne[person.id, slot.id]),
                )
            )
        return found

    def document(self) -> dict[str, Any]:
        """Return everything for programs; burdens are hours, instants and local times ISO 8601."""
        present = self.show.problem.present
        found: dict[str, Any] = {
            "title": self.show.title,
            "zone": self.show.zone,
            "seconds": round(self.found.seconds, 4),
            "present": {
                "order": [slot for names in present for slot in names],
                **_worth(score(self.show.problem, present)),
            },
        }
        if self.plan is None:
            return {**found, "order": None, "conflict": msgspec.to_builtins(self.found.conflict)}
        rows = self.rows(self.plan.order)
        return {
            **found,
            "order": [row.slot for row in rows],
            "presenters": [_document(row) for row in rows],
            **_worth(self.plan.score),
            "moves": self.plan.score.moves,
            "bound": _hours(self.plan.bound.total),
            "worst_bound": _hours(self.plan.bound.worst),
            "gap": round(self.plan.gap, 6),
            "proved": self.plan.proved,
            "wishes": [
                {
                    "wish": msgspec.to_builtins(price.wish),
                    "without": _worth(price.without),
                    "changes": _changes(price.changes),
                }
                for price in self.found.prices or ()
            ],
            "alternatives": [
                [row.slot for row in self.rows(o)] for o in self.found.alternatives or ()
            ],
            "starts": [
                {"local": start.wall, **_worth(start.score), "solved": start.order is not None}
                for start in self.found.starts or ()
            ],
            "repair": _repair(self.found.repair),
        }

    def text(self) -> str:
        """Return everything for people."""
        if self.plan is None:
            return "\n".join(["There is no plan that keeps to everything.", *self._why_not()])
        lines = [self.show.title, ""]
        rows = self.rows(self.plan.order)
        width = max(9, *(columns(row.name) for row in rows))
        lines.append(f"  here   {'presenter':{width}}  {'there':9}  burden")
        for row in rows:
            here = clock.local(row.starts_at, self.show.zone)
            lines.append(
                f"  {here:%H:%M}  {_padded(row.name, width)}  {row.local:%a %H:%M}  "
                f"{duration(row.discomfort):>6}  {row.zone}"
            )
        lines += ["", *self._worths(self.plan)]
        if self.found.prices:
            lines += ["", "What each wish costs:"]
            lines += [
                f"  {line}" for price in self.found.prices or () for line in self._price(price)
            ]
        if self.found.alternatives:
            lines += ["", "As good:"]
            for order in self.found.alternatives:
                lines.append("  " + ", ".join(row.presenter for row in self.rows(order)))
        if self.found.starts:
            lines += ["", f"Starts ({self.show.zone}), best first:"]
            lines += [f"  {self._start(start)}" for start in self.found.starts[:10]]
        return "\n".join(lines)

    def _worths(self, plan: Plan) -> list[str]:
        before = score(self.show.problem, self.show.problem.present)
        said = "proved to be the best" if plan.proved else f"at most {plan.gap:.1%} from the best"
        return [
            f"  worst-off {_said(plan.score.worst):>8}  in the present order {_said(before.worst)}",
            f"  all       {_said(plan.score.total):>8}  in the present order {_said(before.total)}",
            f"  {said}, in {self.found.seconds:.2f} s;"
            f" {plan.score.moves} steps from the present order",
        ]

    def _price(self, price: Price) -> list[str]:
        more = price.with_it.total - price.without.total
        worst = price.with_it.worst - price.without.worst
        name = wish_words(price.wish)
        if not more and not worst:
            return [f"{name}: nothing"]
        said = [f"{name}: {_said(more)} in all, {_said(worst)} for the worst-off"]
        for change in price.changes[:3]:
            by = change.with_it - change.without
            verb = "bears {0} more" if by > 0 else "is spared {0}"
            said.append(f"  {self._name(change.person)} {verb.format(_said(abs(by)))}")
        return said

    def _start(self, start: Start) -> str:
        wall = start.wall[:16].replace("T", " ")
        found = start.score
        least = "" if start.order is not None else "at least "
        return f"{wall}  worst-off {least}{_said(found.worst)}, all {least}{_said(found.total)}"

    def _name(self, person: str) -> str:
        return self.show.people[person].name if person in self.show.people else person

    def _why_not(self) -> list[str]:
        found = self.found.conflict
        if found is None:
            return []
        slots = ", ".join(self._name(self.show.slots[slot].presenter) for slot in found.slots)
        people = ", ".join(map(self._name, found.people))
        if found.kind == "nowhere":
            why = f"the hours of {people} allow none" if people else "they would be too late"
            return [f"  There is no place at all for {slots}: {why}."]
        if found.kind == "too_few":
            return [
                f"  {slots} are {len(found.slots)} slots, and share only {found.places} places"
                + (f" by the hours of {people}." if people else ".")
            ]
        if found.kind == "length":
            return ["  There is too little time for all slots before the hard starts or the end."]
        asked = [*(wish_words(wish) for wish in found.wishes)]
        asked += [f"the hours of {self._name(person)}" for person in found.people]
        asked += [
            f"{self._name(self.show.slots[slot].presenter)} not before the earliest start"
            for slot in found.slots
        ]
        return ["  These cannot all be kept; without any one of them, they could:"] + [
            f"  - {line}" for line in asked
        ]


def propose(show: ShowPlan, clock_seconds: Callable[[], float]) -> Proposal:
    """Plan a show, and find out what there is to say about the plan.

    ValueError: no plan was found, and it is not proved that there is none.
    """
    errand = Errand(show.problem, show.zone, tuple(show.walls))
    *_, found = findings(errand, clock_seconds)
    if found.given_up:
        raise ValueError("No plan was found, though there may be one.")
    return Proposal(show, found)


def wish_words(wish: Wish) -> str:
    """Say a wish in words."""
    if isinstance(wish, Together):
        return f"“{wish.field}” together"
    if isinstance(wish, Pin):
        return f"{wish.slot} stays number {wish.ordinal + 1}"
    if isinstance(wish, InOrder):
        return f"{wish.first} before {wish.second}"
    assert isinstance(wish, Apart)
    return f"{wish.first} and {wish.second} apart"


def duration(hours: float) -> str:
    """Say hours of burden as hours and minutes."""
    minutes = round(abs(hours) * 60)
    sign = "-" if hours < 0 and minutes else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _said(seconds: int) -> str:
    return duration(seconds / HOUR)


def _hours(seconds: int) -> float:
    return round(seconds / HOUR, 4)


def _worth(worth: Score) -> dict[str, float]:
    return {"worst": _hours(worth.worst), "total": _hours(worth.total)}


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"person": c.person, "by": _hours(c.with_it - c.without)} for c in changes]


def _repair(found: Repair | None) -> dict[str, Any] | None:
    """Return which slots are picked up, which start at another time, and who pays."""
    if found is None:
        return None
    return {
        "moved": list(found.moved),
        "shifts": [
            {"slot": s.slot, "was": None if s.was is None else _utc(s.was), "now": _utc(s.now)}
            for s in found.shifts
        ],
        "changes": _changes(found.changes),
    }


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


def _document(row: Row) -> dict[str, Any]:
    return {
        "presenter": row.presenter,
        "name": row.name,
        "slot": row.slot,
        "field": row.field,
        "zone": row.zone,
        "starts_at": _utc(row.starts_at),
        "local": row.local.isoformat(),
        "discomfort": row.discomfort,
    }
