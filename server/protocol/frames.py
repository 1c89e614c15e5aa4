"""The frames of protocol 1 (JSON text, `type` first), and how they are read and written."""

from enum import IntEnum
from typing import Annotated, Any, Union

import msgspec

from server.domain.commands import COMMANDS
from server.domain.delay import Delay
from server.domain.refusal import Refusal
from server.domain.roles import Role

PROTOCOL = 1
FRAME_LIMIT = 64 * 1024

# A union built from the table of commands: a type checker sees their base.
AnyCommand = Union[tuple(COMMANDS)]  # type: ignore[valid-type]  # noqa: UP007


class Bye(IntEnum):
    """Why a socket was closed; 4000-4499: come back with jitter, 4500-4999: stay away."""

    RESTART = 4000
    SLOW = 4001
    FAULT = 4002
    SILENT = 4003
    PROTOCOL = 4500
    NO_VIEW = 4501
    REVOKED = 4502


class ClientFrame(msgspec.Struct, frozen=True, tag_field="type"):
    """A frame that a client sends."""


class Hello(ClientFrame, frozen=True, tag="hello"):
    """First frame: everything newer than `since` is wanted, as `view` may see it."""

    view: Role
    since: int = 0
    epoch: str | None = None


class Do(ClientFrame, frozen=True, tag="do"):
    """Give a command; `id` makes it idempotent for this person.

    `by` (the server's ms): carry it out by then or not at all, so that a press made before the
    line went down does nothing when the line is back.
    """

    id: str
    command: AnyCommand  # type: ignore[valid-type]
    by: int | None = None


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Ask for the time; `sent` comes back as it was (ms of the client's clock).

    `behind`: by how many ms the picture on this screen is later than the stage; null: it shows
    none, or its viewer has gone back on purpose.
    """

    sent: float
    behind: Annotated[float, msgspec.Meta(ge=0)] | None = None


class ServerFrame(msgspec.Struct, frozen=True, tag_field="type"):
    """A frame that the server sends."""


class You(msgspec.Struct, frozen=True):
    """Who the server takes the client for; `votes` are the questions they have upvoted."""

    person: str
    role: Role
    view: Role
    votes: list[str] = []


class Welcome(ServerFrame, frozen=True, tag="welcome"):
    """The answer to `hello`; a patch with everything newer than `since` follows."""

    you: You
    epoch: str
    seq: int
    time: int
    protocol: int = PROTOCOL


class Patch(ServerFrame, frozen=True, tag="patch"):
    """Changed records by key; null: gone, or not for you. `after` 0: forget what you hold.

    `time` is the server's ms at which it became true.
    """

    after: int
    seq: int
    time: int
    records: dict[str, Any]


class Done(ServerFrame, frozen=True, tag="done"):
    """A command has been carried out and is on disk."""

    id: str
    seq: int


class Refused(ServerFrame, frozen=True, tag="refused", omit_defaults=True):
    """A command or frame was not carried out; `text` is in the person's language."""

    id: str | None
    code: str
    text: str
    field: str | None = None


class Pulse(ServerFrame, frozen=True, tag="pulse"):
    """Heartbeat: the server's time, the seq up to which this client was told, and how many watch.

    A client that holds less has missed something, and says hello again. `behind` is for the crew:
    how late the viewers' pictures are, null as long as nobody has said.
    """

    time: int
    seq: int
    audience: int
    behind: Delay | msgspec.UnsetType | None = msgspec.UNSET


class Pong(ServerFrame, frozen=True, tag="pong"):
    """The answer to `ping`."""

    sent: float
    time: int


class Whisper(ServerFrame, frozen=True, tag="whisper"):
    """What is true now and never stored: which known persons are connected (to the crew)."""

    present: list[str]


class ByeFrame(ServerFrame, frozen=True, tag="bye"):
    """The last frame before the server closes; `retry_after` in seconds, null: stay away."""

    code: int
    retry_after: float | None


CLIENT_FRAMES = (Hello, Do, Ping)
SERVER_FRAMES = (Welcome, Patch, Done, Refused, Pulse, Pong, Whisper, ByeFrame)

encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Hello | Do | Ping] = msgspec.json.Decoder(Union[CLIENT_FRAMES])  # noqa: UP007


def read(text: str | bytes) -> Hello | Do | Ping:
    """Return the client frame in `text`, or refuse it by the name of what is wrong with it."""
    if len(text) > FRAME_LIMIT:
        raise Refusal(
            "frame.too_long", "A frame holds at most {limit} characters.", limit=FRAME_LIMIT
        )
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except RecursionError:
        raise Refusal("frame.too_deep", "This frame is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeError):
        raise Refusal("frame.not_json", "This frame is not JSON.") from None


def invalid(error: msgspec.ValidationError) -> Refusal:
    """Return the refusal of a frame that is JSON but not of the right shape."""
    # msgspec ends its message with the place: "… - at `$.command.text`".
    reason, _, place = str(error).partition(" - at ")
    field = place.strip("`").removeprefix("$.").removeprefix("command.") or None
    return Refusal("frame.invalid", "This frame is not valid: {reason}", field=field, reason=reason)


class _Identified(msgspec.Struct):
    id: str | None = None


_identified = msgspec.json.Decoder(_Identified)


def id_of(text: str | bytes | None) -> str | None:
    """Return the `id` of a frame that could not be read, so that its refusal finds its way."""
    if text is None or len(text) > FRAME_LIMIT:
        return None
    try:
        return _identified.decode(text).id
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
