"""One websocket for each page: `hello`, then patches down and commands up."""

import asyncio
import logging

from starlette.responses import Response
from starlette.types import Message
from starlette.websockets import WebSocket

from server.domain.refusal import Refusal
from server.live.outbox import Frame, Outbox
from server.live.view import Connection, capped
from server.protocol import frames
from server.protocol.frames import Bye, Do, Done, Hello, Ping, Pong, You
from server.web import session
from server.web.house import House, house
from server.web.pace import Pace
from server.web.refusals import answer, refused
from server.web.session import Visitor
from server.web.transport import EXTENSION

HELLO_SECONDS = 20.0
# Commands of one client that may wait for the disk at once; more of them wait in the socket.
IN_FLIGHT = 32
# A hello has a whole show as its answer; it counts as so many other frames.
HELLO_COST = 50

log = logging.getLogger("luyan.socket")


async def live(websocket: WebSocket) -> None:
    """Serve `/s/{show}/live`; a wrong Origin, show or link is an answer before the handshake."""
    home, lang = house(websocket), session.language(websocket)
    show_id = websocket.path_params["show"]
    try:
        session.check_origin(websocket)
        await home.hub.show(show_id)
        who = await session.visitor(websocket, show_id)
    except Refusal as refusal:
        await websocket.send_denial_response(answer(refusal, lang))
        return
    greeting = Response()
    session.introduce(home, greeting, who)
    cookies = [header for header in greeting.raw_headers if header[0] == b"set-cookie"]
    await websocket.accept(headers=cookies)
    await Line(home, show_id, who, lang, websocket).run()


class Line:
    """One client's conversation with the server."""

    def __init__(
        self, home: House, show_id: str, who: Visitor, lang: str, websocket: WebSocket
    ) -> None:
        self._home = home
        self._show = show_id
        self._who = who
        self._lang = lang
        self._websocket = websocket
        self._outbox: Outbox = websocket.scope["extensions"][EXTENSION]
        self._connection: Connection | None = None
        self._you: You | None = None
        self._doing: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._pace = Pace()

    async def run(self) -> None:
        """Read frames until the client is gone."""
        receive = self._websocket.receive
        try:
            async with asyncio.timeout(HELLO_SECONDS) as waiting:
                while (message := await receive())["type"] != "websocket.disconnect":
                    cost = await self._read(message)
                    if wait := self._pace.spend(cost):
                        await asyncio.sleep(wait)
                    if self._you is not None:
                        waiting.reschedule(None)
        except TimeoutError:
            self._outbox.close(Bye.SILENT, 1.0)
        finally:
            self._leave()

    async def _read(self, message: Message) -> int:
        """Do what a frame says, and return what it costs its sender."""
        frame = None
        try:
            if message.get("text") is None:
                raise Refusal("frame.binary", "Frames are text, and this one is binary.")
            frame = frames.read(message["text"])
            if isinstance(frame, Ping):
                if self._connection is not None:
                    self._connection.behind = capped(frame.behind)
                self._send(Pong(sent=frame.sent, time=self._home.clock()))
            elif isinstance(frame, Hello):
                await self._hello(frame)
            else:
                await self._room.acquire()
                doing = asyncio.create_task(self._do(frame))
                self._doing.add(doing)
                doing.add_done_callback(self._did)
        except Refusal as refusal:
            self._send(refused(refusal, self._lang, frames.id_of(message.get("text"))))
            if isinstance(frame, Hello) and self._you is None:
                # A page whose link was revoked while it was away would knock for ever.
                self._outbox.close(Bye.NO_VIEW, None)
        return HELLO_COST if isinstance(frame, Hello) else 1

    async def _hello(self, hello: Hello) -> None:
        actor, link = self._who.through(hello.view)
        if link is not None:
            # A socket that looked through a view without a link may be older than its revocation.
            await session.check_link(self._home, link)
        votes = []
        if not self._who.new:
            votes = await self._home.store.voted(self._show, actor.person)
        self._leave()
        you = You(person=actor.person, role=actor.role, view=hello.view, votes=votes)
        self._you = you
        self._connection = await self._home.hub.join(
            self._show, you, hello.since, hello.epoch, self._outbox, link.id if link else None
        )

    async def _do(self, do: Do) -> None:
        try:
            if self._you is None:
                raise Refusal("frame.no_hello", "The first frame must be a hello.")
            actor = self._who.through(self._you.view)[0]
            seq = await self._home.desk.do(self._show, do.id, do.command, actor, do.by)
            self._send(Done(id=do.id, seq=seq))
        except Refusal as refusal:
            self._send(refused(refusal, self._lang, do.id))

    def _did(self, doing: asyncio.Task[None]) -> None:
        self._doing.discard(doing)
        self._room.release()
        if not doing.cancelled() and (fault := doing.exception()):
            log.error("show=%s: a command failed", self._show, exc_info=fault)

    def _send(self, frame: frames.ServerFrame) -> None:
        if not self._outbox.send(Frame(frame)):
            self._outbox.close(Bye.SLOW, 1.0)

    def _leave(self) -> None:
        if self._connection is not None:
            self._home.hub.leave(self._show, self._connection)
            self._connection = None
