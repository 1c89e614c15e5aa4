"""Builds the house: the only file that names concrete adapters."""

import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from itsdangerous import URLSafeSerializer
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from server import resources
from server.domain.refusal import Refusal
from server.domain.show import Show
from server.integrations.calendar import calendar, presenter_calendar
from server.integrations.invitation import invitation_calendar
from server.integrations.mail import Line, MailServer
from server.integrations.postman import Postman
from server.live.audience import Audience
from server.live.bus import LocalBus
from server.live.hub import Hub
from server.media.archive import Archive
from server.media.cameras import Cameras, Reach
from server.media.cutting import CuttingRoom
from server.media.director import Director
from server.media.elsewhere import Elsewhere
from server.media.playout import RESERVE_BYTES, Ingest, Playout
from server.media.relay import Relay
from server.media.shelf import Shelf
from server.planning.planners import Planners
from server.protocol.frames import FRAME_LIMIT
from server.service.desk import Desk
from server.service.links import join_address, read_secret
from server.service.ports import Outlet, Store
from server.service.rewind import Rewind
from server.store.lock import hold
from server.store.sqlite import open_sqlite
from server.web import (
    agenda,
    api,
    calendars,
    camera,
    delays,
    hooks,
    invitation,
    join,
    pages,
    picture,
    plan,
    protocol,
    recording,
)
from server.web.house import House
from server.web.letters import letter
from server.web.socket import live
from server.web.transport import FanoutProtocol
from server.web.whip import Whip

# Frames beyond our own limit are read and refused by name, up to here; beyond, the socket ends.
SOCKET_LIMIT = 64 * FRAME_LIMIT

DATABASE = "luyan.db"
# This server's own pictures.
OWN = Outlet()
# Encoders over WebRTC find this machine by itself.
NEAR = Reach()

log = logging.getLogger("luyan")


def now_ms() -> int:
    """Return the time of this machine, ms UTC."""
    return time.time_ns() // 1_000_000


async def read_show(store: Store, show_id: str) -> Show:
    """Return a show as it stands; refuse `show.unknown`."""
    show, reading = Show(show_id), await store.read(show_id)
    show.take(reading.changes, reading.seq, 0)
    return show


