"""Many clients at once: child processes that read thousands of sockets, counting frames."""

import multiprocessing
import resource
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Self

from bench import reader
from bench.subject import SHOW

WAIT_SECONDS = 120.0


class Joined(NamedTuple):
    """How a crowd came in: each client's seconds from connect to snapshot, all of them together,
    and the bytes that the server sent."""

    each: list[float]
    seconds: float
    bytes_each: float


class Counted(NamedTuple):
    """What a crowd received in some seconds; `cpu` seconds went into reading it."""

    frames: int
    bytes: int
    cpu: float


class Given(NamedTuple):
    """How a crowd's commands were answered: seconds all in all, and those of each answer."""

    seconds: float
    each: list[float]


class Crowd:
    """Attendees on one show, spread over child processes, which end with the `with`."""

    def __init__(self, port: int, readers: int = 1) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        for _ in range(readers):
            ours, theirs = context.Pipe()
            process = context.Process(target=reader.main, args=(theirs, port, SHOW), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()

    def join(self, clients: int, seconds: float) -> Joined:
        """Let clients come in evenly over some seconds, and wait until each has its snapshot."""
        shares = [len(range(i, clients, len(self._pipes))) for i in range(len(self._pipes))]
        self._tell([("join", share, seconds) for share in shares])
        parts = [self._hear(pipe) for pipe in self._pipes]
        first = min(start for start, _, _, _ in parts)
        last = max(end for _, end, _, _ in parts)
        each = [seconds for part in parts for seconds in part[2]]
        return Joined(each, (last - first) / 1e9, sum(part[3] for part in parts) / clients)

    def leave(self) -> None:
        """Close every socket; cookies are kept for the next time."""
        self._all("leave")

    def expect(self, rounds: int) -> None:
        """From now on, tell when every client has received one patch; so many times."""
        self._tell([("expect", rounds)] * len(self._pipes))
        for pipe in self._pipes:
            self._hear(pipe)

    def last(self) -> int:
        """Return when the last client had received the patch that is expected (monotonic ns)."""
        return int(max(self._hear(pipe) for pipe in self._pipes))

    def count(self, seconds: float) -> None:
        """Begin to count patches; see `counted`."""
        self._tell([("count", seconds)] * len(self._pipes))

    def counted(self) -> Counted:
        """Wait until the counting is over, and return what was received."""
        parts = [self._hear(pipe) for pipe in self._pipes]
        return Counted(*(sum(values) for values in zip(*parts, strict=True)))

    def give(self, what: str, questions: list[str], total: int, at_once: int) -> Given:
        """Keep `at_once` asks or votes waiting, of one client after another, until `total`."""
        share = len(self._pipes)
        parts = self._all("give", what, questions, total // share, at_once // share)
        first, last = min(part[0] for part in parts), max(part[1] for part in parts)
        return Given((last - first) / 1e9, [seconds for part in parts for seconds in part[2]])

    def _all(self, *task: Any) -> list[Any]:
        self._tell([task] * len(self._pipes))
        return [self._hear(pipe) for pipe in self._pipes]

    def _tell(self, tasks: list[tuple[Any, ...]]) -> None:
        for pipe, task in zip(self._pipes, tasks, strict=True):
            pipe.send(task)

    def _hear(self, pipe: "Connection[Any, Any]") -> Any:
        if not pipe.poll(WAIT_SECONDS):
            raise TimeoutError("the crowd is silent")
        heard = pipe.recv()
        if isinstance(heard, Exception):
            raise heard
        return heard
