"""A presenter's camera: what their browser records comes in over a websocket, nothing goes out
but how it is."""

import asyncio
import logging
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.protocol.frames import Bye, encode
from server.service.ports import Camera, Ending, Link
from server.web import session
from server.web.house import House, house
from server.web.pace import A_SECOND, Pace
from server.web.refusals import answer, refused

# A browser sends five chunks a second; one that sends none has lost its line or its camera.
SILENT_SECONDS = 5.0
# A second at 2.5 Mbit/s is 300 kB.
CHUNK_BYTES = 1 << 20
BYTES_A_SECOND = 1_250_000
# A link that is taken back must not stay on air.
LOOK_SECONDS = 5.0

# The page may come back by itself after these; the others need a person.
PASSING = frozenset({"camera.lost", "camera.silent", "server.fault"})

log = logging.getLogger("luyan.camera")


class Filming(msgspec.Struct, frozen=True, tag="filming", tag_field="type"):
    """The picture is at the desk; whether it is on air stands in the show's records."""


async def camera(websocket: WebSocket) -> None:
    """Serve `/s/{show}/camera`: a presenter's own, and nobody else's.

    Its messages are what MediaRecorder gives, from the beginning of a recording; another recording
    needs another socket. It answers with `filming`, or `refused` and the end.
    """
    home, lang = house(websocket), session.language(websocket)
    show_id = websocket.path_params["show"]
    try:
        session.check_origin(websocket)
        await home.hub.show(show_id)
        actor, link = (await session.visitor(websocket, show_id)).through(Role.PRESENTER)
        if link is None or actor.role != Role.PRESENTER:
            raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")
    except Refusal as refusal:
        await websocket.send_denial_response(answer(refusal, lang))
        return
    await websocket.accept()
    await Roll(home, show_id, actor.person, link, lang, websocket).run()


class Roll:
    """One recording, from its first byte to its last."""

    def __init__(
        self, home: House, show: str, person: str, link: Link, lang: str, websocket: WebSocket
    ) -> None:
        self._home = home
        self._show = show
        self._person = person
        self._link = link
        self._lang = lang
        self._websocket = websocket
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._live = asyncio.Event()
        self._camera: Camera | None = None

    async def run(self) -> None:
        """Take what comes until either side ends it."""
        camera = self._camera = await self._home.cameras.open(
            self._show, self._person, self._live.set, self._ended
        )
        tasks = [
            asyncio.create_task(part)
            for part in (self._take(), self._end(), self._look(), self._greet())
        ]
        try:
            await asyncio.wait(tasks[:3], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            if camera is not None:
                await camera.close()
        await self._say(outcomes)

    def _ended(self, ending: Ending) -> None:
        if not self._over.done():
            self._over.set_result(ending)

    async def _take(self) -> None:
        """Pass on the recording; raises a Refusal when nothing good comes."""
        pace = Pace()
        while True:
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    message = await self._websocket.receive()
            except TimeoutError:
                raise Refusal("camera.silent", "Nothing has come from your camera.") from None
            if message["type"] == "websocket.disconnect":
                return
            chunk = message.get("bytes")
            if chunk is None or len(chunk) > CHUNK_BYTES:
                raise Refusal("camera.unreadable", "What your browser sends cannot be read.")
            if self._camera is not None:
                await self._camera.feed(chunk)
            if wait := pace.spend(len(chunk) * A_SECOND / BYTES_A_SECOND):
                await asyncio.sleep(wait)

    async def _end(self) -> None:
        raise why(await self._over)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await session.check_link(self._home, self._link)

    async def _greet(self) -> None:
        await self._live.wait()
        await self._websocket.send_text(encode(Filming()).decode())

    async def _say(self, outcomes: list[BaseException | None]) -> None:
        """Say why it is over, if the browser does not know."""
        for outcome in outcomes:
            if outcome is None or isinstance(outcome, asyncio.CancelledError):
                continue
            if isinstance(outcome, Refusal):
                refusal = outcome
            else:
                log.error("show=%s: a camera failed", self._show, exc_info=outcome)
                refusal = Refusal("server.fault", "Something went wrong here. Nothing was changed.")
            passing = refusal.code in PASSING
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._websocket.send_text(encode(refused(refusal, self._lang)).decode())
                await self._websocket.close((Bye.FAULT if passing else Bye.NO_VIEW).value)
            return


def why(ending: Ending) -> Refusal:
    """Return the refusal that says why a camera is no longer taken."""
    match ending:
        case "nowhere":
            return Refusal("camera.nowhere", "This show takes no cameras now.")
        case "crowd":
            return Refusal("camera.crowd", "Too many cameras are on now. Please try again later.")
        case "elsewhere":
            return Refusal("camera.elsewhere", "Your camera was turned on in another window.")
        case "codec":
            return Refusal(
                "camera.codec", "Your browser records a picture that cannot be shown (not H.264)."
            )
        case "garbage":
            return Refusal("camera.unreadable", "What your browser sends cannot be read.")
        case _:
            return Refusal("camera.lost", "The line to the picture was lost.")
