"""How a refusal is said: as a frame, as an HTTP answer, as a page."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from server.domain.refusal import Refusal
from server.protocol.frames import Refused, encode
from server.web import session
from server.web.words import say

Endpoint = Callable[[Request], Awaitable[Response]]

STATUS = {
    "frame": 400,
    "text": 422,
    "link": 401,
    "view": 403,
    "role": 403,
    "origin": 403,
    "store": 503,
    "server": 500,
}


def status(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return status_of(refusal.code)


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal code: by its noun, else unknown is 404, the rest 409."""
    noun, _, reason = code.partition(".")
    if noun in STATUS:
        return STATUS[noun]
    return 404 if reason == "unknown" else 409


def refused(refusal: Refusal, lang: str, command_id: str | None = None) -> Refused:
    """Return the frame of a refusal, in the person's language."""
    text = say(refusal, lang)
    return Refused(id=command_id, code=refusal.code, text=text, field=refusal.field)


def answer(refusal: Refusal, lang: str, command_id: str | None = None) -> Response:
    """Return the HTTP answer of a refusal: the same frame as on the socket."""
    frame = encode(refused(refusal, lang, command_id))
    return Response(frame, status(refusal), media_type="application/json")


def answering(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint for programs answer with what it refuses; others show it as a page."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return answer(refusal, session.language(request))

    return answered
