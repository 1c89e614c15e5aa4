"""One frame, encoded once, and the bounded outboxes that carry the same bytes to many clients."""

import asyncio
from collections import deque
from functools import cached_property
from typing import Protocol

from server.protocol.frames import Bye, ByeFrame, ServerFrame, encode

# Frames that a client reading server-sent events may owe us before it is too slow.
QUEUE_LIMIT = 256


class Frame:
    """A server frame as bytes; each way of carrying it is prepared once, for all clients."""

    def __init__(self, frame: ServerFrame) -> None:
        self.json = encode(frame)

    @cached_property
    def wire(self) -> bytes:
        """The frame as one unmasked websocket text message (RFC 6455, section 5.2)."""
        size = len(self.json)
        if size < 126:
            return bytes((0x81, size)) + self.json
        if size < 1 << 16:
            return b"\x81\x7e" + size.to_bytes(2, "big") + self.json
        return b"\x81\x7f" + size.to_bytes(8, "big") + self.json

    @cached_property
    def event(self) -> bytes:
        """The frame as one server-sent event (JSON holds no bare line break)."""
        return b"data: " + self.json + b"\n\n"


class Outbox(Protocol):
    """The way to one client. Never waits: a client that cannot keep up is closed."""

    def send(self, frame: Frame) -> bool:
        """Hand over a frame; False: the client is too slow, or gone."""

    def close(self, code: Bye, retry_after: float | None) -> None:
        """Say goodbye, where there is still somebody to hear it, and end the connection."""


class QueueOutbox:
    """A bounded queue that a response reads from (server-sent events)."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self._limit = limit
        self._frames: deque[Frame] = deque()
        self._filled = asyncio.Event()
        self._closed = False

    def send(self, frame: Frame) -> bool:
        """Queue a frame, unless the reader owes too many."""
        if self._closed or len(self._frames) >= self._limit:
            return False
        self._frames.append(frame)
        self._filled.set()
        return True

    def close(self, code: Bye, retry_after: float | None) -> None:
        """Queue the last frame and end the stream after it; the first goodbye counts."""
        if self._closed:
            return
        self._frames.append(goodbye(code, retry_after))
        self._closed = True
        self._filled.set()

    async def next(self) -> Frame | None:
        """Return the next frame, waiting for it; None: it was the last."""
        while not self._frames:
            if self._closed:
                return None
            self._filled.clear()
            await self._filled.wait()
        return self._frames.popleft()


def goodbye(code: Bye, retry_after: float | None) -> Frame:
    """Return the last frame before a connection is closed."""
    return Frame(ByeFrame(code=code.value, retry_after=retry_after))
