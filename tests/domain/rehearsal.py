"""A small show on paper: rules are tried on it by hand, with a clock that moves by hand."""

from typing import TypeVar

from server.domain import clock
from server.domain.commands import decide, decision_of
from server.domain.greenroom import GreenRoom
from server.domain.people import Person
from server.domain.roles import Actor, Record, Role
from server.domain.rundown import Cue, Segment, Slot
from server.domain.show import Command, Details, Draft, Show
from server.domain.sources import Source
from server.domain.stage import LowerThird, Stage

R = TypeVar("R", bound=Record)

ZONE = "Asia/Shanghai"
START = "2020-11-13T14:00:00"
START_AT = clock.instant(START, ZONE)
CALLER = Actor("caller", Role.CALLER)
MODERATOR = Actor("moderator", Role.MODERATOR)
COMMENTATOR = Actor("wu", Role.COMMENTATOR)
PRESENTER = Actor("ada", Role.PRESENTER)
OTHER_PRESENTER = Actor("bo", Role.PRESENTER)
ATTENDEE = Actor("anon-1", Role.ATTENDEE)
OTHER_ATTENDEE = Actor("anon-2", Role.ATTENDEE)

# id, kind, slot, seconds
CUES = [
    ("c1", "opening", None, 300),
    ("c2", "pitch", "s1", 600),
    ("c3", "questions", "s1", 180),
    ("c4", "pitch", "s2", 600),
    ("c5", "signing", None, 120),
]


def records() -> list[Record]:
    """Two slots between an opening and a signing, planned one after the other."""
    found: list[Record] = [
        Details(id="show", title="Trial", zone=ZONE, date=START[:10], waiting_per_person=3),
        Segment(id="pitches", title="Pitches", position=1),
        Slot(id="s1", segment="pitches", position=1, presenter="ada", topic="Looms"),
        Slot(id="s2", segment="pitches", position=2, presenter="bo", topic="Rice"),
        Stage(id="main", standby="c1"),
        LowerThird(id="main"),
        Person(id="ada", role="presenter", name="Ada", zone="America/New_York"),
        Person(id="bo", role="presenter", name="Bo", zone="Europe/Berlin"),
        Person(id="wu", role="commentator", name="Wu", zone=ZONE),
        GreenRoom(id="ada", slot="s1"),
        GreenRoom(id="bo", slot="s2"),
    ]
    found += [
        Source(id=f"camera-{person}", person=person, state="live") for person in ("ada", "bo")
    ]
    found.append(Source(id="studio", person="", state="live"))
    wall = START
    for position, (cue, kind, slot, seconds) in enumerate(CUES, 1):
        found.append(
            Cue(
                id=cue,
                segment="pitches",
                kind=kind,
                slot=slot,
                seconds=seconds,
                position=position,
                wall=wall,
                zone=ZONE,
            )
        )
        wall = clock.later(wall, seconds)
    return found


class Rehearsal:
    """A show to which commands are given; `now` (ms UTC) is moved by `wait`."""

    def __init__(self, first: list[Record] | None = None) -> None:
        self.show = Show("trial")
        self.now = START_AT
        self.facts: list[str] = []
        draft = Draft(self.show, self.now)
        for record in records() if first is None else first:
            draft.put(record)
        self._close(draft)

    def do(self, command: Command, actor: Actor = CALLER) -> None:
        """Give a command; a refusal leaves everything as it was."""
        draft = Draft(self.show, self.now)
        decide(draft, command, actor)
        decision = decision_of(draft, command)
        self._close(draft)
        self.show.decision = decision
        self.facts = [fact.name for fact in draft.facts]

    def put(self, record: Record) -> None:
        """Write a record as another program would."""
        draft = Draft(self.show, self.now)
        draft.put(record)
        self._close(draft)

    def wait(self, seconds: float) -> None:
        """Move the clock on."""
        self.now += round(seconds * 1000)

    def get(self, kind: type[R], record_id: str) -> R:
        """Return a record as it stands."""
        found = self.show.find_key(f"{kind.noun()}/{record_id}")
        assert isinstance(found, kind)
        return found

    @property
    def seq(self) -> int:
        """What a screen that has merged everything is at."""
        return self.show.seq

    @property
    def stage(self) -> Stage:
        """The stage as it stands."""
        return self.get(Stage, "main")

    @property
    def left(self) -> float | None:
        """The seconds that every screen shows now."""
        anchor = self.stage.anchor
        if anchor is None:
            return None
        return anchor.left(self.now) if self.stage.held_at is None else anchor.seconds

    def places(self) -> dict[str, str]:
        """Where the stage has got to with each slot."""
        return {slot: self.get(Slot, slot).place for slot in ("s1", "s2")}

    def records(self) -> dict[str, Record]:
        """All records by key."""
        return {c.key: c.record for c in self.show.since(0) if c.record is not None}

    def _close(self, draft: Draft) -> None:
        self.show.take(draft.close(), draft.seq, self.now)
