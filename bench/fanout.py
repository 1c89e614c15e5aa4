"""Rows `advance` and `idle`: what reaches a screen, and when."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.crowd import Crowd
from bench.figures import Figure, Size, ms, spread
from bench.line import Line
from bench.subject import CUES, SHOW, Subject

SETTLE_SECONDS = 1.0
PAUSE_SECONDS = 0.05
# Commands that wait at once while the server is kept busy.
WINDOW = 4


def advance(data: Path, size: Size) -> Iterator[Figure]:
    """From the caller's `stage.advance` to the last screen that has the patch."""
    for screens in size.screens:
        with Subject(data) as server, Crowd(server.port, size.readers) as crowd:
            scale = f"{screens:,} screens"
            crowd.join(screens, screens / 1000)
            with Line(server.port, SHOW, "caller", server.tokens["caller"]) as caller:
                time.sleep(SETTLE_SECONDS)
                used = server.usage().cpu
                answered, last = _advances(caller, crowd, size.advances)
                cost = (server.usage().cpu - used) / size.advances
                yield Figure(
                    "`stage.advance` until the last screen has it",
                    scale,
                    spread(last),
                    f"server CPU {ms(cost)} each; answered after {spread(answered)}",
                )
                yield _deliveries(server, crowd, caller, scale, size)


def _advances(caller: Line, crowd: Crowd, advances: int) -> tuple[list[float], list[float]]:
    """Advance again and again, each when everybody has the one before it.

    Returns the seconds to the caller's answer, and to the last screen.
    """
    answered: list[float] = []
    last: list[float] = []
    ahead = len(CUES)
    while len(last) < advances:
        command: dict[str, Any] = {"type": "stage.advance", "seen": caller.seq}
        if ahead == 0:
            command = {"type": "stage.recall", "cue": CUES[0], "seen": caller.seq}
        crowd.expect(1)
        start = time.monotonic_ns()
        caller.do(command)
        done = time.monotonic_ns()
        received = crowd.last()
        if ahead:
            answered.append((done - start) / 1e9)
            last.append((received - start) / 1e9)
            ahead -= 1
        else:
            ahead = len(CUES) - 1
        time.sleep(PAUSE_SECONDS)
    return answered, last


def _deliveries(server: Subject, crowd: Crowd, caller: Line, scale: str, size: Size) -> Figure:
    """Change the length of a cue that is ahead as fast as it is answered; count what arrives."""
    caller.do({"type": "stage.recall", "cue": CUES[0], "seen": caller.seq})
    commands = itertools.cycle(
        {"type": "cue.adjust", "cue": CUES[-1], "seconds": seconds} for seconds in (10, -10)
    )
    time.sleep(SETTLE_SECONDS)
    crowd.count(size.seconds)
    used, start = server.usage().cpu, time.monotonic()
    for _ in range(WINDOW):
        caller.give(next(commands))
    while time.monotonic() - start < size.seconds:
        caller.read("done")
        caller.give(next(commands))
    seconds = time.monotonic() - start
    cost = (server.usage().cpu - used) / seconds
    counted = crowd.counted()
    for _ in range(WINDOW):
        caller.read("done")
    rate = counted.frames / size.seconds
    return Figure(
        "deliveries, the server kept busy",
        scale,
        f"{rate:,.0f} a second",
        f"server CPU {cost / rate * 1e6:.1f} µs each; reader {counted.cpu / size.seconds:.0%} busy,"
        f" {counted.cpu / max(1, counted.frames) * 1e6:.1f} µs each",
    )


def idle(data: Path, size: Size) -> Iterator[Figure]:
    """What a screen receives while nothing happens."""
    with Subject(data) as server, Crowd(server.port, size.readers) as crowd:
        crowd.join(size.idle, size.idle / 1000)
        time.sleep(SETTLE_SECONDS)
        used = server.usage().cpu
        crowd.count(size.idle_seconds)
        counted = crowd.counted()
        busy = (server.usage().cpu - used) / size.idle_seconds
        each = size.idle * size.idle_seconds
        yield Figure(
            "nothing happens",
            f"{size.idle:,} screens, {size.idle_seconds:.0f} s",
            f"{counted.bytes / each:.1f} bytes and {counted.frames / each:.2f} frames a second"
            " for each screen",
            f"server {busy:.1%} of a core",
        )
