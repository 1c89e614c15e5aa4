"""Small planning problems of every kind, and their best order found by trying all."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, pairwise, permutations

from hypothesis import strategies as st
from msgspec.structs import replace

from server.domain import clock
from server.domain.hours import Hours
from server.plan.problem import (
    Apart,
    Gap,
    InOrder,
    Order,
    Pin,
    Problem,
    Sitting,
    Slot,
    Someone,
    Together,
    Wish,
)
from server.plan.score import Score, breaches, score

ZONES = (
    "America/St_Johns",
    "America/Toronto",
    "Asia/Jerusalem",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/London",
)
# An ordinary day; clocks go forward in Europe, back in Europe, back in America.
DAYS = ("2020-11-13", "2026-03-29", "2026-10-25", "2026-11-01")
MINUTE = 60_000


def instant(day: str, of_day: str, zone: str = "Asia/Shanghai") -> int:
    return clock.instant(f"{day}T{of_day}:00", zone)


@st.composite
def hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    spans = st.builds(
        Hours, st.integers(0, 23).map(lambda h: h * 60), st.integers(1, 24).map(lambda h: h * 60)
    )
    return tuple(draw(st.lists(spans, max_size=2)))


@st.composite
def problems(draw: st.DrawFn, most: int = 5, wishes: int = 2) -> Problem:
    """Draw a problem of up to `most` slots, with up to three sittings on one stage or two."""
    count = draw(st.integers(1, most))
    people = [
        Someone(
            id=f"p{n}",
            zone=draw(st.sampled_from(ZONES)),
            available=draw(st.one_of(st.just(()), hours())),
            preferred=draw(st.one_of(st.just(()), hours())),
            weight=draw(st.integers(0, 3)),
            throughout=draw(st.booleans()),
            crowd=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, count)))
    ]
    lengths = draw(st.sampled_from([(900,), (600, 1500), (600, 840, 1020)]))
    slots = [
        Slot(
            id=f"s{n}",
            seconds=draw(st.sampled_from(lengths)),
            people=tuple(
                draw(st.lists(st.sampled_from([p.id for p in people]), max_size=2, unique=True))
            ),
            field=draw(st.sampled_from("abc")),
        )
        for n in range(count)
    ]
    sittings = draw(some_sittings(count))
    if draw(st.booleans()):
        at = sittings[0].starts_at + draw(st.integers(0, 8)) * 5 * MINUTE
        slots[-1] = replace(slots[-1], earliest=at)
    ids = st.sampled_from([slot.id for slot in slots])
    wish: st.SearchStrategy[Wish] = st.one_of(
        st.sampled_from([slot.field for slot in slots]).map(Together),
        st.builds(Pin, ids, st.sampled_from([s.id for s in sittings]), st.integers(0, count - 1)),
    )
    if count > 1:
        pairs = st.lists(ids, min_size=2, max_size=2, unique=True)
        wish |= st.builds(lambda pair, n: Apart(pair[0], pair[1], n), pairs, st.integers(1, 2))
        wish |= pairs.map(lambda pair: InOrder(pair[0], pair[1]))
    present = draw(st.one_of(st.just(()), st.sampled_from([*orders(slots[:4], sittings)])))
    return Problem(
        people=tuple(people),
        slots=tuple(slots),
        sittings=tuple(sittings),
        wishes=tuple(draw(st.lists(wish, max_size=wishes, unique=True))),
        present=present,
    )


@st.composite
def some_sittings(draw: st.DrawFn, count: int) -> list[Sitting]:
    day = draw(st.sampled_from(DAYS))
    found = []
    kinds = draw(st.sampled_from([("main",), ("main", "main"), ("main", "side")]))
    start = instant(day, draw(st.sampled_from(["09:00", "14:00", "21:30"])))
    for number, stage in enumerate(kinds):
        begins = start if stage == "side" else start + number * 24 * 60 * MINUTE
        gaps = [
            Gap(before, 60 * draw(st.integers(0, 30)))
            for before in sorted(draw(st.lists(st.integers(0, count), max_size=2)))
        ]
        if draw(st.booleans()):
            at = begins + draw(st.integers(1, 4)) * 30 * MINUTE
            gaps.append(Gap(max([1, *(gap.before for gap in gaps)]), 120, at))
        found.append(
            Sitting(
                id=f"d{number}",
                starts_at=begins,
                ends_at=begins + draw(st.integers(1, 6)) * 40 * MINUTE,
                stage=stage,
                gaps=tuple(gaps),
                changeover=draw(st.sampled_from([0, 60])),
                most=draw(st.one_of(st.none(), st.integers(1, count))),
            )
        )
    return found


def orders(slots: list[Slot], sittings: list[Sitting]) -> Iterator[Order]:
    """Yield every way to put all slots in order and to divide them among the sittings."""
    names = [slot.id for slot in slots]
    for order in permutations(names):
        for cuts in combinations_with_replacement(range(len(names) + 1), len(sittings) - 1):
            bounds = [0, *cuts, len(names)]
            yield tuple(tuple(order[a:b]) for a, b in pairwise(bounds))


def by_trying(problem: Problem) -> Score | None:
    """Return what the best of all orders is worth; None: none keeps to the rules."""
    possible = orders(list(problem.slots), list(problem.sittings))
    return min(
        (score(problem, order) for order in possible if not breaches(problem, order)), default=None
    )
