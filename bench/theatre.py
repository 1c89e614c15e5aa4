"""A house with a picture: the server takes a generated programme, as it would one from OBS."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.subject import ROOT, SHOW, Subject
from server.folder import announced
from server.service.links import read_secret, stream_key

END_SECONDS = 5.0
CHILD = "server.media.child"
IN_PARTS = "--low-latency"


class Film(NamedTuple):
    """What is published; its bit rate (bits a second) is reached whatever is in the picture."""

    size: str = "640x360"
    bit_rate: int = 600_000


@contextmanager
def theatre(data: Path, film: Film, *options: str) -> Iterator[Subject]:
    """A server with more `options` for `luyan serve`, and its camera."""
    with Subject(data, "--ingest", "0", *options) as server:
        running = announced(data)
        assert running is not None
        assert running.ingest is not None
        address = f"rtmp://127.0.0.1:{running.ingest.port}/live"
        with (data / "camera.log").open("wb") as log:
            camera = subprocess.Popen(
                [
                    *(sys.executable, "-m", "server.media.programme"),
                    f"{address}/{stream_key(read_secret(data), SHOW)}",
                    *("--size", film.size, "--bit-rate", str(film.bit_rate), "--filled"),
                ],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stderr=log,
            )
        assert camera.stdin is not None
        try:
            yield server
        finally:
            camera.stdin.close()
            try:
                camera.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                camera.kill()
                camera.wait()
