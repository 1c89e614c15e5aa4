"""The way from a shared frame to a socket without a task, a queue or a second copy."""

import socket
from contextlib import suppress
from http import HTTPStatus
from typing import cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.live.outbox import Frame, goodbye
from server.protocol.frames import Bye

EXTENSION = "luyan.outbox"
# A phone on a bad line may owe us this many bytes before it is closed as slow. The kernel hides
# more (facts measured: megabytes for each client), unless its buffer is capped.
SLOW_BYTES = 1 << 20
KERNEL_BYTES = 64 << 10


class FanoutProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol, which lends the application its transport as an `Outbox`."""

    def handle_connect(self, event: Request) -> None:
        """Start the handshake, and hand this connection's outbox to the application."""
        super().handle_connect(event)
        if self.response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        extensions = cast("dict[str, object]", self.scope.get("extensions"))
        extensions[EXTENSION] = TransportOutbox(self)


class TransportOutbox:
    """Writes ready bytes to one socket; safe between the messages that uvicorn itself sends."""

    def __init__(self, protocol: FanoutProtocol) -> None:
        self._protocol = protocol
        self._largest_bytes = 0
        self._closed = False

    def send(self, frame: Frame) -> bool:
        """Write a frame, unless the client is gone or owes too much."""
        protocol = self._protocol
        transport = protocol.transport
        if self._closed or protocol.close_sent or transport.is_closing():
            return False
        # Whoever is still taking in a large snapshot is not slow.
        if transport.get_write_buffer_size() > SLOW_BYTES + self._largest_bytes:
            return False
        wire = frame.wire
        self._largest_bytes = max(self._largest_bytes, len(wire))
        transport.write(wire)
        return True

    def close(self, code: Bye, retry_after: float | None) -> None:
        """Say goodbye and close, the first time; a client that no longer reads is cut off."""
        if self._closed:
            return
        protocol = self._protocol
        sent = self.send(goodbye(code, retry_after))
        self._closed = True
        # uvicorn sends its closing frame only after what is owed: a client that reads nothing
        # could go on giving commands until then.
        if not sent or not protocol.writable.is_set():
            protocol.transport.abort()
            return
        closing = protocol.loop.create_task(self._finish(code))
        protocol.tasks.add(closing)
        closing.add_done_callback(protocol.tasks.discard)

    async def _finish(self, code: Bye) -> None:
        protocol = self._protocol
        with suppress(ClientDisconnected):
            if not protocol.close_sent:
                await protocol.send(
                    {"type": "websocket.close", "code": code.value, "reason": code.name}
                )
