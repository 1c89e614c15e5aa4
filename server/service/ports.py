"""What the service needs of the world; `store` and `live` implement it, `app.py` chooses."""

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from server.domain.invitations import Invitation
from server.domain.roles import Actor, Record, Role
from server.domain.show import Change, Decision, Fact, Show
from server.plan.findings import Errand, Findings


class Clock(Protocol):
    """The time, as ms UTC."""

    def __call__(self) -> int: ...


class ShowRow(NamedTuple):
    """One show as the store lists it."""

    id: str
    seq: int
    created_at: int


class Reading(NamedTuple):
    """What changed after a seq: the newest change of each record, in order of seq."""

    seq: int
    changes: Sequence[Change]


class Entry(msgspec.Struct, frozen=True):
    """One journal entry: who did what when, what changed, and how it was before.

    `actor` is None where the house itself spoke. `decision` is what may still be undone after it:
    its own, an earlier one, or None.
    """

    seq: int
    at: int
    actor: Actor | None
    command_id: str | None
    command_type: str
    command: bytes
    facts: Sequence[Fact]
    changes: Sequence[Change]
    before: Mapping[str, Record | None]
    decision: Decision | None


class Images(NamedTuple):
    """What one turn changed, as it was before; None: it was not there."""

    seq: int
    at: int
    before: Mapping[str, Record | None]


