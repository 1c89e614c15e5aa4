"""Personal links: `/join/{token}` opens a role's page in this browser."""

from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.roles import Role
from server.web import session
from server.web.body import body
from server.web.house import house
from server.web.words import CODES
from server.web.words import COOKIE as LANGUAGE_COOKIE

FORM_BYTES = 4000
# Where a link may lead instead of its role's own page: `/join/{token}?to=invitation`.
ELSEWHERE = frozenset({"invitation"})

PAGES = {
    Role.CALLER: "caller",
    Role.HOST: "caller",
    Role.MODERATOR: "moderator",
    Role.ORGANISER: "plan",
    Role.COMMENTATOR: "commentator",
    Role.PRESENTER: "greenroom",
    Role.INTERPRETER: "captions",
    Role.STAGE: "stage",
    Role.ATTENDEE: "",
}


async def join(request: Request) -> Response:
    """Remember the link in the signed cookie, and go to its page; the token leaves the address."""
    home = house(request)
    link = await session.open_link(home, request.path_params["token"])
    who = await session.browser(request, link.show)
    hashes = [hashed for hashed in who.hashes if hashed != link.token_hash]
    to = request.query_params.get("to")
    page = to if to in ELSEWHERE else PAGES[link.role]
    response = RedirectResponse(f"/s/{link.show}/{page}".rstrip("/"), 303)
    session.set_cookie(home, response, replace(who, hashes=[*hashes, link.token_hash]))
    return response


async def choose_language(request: Request) -> Response:
    """Serve `POST /language`: keep the reader's language, and go back to the page."""
    session.check_origin(request)
    form = dict(parse_qsl((await body(request, FORM_BYTES)).decode("ascii", "replace")))
    lang = form.get("lang", "")
    back = RedirectResponse(_local(form.get("next", "/")), 303)
    if lang in CODES:
        back.set_cookie(LANGUAGE_COOKIE, lang, max_age=session.COOKIE_SECONDS, samesite="lax")
    return back


def _local(address: str) -> str:
    """Return an address of this server, whatever the form said."""
    elsewhere = not address.startswith("/") or address.startswith(("//", "/\\"))
    return "/" if elsewhere else address
