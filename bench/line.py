"""One member of the crew on one socket, who gives a command and waits for its answer."""

import itertools
import socket
import time
from collections import deque
from typing import Any, Self

import msgspec

from bench import wire

ANSWER_SECONDS = 30.0


class Line:
    """A blocking websocket; `seq` is the newest that it has read."""

    def __init__(self, port: int, show: str, view: str, token: str) -> None:
        self.seq = 0
        self._ids = (f"{time.time_ns()}-{number}" for number in itertools.count())
        self._frames: deque[bytes] = deque()
        self._rest = b""
        self._socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"Authorization": f"Bearer {token}"}
        self._socket.sendall(wire.handshake(f"/s/{show}/live", headers))
        while wire.HEAD_END not in self._rest:
            self._rest += self._receive()
        head, _, self._rest = self._rest.partition(wire.HEAD_END)
        wire.header(head, b"upgrade")  # a server that does not take us would be refused here
        self._send({"type": "hello", "view": view})
        self.read("patch")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def do(self, command: dict[str, Any]) -> int:
        """Give a command and return the seq at which it is on disk."""
        self.give(command)
        return self.read("done")

    def give(self, command: dict[str, Any]) -> None:
        """Give a command without waiting for its answer."""
        self._send({"type": "do", "id": next(self._ids), "command": command})

    def read(self, wanted: str) -> int:
        """Read up to the next frame of the type `wanted`, and return its seq.

        RuntimeError: a command was refused. TimeoutError: nothing came.
        """
        while True:
            while self._frames:
                payload = self._frames.popleft()
                frame = msgspec.json.decode(payload)
                self.seq = max(self.seq, frame.get("seq", 0))
                if frame["type"] == wanted:
                    return int(frame["seq"])
                if frame["type"] in {"refused", "bye"}:
                    raise RuntimeError(payload.decode())
            texts, pings, self._rest = wire.split(self._rest + self._receive())
            self._frames.extend(texts)
            for ping in pings:
                self._socket.sendall(wire.pong(ping))

    def _send(self, frame: dict[str, Any]) -> None:
        self._socket.sendall(wire.text(msgspec.json.encode(frame)))

    def _receive(self) -> bytes:
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server has gone")
        return data
