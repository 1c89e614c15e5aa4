"""Who somebody is: a signed cookie, or a link's token as bearer; never the message."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature
from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.domain.refusal import Refusal
from server.domain.roles import PUBLIC_VIEWS, Actor, Role, may_view
from server.service.links import token_hash
from server.service.ports import Link
from server.web.house import House, house
from server.web.words import COOKIE as LANGUAGE_COOKIE
from server.web.words import choose

COOKIE = "luyan"
COOKIE_SECONDS = 180 * 86_400
# No name in a show file may begin so: who has no link is never taken for somebody who has one.
ANONYMOUS = "~"
# One browser holds the links of a few roles; a longer list would outgrow a cookie.
LINKS_LIMIT = 16


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door of one show; `new` until they have been given a cookie.

    `person` is who they are without a link: nobody's name, whatever links they hold.
    """

    person: str
    links: Sequence[Link] = ()
    hashes: Sequence[str] = ()
    new: bool = False
    bearer: bool = False

    def through(self, view: Role) -> tuple[Actor, Link | None]:
        """Return who this visitor is behind a role's view, or refuse it.

        The link made for the view counts before one that may also see it; the newest comes first.
        """
        for link in self.links:
            if link.role == view:
                return Actor(link.person, link.role), link
        if view in PUBLIC_VIEWS and not self.bearer:
            return Actor(self.person, Role.ATTENDEE), None
        for link in self.links:
            if may_view(link.role, view):
                return Actor(link.person, link.role), link
        raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")

    def acting(self, roles: frozenset[Role]) -> Actor:
        """Return who this visitor is when they do what only `roles` may do."""
        for link in self.links:
            if link.role in roles:
                return Actor(link.person, link.role)
        if self.links and self.bearer:
            return Actor(self.links[0].person, self.links[0].role)
        return Actor(self.person, Role.ATTENDEE)


async def visitor(connection: HTTPConnection, show: str) -> Visitor:
    """Return who is asking, with the links that open `show`; refuse a bearer that opens nothing."""
    home = house(connection)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        link = await open_link(home, token.strip())
        if link.show != show:
            raise Refusal("link.elsewhere", "This link belongs to another show.")
        return Visitor(link.person, [link], bearer=True)
    return await browser(connection, show)


async def browser(connection: HTTPConnection, show: str) -> Visitor:
    """Return whom the cookie stands for, with its links that open `show`; a bearer is not heard."""
    home = house(connection)
    person, hashes = _read_cookie(home, connection)
    links = []
    for hashed in reversed(hashes):
        link_found = await home.store.link(hashed)
        if link_found and link_found.show == show and link_found.holds(home.clock()):
            links.append(link_found)
    if person is None:
        return Visitor(ANONYMOUS + secrets.token_urlsafe(12), links, hashes, new=True)
    return Visitor(person, links, hashes)


async def open_link(home: House, token: str) -> Link:
    """Return the link of a token, or refuse one that is unknown, expired or revoked."""
    return await _link(home, token_hash(token))


async def check_link(home: House, link: Link) -> None:
    """Refuse a link that has expired or was revoked since it was read."""
    await _link(home, link.token_hash)


async def _link(home: House, hashed: str) -> Link:
    link = await home.store.link(hashed)
    if link is None:
        raise Refusal("link.unknown", "This link does not exist. Please ask for a new one.")
    if not link.holds(home.clock()):
        raise Refusal("link.over", "This link is no longer valid. Please ask for a new one.")
    return link


def introduce(home: House, response: Response, who: Visitor) -> None:
    """Give a newcomer the cookie that they are known by from now on; others have theirs."""
    if who.new:
        set_cookie(home, response, who)


def set_cookie(home: House, response: Response, who: Visitor) -> None:
    """Give a visitor the cookie that they are known by."""
    hashes = list(who.hashes)[-LINKS_LIMIT:]
    response.set_cookie(
        COOKIE,
        str(home.signer.dumps({"p": who.person, "l": hashes})),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=home.secure,
    )


def language(connection: HTTPConnection) -> str:
    """Return the language of the reader."""
    return choose(
        connection.cookies.get(LANGUAGE_COOKIE), connection.headers.get("accept-language")
    )


def check_origin(connection: HTTPConnection) -> None:
    """Refuse a browser that was sent here by a page of somebody else."""
    origin = connection.headers.get("origin")
    if origin is None or origin == house(connection).public_url:
        return
    if origin.partition("://")[2] != connection.headers.get("host"):
        raise Refusal("origin.wrong", "This page is not one of this server's.", field="origin")


def _read_cookie(home: House, connection: HTTPConnection) -> tuple[str | None, list[str]]:
    cookie = connection.cookies.get(COOKIE)
    if cookie is None:
        return None, []
    try:
        held = home.signer.loads(cookie)
        return str(held["p"]), [str(hashed) for hashed in held["l"]]
    except (BadSignature, KeyError, TypeError):
        return None, []
