"""The picture: its playlist and pieces, and what showed on stage when it was taken."""

import asyncio
import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.domain.refusal import Refusal
from server.protocol.frames import encode
from server.web import session
from server.web.house import house
from server.web.refusals import answer

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "m3u8": "application/vnd.apple.mpegurl",
}
# A player asks again every two seconds; caches on the way may answer some of them.
FRESH = "max-age=1"
FOR_EVER = "public, max-age=31536000, immutable"


async def playlist(request: Request) -> Response:
    """Serve `/s/{show}/hls/live.m3u8`: the last two hours of the picture, from memory."""
    home, show_id = house(request), request.path_params["show"]
    try:
        await home.hub.show(show_id)
        found = await home.pictures.playlist(show_id)
        if found is None:
            raise Refusal("picture.unknown", "This show has no picture yet.")
    except Refusal as refusal:
        return answer(refusal, session.language(request))
    headers = {"Cache-Control": FRESH, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=MEDIA_TYPES["m3u8"], headers=headers)
    return Response(found.text, media_type=MEDIA_TYPES["m3u8"], headers=headers)


async def segment(request: Request) -> Response:
    """Serve `/s/{show}/hls/{file}`: a piece of the picture, which never changes."""
    home, show_id = house(request), request.path_params["show"]
    try:
        await home.hub.show(show_id)
        path = home.pictures.file(show_id, request.path_params["file"])
        stat = await asyncio.to_thread(_stat, path) if path is not None else None
        if path is None or stat is None:
            raise Refusal("picture.unknown", "The picture has no such piece.")
    except Refusal as refusal:
        return answer(refusal, session.language(request))
    kind = MEDIA_TYPES[path.suffix[1:]]
    headers = {"Cache-Control": FOR_EVER}
    return FileResponse(path, media_type=kind, headers=headers, stat_result=stat)


async def past(request: Request) -> Response:
    """Serve `/s/{show}/past?at=`: what anybody saw of the stage at an instant (ms UTC).

    `until` is when the first of these records changes next, null: they are those of now.
    """
    home, show_id = house(request), request.path_params["show"]
    try:
        show = await home.hub.show(show_id)
        try:
            at = int(request.query_params.get("at", ""))
        except ValueError:
            raise Refusal("frame.invalid", "This is not a whole number.", field="at") from None
        moment = await home.rewind.moment(show, at)
    except Refusal as refusal:
        return answer(refusal, session.language(request))
    document = {"until": moment.until, "seq": show.seq, "records": moment.records}
    return Response(encode(document), media_type="application/json")


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
