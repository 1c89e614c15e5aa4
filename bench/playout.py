"""Row `playout`: how many viewers a process gets their picture to that does nothing else."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench.figures import Figure, Size, ms, percentile
from bench.subject import CLOCK_TICKS, ROOT
from bench.theatre import theatre
from bench.viewing import FILM, SEGMENT_SECONDS, crowd, wait


def playout(data: Path, size: Size) -> Iterator[Figure]:
    """As the row `viewers`, with `luyan playout` beside the server of the show."""
    command = [sys.executable, "-m", "server", "playout", "--data", str(data), "--port", "0"]
    with (
        theatre(data, FILM),
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process,
    ):
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:(\d+)", process.stdout.readline())
        assert found is not None, "luyan playout did not start"
        port = int(found[1])
        try:
            wait(port)
            for count in size.viewers:
                before, began = _cpu(process.pid), time.perf_counter()
                waits = uvloop.run(crowd(port, count, size.viewers_seconds))
                cores = (_cpu(process.pid) - before) / (time.perf_counter() - began)
                slow = percentile(waits, 95)
                yield Figure(
                    "playout: from asking for the playlist to the last byte of the newest piece",
                    f"{count} viewers, {FILM.bit_rate * count / 1e6:,.0f} Mbit/s",
                    f"p95 {ms(slow)}, slowest {ms(max(waits))}",
                    f"{cores:.2f} cores of `luyan playout`, so {count / cores:,.0f} viewers a core",
                )
                if slow > SEGMENT_SECONDS:
                    return
        finally:
            process.terminate()


def _cpu(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