class Ballot(NamedTuple):
    """One person's vote for one question; `cast` False takes it back."""

    question: str
    person: str
    cast: bool


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A personal link; the store knows only the hash of its token. Instants in ms UTC."""

    id: str
    show: str
    role: Role
    person: str
    token_hash: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    def holds(self, now: int) -> bool:
        """Tell whether the link still opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class StoreTurn(Protocol):
    """The lock on one show, and the one transaction in which its turns are written."""

    news: Reading
    """What others wrote since the seq that the turn was opened with."""

    async def answered(self, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the seqs of those (person, command id) that were done before."""

    async def votes(self, questions: Sequence[str]) -> dict[str, int]:
        """Return how many ballots each question has."""

    async def write(self, entries: Sequence[Entry], ballots: Sequence[Ballot] = ()) -> None:
        """Write journal, records and ballots; their seqs follow `news.seq` without a hole.

        Committed, durably, when the context of the turn ends without an error; otherwise nothing
        of it is kept.
        """


class Store(Protocol):
    """Where shows live. Every method may raise OSError-like faults of its adapter."""

    epoch: str
    """Changes when the database was restored from a backup."""

    async def create(self, show: str, records: Sequence[Record], at: int) -> None:
        """Make a show from its first records, at seq 1; refuse `show.exists`."""

    async def shows(self) -> list[ShowRow]:
        """Return all shows, oldest first."""

    async def read(self, show: str, since: int = 0) -> Reading:
        """Return what changed after `since`, tombstones included; refuse `show.unknown`."""

    async def decision(self, show: str) -> Decision | None:
        """Return the last decision of the journal that may still be undone."""

    def turn(self, show: str, since: int) -> AbstractAsyncContextManager[StoreTurn]:
        """Lock the show for one transaction; refuse `show.unknown`."""

    async def journal(self, show: str, since: int = 0) -> list[dict[str, Any]]:
        """Return the journal after `since` as plain documents, oldest first."""

    async def images(self, show: str, kinds: Set[str], since: int, limit: int) -> list[Images]:
        """Return at most `limit` turns after `since`, oldest first, with what they changed of
        records of these `kinds`."""

    async def voted(self, show: str, person: str) -> list[str]:
        """Return the questions that a person has upvoted."""

    async def put_link(self, link: Link) -> None:
        """Write a link, new or changed."""

    async def link(self, token_hash: str) -> Link | None:
        """Return the link whose token has this hash."""

    async def links(self, show: str | None = None) -> list[Link]:
        """Return all links (of a show), oldest first, revoked ones included."""

    async def close(self) -> None:
        """Let go of the database."""


class Bus(Protocol):
    """Carries hints: losing one costs time, never data."""

    def hint(self, show: str, seq: int) -> None:
        """Tell whoever shows this show that it is at `seq` now."""


class Playlist(NamedTuple):
    """An HLS playlist, plain and packed by gzip."""

    text: bytes
    packed: bytes


class Awaited(NamedTuple):
    """What a player waits for: a segment by its number, or a part of it."""

    segment: int
    part: int | None = None


PROGRAMME = "programme"


class Publishing(Protocol):
    """Who may publish to a media server elsewhere, and who has."""

    def may_publish(self, show: str, key: str) -> bool:
        """Tell whether this is the show's stream key."""

    def published(self, there: bool) -> None:
        """Somebody has begun to publish, or has stopped."""


class Outlet(NamedTuple):
    """Where players find the programme: the address of its playlist, in which `{show}` stands for
    a show; and the origin of what it leads to, empty for our own.

    `delay_ms` is how late it is, where it has no dates of its own that say so.
    """

    playlist: str = "/s/{show}/hls/live.m3u8"
    origin: str = ""
    delay_ms: int | None = None


class Pictures(Protocol):
    """Where the pictures of shows come from; a name that a player asks for is not to be trusted.

    A show has several reels: its programme, its sounds in other languages, previews of sources.
    """

    async def playlist(
        self,
        show: str,
        reel: str = PROGRAMME,
        *,
        skip: bool = False,
        awaited: Awaited | None = None,
    ) -> Playlist | None:
        """Return what a player reads first, None while there is nothing to play.

        `skip`: the player knows the playlist as it was a short while ago. `awaited`: it wants the
        first one that has this; raises TimeoutError if that does not come soon.
        """

    def file(self, show: str, reel: str, name: str) -> Path | None:
        """Return where a piece of a reel is kept, None for what cannot be one."""

    async def sounds(self, show: str) -> list[str]:
        """Return the languages that one can listen to now, by their tags, in order."""


class Lateness(NamedTuple):
    """How late a source's pictures come, in ms: read from so many `frames`, of which no two differ
    by more than `spread_ms`."""

    delay_ms: int
    spread_ms: int
    frames: int


Unmeasured = Literal["gone", "no_picture", "no_clock"]


class Encoders(Protocol):
    """What the encoders of a show's sources need for themselves, which nobody else can see."""

    def delays(self, show: str) -> Mapping[str, int]:
        """Return what is counted with for each source, in ms; for others that is 0."""

    def set_delay(self, show: str, source: str, ms: int) -> bool:
        """Count with so much from now on; False: nothing is taken in for this show."""

    async def measure(self, show: str, source: str) -> Lateness | Unmeasured:
        """Read the clock in a source's picture for some seconds; nothing is changed by it."""


class Film(NamedTuple):
    """A file that shows a slot or, as `show`, the whole show; `part` of `parts`, from 1.

    `size` is in bytes, `ms` its length.
    """

    name: str
    part: int
    parts: int
    title: str
    presenter: str
    path: Path
    size: int
    ms: int


class Recordings(Protocol):
    """What was recorded of shows, and cut; who may see it is not asked here."""

    async def films(self, show: Show) -> Sequence[Film]:
        """Return the films that there are of a show, in order."""

    async def playlist(self, show: Show) -> Playlist | None:
        """Return the playlist of all that was recorded while the show was on; None: nothing."""

    async def chapters(self, show: Show) -> str | None:
        """Return the chapters of the film of the whole show as WebVTT; None: there is no film."""

    async def captions(self, show: Show, lines: Sequence[tuple[int, str]]) -> str | None:
        """Return what was said at which instant (ms UTC) as WebVTT for the same film."""

    def free_bytes(self) -> int:
        """Return how much room the disk has for pictures."""


Unplanned = Literal["superseded", "lost", "too_long"]
"""Why nothing is found: the same asker has asked for something else; the solver was lost; it took
too long."""


class Planner(Protocol):
    """Finds fair orders while the show goes on."""

    async def find(self, asker: tuple[str, str], errand: Errand) -> Findings | Unplanned:
        """Return what is found in the time there is; of each asker, show and person, only the
        latest errand is run."""


Ending = Literal[
    "nowhere", "crowd", "elsewhere", "codec", "garbage", "lost", "stuck", "ended", "absent"
]
"""Why a camera is no longer taken: the show takes no stream, or no more cameras; the person turned
on another one; what comes cannot be shown, or not be read; the picture's own process was lost, or
takes nothing any more; it was closed; there is nothing here that takes WebRTC."""


class Camera(Protocol):
    """A presenter's camera on its way from the browser to the show's picture."""

    async def feed(self, chunk: bytes) -> None:
        """Pass on what the browser recorded; returns when there is room for more."""

    async def close(self) -> None:
        """Let go of it; it is gone when this returns."""


class Cameras(Protocol):
    """Where presenters' cameras go; one for each person, the newest."""

    async def open(
        self, show: str, person: str, live: Callable[[], None], over: Callable[[Ending], None]
    ) -> Camera | None:
        """Take a camera, None if it is over at once.

        `live` is called when its picture is at the desk, `over` once, when nothing more is taken.
        """

    async def offer(
        self, show: str, person: str, sdp: str, over: Callable[[Ending], None]
    ) -> tuple[Camera, str] | None:
        """Take a camera over WebRTC, and return the answer to its offer; None if it is over at
        once. `over` is called once, when nothing more is taken."""


class Alarm(NamedTuple):
    """What a calendar says, so many minutes before the start."""

    minutes: int
    words: str


class Letter(NamedTuple):
    """What one presenter is written about their slot, in their language.

    `summary`, `description` and `alarms` are for their calendar, which others may read too: their
    personal link stands in `text` and `html` alone.
    """

    lang: str
    subject: str
    text: str
    html: str
    summary: str
    description: str
    alarms: tuple[Alarm, ...]


class Writer(Protocol):
    """Who finds the words of letters."""

    def __call__(self, show: Show, invitation: Invitation, link: str) -> Letter:
        """Return what the invitation's presenter is written; `link` leads to where one answers."""
