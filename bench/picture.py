"""Row `picture`: how soon a viewer sees something, how late it is, and what its child costs."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.async_api import Browser

from bench.figures import Figure, Size, ms, percentile
from bench.subject import SHOW, Subject
from bench.theatre import CHILD, Film, theatre
from bench.viewer import Viewer, chromium

FILM = Film("1280x720", 2_500_000)
SCALE = "720p30, 2.5 Mbit/s"


def picture(data: Path, size: Size) -> Iterator[Figure]:
    """From the camera to a viewer's screen, and the media child on the way."""
    for options in size.latencies:
        kind = "low latency" if options else "picture"
        with theatre(data, FILM, *options) as server:
            yield from asyncio.run(_watch(kind, server, size))
            yield _cost(kind, server, size)


async def _watch(kind: str, server: Subject, size: Size) -> list[Figure]:
    async with chromium() as browser:
        address = f"http://127.0.0.1:{server.port}/s/{SHOW}"
        # The first one waits for the programme to begin, and fills no cache but its own.
        await (await Viewer.enter(browser, address)).leave()
        firsts, delays = [], []
        for _ in range(size.viewings):
            first, found = await _view(browser, address, size.viewing_seconds)
            firsts.append(first)
            delays += found
    return [
        Figure(
            f"{kind}: from the page's load to its first frame",
            f"{SCALE}, {len(firsts)} viewers, one after another",
            f"median {ms(median(firsts))}, slowest {ms(max(firsts))}",
        ),
        Figure(
            f"{kind}: from the camera to the screen",
            f"{SCALE}, {len(delays)} frames of {len(firsts)} viewers",
            f"median {median(delays):.1f} s, p95 {percentile(delays, 95):.1f} s",
            f"least {min(delays):.1f} s, most {max(delays):.1f} s",
        ),
    ]


async def _view(browser: Browser, address: str, seconds: float) -> tuple[float, list[float]]:
    """Return how long one viewer waits for a frame, and how late frames are; in seconds."""
    viewer = await Viewer.enter(browser, address)
    delays = await viewer.delays(seconds)
    first = await viewer.first_frame()
    await viewer.leave()
    return first, delays


def _cost(kind: str, server: Subject, size: Size) -> Figure:
    """Say what the media child uses when nobody but the camera does anything."""
    before, began = server.usage(CHILD), time.perf_counter()
    time.sleep(size.cost_seconds)
    after, seconds = server.usage(CHILD), time.perf_counter() - began
    return Figure(
        f"{kind}: the media child",
        f"{SCALE}, {seconds:.0f} s",
        f"{100 * (after.cpu - before.cpu) / seconds:.1f} % of a core,"
        f" {after.memory / 1024:.0f} MiB",
        f"peak {after.peak / 1024:.0f} MiB",
    )
