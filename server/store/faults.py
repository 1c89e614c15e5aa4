"""What a store says when it cannot."""

from server.domain.refusal import Refusal


class StoreFault(OSError):
    """The database cannot do it, or holds what it must not; the message is for people."""


def unknown(show: str) -> Refusal:
    """The refusal of a show that is not there."""
    return Refusal("show.unknown", "There is no show called “{show}”.", field="show", show=show)


def exists(show: str) -> Refusal:
    """The refusal of a second show of the same name."""
    return Refusal(
        "show.exists", "There already is a show called “{show}”.", field="show", show=show
    )
