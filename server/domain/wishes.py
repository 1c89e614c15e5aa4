"""What the plan has to keep to: the organiser's wishes, from the show file or from later."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.domain import clock
from server.domain.hours import Hours, parse
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import PLANNERS, Actor, Fields, Record, Viewer, fields
from server.domain.rundown import Slot
from server.domain.show import Command, Details, Draft

FIELDS = fields(
    "id together apart order pins ends days starts curve audience weights changeover_seconds"
    " comments"
)
MOST = 1000.0
CHANGEOVER_LIMIT = 3600

Name = Annotated[str, Meta(max_length=200)]
Pair = tuple[Name, Name]
Knot = tuple[float, float]
Curve = Literal["gentle", "squared"] | Annotated[tuple[Knot, ...], Meta(max_length=48)]
Weight = Annotated[int, Meta(ge=0, le=1_000_000)]
Pins = Annotated[dict[Name, Annotated[int, Meta(ge=0, le=10_000)]], Meta(max_length=500)]
Weights = Annotated[dict[Name, Weight], Meta(max_length=1000)]
Comments = Annotated[dict[Name, tuple[Name, ...]], Meta(max_length=100)]


class Crowd(msgspec.Struct, frozen=True):
    """Those who watch in one zone, and how many people they count as."""

    zone: str
    weight: Weight = 1


class Wishes(Record, frozen=True, kw_only=True):
    """What a plan keeps to (record `wishes/main`).

    `together`: fields whose slots follow one another; `apart`: slots with another between them;
    `order`: the first is over before the second starts; `pins`: which slots are which number, from
    0, of those that are not withdrawn. `ends`: the wall time of the stream's hard end. `days` and
    `starts` (hours such as `08:00-22:00`): which starts to compare. `curve`: the name of one, or
    pairs of a local hour and the hours of burden there. `weights`: who counts for more or less
    than one. `comments`: which fields need a commentator; who is not named is needed for all.
    `changeover_seconds` lie between a slot and what follows it.
    """

    together: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    pins: dict[str, int] = msgspec.field(default_factory=dict)
    ends: str | None = None
    days: tuple[str, ...] = ()
    starts: str = ""
    curve: Literal["gentle", "squared"] | tuple[Knot, ...] = "gentle"
    audience: tuple[Crowd, ...] = ()
    weights: dict[str, int] = msgspec.field(default_factory=dict)
    changeover_seconds: int = 0
    comments: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def seen_by(self, viewer: Viewer) -> Fields:
        return FIELDS if viewer.role in PLANNERS else frozenset()


class WishPlan(Command, frozen=True, tag="plan.wish"):
    """Say anew what the plan has to keep to. `seen`: the seq that the screen was at."""

    seen: int
    together: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    apart: Annotated[tuple[Pair, ...], Meta(max_length=500)] = ()
    order: Annotated[tuple[Pair, ...], Meta(max_length=500)] = ()
    pins: Pins = msgspec.field(default_factory=dict)
    ends: Annotated[str, Meta(max_length=19)] | None = None
    days: Annotated[tuple[date, ...], Meta(max_length=60)] = ()
    starts: Annotated[str, Meta(max_length=40)] = ""
    curve: Curve = "gentle"
    audience: Annotated[tuple[Crowd, ...], Meta(max_length=50)] = ()
    weights: Weights = msgspec.field(default_factory=dict)
    changeover_seconds: Annotated[int, Meta(ge=0, le=CHANGEOVER_LIMIT)] = 0
    comments: Comments = msgspec.field(default_factory=dict)


def wish(draft: Draft, command: WishPlan, actor: Actor, now: int) -> None:
    """Put new wishes in the place of the old ones, unless others have done so since."""
    before = draft.find(Wishes, "main") or Wishes(id="main")
    behind = Refusal("plan.changed", "Somebody else has changed these wishes.", field="seen")
    draft.expect(before, command.seen, behind)
    given = Wishes(
        id=before.id,
        together=tuple(dict.fromkeys(command.together)),
        apart=command.apart,
        order=command.order,
        pins=command.pins,
        ends=command.ends,
        days=tuple(sorted({day.isoformat() for day in command.days})),
        starts=command.starts.strip(),
        curve=command.curve,
        audience=command.audience,
        weights=command.weights,
        changeover_seconds=command.changeover_seconds,
        comments=command.comments,
    )
    _check(draft, given)
    draft.put(given)
    draft.fact("plan.wished", given)


def _check(draft: Draft, given: Wishes) -> None:
    """Refuse wishes, by their field, about what is not in the show or makes no sense."""
    details = draft.get(Details, "show")
    slots = [slot.id for slot in draft.all(Slot)]
    people = [person.id for person in draft.all(Person)]
    commentators = [person.id for person in draft.all(Person) if person.role == "commentator"]
    _known(given.together, details.fields, "together")
    for names in given.comments.values():
        _known(names, details.fields, "comments")
    _known(given.comments, commentators, "comments")
    _known(given.weights, people, "weights")
    _known(given.pins, slots, "pins")
    for field, pairs in (("apart", given.apart), ("order", given.order)):
        for one, other in pairs:
            _known((one, other), slots, field)
            if one == other:
                raise Refusal("plan.itself", "“{id}” stands beside itself.", field=field, id=one)
    if len(set(given.pins.values())) < len(given.pins):
        raise Refusal("plan.pinned", "Two slots cannot have the same number.", field="pins")
    if given.ends is not None:
        check_ends(given.ends, details)
    if given.starts:
        starts_of(given.starts, "starts")
    if not isinstance(given.curve, str):
        check_curve(given.curve)
    for crowd in given.audience:
        clock.zone(crowd.zone, "audience")


def _known(names: Iterable[str], known: Iterable[str], field: str) -> None:
    there = set(known)
    for name in names:
        if name not in there:
            raise Refusal("plan.no_such", "There is no “{id}” here.", field=field, id=name[:80])


def check_ends(ends: str, details: Details) -> None:
    """Refuse a hard end of the stream that is no wall time, or before the show starts."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", ends):
            raise ValueError
        at = clock.instant(ends, details.zone)
    except ValueError:
        raise Refusal(
            "plan.wall", "“{wall}” is no time such as 2020-11-13T18:00:00.", field="ends", wall=ends
        ) from None
    if at <= details.starts_at:
        raise Refusal("plan.ends", "The stream cannot end before it starts.", field="ends")


def starts_of(text: str, field: str) -> Hours:
    """Return the hours at which a show may start; refuse those that do not lie in one day."""
    span = parse(text, field)
    if span.day is not None or span.closes <= span.opens:
        raise Refusal(
            "plan.starts", "The hours at which the show may start lie in one day.", field=field
        )
    return span


def check_curve(knots: tuple[Knot, ...]) -> None:
    """Refuse `plan.curve` unless there are two knots or more, of hours that rise from 0 to 24 and
    burdens from 0 to 1000."""
    hours = [hour for hour, _ in knots]
    if (
        len(knots) < 2
        or not all(a < b for a, b in pairwise(hours))
        or not 0 <= hours[0] <= hours[-1] < 24
        or not all(0 <= burden <= MOST for _, burden in knots)
    ):
        raise Refusal(
            "plan.curve",
            "A curve is two or more pairs of a local hour, rising from 0 to below 24, and a"
            " burden from 0 to {most}.",
            field="curve",
            most=int(MOST),
        )
