"""The pages: templates with the words in them; what moves comes over the socket."""

from functools import lru_cache
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import resources
from server.domain.embed import embed
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import Role, Viewer, look
from server.domain.show import Show
from server.web import scripts, session, words
from server.web.house import house
from server.web.recorded import may_replay
from server.web.refusals import answer, status

OVERLAYS = ("lower-third", "timer", "question", "captions", "clock")

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@lru_cache
def templates(lang: str) -> Environment:
    """Return the templates with the words of one language."""
    environment = Environment(
        loader=FileSystemLoader(resources.templates()),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method to the environment, which its type does not know.
    install: Any = environment
    install.install_gettext_translations(words.translations(lang), newstyle=True)
    environment.globals["static"] = lambda path: f"/static/{path}"
    environment.globals["imports"] = scripts.imports
    return environment


def render(request: Request, template: str, *, code: int = 200, **context: Any) -> Response:
    """Return a page in the reader's language, with what every page is given."""
    lang = session.language(request)
    given = {
        "lang": lang,
        "languages": words.LANGUAGES,
        "path": request.url.path,
        "page": template.removesuffix(".html"),
        "show": None,
        "show_id": None,
        "view": None,
        "you": None,
        "boot": None,
        "replay": None,
        "embed": None,
    }
    text = templates(lang).get_template(template).render({**given, **context})
    return HTMLResponse(text, code)


def public(show: Show) -> dict[str, Any]:
    """Return what anybody may know of a show as a whole."""
    details = look(show.find_key("details/show"), Viewer(Role.ATTENDEE))
    assert details is not None, "every show has its details"
    return details


async def index(request: Request) -> Response:
    """Serve `/`: the shows of this server, newest first."""
    home = house(request)
    rows = reversed(await home.store.shows())
    shows = []
    for row in rows:
        show = await home.hub.show(row.id)
        replayable = await may_replay(request, show)
        shows.append({"show_id": row.id, "replayable": replayable, **public(show)})
    return render(request, "index.html", shows=shows)


async def live(request: Request, template: str, view: Role, **context: Any) -> Response:
    """Return a page that follows a show through a view, if this visitor may."""
    home, show_id = house(request), request.path_params["show"]
    show = await home.hub.show(show_id)
    who = await session.visitor(request, show_id)
    actor = who.through(view)[0]
    person = show.find_key(f"person/{actor.person}")
    boot = {
        "show": show_id,
        "view": view.value,
        "person": actor.person,
        "person_zone": person.zone if isinstance(person, Person) else None,
        "replay": context.get("replay"),
        "playlist": home.outlet.playlist.format(show=show_id),
        "delay": home.outlet.delay_ms,
    }
    response = render(
        request,
        template,
        show=public(show),
        show_id=show_id,
        view=view.value,
        you={"person": actor.person, "role": actor.role.value},
        boot=boot,
        **context,
    )
    session.introduce(home, response, who)
    return response


async def watch(request: Request) -> Response:
    """Serve `/s/{show}`: watch and ask, perhaps with the player of another house."""
    details = public(await house(request).hub.show(request.path_params["show"]))
    player = embed(details["embed"])
    response = await live(request, "watch.html", Role.ATTENDEE, embed=player)
    if player is not None:
        # Of all pages only this one may frame another's, and of all others only this player.
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {player.origin}"
    return response


async def stage(request: Request) -> Response:
    """Serve `/s/{show}/stage`: the projector in the hall, with a code that leads to the asking."""
    address = f"{house(request).public_url}/s/{request.path_params['show']}"
    qr = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True)
    return await live(request, "stage.html", Role.STAGE, qr=qr)


async def overlay(request: Request) -> Response:
    """Serve `/s/{show}/overlay/{name}`: a transparent page for the video mixer."""
    name = request.path_params["name"]
    if name not in OVERLAYS:
        raise Refusal(
            "overlay.unknown", "There is no overlay of this name; there are: {names}.",
            names=", ".join(OVERLAYS),
        )  # fmt: skip
    return await live(request, "overlay.html", Role.STAGE, overlay=name)


async def caller(request: Request) -> Response:
    """Serve `/s/{show}/caller`: the control desk, for the caller and the host."""
    show_id = request.path_params["show"]
    who = await session.visitor(request, show_id)
    roles = {link.role for link in who.links}
    host_only = Role.HOST in roles and Role.CALLER not in roles
    return await live(request, "caller.html", Role.HOST if host_only else Role.CALLER)


async def moderator(request: Request) -> Response:
    """Serve `/s/{show}/moderator`: the questions."""
    return await live(request, "moderator.html", Role.MODERATOR)


async def greenroom(request: Request) -> Response:
    """Serve `/s/{show}/greenroom`: where a presenter waits."""
    return await live(request, "greenroom.html", Role.PRESENTER)


async def commentator(request: Request) -> Response:
    """Serve `/s/{show}/commentator`: an expert's marks and words."""
    return await live(request, "commentator.html", Role.COMMENTATOR)


async def captions(request: Request) -> Response:
    """Serve `/s/{show}/captions`: where an interpreter writes what is said, line by line."""
    return await live(request, "captions.html", Role.INTERPRETER)


async def refusal_page(request: Request, refusal: Exception) -> Response:
    """Say a refusal as a page to those who read pages, as a frame to programs."""
    assert isinstance(refusal, Refusal)
    lang = session.language(request)
    if "text/html" not in request.headers.get("accept", ""):
        return answer(refusal, lang)
    return render(request, "message.html", code=status(refusal), text=words.say(refusal, lang))


async def missing_page(request: Request, _: Exception) -> Response:
    """Say that an address leads nowhere."""
    return await refusal_page(request, Refusal("page.unknown", "There is no page at this address."))


async def fault_page(request: Request, _: Exception) -> Response:
    """Stay calm on the screen; the fault itself is loud in the log."""
    return await refusal_page(
        request, Refusal("server.fault", "Something went wrong here. Nothing was changed.")
    )


class SecurityHeaders:
    """Sends the headers that keep scripts, frames and senses of others out of our pages, and our
    answers, which are mostly for one person, out of their caches.

    `pictures` is the origin that the pictures come from, empty for our own.
    """

    def __init__(self, app: ASGIApp, pictures: str = "") -> None:
        self.app = app
        self._headers = dict(HEADERS)
        if pictures:
            policy = POLICY.replace("media-src 'self'", f"media-src 'self' {pictures}")
            policy += f"; connect-src 'self' {pictures}"
            self._headers["Content-Security-Policy"] = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                asset = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if asset else "no-store")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
