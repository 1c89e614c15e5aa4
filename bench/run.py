"""Runs the rows and prints the table."""

import argparse
import os
import platform
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.alignment import alignment
from bench.clips import clips
from bench.commands import asks, votes
from bench.fanout import advance, idle
from bench.figures import TINY, Figure, Size
from bench.joins import joins
from bench.picture import picture
from bench.playout import playout
from bench.restart import restart
from bench.subject import CLOCK_TICKS, folder
from bench.viewing import viewers

ROWS: dict[str, Callable[[Path, Size], Iterator[Figure]]] = {
    "advance": advance,
    "asks": asks,
    "votes": votes,
    "joins": joins,
    "idle": idle,
    "restart": restart,
    "alignment": alignment,
    "picture": picture,
    "viewers": viewers,
    "playout": playout,
    "clips": clips,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure the rows that were asked for, in fresh data folders, and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"some of: {', '.join(ROWS)}")
    parser.add_argument("--tiny", action="store_true", help="only show that everything runs")
    parser.add_argument("--screens", type=int, nargs="+", help="sizes of the row advance")
    parser.add_argument("--readers", type=int, default=1, help="processes of the load client")
    options = parser.parse_args(arguments)
    if unknown := set(options.rows) - ROWS.keys():
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    print(machine())
    print()
    print("| What | Scale | Figure | Beside | Others' cores |")
    print("|---|---|---|---|---|")
    size = TINY if options.tiny else Size(readers=options.readers)
    if options.screens:
        size = replace(size, screens=tuple(options.screens))
    for row in options.rows or ROWS:
        with folder() as data:
            figures, others = watched(ROWS[row](data, size))
        for figure in figures:
            print("|", " | ".join([*figure, f"{others:.2f}"]), "|", flush=True)
    return 0


def machine() -> str:
    """Return what the figures depend on, and how busy it is now."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version};"
        f" load before the first row {load}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def cpu_seconds() -> tuple[float, float]:
    """Return the CPU seconds of the whole machine, and of this process and its ended children."""
    words = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    user, nice, system, _, _, irq, softirq = (int(word) for word in words[:7])
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (
        (user + nice + system + irq + softirq) / CLOCK_TICKS,
        sum(used.ru_utime + used.ru_stime for used in own),
    )


def watched(figures: Iterator[Figure]) -> tuple[list[Figure], float]:
    """Return the figures of one row, and how many cores others kept busy meanwhile."""
    (machine_before, own_before), start = cpu_seconds(), time.perf_counter()
    found = list(figures)
    (machine_after, own_after), seconds = cpu_seconds(), time.perf_counter() - start
    return found, max(0, machine_after - machine_before - own_after + own_before) / seconds
