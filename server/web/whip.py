"""A presenter's camera by WHIP (RFC 9725): what OBS or a hardware encoder sends over WebRTC.

It is let in by the presenter's own link, as bearer, or by their cookie. What the offer lacks is
not brought later (no trickle, no restart): the answer has all that the encoder needs.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.protocol.frames import encode
from server.service.ports import Camera, Ending, Link
from server.web import session
from server.web.body import body
from server.web.camera import LOOK_SECONDS, why
from server.web.house import House, house
from server.web.refusals import refused, status

SDP = "application/sdp"
OFFER_BYTES = 1 << 16
ANY = ("", "*/*", "application/*", SDP)
STATUS = {
    "whip.who": 401,
    "whip.accept": 406,
    "camera.codec": 406,
    "whip.type": 415,
    "camera.unreadable": 400,
    "whip.absent": 501,
    "camera.lost": 503,
}

log = logging.getLogger("luyan.whip")


class Whip:
    """The publications that are on, by their names, which nobody can guess."""

    def __init__(self) -> None:
        self._publications: dict[str, Publication] = {}

    async def publish(self, request: Request) -> Response:
        """Serve `POST /s/{show}/whip`: an offer in, 201 and the answer out."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Accept-Post": SDP})
        try:
            return await self._publish(request)
        except Refusal as refusal:
            return _answer(request, refusal)

    async def end(self, request: Request) -> Response:
        """Serve `DELETE /s/{show}/whip/{id}`, by whoever began it."""
        try:
            session.check_origin(request)
            _, link = await _presenter(request)
            name = request.path_params["id"]
            publication = self._publications.get(name)
            if publication is None or publication.link.id != link.id:
                raise Refusal("whip.unknown", "There is no such publication (any more).")
            await publication.camera.close()
        except Refusal as refusal:
            return _answer(request, refusal)
        return Response()

    async def _publish(self, request: Request) -> Response:
        session.check_origin(request)
        home, show = house(request), request.path_params["show"]
        person, link = await _presenter(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
            raise Refusal("whip.type", "An offer is sent as application/sdp.", field="content-type")
        accepted = [
            kind.partition(";")[0].strip().lower()
            for kind in request.headers.get("accept", "").split(",")
        ]
        if not set(accepted) & set(ANY):
            raise Refusal("whip.accept", "An answer comes as application/sdp.", field="accept")
        offer = await body(request, OFFER_BYTES)
        try:
            sdp = offer.decode()
        except UnicodeDecodeError:
            sdp = ""
        if len(offer) > OFFER_BYTES or not sdp.startswith("v=0"):
            raise Refusal("camera.unreadable", "What your encoder sends cannot be read.")
        over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        taken = await home.cameras.offer(
            show, person, sdp, lambda ending: None if over.done() else over.set_result(ending)
        )
        if taken is None:
            raise _why(await over)
        camera, answer = taken
        name = secrets.token_urlsafe(18)
        publication = self._publications[name] = Publication(home, show, camera, link, over)
        publication.watch(lambda: self._publications.pop(name, None))
        return Response(
            answer,
            201,
            {
                "Location": f"/s/{show}/whip/{name}",
                "ETag": f'"{name}"',
                "Cache-Control": "no-store",
            },
            SDP,
        )


class Publication:
    """One encoder that is on, for as long as its link holds."""

    def __init__(
        self, home: House, show: str, camera: Camera, link: Link, over: asyncio.Future[Ending]
    ) -> None:
        self.camera, self.link = camera, link
        self._home, self._show, self._over = home, show, over
        self._watching: asyncio.Task[None] | None = None

    def watch(self, forget: Callable[[], object]) -> None:
        """Look after it until it is over, then `forget` it."""
        self._watching = asyncio.create_task(self._watch(), name=f"whip {self._show}")
        self._watching.add_done_callback(lambda _: forget())

    async def _watch(self) -> None:
        while not self._over.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._over), LOOK_SECONDS)
                return
            try:
                await session.check_link(self._home, self.link)
            except Refusal:
                await self.camera.close()
            except Exception:
                log.exception("show=%s: a link could not be read", self._show)


async def _presenter(request: Request) -> tuple[str, Link]:
    """Return which presenter asks, and by which link; refuse everybody else."""
    show = request.path_params["show"]
    await house(request).hub.show(show)
    who = await session.visitor(request, show)
    if not who.links and not who.bearer:
        raise Refusal(
            "whip.who", "Your encoder needs your personal link's token, as a bearer.", field="token"
        )
    actor, link = who.through(Role.PRESENTER)
    if link is None or actor.role != Role.PRESENTER:
        raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")
    return actor.person, link


def _why(ending: Ending) -> Refusal:
    """Return why nothing is taken, in the words for an encoder."""
    match ending:
        case "absent":
            return Refusal(
                "whip.absent",
                "This server does not take WebRTC: luyan[webrtc] is not installed on it.",
            )
        case "codec":
            return Refusal(
                "camera.codec", "Only H.264 and Opus can be taken. Please set your encoder to them."
            )
        case "garbage":
            return Refusal("camera.unreadable", "What your encoder sends cannot be read.")
        case _:
            return why(ending)


def _answer(request: Request, refusal: Refusal) -> Response:
    code = STATUS.get(refusal.code, status(refusal))
    headers = {"WWW-Authenticate": "Bearer"} if code == 401 else {}
    frame = encode(refused(refusal, session.language(request)))
    return Response(frame, code, headers, "application/json")
