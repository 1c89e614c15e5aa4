"""How playlists and pieces of reels are answered, by whoever serves them."""

import asyncio
import os
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.domain.refusal import Refusal
from server.service.ports import Awaited, Playlist

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "m3u8": "application/vnd.apple.mpegurl",
}
# A player asks again every two seconds; caches on the way may answer some of them.
FRESH = "max-age=1"
FOR_EVER = "public, max-age=31536000, immutable"
PRIVATE = "private, no-store"


def wants_delta(request: Request) -> bool:
    """Tell whether a player asks for the end of the playlist alone (`_HLS_skip`)."""
    return request.query_params.get("_HLS_skip", "") in ("YES", "v2")


def awaited(request: Request) -> Awaited | None:
    """Return what a player waits for (`_HLS_msn`, `_HLS_part`); refuse what is no number."""
    numbers: list[int | None] = []
    for field in ("_HLS_msn", "_HLS_part"):
        text = request.query_params.get(field)
        if text is not None and not re.fullmatch(r"[0-9]{1,12}", text):
            raise Refusal("frame.invalid", "This is not a whole number.", field=field)
        numbers.append(int(text) if text is not None else None)
    segment, part = numbers
    return Awaited(segment, part) if segment is not None else None


def late() -> Response:
    """Answer that what a player waits for did not come in time."""
    return Response(status_code=503, headers={"Retry-After": "1", "Cache-Control": "no-store"})


def playlist(request: Request, found: Playlist, cache: str = FRESH) -> Response:
    """Answer with a playlist, packed where that is understood."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=MEDIA_TYPES["m3u8"], headers=headers)
    return Response(found.text, media_type=MEDIA_TYPES["m3u8"], headers=headers)


async def piece(path: Path | None, cache: str = FOR_EVER) -> Response | None:
    """Answer with a piece of a reel, whole or a range of it; None: it is not there."""
    stat = await asyncio.to_thread(_stat, path) if path is not None else None
    if path is None or stat is None:
        return None
    kind = MEDIA_TYPES[path.suffix[1:]]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": cache}, stat_result=stat)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
