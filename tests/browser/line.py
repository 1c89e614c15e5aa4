"""The websocket between a page and the server, with somebody's hand on it."""

import asyncio
import re

from playwright.async_api import BrowserContext, WebSocketRoute

LIVE = re.compile(r"/live$")


class Line:
    """Passes every frame on, until it is told to hold them back, or is cut."""

    def __init__(self) -> None:
        self.whole = True
        self.opened = 0
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        self._sockets: list[WebSocketRoute] = []
        self._closing: set[asyncio.Task[None]] = set()

    async def lay(self, context: BrowserContext) -> None:
        """Put this line between the server and every page that the context opens from now on."""
        await context.route_web_socket(LIVE, self._connect)

    def hold(self) -> None:
        """Let the page hear nothing, though it can speak."""
        self._held = []

    def release(self) -> None:
        """Let the page hear what was held back, and go on."""
        held, self._held = self._held or [], None
        for socket, frame in held:
            socket.send(frame)

    async def cut(self) -> None:
        """Close every socket, and let no new one come about."""
        self.whole = False
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        """Let sockets come about again."""
        self.whole = True

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self.whole:
            task = asyncio.ensure_future(socket.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            return
        server = socket.connect_to_server()
        self.opened += 1
        self._sockets.append(socket)

        def heard(frame: str | bytes) -> None:
            if self._held is None:
                socket.send(frame)
            else:
                self._held.append((socket, frame))

        socket.on_message(server.send)
        server.on_message(heard)