def build(
    store: Store,
    secret: bytes,
    public_url: str,
    data: Path,
    ingest: Ingest | None = None,
    outlet: Outlet = OWN,
    media: Elsewhere | None = None,
    reach: Reach = NEAR,
    mail: MailServer | None = None,
) -> Starlette:
    """Return the application over a store that is already open; `data` holds the pictures."""
    hub = Hub(store, now_ms)
    bus = LocalBus()
    desk = Desk(store, now_ms, bus)
    audience = Audience(hub, desk.report)
    playout = Playout(data, secret, ingest, desk.report)
    reserve_bytes = ingest.reserve_bytes if ingest else RESERVE_BYTES

    async def committed(show_id: str) -> Show:
        """Return a show; one that nobody looks at is not kept for this."""
        following = hub.followed().get(show_id)
        return following.show if following else await read_show(store, show_id)

    archive = Archive(data, now_ms)
    cutting_room = CuttingRoom(archive, store.shows, committed, now_ms, reserve_bytes)
    cameras = Cameras(secret, ingest, reach=reach)
    outlet = media.outlet if media is not None else outlet
    relay = Relay(data, secret, media, desk.report) if media is not None else None
    director = None
    if ingest is not None:
        director = Director(store, secret, ingest.show, desk.report, playout.send)
        playout.listen(director.hear)
        bus.add(director)
    bus.add(hub)

    async def link(show: Show, person: str) -> str:
        """Return where somebody answers their invitation, by their personal link."""
        address = await join_address(store, secret, show, person, now_ms(), public_url)
        return f"{address}?to=invitation"

    postman = None
    if mail is not None:
        line = Line(mail)
        postman = Postman(store, now_ms, line, mail, desk.report, letter, link, public_url)
        bus.add(postman)
    sender = mail.sender if mail is not None else ""
    whip = Whip()
    planners = Planners()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        hub.start()
        audience.start()
        if director is not None:
            await director.start()
        await playout.start()
        await cutting_room.start()
        if relay is not None:
            relay.start()
        if postman is not None:
            postman.start()
        yield
        if postman is not None:
            await postman.close()
        if relay is not None:
            await relay.close()
        await planners.close()
        await cameras.close()
        await cutting_room.close()
        await playout.close()
        if director is not None:
            await director.close()
        await audience.close()
        await desk.close()
        await hub.close()

    app = Starlette(
        routes=[
            Route("/", pages.index),
            Route("/s/{show}", pages.watch),
            Route("/s/{show}/agenda", agenda.page),
            Route("/s/{show}/agenda.ics", calendars.whole(calendar)),
            Route("/s/{show}/presenter/{person}.ics", calendars.presenter(presenter_calendar)),
            Route("/s/{show}/replay", recording.replay),
            Route("/s/{show}/recording", recording.page),
            Route("/s/{show}/recording/chapters.vtt", recording.chapters),
            Route("/s/{show}/recording/captions.{lang}.vtt", recording.captions),
            Route("/s/{show}/recording/{film}.mp4", recording.film),
            Route("/s/{show}/stage", pages.stage),
            Route("/s/{show}/overlay/{name}", pages.overlay),
            Route("/s/{show}/caller", pages.caller),
            Route("/s/{show}/moderator", pages.moderator),
            Route("/s/{show}/plan", plan.page),
            Route("/s/{show}/plan/weigh", plan.weigh, methods=["POST"]),
            Route("/s/{show}/plan/propose", plan.propose, methods=["POST"]),
            Route("/s/{show}/plan/curve", plan.curve, methods=["POST"]),
            Route("/s/{show}/greenroom", pages.greenroom),
            Route("/s/{show}/commentator", pages.commentator),
            Route("/s/{show}/captions", pages.captions),
            Route("/s/{show}/invitation", invitation.page),
            Route(
                "/s/{show}/invitation/{slot}.ics",
                invitation.calendar(invitation_calendar, sender),
            ),
            Route("/s/{show}/invitation/{slot}.txt", invitation.words(link)),
            Route("/s/{show}/delays", delays.page),
            Route("/s/{show}/delays", delays.change, methods=["POST"]),
            Route("/s/{show}/commands", api.command, methods=["POST"]),
            Route("/s/{show}/events", api.events),
            Route("/s/{show}/past", picture.past),
            Route("/s/{show}/hls/live.m3u8", picture.playlist),
            Route("/s/{show}/hls/recording.m3u8", recording.playlist),
            Route("/s/{show}/hls/reels.json", picture.reels),
            Route("/s/{show}/hls/{file}", picture.segment),
            Route("/s/{show}/hls/{reel}/live.m3u8", picture.playlist),
            Route("/s/{show}/hls/{reel}/{file}", picture.segment),
            WebSocketRoute("/s/{show}/live", live),
            WebSocketRoute("/s/{show}/camera", camera.camera),
            Route("/s/{show}/whip", whip.publish, methods=["POST", "OPTIONS"]),
            Route("/s/{show}/whip/{id}", whip.end, methods=["DELETE"]),
            Route("/hooks/mediamtx", hooks.mediamtx, methods=["POST"]),
            Route("/hooks/nginx-rtmp", hooks.nginx_rtmp, methods=["POST"]),
            Route("/join/{token}", join.join),
            Route("/language", join.choose_language, methods=["POST"]),
            Route("/docs/protocol", protocol.page),
            Route("/docs/asyncapi.json", protocol.asyncapi),
            Route("/healthz", api.health),
            Route("/metrics", api.metrics),
            Mount("/static", StaticFiles(directory=resources.static())),
        ],
        middleware=[Middleware(pages.SecurityHeaders, pictures=outlet.origin)],
        exception_handlers={
            Refusal: pages.refusal_page,
            404: pages.missing_page,
            500: pages.fault_page,
        },
        lifespan=lifespan,
    )
    signer = URLSafeSerializer(secret, salt="luyan.session")
    app.state.house = House(
        store,
        desk,
        hub,
        Rewind(store),
        relay or Shelf(data),
        now_ms,
        signer,
        public_url,
        archive,
        cameras,
        outlet,
        relay,
        playout,
        planners,
    )
    return app


class Server(uvicorn.Server):
    """uvicorn, which says when it is up and tells every screen to come back when it goes down."""

    def __init__(self, config: uvicorn.Config, hub: Hub, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell that connections are taken."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye, then close."""
        self._hub.farewell()
        await super().shutdown(sockets)


async def open_store(data: Path, *, restored: bool = False) -> Store:
    """Open the shows of a data folder; more than one process may do so.

    `restored`: the folder was put back from a backup since it was last served.
    """
    return await open_sqlite(data / DATABASE, restored=restored)


async def serve(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    public_url: str | None = None,
    on_ready: Callable[[str], None] = lambda url: None,
    restored: bool = False,
    ingest: Ingest | None = None,
    outlet: Outlet = OWN,
    media: Elsewhere | None = None,
    reach: Reach = NEAR,
    mail: MailServer | None = None,
) -> None:
    """Serve the shows of a data folder until a signal ends it; port 0 takes any free one.

    `on_ready` is called with the public address once connections are taken. Raises OSError if the
    folder is in use by another server, or the port is taken.
    """
    with hold(data):
        listener = socket.create_server((host, port), backlog=4096, reuse_port=False)
        port = listener.getsockname()[1]
        url = (public_url or f"http://{host}:{port}").rstrip("/")
        store = await open_store(data, restored=restored)
        try:
            app = build(store, read_secret(data), url, data, ingest, outlet, media, reach, mail)
            config = uvicorn.Config(
                app,
                http="httptools",
                ws=FanoutProtocol,
                ws_max_size=SOCKET_LIMIT,
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
            house: House = app.state.house
            await Server(config, house.hub, lambda: on_ready(url)).serve([listener])
        finally:
            await store.close()
            listener.close()
