"""A process of its own for the pictures alone, so that viewers do not share one with the show.

It needs nothing but the data folder, no database and no secret; so it serves what everybody may
see: programmes and sounds, no previews.
"""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.domain.refusal import Refusal
from server.media.shelf import Shelf
from server.media.wire import PREVIEW
from server.service.ports import PROGRAMME, Pictures
from server.web import hls


def build_edge(data: Path, origin: str = "*") -> Starlette:
    """Return the application over a data folder; pages of `origin` may read from it."""
    app = Starlette(
        routes=[
            Route("/s/{show}/hls/live.m3u8", _playlist),
            Route("/s/{show}/hls/{file}", _piece),
            Route("/s/{show}/hls/{reel}/live.m3u8", _playlist),
            Route("/s/{show}/hls/{reel}/{file}", _piece),
            Route("/healthz", _health),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=[origin], allow_methods=["GET"])],
        exception_handlers={Refusal: _refused},
    )
    app.state.pictures = Shelf(data)
    return app


class _Server(uvicorn.Server):
    """uvicorn, which says when it is up."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell that connections are taken."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


async def serve_edge(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    origin: str = "*",
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the pictures of a data folder until a signal ends it; port 0 takes any free one.

    Any number of these may serve a folder, and a server of the shows beside them. Raises OSError
    if the port is taken.
    """
    with socket.create_server((host, port), backlog=4096, reuse_port=False) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            build_edge(data, origin),
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        await _Server(config, lambda: on_ready(f"http://{host}:{port}")).serve([listener])


async def _playlist(request: Request) -> Response:
    pictures, reel = _reel(request)
    show, skip = request.path_params["show"], hls.wants_delta(request)
    try:
        found = await pictures.playlist(show, reel, skip=skip, awaited=hls.awaited(request))
    except TimeoutError:
        return hls.late()
    return hls.playlist(request, found) if found is not None else _nothing()


async def _piece(request: Request) -> Response:
    pictures, reel = _reel(request)
    path = pictures.file(request.path_params["show"], reel, request.path_params["file"])
    return await hls.piece(path) or _nothing()


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _reel(request: Request) -> tuple[Pictures, str]:
    """Return the shelf and the name of a reel, which is nobody's if the reel is private."""
    pictures: Pictures = request.app.state.pictures
    reel = request.path_params.get("reel", PROGRAMME)
    return pictures, "" if reel.startswith(PREVIEW) else reel


def _nothing() -> Response:
    return PlainTextResponse("There is no such picture.", 404, {"Cache-Control": "no-store"})


async def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return PlainTextResponse(f"{refusal.field}: {refusal.text}", 400)
