"""The links of a show as they are handed out: as JSON for programs, as a page for people."""

import io
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import segno

from server.domain.people import Person
from server.domain.roles import Role
from server.domain.show import Details
from server.terminal import columns

WHAT = {
    Role.CALLER: "Caller",
    Role.HOST: "Host",
    Role.MODERATOR: "Moderator",
    Role.ORGANISER: "Organiser",
    Role.INTERPRETER: "Interpreter",
    Role.STAGE: "Stage screen",
    Role.PRESENTER: "Presenters",
    Role.COMMENTATOR: "Commentators",
}
GROUPS = (Role.COMMENTATOR, Role.PRESENTER)


class Personal(NamedTuple):
    """One personal link, ready to be handed out."""

    role: Role
    person: str
    token: str


class Stream(NamedTuple):
    """Where the picture is published, by whoever has the key; `sound`: the keys of interpreters'
    encoders by language. `secure`: by RTMPS. `server`: elsewhere, at this address."""

    port: int
    key: str
    sound: dict[str, str]
    secure: bool = False
    server: str = ""


class Handout(NamedTuple):
    """All links of one show; `url` is the public address of the server.

    `stream` is there while a running server takes one for this show.
    """

    show: str
    details: Details
    links: list[Personal]
    people: dict[str, Person]
    url: str = ""
    stream: Stream | None = None

    @property
    def audience(self) -> str:
        """Where everybody may watch and ask."""
        return f"{self.url}/s/{self.show}"

    @property
    def rtmp(self) -> str:
        """Where OBS or an encoder publishes, without the key."""
        assert self.stream is not None, "no stream is taken"
        if self.stream.server:
            return self.stream.server
        scheme = "rtmps" if self.stream.secure else "rtmp"
        return f"{scheme}://{_host(self.url)}:{self.stream.port}/live"

    def address(self, link: Personal) -> str:
        """Return the whole address of a personal link."""
        return f"{self.url}/join/{link.token}"

    def of(self, role: Role) -> list[Personal]:
        """Return the links of one role, in the order of the show file."""
        return [link for link in self.links if link.role == role]

    def document(self) -> dict[str, Any]:
        """Return what `luyan links --json` prints; of several hosts or interpreters, the first."""
        document: dict[str, Any] = {
            "show": self.show,
            "audience": self.audience,
            "stage": self.address(self.of(Role.STAGE)[0]),
            "host": self.address(self.of(Role.HOST)[0]),
            "caller": self.address(self.of(Role.CALLER)[0]),
            "moderator": self.address(self.of(Role.MODERATOR)[0]),
            "organiser": self.address(self.of(Role.ORGANISER)[0]),
            "interpreter": self.address(self.of(Role.INTERPRETER)[0]),
            "presenters": [
                {
                    "name": self.people[link.person].name,
                    "zone": self.people[link.person].zone,
                    "url": self.address(link),
                }
                for link in self.of(Role.PRESENTER)
            ],
            "commentators": [
                {"name": self.people[link.person].name, "url": self.address(link)}
                for link in self.of(Role.COMMENTATOR)
            ],
            "interpreters": [
                {
                    "name": self.people[link.person].name,
                    "language": self.people[link.person].language,
                    "url": self.address(link),
                }
                for link in self.of(Role.INTERPRETER)
                if link.person in self.people
            ],
        }
        if self.stream is not None:
            document["ingest"] = {
                "rtmp": self.rtmp,
                "key": self.stream.key,
                "sound": self.stream.sound,
            }
            document["playlist"] = f"{self.audience}/hls/live.m3u8"
        return document

    def text(self, codes: bool = False) -> str:
        """Return the links as a page of text; `codes`: with a QR code for each."""
        return "\n".join(self._lines(codes))

    def _lines(self, codes: bool) -> Iterator[str]:
        yield self.details.title
        yield ""
        yield f"  Watch and ask   {self.audience}"
        yield ""
        yield qr(self.audience)
        yield "  The links below are personal: whoever has one may do what its role may do."
        yield ""
        width = max(columns(link.person) for link in self.links) + 2
        for role, what in WHAT.items():
            if role in GROUPS and self.of(role):
                yield ""
                yield f"  {what}"
            for link in self.of(role):
                name = self.people[link.person].name if link.person in self.people else ""
                name = name if role in GROUPS else f"{what} {name}".strip()
                yield f"  {_padded(link.person, width)}{_padded(name, 24)}{self.address(link)}"
                if codes:
                    yield qr(self.address(link))
        yield ""
        yield "  Overlays for OBS, open to all"
        for overlay in ("lower-third", "timer", "question", "captions?lang=zh"):
            yield f"  {self.audience}/overlay/{overlay}"
        yield f"  {self.audience}/overlay/clock (over all, to measure how late OBS is; not on air)"
        if self.stream is not None:
            yield ""
            yield "  The picture, published from OBS (Settings, Stream, Custom)"
            yield f"  Server      {self.rtmp}"
            yield f"  Stream key  {self.stream.key}"


def qr(address: str) -> str:
    """Return a QR code in half blocks, light on dark, as terminals mostly are."""
    text = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(text, border=2, compact=True)
    return "".join(f"  {line}\n" for line in text.getvalue().splitlines())


def _host(url: str) -> str:
    """Return the host of an address, as it stands in one."""
    host = urlsplit(url).hostname or "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _padded(text: str, width: int) -> str:
    return text + " " * max(1, width - columns(text))
