"""A real server for tests: a process on loopback over its own data folder, and clients for it."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from server.demo.client import Client
from server.folder import announced

ROOT = Path(__file__).resolve().parents[1]
LUYAN = (sys.executable, "-m", "server")
SAMPLES = ROOT / "server" / "samples"
READY_SECONDS = 60.0
STOP_SECONDS = 30.0


class House:
    """`luyan serve` over a folder of its own, with one show in it; ends with its `with` block.

    `url` stays the same over `kill` and `restart`; `links` is what `luyan links --json` prints.
    """

    command: tuple[str, ...] = ("serve",)

    def __init__(self, data: Path, file: Path = SAMPLES / "demo.toml", show: str = "show") -> None:
        self.data = data
        self.show = show
        self.url = ""
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self._start(0)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def prepare(self) -> None:
        """Make what the server will find in its folder."""
        luyan("new", str(self._file), "--id", self.show, "--data", str(self.data))

    @cached_property
    def links(self) -> dict[str, Any]:
        """The links as they were when first asked for."""
        links: dict[str, Any] = json.loads(luyan("links", "--json", "--data", str(self.data)))
        return links

    @property
    def page(self) -> str:
        """The address of the show's public page."""
        return f"{self.url}/s/{self.show}"

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self.data / "server.log").read_text(encoding="utf-8", errors="replace")

    def token(self, who: str) -> str:
        """Return the token of a role (`caller`) or of a person by name (`Grace Hollander`)."""
        return self.link(who).rpartition("/")[2]

    def link(self, who: str) -> str:
        """Return the personal link of a role, or of a presenter or commentator by name."""
        if isinstance(address := self.links.get(who), str):
            return address
        people = [*self.links["presenters"], *self.links["commentators"]]
        (found,) = (person["url"] for person in people if person["name"] == who)
        return str(found)

    def client(self, view: str = "attendee", who: str | None = None) -> Client:
        """Return a client of the show, to be opened: an attendee, a role, or somebody by name."""
        token = None if who is None and view == "attendee" else self.token(who or view)
        return Client(self.url, self.show, view, token=token)

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def kill(self) -> None:
        """End the server as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Let the server end in good order, and return its exit code."""
        process, self._process = self._process, None
        assert process is not None, "the server is not running"
        process.send_signal(by)
        try:
            return process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Start again on the same folder and port, after `kill` or `stop`."""
        assert self._process is None, "the server is still running"
        self._start(int(self.url.rpartition(":")[2]))

    def _start(self, port: int) -> None:
        (self.data / "server.json").unlink(missing_ok=True)
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*LUYAN, *self.command, "--data", str(self.data), "--port", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                cwd=ROOT,
            )
        until = time.monotonic() + READY_SECONDS
        while (running := announced(self.data)) is None:
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"The server did not start:\n{self.log}")
            time.sleep(0.02)
        self.url = running.url


class DemoHouse(House):
    """`luyan demo` over a folder of its own, with a small simulated audience and no picture."""

    command: tuple[str, ...] = ("demo", "--audience", "3", "--no-picture")

    def __init__(self, data: Path) -> None:
        super().__init__(data, show="demo")

    def prepare(self) -> None:
        """The demo brings its own show, and makes the folder."""
        self.data.mkdir(exist_ok=True)


class Filmed(DemoHouse):
    """The demo with its test programme, and nobody in the audience."""

    command: tuple[str, ...] = ("demo",)

    def children(self) -> dict[str, int]:
        """Return the process ids of the server's children by their module; they are in /proc."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        words = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in found}
        return {line[line.index("-m") + 1]: pid for pid, line in words.items() if "-m" in line}

    def end_child(self, module: str) -> None:
        """End one of the server's children as a crash would."""
        os.kill(self.children()[module], signal.SIGKILL)


def environment() -> dict[str, str]:
    """Return the environment of a child: ours, without what would lead it elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LUYAN_")}


def luyan(*arguments: str, code: int = 0) -> str:
    """Run one command and return what it printed, or what it complained of if `code` is not 0."""
    run = subprocess.run(
        [*LUYAN, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        timeout=READY_SECONDS,
        check=False,
    )
    assert run.returncode == code, f"exit code {run.returncode}: {run.stdout}{run.stderr}"
    return run.stderr if code else run.stdout
