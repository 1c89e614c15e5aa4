"""A show as a set of keyed records, and the draft of it that one turn works on."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeVar

import msgspec

from server.domain.refusal import Refusal
from server.domain.roles import CREW, Fields, Record, Viewer, fields

R = TypeVar("R", bound=Record)

PUBLIC = fields(
    "id title subtitle zone languages fields starts_at ends_at recording embed embed_delay_seconds"
)


class Details(Record, frozen=True, kw_only=True):
    """What the whole show is called and where its clock stands (record `details/show`).

    `recording` says who may see it; clips begin and end so many seconds before and after their
    cues.
    """

    title: str
    zone: str
    date: str
    subtitle: str = ""
    languages: tuple[str, ...] = ("en", "zh")
    fields: tuple[str, ...] = ()
    starts_at: int = 0
    ends_at: int = 0
    warn_seconds: tuple[int, ...] = (120, 60, 30)
    waiting_per_person: int = 200
    recording: Literal["public", "crew", "off"] = "public"
    pre_roll_seconds: int = 0
    post_roll_seconds: int = 2
    embed: str = ""
    embed_delay_seconds: int = 0
    notes: str = ""

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in CREW:
            return PUBLIC | fields("warn_seconds notes")
        return PUBLIC | {"warn_seconds"}


class Command(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Something that a person asks the show to do; the tag is its name on the wire."""


class Fact(msgspec.Struct, frozen=True):
    """Something that has happened (`cue.started`), and to which record; never the words."""

    name: str
    about: str


class Change(NamedTuple):
    """One record as a turn left it: `record` is None where it was dropped."""

    key: str
    record: Record | None
    seq: int
    at: int


class Decision(msgspec.Struct, frozen=True):
    """A decision that may still be undone: its seq, and the records as they were before it."""

    seq: int
    before: dict[str, Record | None]


class Show:
    """All records of one show at one `seq`, with the indexes that rules and views need."""

    def __init__(self, show_id: str) -> None:
        self.id = show_id
        self.seq = 0
        self.at = 0
        self.decision: Decision | None = None
        self._held: dict[str, Change] = {}
        self._kinds: dict[str, dict[str, Record]] = {}
        self._people: dict[str, set[str]] = {}

    def apply(self, change: Change) -> Record | None:
        """Take in one change, and return the record that it replaced."""
        old = self.find_key(change.key)
        kind, _, record_id = change.key.partition("/")
        of_kind = self._kinds.setdefault(kind, {})
        if old is not None:
            for person in old.people():
                self._people[person].discard(change.key)
        if change.record is None:
            of_kind.pop(record_id, None)
        else:
            of_kind[record_id] = change.record
            for person in change.record.people():
                self._people.setdefault(person, set()).add(change.key)
        # Moved to the end, so that the records held stay in order of seq (see `since`).
        self._held.pop(change.key, None)
        self._held[change.key] = change
        self.seq = max(self.seq, change.seq)
        self.at = max(self.at, change.at)
        return old

    def take(self, changes: Iterable[Change], seq: int, at: int) -> None:
        """Take in one whole turn; `seq` moves on even where it changed no record."""
        for change in changes:
            self.apply(change)
        self.seq = seq
        self.at = max(self.at, at)

    def find_key(self, key: str) -> Record | None:
        """Return the record with this key, or None."""
        held = self._held.get(key)
        return held.record if held else None

    def seq_of(self, key: str) -> int:
        """Return the seq at which this record last changed; 0: never."""
        held = self._held.get(key)
        return held.seq if held else 0

    def at_of(self, key: str) -> int:
        """Return the instant (ms UTC) at which this record last changed; 0: never."""
        held = self._held.get(key)
        return held.at if held else 0

    def dropped(self, key: str) -> bool:
        """Tell whether there once was a record with this key, and is none now."""
        held = self._held.get(key)
        return held is not None and held.record is None

    def of_kind(self, kind: str) -> Mapping[str, Record]:
        """Return the records of one kind by id."""
        return MappingProxyType(self._kinds.get(kind, {}))

    def of_person(self, person: str) -> frozenset[str]:
        """Return the keys of the records that one person sees more of than their role does."""
        return frozenset(self._people.get(person, ()))

    def since(self, seq: int) -> Iterator[Change]:
        """Yield what changed after `seq`, newest first, tombstones included."""
        for change in reversed(self._held.values()):
            if change.seq <= seq:
                return
            yield change


class Draft:
    """The show as one turn sees it: reads fall through to the records, writes are collected."""

    def __init__(self, show: Show, now: int) -> None:
        self.show = show
        # A clock that was set back must not make a show's instants run backwards.
        self.now = max(now, show.at)
        self.seq = show.seq + 1
        self.changed: dict[str, Record | None] = {}
        self.facts: list[Fact] = []

    def find(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None where there is none."""
        key = f"{kind.noun()}/{record_id}"
        found = self.changed[key] if key in self.changed else self.show.find_key(key)
        assert found is None or isinstance(found, kind)
        return found

    def get(self, kind: type[R], record_id: str, field: str | None = None) -> R:
        """Return a record, or refuse the command by the `field` that named it."""
        found = self.find(kind, record_id)
        if found is None:
            name = kind.noun()
            raise Refusal(
                f"{name}.unknown",
                "There is no {kind} “{id}” in this show.",
                field=field or name,
                kind=name,
                id=record_id[:80],
            )
        return found

    def all(self, kind: type[R]) -> list[R]:
        """Return all records of a kind, in order of id as they came."""
        name = kind.noun()
        found: dict[str, Record | None] = dict(self.show.of_kind(name))
        for key, record in self.changed.items():
            of_kind, _, record_id = key.partition("/")
            if of_kind == name:
                found[record_id] = record
        return [record for record in found.values() if isinstance(record, kind)]

    def put(self, record: Record) -> None:
        """Write a record, new or changed; a key that was dropped is never used again.

        What is new under an old key would be taken for what a screen still holds of the old.
        """
        if self.show.dropped(record.key):
            raise Refusal("record.dropped", "This was deleted, and cannot be written again.")
        self.changed[record.key] = record

    def drop(self, record: Record) -> None:
        """Take a record out of the show; a tombstone stays."""
        self.changed[record.key] = None

    def fact(self, name: str, about: Record) -> None:
        """State what has happened."""
        self.facts.append(Fact(name, about.key))

    def expect(self, record: Record, seen: int | None, refusal: Refusal) -> None:
        """Refuse a command whose sender has not seen the record as it stands now.

        `seen` is the seq that the sender's screen was at; None: this command does not mind.
        """
        if seen is not None and not self.show.seq_of(record.key) <= seen <= self.show.seq:
            raise refusal

    def before(self) -> dict[str, Record | None]:
        """Return the changed records as they were before this turn."""
        return {key: self.show.find_key(key) for key in self.changed}

    def close(self) -> Iterable[Change]:
        """Return what this turn changed, under its seq."""
        return [Change(key, record, self.seq, self.now) for key, record in self.changed.items()]
