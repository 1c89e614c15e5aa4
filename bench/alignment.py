"""Row `alignment`: how far from its own frame a viewer's page changes, wherever that frame is."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser

from bench.figures import Figure, Size
from bench.subject import CUES, SHOW, Subject
from bench.theatre import IN_PARTS, Film, theatre
from bench.viewer import Viewer, apart, chromium, now_ms
from server.demo.client import Client

FILM = Film()
# Beside the pictures: sound, the boxes around both, and the playlist.
SOUND = 80_000
BETWEEN_SECONDS = 0.7
NEAR_MS = 150
EARLIER_MS = 1500
PATIENCE_SECONDS = 40.0


class Caller:
    """Calls cue after cue, from the first again when all were called."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._called = 0

    async def call(self, count: int) -> list[int]:
        """Call so many cues, and return when each went on air (ms UTC)."""
        called = []
        for _ in range(count):
            called.append(await self._call())
            await asyncio.sleep(BETWEEN_SECONDS)
        return called

    async def _call(self) -> int:
        client = self._client
        command: dict[str, Any] = {"type": "stage.advance", "seen": client.seq}
        if self._called == len(CUES):
            command = {"type": "stage.recall", "cue": CUES[0], "seen": client.seq}
            self._called = 0
        answer = await client.do(command)
        if answer["type"] != "done":
            raise RuntimeError(str(answer))
        self._called += 1
        await client.wait(lambda: client.seq >= answer["seq"])
        at: int = client.records["stage/main"]["anchor"]["at"]
        return at


Cases = Callable[[Browser, str, Caller, Size], AsyncIterator[Figure]]


def alignment(data: Path, size: Size) -> Iterator[Figure]:
    """The clock in the frame at which the page changed, less the instant the stage did."""
    with theatre(data, FILM) as server:
        yield from asyncio.run(_measure(server, size, _cases))
    if size.rewind_seconds:
        with theatre(data, FILM, IN_PARTS) as server:
            yield from asyncio.run(_measure(server, size, _near))


async def _measure(server: Subject, size: Size, cases: Cases) -> list[Figure]:
    address = f"http://127.0.0.1:{server.port}"
    crew = Client(address, SHOW, "caller", token=server.tokens["caller"])
    async with chromium() as browser, crew as client:
        figures = cases(browser, f"{address}/s/{SHOW}", Caller(client), size)
        return [figure async for figure in figures]


async def _near(browser: Browser, page: str, caller: Caller, size: Size) -> AsyncIterator[Figure]:
    near = await Viewer.enter(browser, page)
    # The player comes up to live only by and by.
    await asyncio.sleep(size.viewing_seconds)
    yield await _figure("low latency", near, await caller.call(size.aligned))
    await near.leave()


async def _cases(browser: Browser, page: str, caller: Caller, size: Size) -> AsyncIterator[Figure]:
    count, rate = size.aligned, FILM.bit_rate + SOUND
    usual = await Viewer.enter(browser, page)
    first = await caller.call(count)
    yield await _figure("as it comes", usual, first)
    if not size.rewind_seconds:
        return
    slow = await Viewer.enter(browser, page)
    await slow.throttle(1.25 * rate)
    yield await _figure("on a line of 1.25 times the rate", slow, await caller.call(count))
    await slow.leave()
    await usual.rewind(first[0] - EARLIER_MS)
    yield await _figure("seen again after a rewind", usual, first)
    await usual.leave()
    late = await Viewer.enter(browser, page)
    await late.rewind(first[0] - EARLIER_MS)
    yield await _figure("opened later and rewound", late, first)
    await late.leave()
    back = await Viewer.enter(browser, page)
    await back.rewind(now_ms() - int(1000 * size.rewind_seconds))
    yield await _figure("rewound before they were called", back, await caller.call(count))
    await back.leave()
    starved = await Viewer.enter(browser, page)
    await starved.throttle(0.8 * rate)
    yield await _figure("on a line of 0.8 times the rate", starved, await caller.call(count))
    await starved.leave()


async def _figure(case: str, viewer: Viewer, called: list[int]) -> Figure:
    """Wait until a page has shown all calls, and say how late each change was."""
    first = called[0]
    clocks = await viewer.noted(len(called), first, PATIENCE_SECONDS)
    frame = await viewer.frame()
    behind = "?" if frame is None else f"{-apart(frame, now_ms()) / 1000:.1f} s"
    late = sorted(clock - (at - first) for clock, at in zip(clocks, called, strict=False))
    near = sum(abs(ms) <= NEAR_MS for ms in late)
    ranked = sorted(late, key=abs)
    usual = ranked[max(0, math.ceil(0.95 * len(ranked)) - 1)] if ranked else math.nan
    return Figure(
        f"alignment: {case}",
        f"{len(called)} advances, {behind} behind",
        f"median {median(late):.0f} ms, p95 {usual:.0f} ms, farthest {ranked[-1]:.0f} ms"
        if late
        else "none",
        f"from {late[0]} to {late[-1]} ms; {near} of {len(called)} within {NEAR_MS} ms"
        if late
        else "",
    )
