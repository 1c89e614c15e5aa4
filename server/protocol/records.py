"""Records as the wire carries them: which fields there are, and who is sent which of them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec.structs import replace

from server.domain.commands import RECORDS
from server.domain.feedback import Feedback
from server.domain.questions import BACK, SHOWN, Question
from server.domain.roles import Record, Role, Viewer
from server.domain.rundown import Slot

Share = Literal["always", "sometimes", "never"]

GROUPS: dict[str, Role] = {
    "everybody": Role.ATTENDEE,
    "moderator": Role.MODERATOR,
    "organiser": Role.ORGANISER,
    "host": Role.HOST,
    "caller": Role.CALLER,
}
"""Whose views differ: all others see what everybody does."""

# The states on which it depends who sees a record.
STATES: dict[type[Record], tuple[str, tuple[str, ...]]] = {
    Slot: ("place", ("ahead", "withdrawn")),
    Question: ("state", tuple(sorted(SHOWN | set(BACK) | set(BACK.values()) | {"withdrawn"}))),
    Feedback: ("released_to", get_args(get_type_hints(Feedback)["released_to"])),
}


class Seen(NamedTuple):
    """One kind of record: its view as a type, and for each field who is sent it, and when.

    A person whom the record names is a group of their own, called by the field that names them.
    """

    kind: type[Record]
    view: type[msgspec.Struct]
    groups: tuple[str, ...]
    fields: dict[str, dict[str, Share]]


@lru_cache
def seen() -> tuple[Seen, ...]:
    """Return every kind of record with what is seen of it."""
    return tuple(_seen(kind) for kind in RECORDS)


def _seen(kind: type[Record]) -> Seen:
    samples = list(_samples(kind))
    persons = sorted({person for sample in samples for person in sample.people()})
    viewers = {name: Viewer(role) for name, role in GROUPS.items()}
    viewers |= {person: Viewer(Role.ATTENDEE, person) for person in persons}
    looks = {
        name: [sample.seen_by(viewer) for sample in samples] for name, viewer in viewers.items()
    }
    every = [look for shown in looks.values() for look in shown if look]
    names = sorted({name for look in every for name in look}, key=_order(kind))
    certain = frozenset.intersection(*every)
    fields = {
        field: {group: _share([field in look for look in looks[group]]) for group in looks}
        for field in names
    }
    return Seen(kind, _view(kind, names, certain), tuple(looks), fields)


def _samples(kind: type[Record]) -> Iterator[Record]:
    """Yield a record in each state; a person in it is called by the name of the field."""
    values: dict[str, Any] = {
        field.name: field.name if field.type is str else 0
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    sample = kind(**values)
    name, states = STATES.get(kind, ("id", ("id",)))
    for state in states:
        yield replace(sample, **{name: state})


def _share(shown: list[bool]) -> Share:
    return "always" if all(shown) else "sometimes" if any(shown) else "never"


def _order(kind: type[Record]) -> Any:
    stored = kind.__struct_fields__
    return lambda name: (stored.index(name) if name in stored else len(stored), name)


def _view(kind: type[Record], names: list[str], certain: frozenset[str]) -> type[msgspec.Struct]:
    """Return the record as it is sent: what not every viewer is sent may be missing."""
    hints = get_type_hints(kind, include_extras=True)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for name in names:
        hint = hints.get(name) or get_type_hints(getattr(kind, name).fget)["return"]
        if name in certain:
            fields.append((name, hint))
        else:
            fields.append((name, hint | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(
        kind.__name__,
        fields,
        namespace={"__doc__": kind.__doc__},
        kw_only=True,
        forbid_unknown_fields=True,
    )
