"""Who people are, and what a viewer is given of a record."""

from enum import StrEnum
from typing import Any

import msgspec


class Role(StrEnum):
    """What somebody is in a show; also the name of the view made for them."""

    CALLER = "caller"
    HOST = "host"
    MODERATOR = "moderator"
    ORGANISER = "organiser"
    COMMENTATOR = "commentator"
    PRESENTER = "presenter"
    INTERPRETER = "interpreter"
    ATTENDEE = "attendee"
    STAGE = "stage"


DESK = frozenset({Role.CALLER, Role.HOST})
CREW = DESK | {Role.MODERATOR, Role.ORGANISER}
# Who plans: the organiser before the show, the caller when somebody drops out of it.
PLANNERS = frozenset({Role.ORGANISER, Role.CALLER})
EVERYONE = frozenset(Role)

# The views that a role's session may ask for, apart from its own and the two public ones.
PUBLIC_VIEWS = frozenset({Role.ATTENDEE, Role.STAGE})
OTHER_VIEWS: dict[Role, frozenset[Role]] = {
    Role.CALLER: frozenset({Role.HOST, Role.MODERATOR, Role.ORGANISER}),
    Role.HOST: frozenset({Role.MODERATOR}),
    Role.ORGANISER: frozenset({Role.MODERATOR}),
}


def may_view(role: Role, view: Role) -> bool:
    """Tell whether a session of `role` may look through `view`."""
    return view == role or view in PUBLIC_VIEWS or view in OTHER_VIEWS.get(role, ())


class Actor(msgspec.Struct, frozen=True):
    """Who gives a command: always from the session, never from the message."""

    person: str
    role: Role


class Viewer(msgspec.Struct, frozen=True):
    """Who looks: a role's view, and the person in it where it is somebody known."""

    role: Role
    person: str | None = None


Fields = frozenset[str]
HIDDEN: Fields = frozenset()


def fields(names: str) -> Fields:
    """Return the set of field names written in one string."""
    return frozenset(names.split())


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One journalled document of a show, found by its key `kind/id`.

    What is not listed by `seen_by` is not sent: a new field is private until somebody says so.
    """

    id: str

    @classmethod
    def noun(cls) -> str:
        """Return the first half of the key."""
        return cls.__name__.lower()

    @property
    def key(self) -> str:
        """The record's key, `kind/id`."""
        return f"{self.noun()}/{self.id}"

    def seen_by(self, viewer: Viewer) -> Fields:
        """Return the names of the fields that `viewer` may see; none of them: hidden."""
        return HIDDEN

    def once_seen_by(self, viewer: Viewer) -> bool:
        """Tell whether a viewer from whom this record is hidden may have seen it before.

        Only then are they told that it is gone: that a hidden record exists is private too.
        """
        return False

    def people(self) -> frozenset[str]:
        """Return the persons who see more of this record than others in their role."""
        return frozenset()


def look(record: Record | None, viewer: Viewer) -> dict[str, Any] | None:
    """Return what `viewer` may see of a record, or None: gone, or not for them."""
    if record is None:
        return None
    names = record.seen_by(viewer)
    return {name: getattr(record, name) for name in sorted(names)} or None
