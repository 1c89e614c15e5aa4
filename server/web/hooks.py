"""What a media server elsewhere asks us: whether somebody may publish.

Only whoever has the show's stream key is let in; who stops needs it too, so that nobody else can
say that a picture has stopped.
"""

from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.service.ports import Publishing
from server.web.body import body
from server.web.house import house

LIMIT = 1 << 14
FORBIDDEN, MISSING = 403, 404
# What MediaMTX asks before it shows anything to anybody, which is for all.
OPEN = ("read", "playback")


class Question(msgspec.Struct):
    """What MediaMTX sends (`authMethod: http`): who wants to do what, with which path."""

    action: str
    path: str
    user: str = ""
    password: str = ""
    query: str = ""


async def mediamtx(request: Request) -> Response:
    """Serve `POST /hooks/mediamtx`: 204 allows, 403 does not."""
    publishing = house(request).publishing
    if publishing is None:
        return Response(status_code=MISSING)
    try:
        asked = msgspec.json.decode(await body(request, LIMIT), type=Question)
    except msgspec.MsgspecError:
        return Response(status_code=400)
    if asked.action in OPEN:
        return _answer(True)
    keys = [asked.password, *parse_qs(asked.query).get("pass", [])]
    allowed = asked.action == "publish" and _any(publishing, asked.path, keys)
    return _answer(allowed)


async def nginx_rtmp(request: Request) -> Response:
    """Serve `POST /hooks/nginx-rtmp`: `on_publish` and `on_publish_done`, with `key` beside `name`.

    403 refuses a publisher.
    """
    publishing = house(request).publishing
    if publishing is None:
        return Response(status_code=MISSING)
    form = parse_qs((await body(request, LIMIT)).decode("utf-8", "replace"))
    show, call = form.get("name", [""])[0], form.get("call", [""])[0]
    allowed = _any(publishing, show, form.get("key", []))
    if allowed and call in ("publish", "publish_done"):
        publishing.published(call == "publish")
    return _answer(allowed)


def _any(publishing: Publishing, show: str, keys: list[str]) -> bool:
    return any(publishing.may_publish(show, key) for key in keys)


def _answer(allowed: bool) -> Response:
    return Response(status_code=204 if allowed else FORBIDDEN)
