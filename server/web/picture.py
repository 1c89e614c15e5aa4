"""The picture: its reels, and what showed on stage when it was taken."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.refusal import Refusal
from server.domain.roles import DESK, Role
from server.protocol.frames import encode
from server.service.ports import PROGRAMME
from server.web import hls, session
from server.web.house import house
from server.web.refusals import answering

PREVIEW, CAMERA = "preview-", "preview-camera-"


@answering
async def playlist(request: Request) -> Response:
    """Serve `/s/{show}/hls/live.m3u8`, the last two hours of the programme, from memory.

    `/s/{show}/hls/{reel}/live.m3u8` is that of another reel. With `_HLS_skip=YES` it is the end
    of it alone, with `_HLS_msn` and `_HLS_part` the first that has these.
    """
    home, show_id = house(request), request.path_params["show"]
    try:
        reel, private = await _reel(request)
        skip, awaited = hls.wants_delta(request), hls.awaited(request)
        found = await home.pictures.playlist(show_id, reel, skip=skip, awaited=awaited)
        if found is None:
            raise Refusal("picture.unknown", "This show has no picture yet.")
    except TimeoutError:
        return hls.late()
    return hls.playlist(request, found, hls.PRIVATE if private else hls.FRESH)


@answering
async def segment(request: Request) -> Response:
    """Serve `/s/{show}/hls/{file}` and `/s/{show}/hls/{reel}/{file}`: a piece of a reel, which
    never changes."""
    home, show_id = house(request), request.path_params["show"]
    reel, private = await _reel(request)
    path = home.pictures.file(show_id, reel, request.path_params["file"])
    found = await hls.piece(path, hls.PRIVATE if private else hls.FOR_EVER)
    if found is None:
        raise Refusal("picture.unknown", "The picture has no such piece.")
    return found


@answering
async def reels(request: Request) -> Response:
    """Serve `/s/{show}/hls/reels.json`: `{"sounds": ["en", "zh"]}`.

    Each is the tag of a language whose interpretation can be heard now, from the reel
    `sound-{tag}`.
    """
    home, show_id = house(request), request.path_params["show"]
    await home.hub.show(show_id)
    sounds = await home.pictures.sounds(show_id)
    return JSONResponse({"sounds": sounds}, headers={"Cache-Control": hls.FRESH})


async def _reel(request: Request) -> tuple[str, bool]:
    """Return which reel is asked for and whether it is private, or refuse to show it.

    A source that is not on air is for the desk, and for the presenter whose camera it is.
    """
    show_id = request.path_params["show"]
    reel = request.path_params.get("reel", PROGRAMME)
    await house(request).hub.show(show_id)
    if not reel.startswith(PREVIEW):
        return reel, False
    who = await session.visitor(request, show_id)
    own = {CAMERA + link.person for link in who.links if link.role == Role.PRESENTER}
    if reel not in own and not any(link.role in DESK for link in who.links):
        raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")
    return reel, True


@answering
async def past(request: Request) -> Response:
    """Serve `/s/{show}/past?at=`: what anybody saw of the stage at an instant (ms UTC).

    `until` is when the first of these records changes next, null: they are those of now. `then`
    holds what changes at that instant, until when it lasts, and so on.
    """
    home, show_id = house(request), request.path_params["show"]
    show = await home.hub.show(show_id)
    try:
        at = int(request.query_params.get("at", ""))
    except ValueError:
        raise Refusal("frame.invalid", "This is not a whole number.", field="at") from None
    first, *then = await home.rewind.moments(show, at)
    document = {
        "until": first.until,
        "seq": show.seq,
        "records": first.records,
        "then": [{"until": moment.until, "records": moment.records} for moment in then],
    }
    return Response(encode(document), media_type="application/json")
