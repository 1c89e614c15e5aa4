"""The recording over HTTP: its films, its chapters, and the replay of the whole show."""

import re
from typing import NamedTuple

from babel import Locale
from babel.units import format_unit
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.domain.captions import Caption
from server.domain.recording import chapters as chapters_of
from server.domain.recording import may_see, span
from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.domain.show import Show
from server.service.ports import Film
from server.web import hls, pages, session
from server.web.house import house
from server.web.refusals import answering

# A film may be cut anew: asked for again each time, and sent only if it is another.
ASK_AGAIN = "no-cache"
# What some system does not take in the name of a file.
UNFIT = re.compile(r'[\\/:*?<>|"\x00-\x1f]+')


class Row(NamedTuple):
    """A film as the page lists it."""

    file: str
    film: Film
    length: str
    size: str


async def page(request: Request) -> Response:
    """Serve `/s/{show}/recording`: the films of a show."""
    show = await _open(request)
    locale = Locale.parse(session.language(request))
    rows = [
        Row(_name(film), film, _length(film.ms), _size(film.size, locale))
        for film in await house(request).recordings.films(show)
    ]
    return pages.render(
        request, "recording.html", show=pages.public(show), show_id=show.id, rows=rows
    )


@answering
async def film(request: Request) -> Response:
    """Serve `/s/{show}/recording/{film}.mp4`, whole or in part."""
    name = request.path_params["film"]
    show = await _open(request)
    films = await house(request).recordings.films(show)
    found = next((film for film in films if _name(film) == f"{name}.mp4"), None)
    if found is None or not found.path.is_file():
        raise Refusal("recording.unknown", "There is no such film.")
    return FileResponse(
        found.path,
        media_type="video/mp4",
        filename=_called(found),
        content_disposition_type="inline",
        headers={"Cache-Control": ASK_AGAIN},
    )


@answering
async def captions(request: Request) -> Response:
    """Serve `/s/{show}/recording/captions.{lang}.vtt`: those of the film of the whole show."""
    home, lang = house(request), request.path_params["lang"]
    show = await _open(request)
    if not isinstance(show.find_key(f"caption/{lang}"), Caption):
        raise Refusal("recording.unknown", "There is no such film.")
    said = await home.rewind.images(show, f"caption/{lang}")
    lines = [(line.said_at, line.text) for line in said if isinstance(line, Caption)]
    found = await home.recordings.captions(show, lines)
    if found is None:
        raise Refusal("recording.unknown", "There is no such film.")
    return Response(found, media_type="text/vtt", headers={"Cache-Control": ASK_AGAIN})


@answering
async def chapters(request: Request) -> Response:
    """Serve `/s/{show}/recording/chapters.vtt`: those of the film of the whole show."""
    found = await house(request).recordings.chapters(await _open(request))
    if found is None:
        raise Refusal("recording.unknown", "There is no such film.")
    return Response(found, media_type="text/vtt", headers={"Cache-Control": ASK_AGAIN})


@answering
async def playlist(request: Request) -> Response:
    """Serve `/s/{show}/hls/recording.m3u8`: the picture of the whole show."""
    found = await house(request).recordings.playlist(await _open(request))
    if found is None:
        raise Refusal("picture.unknown", "This show has no picture yet.")
    return hls.playlist(request, found, ASK_AGAIN)


async def replay(request: Request) -> Response:
    """Serve `/s/{show}/replay`: the audience's page, as it was, beside the recording."""
    show = await _open(request)
    on = span(show, house(request).clock())
    if on is None or await house(request).recordings.playlist(show) is None:
        raise Refusal("recording.unknown", "There is no recording of this show to be seen yet.")
    marks = [{"at": chapter.at, "title": chapter.title} for chapter in chapters_of(show)]
    told = {"start": on[0], "end": on[1], "chapters": marks}
    return await pages.live(request, "watch.html", Role.ATTENDEE, replay=told)


async def _open(request: Request) -> Show:
    """Return the show whose recording this visitor may see, or refuse."""
    show = await house(request).hub.show(request.path_params["show"])
    who = await session.visitor(request, show.id)
    if not may_see(show, [link.role for link in who.links]):
        raise Refusal("recording.unknown", "There is no recording of this show to be seen yet.")
    return show


def _name(film: Film) -> str:
    """Return how a film is called in its address."""
    return f"{film.name}.mp4" if film.part == 1 else f"{film.name}.{film.part}.mp4"


def _called(film: Film) -> str:
    """Return how a film is called where it is saved."""
    part = f"({film.part})" if film.parts > 1 else ""
    words = " ".join(filter(None, (film.presenter, film.title, part)))
    return f"{' '.join(UNFIT.sub(' ', words).split())[:120]}.mp4"


def _length(ms: int) -> str:
    seconds = round(ms / 1000)
    hours = f"{seconds // 3600}:" if seconds >= 3600 else ""
    return f"{hours}{seconds // 60 % 60:0{2 if hours else 1}d}:{seconds % 60:02d}"


def _size(size: int, locale: Locale) -> str:
    megabytes = max(0.1, round(size / 1e6, 1 if size < 1e8 else 0))
    return str(format_unit(megabytes, "digital-megabyte", length="short", locale=locale))
