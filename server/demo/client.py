"""A client of the wire, as small as can be: it says hello, merges patches and gives commands."""

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

COOKIE = "luyan"

Answer = asyncio.Future[dict[str, Any]]


class Client:
    """One page's connection to one show; a token or a cookie says whose page it is.

    `records` holds what the view may see, by key; `cookie` is kept for the next connection.
    """

    def __init__(
        self,
        url: str,
        show: str,
        view: str = "attendee",
        *,
        token: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self.view = view
        self.cookie = cookie
        self.records: dict[str, dict[str, Any]] = {}
        self.you: dict[str, Any] = {}
        self.epoch: str | None = None
        self.seq = 0
        self.patches = 0
        self.bye: dict[str, Any] | None = None
        self.pulse: dict[str, Any] | None = None
        self.present: list[str] = []
        self._address = f"ws{url.removeprefix('http')}/s/{show}/live"
        self._token = token
        self._answers: dict[str, deque[Answer]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self.connected = False

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect, and wait until everything newer than what is held has been merged.

        Raises OSError or a websockets exception if there is no way in, ConnectionError if the
        server says goodbye at once.
        """
        headers = {}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if self.cookie is not None:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        self._socket = await connect(
            self._address,
            additional_headers=headers,
            compression=None,
            max_size=None,
            ping_interval=None,
            proxy=None,
        )
        response = self._socket.response
        for given in response.headers.get_all("Set-Cookie") if response else []:
            name, _, value = given.partition(";")[0].partition("=")
            if name == COOKIE:
                self.cookie = value
        before, self.bye = self.patches, None
        self.connected = True
        self._reading = asyncio.create_task(self._read(self._socket))
        try:
            await self._hello()
            await self.wait(lambda: self.patches > before)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up; closing twice is closing once."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await self._reading
        self._socket = self._reading = None

    async def do(self, command: dict[str, Any], command_id: str | None = None) -> dict[str, Any]:
        """Give a command and return the answer to it, a `done` or a `refused` frame.

        Raises ConnectionError if the connection ends before the answer.
        """
        command_id = command_id or secrets.token_hex(8)
        answer: Answer = asyncio.get_running_loop().create_future()
        self._answers.setdefault(command_id, deque()).append(answer)
        try:
            await self.send({"type": "do", "id": command_id, "command": command})
            return await answer
        finally:
            # Nobody waits any more, so that the end of the line must not find it unanswered.
            answer.cancel()

    async def send(self, frame: dict[str, Any]) -> None:
        """Send a frame; raises ConnectionError if the line is gone."""
        if self._socket is None:
            raise ConnectionError("not connected")
        try:
            await self._socket.send(msgspec.json.encode(frame).decode())
        except ConnectionClosed as closed:
            raise ConnectionError(str(closed)) from closed

    async def wait(self, held: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until `held()` is true of what this client holds.

        Raises TimeoutError after `seconds`, ConnectionError if the connection ends before.
        """
        async with asyncio.timeout(seconds):
            while not held():
                if not self.connected:
                    raise ConnectionError(f"closed: {self.bye}")
                news = asyncio.get_running_loop().create_future()
                self._waiting.append(news)
                await news

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the documents of one kind that are held."""
        return [doc for key, doc in self.records.items() if key.partition("/")[0] == kind]

    async def _hello(self) -> None:
        since = {"since": self.seq, "epoch": self.epoch}
        await self.send({"type": "hello", "view": self.view, **since})

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._take(msgspec.json.decode(text))
                self._tell()
        except ConnectionClosed:
            pass
        finally:
            self.connected = False
            for answer in itertools.chain.from_iterable(self._answers.values()):
                if not answer.done():
                    answer.set_exception(ConnectionError("closed before the answer"))
            self._answers.clear()
            self._tell()

    def _tell(self) -> None:
        """Wake those who wait for something to change."""
        waiting, self._waiting = self._waiting, []
        for news in waiting:
            if not news.done():
                news.set_result(None)

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self.you = frame["you"]
                self.epoch = frame["epoch"]
            case "patch":
                await self._merge(frame)
            case "done" | "refused":
                self._answer(frame)
            case "pulse":
                self.pulse = frame
            case "whisper":
                self.present = frame["present"]
            case "bye":
                self.bye = frame

    def _answer(self, frame: dict[str, Any]) -> None:
        answers = self._answers.get(frame.get("id") or "")
        if not answers:
            return
        answer = answers.popleft()
        if not answers:
            del self._answers[frame["id"]]
        if not answer.done():
            answer.set_result(frame)

    async def _merge(self, patch: dict[str, Any]) -> None:
        """Older than mine: ignore. A gap: hello again. Else merge; after 0: start afresh."""
        if patch["after"] == 0:
            self.records.clear()
        elif patch["seq"] < self.seq:
            return
        elif patch["after"] > self.seq:
            await self._hello()
            return
        for key, document in patch["records"].items():
            if document is None:
                self.records.pop(key, None)
            else:
                self.records[key] = document
        self.seq = patch["seq"]
        self.patches += 1
