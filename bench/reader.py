"""The load client: one process, one epoll, thousands of sockets, no library in between.

Broadcast frames are the same bytes for everybody, so a piece of data that equals the piece before
it is not split again: reading then costs one system call and one comparison.
"""

import itertools
import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from bench import wire

READ_BYTES = 1 << 16
# A client blocked in epoll is woken by every frame, which the kernel charges to the sender; real
# clients sit on other machines. A nap between rounds gathers what came meanwhile.
NAP_SECONDS = 0.0005
TASK_SECONDS = 100.0
PATCH = b'{"type":"patch"'
DONE = b'{"type":"done"'
REFUSED = (b'{"type":"refused"', b'{"type":"bye"')
HELLO = wire.text(b'{"type":"hello","view":"attendee"}')

now = time.monotonic_ns


class Answer(msgspec.Struct):
    """What a client reads of `done`."""

    id: str


_answer = msgspec.json.Decoder(Answer)


class Client:
    """One attendee's socket, and the bytes of a frame that is not yet whole."""

    __slots__ = ("cookie", "gave", "joined", "open", "rest", "started", "stream", "waiting")

    def __init__(self, stream: socket.socket, cookie: str | None) -> None:
        self.stream = stream
        self.cookie = cookie
        self.started = now()
        self.open = self.joined = False
        self.rest = b""
        self.gave = 0
        self.waiting: dict[str, int] = {}


