"""The addresses from which calendars are fetched; what is in them, an integration writes."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from server.domain.show import Show
from server.web import session, words
from server.web.house import house

Endpoint = Callable[[Request], Awaitable[Response]]


def whole(write: Callable[[Show, str], bytes]) -> Endpoint:
    """Return what serves `/s/{show}/agenda.ics`; `write` takes the show and its address."""

    async def serve(request: Request) -> Response:
        show_id = request.path_params["show"]
        show = await house(request).hub.show(show_id)
        return _answer(write(show, _address(request, show_id)), show_id)

    return serve


def presenter(write: Callable[[Show, str, str, str], bytes]) -> Endpoint:
    """Return what serves `/s/{show}/presenter/{person}.ics`.

    `write` takes the show, the person, what the alarm says and the show's address.
    """

    async def serve(request: Request) -> Response:
        show_id, person = request.path_params["show"], request.path_params["person"]
        show = await house(request).hub.show(show_id)
        gettext = words.translations(session.language(request)).gettext
        arrive = gettext("Please come to the green room: you are on in half an hour.")
        written = write(show, person, arrive, _address(request, show_id))
        return _answer(written, f"{show_id}-{person}")

    return serve


def _address(request: Request, show_id: str) -> str:
    return f"{house(request).public_url}/s/{show_id}"


def _answer(written: bytes, name: str) -> Response:
    headers = {
        "Cache-Control": "no-cache",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}.ics",
    }
    return Response(written, media_type="text/calendar; charset=utf-8", headers=headers)
