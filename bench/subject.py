"""The server under test: a data folder with one show, and a process that serves it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from msgspec.structs import replace

from server.app import now_ms, open_store
from server.domain.roles import Record
from server.domain.rundown import Cue
from server.domain.show import Details
from server.integrations.showfile import read
from server.service.links import make_links, read_secret, token_of

SHOW = "bench"
ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "server" / "samples" / "changsha.toml"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
CUES = [record.id for record in read(SAMPLE.read_text(encoding="utf-8")) if isinstance(record, Cue)]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a process has used: CPU seconds so far; memory now and at its peak, in KiB."""

    cpu: float
    memory: int
    peak: int


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder with the sample show of sixty cues, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="luyan-bench-") as data:
        asyncio.run(_create(Path(data)))
        yield Path(data)


def records() -> list[Record]:
    """Return the first records of the sample, without a limit on what one person may ask."""
    return [
        replace(record, waiting_per_person=1 << 30) if isinstance(record, Details) else record
        for record in read(SAMPLE.read_text(encoding="utf-8"), now_ms())
    ]


async def _create(data: Path) -> None:
    store = await open_store(data)
    await store.create(SHOW, records(), now_ms())
    await store.close()


async def tokens(data: Path) -> dict[str, str]:
    """Return a link's token for each role of the show."""
    store, secret = await open_store(data), read_secret(data)
    reading = await store.read(SHOW)
    people = [change.record for change in reading.changes if change.record is not None]
    links = await make_links(store, secret, SHOW, people, now_ms())
    await store.close()
    return {link.role.value: token_of(secret, link.id) for link in links}


class Subject:
    """A running server process; `start_seconds` is how long it took to take connections.

    `options` are more of `luyan serve`.
    """

    def __init__(self, data: Path, *options: str) -> None:
        self.tokens = asyncio.run(tokens(data))
        self._log_file = data / "server.log"
        self._log = self._log_file.open("wb")
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--data", str(data), "--port", "0", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self._process.stdout is not None
        # "Luyan 0.1.0 serves … at http://127.0.0.1:40000"
        address = self._process.stdout.readline().decode().strip()
        self.start_seconds = time.perf_counter() - started
        if not address:
            self._end()
            raise RuntimeError(self._log_file.read_text(encoding="utf-8"))
        self.port = int(address.rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        self._end()
        if fault is not None:
            for line in self._log_file.read_text(encoding="utf-8").splitlines()[-20:]:
                print(line, file=sys.stderr)

    def usage(self, module: str | None = None) -> Usage:
        """Return what the process has used so far, or its child that runs a module."""
        pid = self._process.pid if module is None else self.child(module)
        process = Path(f"/proc/{pid}")
        words = (process / "stat").read_text().rpartition(")")[2].split()
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return Usage(
            cpu=(int(words[11]) + int(words[12])) / CLOCK_TICKS,
            memory=int(status["VmRSS"].split()[0]),
            peak=int(status["VmHWM"].split()[0]),
        )

    def child(self, module: str) -> int:
        """Return the process of a child that runs a module; raises LookupError if none does."""
        own = Path(f"/proc/{self._process.pid}/task/{self._process.pid}")
        for pid in (own / "children").read_text().split():
            if module in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return int(pid)
        raise LookupError(f"no {module} runs")

    def _end(self) -> None:
        """Stop the process, kindly first."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
