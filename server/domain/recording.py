"""The recording: which films are made of a show, what they are called, and who may see them."""

from collections.abc import Iterable
from typing import Literal, TypeVar

import msgspec

from server.domain.people import Person
from server.domain.roles import CREW, Record, Role
from server.domain.rundown import Cue, Slot
from server.domain.show import Details, Show
from server.domain.stage import Stage

Release = Literal["public", "crew", "off"]
R = TypeVar("R", bound=Record)

# The name of the film of the whole show, among those of the slots.
WHOLE = "show"
# What leads from one presenter to the next is nobody's pitch.
LEFT_OUT = ("handover", "break")
# Cues that follow each other so closely are one stretch.
JOINED_MS = 1000

Span = tuple[int, int]


class Chapter(msgspec.Struct, frozen=True):
    """A chapter of the show: the instant at which it began, ms UTC, and its title."""

    at: int
    title: str


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A film that there should be: the stretches that it shows (ms UTC), and what it is called.

    `name` is the slot's id, or `WHOLE`.
    """

    name: str
    spans: tuple[Span, ...]
    title: str
    presenter: str = ""
    chapters: tuple[Chapter, ...] = ()


def details(show: Show) -> Details:
    """Return what the whole show is called and how it is recorded."""
    found = show.find_key("details/show")
    assert isinstance(found, Details), "every show has its details"
    return found


def stage(show: Show) -> Stage:
    """Return the stage that is recorded."""
    found = show.find_key("stage/main")
    assert isinstance(found, Stage), "every show has its stages from the start"
    return found


def may_see(show: Show, roles: Iterable[Role]) -> bool:
    """Tell whether somebody with these roles may see the recording now: the crew at once, all
    others when the show is over, as its file says."""
    release = details(show).recording
    if release == "off":
        return False
    if any(role in CREW for role in roles):
        return True
    return release == "public" and stage(show).ended_at is not None


def span(show: Show, now: int) -> Span | None:
    """Return from when to when the show was on, ms UTC, up to `now`; None: it has not begun."""
    on = stage(show)
    if on.started_at is None:
        return None
    return on.started_at, on.ended_at or now


def takes(show: Show, now: int | None = None) -> list[Take]:
    """Return the films of what is over: a slot's when the stage has left it, then the whole show.

    With `now` (ms UTC), the show counts as over at that instant.
    """
    if details(show).recording == "off":
        return []
    found = []
    for slot in sorted(_all(show, Slot), key=lambda slot: slot.position):
        spans = _spans(show, slot) if slot.place == "done" else ()
        if spans:
            presenter = show.find_key(f"person/{slot.presenter}")
            found.append(
                Take(
                    name=slot.id,
                    spans=spans,
                    title=slot.topic,
                    presenter=presenter.name if isinstance(presenter, Person) else "",
                )
            )
    on = stage(show)
    whole = (on.started_at, on.ended_at or now)
    if whole[0] is not None and whole[1] is not None:
        (rolled,) = _rolled(show, [(whole[0], whole[1])])
        found.append(
            Take(
                name=WHOLE,
                spans=(rolled,),
                title=details(show).title,
                chapters=tuple(chapters(show)),
            )
        )
    return found


def chapters(show: Show) -> list[Chapter]:
    """Return the chapters of what has been on stage: each slot once, and each cue of no slot."""
    found = []
    told: set[str] = set()
    for cue in sorted(_all(show, Cue), key=lambda cue: cue.started_at or 0):
        if cue.started_at is None or cue.slot in told or cue.kind in LEFT_OUT:
            continue
        title = cue.title or cue.kind
        slot = show.find_key(f"slot/{cue.slot}")
        if isinstance(slot, Slot):
            told.add(slot.id)
            person = show.find_key(f"person/{slot.presenter}")
            name = person.name if isinstance(person, Person) else ""
            title = " · ".join(filter(None, (name, slot.topic)))
        found.append(Chapter(cue.started_at, title))
    return found


def _spans(show: Show, slot: Slot) -> tuple[Span, ...]:
    """Return when a slot was on stage: from the actual starts and ends of its cues."""
    cues = [c for c in _all(show, Cue) if c.slot == slot.id and c.kind not in LEFT_OUT]
    called = sorted((c.started_at, c.ended_at) for c in cues if c.started_at and c.ended_at)
    return tuple(_rolled(show, called))


def _rolled(show: Show, called: list[Span]) -> list[Span]:
    """Return stretches with their pre-roll and post-roll, joined where they meet."""
    told = details(show)
    before, after = told.pre_roll_seconds * 1000, told.post_roll_seconds * 1000
    found: list[Span] = []
    for start, end in called:
        if found and start - before <= found[-1][1] + JOINED_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end + after))
        else:
            found.append((start - before, end + after))
    return found


def _all(show: Show, kind: type[R]) -> list[R]:
    return [record for record in show.of_kind(kind.noun()).values() if isinstance(record, kind)]
