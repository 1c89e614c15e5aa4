"""The tables of a show file: which words it may hold, and how it is read from TOML."""

import re
import tomllib
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from server.domain.questions import LanguageTag
from server.domain.refusal import Refusal
from server.domain.rundown import DAY
from server.domain.wishes import CHANGEOVER_LIMIT

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Title = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=2000)]
Country = Annotated[str, Meta(pattern=r"^([A-Z]{2})?$")]
Seconds = Annotated[int, Meta(ge=0, le=DAY)]
Minutes = Annotated[float, Meta(ge=0, le=DAY / 60)]
RollSeconds = Annotated[int, Meta(ge=0, le=600)]
Weight = Annotated[int, Meta(ge=0, le=1_000_000)]
WarnSeconds = Annotated[int, Meta(ge=1, le=3600)]
# Where invitations go.
Email = Annotated[str, Meta(pattern=r"^([^\s@<>,;:\"]+@[^\s@<>,;:\"]+)?$", max_length=254)]
# A call outside, such as https://meet.example.org/room; who has the address can come in.
Meeting = Annotated[str, Meta(pattern=r"^(https://[^\s/?#]+([/?#]\S*)?)?$", max_length=500)]


class Start:
    """A hard start: a time of day, and the day where it is not the show's date."""

    # A plain class: msgspec would read a Struct from a table, and asks `_read_start` for this.
    def __init__(self, of_day: time, day: date | None = None) -> None:
        self.of_day = of_day
        self.day = day


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table; a word that nobody knows is an error now, not a surprise on stage."""


class Lengths(Table, frozen=True):
    """`[lengths]`: how long the cues of a slot are, in seconds; 0: there is none."""

    pitch: Seconds = 480
    comments: Seconds = 240
    questions: Seconds = 120
    handover: Seconds = 60


class CueTable(Table, frozen=True):
    """`[[segment.cue]]`: its length stands in seconds or in minutes; `buffer` is in seconds."""

    kind: str
    title: Title
    seconds: Seconds | None = None
    minutes: Minutes | None = None
    at: Start | None = None
    buffer: Seconds = 0
    note: Words = ""


class SlotTable(Table, frozen=True):
    """`[[segment.slot]]`: a presenter's time; lengths it does not say come from `[lengths]`."""

    presenter: Id
    topic: Title
    id: Id | None = None
    project: Title = ""
    field: Title = ""
    language: LanguageTag | None = None
    at: Start | None = None
    note: Words = ""
    meeting: Meeting = ""
    pitch: Seconds | None = None
    comments: Seconds | None = None
    questions: Seconds | None = None
    handover: Seconds | None = None


class SegmentTable(Table, frozen=True):
    """`[[segment]]`: its own cues are called before its slots."""

    id: Id
    title: Title
    at: Start | None = None
    cue: list[CueTable] = []
    slot: list[SlotTable] = []


class PersonTable(Table, frozen=True):
    """`[[host]]`: without a zone they are where the show is.

    `available` and `preferred` are hours on their own clocks, such as "07:00-23:00"; `weight` is
    how much they count in the plan.
    """

    id: Id
    name: Title
    zone: str | None = None
    language: LanguageTag = "en"
    country: Country = ""
    organisation: Title = ""
    email: Email = ""
    available: tuple[Words, ...] = ()
    preferred: tuple[Words, ...] = ()
    weight: Weight = 1


class PresenterTable(PersonTable, frozen=True):
    """`[[presenter]]`: says in which zone they are."""

    zone: str


class InterpreterTable(PersonTable, frozen=True, kw_only=True):
    """`[[interpreter]]`: writes the captions in one language."""

    language: LanguageTag


class PictureTable(Table, frozen=True):
    """`[picture]`: the player of another house, and how late it is, where that is known better."""

    embed: str
    delay_seconds: Annotated[int, Meta(ge=0, le=120)] | None = None


class CommentatorTable(PersonTable, frozen=True):
    """`[[commentator]]`: comments on the slots of some fields, or on all."""

    fields: tuple[Title, ...] = ()


class AudienceTable(Table, frozen=True):
    """`[[plan.audience]]`: those who watch in one zone, and how many people they count as."""

    zone: str
    weight: Weight = 1


class PlanTable(Table, frozen=True):
    """`[plan]`: what `luyan plan` has to keep to. Slots are named by their presenter or their id.

    `together`: true, or the fields whose slots follow one another; `pin`: what stays in its place;
    `ends`: the hard end of the stream; `days` and `starts`: which starts to compare; `curve`: a
    name, or pairs of a local hour and the hours of burden there; `changeover`: the seconds between
    a slot and what follows it, also in the rundown.
    """

    together: bool | tuple[Title, ...] = False
    apart: tuple[tuple[Id, Id], ...] = ()
    order: tuple[tuple[Id, Id], ...] = ()
    pin: tuple[Id, ...] = ()
    ends: Start | None = None
    days: tuple[date, ...] = ()
    starts: Words = ""
    curve: Literal["gentle", "squared"] | tuple[tuple[float, float], ...] = "gentle"
    audience: tuple[AudienceTable, ...] = ()
    changeover: Annotated[int, Meta(ge=0, le=CHANGEOVER_LIMIT)] = 0


class ShowTable(Table, frozen=True):
    """The whole file."""

    title: Title
    zone: str
    date: date
    segment: list[SegmentTable]
    subtitle: Title = ""
    notes: Words = ""
    languages: tuple[LanguageTag, ...] = ("en", "zh")
    fields: tuple[Title, ...] = ()
    warn_seconds: tuple[WarnSeconds, ...] = (120, 60, 30)
    recording: Literal["public", "crew", "off"] = "public"
    pre_roll_seconds: RollSeconds = 0
    post_roll_seconds: RollSeconds = 2
    questions: Literal["open", "closed"] = "open"
    picture: PictureTable | None = None
    lengths: Lengths = field(default_factory=Lengths)
    presenter: list[PresenterTable] = []
    commentator: list[CommentatorTable] = []
    host: list[PersonTable] = []
    interpreter: list[InterpreterTable] = []
    plan: PlanTable = field(default_factory=PlanTable)


def parse(text: str) -> ShowTable:
    """Return the tables written in `text`, or refuse it by the field at fault."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(
            "showfile.not_toml", "This is not a TOML file: {reason}", reason=str(error)
        ) from None
    try:
        return msgspec.convert(tables, ShowTable, dec_hook=_read_start)
    except msgspec.ValidationError as error:
        # msgspec ends its message with the place: "… - at `$.segment[0].slot[3]`".
        reason, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$").removeprefix(".")
        if named := re.search(r"field `(\w+)`", reason):
            place = f"{place}.{named[1]}".removeprefix(".")
        raise wrong(place, reason[:1].lower() + reason[1:]) from None


def wrong(place: str, reason: str) -> Refusal:
    """The refusal of a file for what stands at `place`, such as `segment[0].slot[3].presenter`."""
    return Refusal("showfile.invalid", "This does not fit: {reason}", field=place, reason=reason)


def _read_start(kind: type, value: Any) -> Any:
    """Read a hard start: `"14:00"`, `"2020-11-14 00:30"`, or a time as TOML has it."""
    assert kind is Start
    if isinstance(value, time):
        return Start(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return Start(value.time(), value.date())
    text = value if isinstance(value, str) else ""
    if found := re.fullmatch(r"(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d:\d\d(?::\d\d)?)", text):
        day, of_day = found.groups()
        return Start(time.fromisoformat(of_day), date.fromisoformat(day) if day else None)
    raise ValueError(f"“{value}” is not a time such as “14:00”")
