"""A screen as the protocol has it: its line, what it holds, and the merge rule of a client."""

from collections import deque
from typing import Any

import msgspec

from server.domain.roles import Role
from server.live.hub import Hub
from server.live.outbox import Frame
from server.live.view import Connection, capped
from server.protocol.frames import Bye, You

SHOW = "trial"
# Frames that a line holds before the server finds it too slow.
LINE_LIMIT = 12


class Line:
    """One connection: an outbox that holds what is under way, and remembers all that was sent."""

    def __init__(self, sent: list["Sent"], view: Role, person: str, limit: int = LINE_LIMIT):
        self.under_way: deque[Frame] = deque()
        self.goodbye: tuple[Bye, float | None] | None = None
        self.dead = False  # nobody listens, and the server does not know
        self.broken = False  # and now it does
        self._sent = sent
        self._view = view
        self._person = person
        self._limit = limit

    def send(self, frame: Frame) -> bool:
        """Take a frame, unless the other end is known to be gone or reads too slowly."""
        if self.broken or self.goodbye or len(self.under_way) >= self._limit:
            return False
        self._sent.append(Sent(frame.json, self._view, self._person))
        if not self.dead:
            self.under_way.append(frame)
        return True

    def close(self, code: Bye, retry_after: float | None) -> None:
        """Remember why the server hung up."""
        self.goodbye = self.goodbye or (code, retry_after)


class Sent(msgspec.Struct, frozen=True):
    """A frame that left the server, and who was to see it."""

    json: bytes
    view: Role
    person: str


class Screen:
    """One client; what it holds outlives its connections."""

    def __init__(self, view: Role, person: str, role: Role | None = None) -> None:
        self.view = view
        self.person = person
        self.role = role or view
        self.records: dict[str, Any] = {}
        self.seq = 0
        self.epoch: str | None = None
        self.pulse: dict[str, Any] | None = None
        self.present: list[str] | None = None
        self.sent: list[Sent] = []
        self.line: Line | None = None
        self._hub: Hub | None = None
        self._connection: Connection | None = None

    async def hello(self, hub: Hub, limit: int = LINE_LIMIT, link: str | None = None) -> Line:
        """Connect, with what is held from before."""
        self.drop()
        line = Line(self.sent, self.view, self.person, limit)
        await self._join(hub, line, link)
        return line

    def drop(self, noticed: bool = True) -> None:
        """Lose the connection and all that was under way on it."""
        if self.line is not None:
            self.line.dead = True
            self.line.under_way.clear()
        if noticed and self._hub is not None and self._connection is not None:
            self._hub.leave(SHOW, self._connection)
        self.line = self._hub = self._connection = None

    def say_behind(self, behind: int) -> None:
        """Say how late the picture on it is, as a ping does."""
        assert self._connection is not None
        self._connection.behind = capped(behind)

    async def hear(self, frames: int | None = None) -> None:
        """Take in what is under way, or the first few of it."""
        while self.line is not None and (frames is None or frames > 0):
            if not self.line.under_way:
                if self.line.goodbye is not None:
                    self.drop()
                return
            frame = self.line.under_way.popleft()
            frames = None if frames is None else frames - 1
            await self._take(msgspec.json.decode(frame.json))

    async def _join(self, hub: Hub, line: Line, link: str | None = None) -> None:
        you = You(person=self.person, role=self.role, view=self.view)
        self.line, self._hub = line, hub
        joined = await hub.join(SHOW, you, self.seq, self.epoch, line, link)
        if self.line is line:
            self._connection = joined
        else:  # dropped while it waited
            hub.leave(SHOW, joined)

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                if frame["epoch"] != self.epoch:
                    self.epoch, self.seq, self.records = frame["epoch"], 0, {}
            case "patch":
                await self._merge(frame)
            case "pulse":
                self.pulse = frame
                if frame["seq"] > self.seq:
                    await self._again()
            case "whisper":
                self.present = frame["present"]

    async def _merge(self, patch: dict[str, Any]) -> None:
        if patch["after"] == 0:
            self.records = {}
        elif patch["seq"] < self.seq:
            return
        elif patch["after"] > self.seq:
            await self._again()
            return
        self.seq = patch["seq"]
        for key, document in patch["records"].items():
            if document is None:
                self.records.pop(key, None)
            else:
                self.records[key] = document

    async def _again(self) -> None:
        """Say hello once more on the same line, as the socket takes it."""
        hub, line, connection = self._hub, self.line, self._connection
        assert hub is not None
        assert line is not None
        if connection is not None:
            hub.leave(SHOW, connection)
        await self._join(hub, line)