class Reader:
    """The clients of one process, and the tasks that they can be given."""

    def __init__(self, pipe: "Connection[Any, Any]", port: int, show: str) -> None:
        self._pipe = pipe
        self._port = port
        self._show = show
        self._epoll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._cookies: list[str] = []
        self._piece = b""
        self._payloads: list[bytes] = []
        self._bytes = 0

    def run(self) -> None:
        """Do what the pipe says until it is closed."""
        tasks: dict[str, Callable[..., Any]] = {
            "join": self.join,
            "leave": self.leave,
            "expect": self.expect,
            "count": self.count,
            "give": self.give,
        }
        while True:
            while not self._pipe.poll():
                for _ in self._arrivals(0.01):  # pulses, while nothing is asked of us
                    pass
            try:
                name, *arguments = self._pipe.recv()
            except EOFError:
                return
            try:
                self._pipe.send(tasks[name](*arguments))
            except Exception as fault:
                self._pipe.send(fault)

    def join(self, clients: int, seconds: float) -> tuple[int, int, list[float], int]:
        """Connect evenly over some seconds; each is in when it has read its snapshot."""
        first, limit, before = now(), self._limit(), self._bytes
        opened, took = 0, list[float]()
        while len(took) < clients:
            passed = (now() - first) / 1e9
            due = clients if passed >= seconds else int(clients * passed / seconds) + 1
            while opened < min(due, clients):
                self._connect()
                opened += 1
            for client, payloads in self._arrivals(0.0005):
                if not client.joined and any(p.startswith(PATCH) for p in payloads):
                    client.joined = True
                    took.append((now() - client.started) / 1e9)
            limit(clients - len(took))
        return first, now(), took, self._bytes - before

    def leave(self) -> None:
        """Close every socket, and keep the cookies."""
        for client in self._clients.values():
            if client.cookie is not None:
                self._cookies.append(client.cookie)
            client.stream.close()
        self._clients.clear()

    def expect(self, rounds: int) -> int:
        """Tell `rounds` times when the last client has received one more patch."""
        self._pipe.send(None)  # listening
        for left in reversed(range(rounds)):
            waiting, limit = set(self._clients.values()), self._limit()
            while waiting:
                for client, payloads in self._arrivals(0.05):
                    if any(payload.startswith(PATCH) for payload in payloads):
                        waiting.discard(client)
                limit(len(waiting))
            if left:
                self._pipe.send(now())
        return now()

    def count(self, seconds: float) -> tuple[int, int, float]:
        """Count frames and bytes for some seconds."""
        frames, before, cpu = 0, self._bytes, time.process_time()
        end = now() + int(seconds * 1e9)
        while now() < end:
            for _, payloads in self._arrivals(0.01):
                frames += len(payloads)
        return frames, self._bytes - before, time.process_time() - cpu

    def give(
        self, what: str, questions: list[str], total: int, at_once: int
    ) -> tuple[int, int, list[float]]:
        """Keep `at_once` commands waiting, of one client after another, until all are answered."""
        turns, limit = itertools.cycle(self._clients.values()), self._limit()
        took: list[float] = []
        first = now()
        given = min(at_once, total)
        for client in itertools.islice(turns, given):
            _give(client, what, questions)
        while len(took) < total:
            for client, payloads in self._arrivals(0.01):
                for payload in payloads:
                    if payload.startswith(DONE):
                        took.append((now() - client.waiting.pop(_answer.decode(payload).id)) / 1e9)
                        if given < total:
                            given += 1
                            _give(next(turns), what, questions)
                    elif payload.startswith(REFUSED):
                        raise RuntimeError(payload.decode())
            limit(total - len(took))
        return first, now(), took

    def _connect(self) -> None:
        cookie = self._cookies.pop() if self._cookies else None
        stream = socket.create_connection(("127.0.0.1", self._port), TASK_SECONDS)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients[stream.fileno()] = Client(stream, cookie)
        self._epoll.register(stream.fileno(), select.EPOLLIN)
        headers = {"Cookie": cookie} if cookie else {}
        stream.sendall(wire.handshake(f"/s/{self._show}/live", headers))

    def _arrivals(self, timeout: float) -> Iterator[tuple[Client, list[bytes]]]:
        """Yield, once for each socket that has something, the payloads of its whole frames."""
        ready = self._epoll.poll(timeout)
        for fd, _ in ready:
            client = self._clients[fd]
            data = os.read(fd, READ_BYTES)
            self._bytes += len(data)
            if not data:
                raise ConnectionError("the server closed a socket")
            if not client.rest and client.open and data == self._piece:
                yield client, self._payloads
                continue
            if not client.open:
                head, found, data = (client.rest + data).partition(wire.HEAD_END)
                if not found:
                    client.rest = head
                    continue
                client.rest, client.open = b"", True
                cookie = wire.header(head, b"set-cookie")
                client.cookie = cookie.partition(";")[0] if cookie else client.cookie
                client.stream.sendall(HELLO)
            whole = client.rest + data
            payloads, pings, client.rest = wire.split(whole)
            for ping in pings:
                client.stream.sendall(wire.pong(ping))
            if not client.rest and not pings:
                self._piece, self._payloads = whole, payloads
            if payloads:
                yield client, payloads
        if ready:
            time.sleep(NAP_SECONDS)

    def _limit(self) -> "_Limit":
        return _Limit()


class _Limit:
    """Ends a task that takes too long."""

    def __init__(self) -> None:
        self._end = now() + int(TASK_SECONDS * 1e9)

    def __call__(self, waiting: int) -> None:
        if now() > self._end:
            raise TimeoutError(f"the crowd still waits for {waiting} frames")


def _give(client: Client, what: str, questions: list[str]) -> None:
    """Send a client's next command: an ask, or a vote for the next question, in turn taken back."""
    number, client.gave = client.gave, client.gave + 1
    if what == "ask":
        command = {"type": "question.ask", "text": f"How fast is it? {number}", "lang": "en"}
    else:
        turn, which = divmod(number, len(questions))
        kind = "question.unvote" if turn % 2 else "question.upvote"
        command = {"type": kind, "question": questions[which]}
    frame = msgspec.json.encode({"type": "do", "id": str(number), "command": command})
    client.waiting[str(number)] = now()
    client.stream.sendall(wire.text(frame))


def main(pipe: "Connection[Any, Any]", port: int, show: str) -> None:
    """Run one process of the crowd."""
    Reader(pipe, port, show).run()
