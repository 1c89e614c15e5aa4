"""Sends errands to planning processes, so that whatever one takes, the show never waits."""

import asyncio
import logging
from contextlib import suppress

import msgspec

from server.children import begin
from server.plan.findings import Errand, Findings
from server.planning.wire import line, read_findings
from server.service.ports import Unplanned

# Less than the minute after which proxies give an answer up.
PLAN_SECONDS = 40.0
# What else there is to say about a plan may take so long; then the plan goes out without it.
MORE_SECONDS = 10.0
LINE_BYTES = 1 << 24

log = logging.getLogger("luyan.plan")


class Planners:
    """Runs one errand at a time for each asker; a new one ends the one before."""

    def __init__(
        self, plan_seconds: float = PLAN_SECONDS, more_seconds: float = MORE_SECONDS
    ) -> None:
        self._plan_seconds = plan_seconds
        self._more_seconds = more_seconds
        self._latest: dict[tuple[str, str], object] = {}
        self._running: dict[tuple[str, str], asyncio.subprocess.Process] = {}

    async def find(self, asker: tuple[str, str], errand: Errand) -> Findings | Unplanned:
        """Return what is found within the time there is, or why nothing is."""
        mine = self._latest[asker] = object()
        _end(self._running.get(asker))
        process = await begin("server.planning", limit=LINE_BYTES)
        try:
            if self._latest.get(asker) is not mine:
                return "superseded"
            self._running[asker] = process
            found = await self._listen(process, errand)
            if self._latest.get(asker) is not mine:
                return "superseded"
        finally:
            _end(process)
            await process.wait()
            if self._latest.get(asker) is mine:
                del self._latest[asker]
                self._running.pop(asker, None)
        if found == "lost":
            log.error("show=%s: a planning process ended with %s", asker[0], process.returncode)
        return found

    async def close(self) -> None:
        """End what is running; whoever waits is told that it is lost."""
        for process in self._running.values():
            _end(process)

    async def _listen(
        self, process: asyncio.subprocess.Process, errand: Errand
    ) -> Findings | Unplanned:
        assert process.stdin is not None
        assert process.stdout is not None
        found: Findings | None = None
        try:
            async with asyncio.timeout(self._plan_seconds) as patience:
                with suppress(ConnectionError):  # it is gone: there is nothing to be read either
                    process.stdin.write(line(errand))
                    await process.stdin.drain()
                while text := await process.stdout.readline():
                    found = read_findings(text)
                    patience.reschedule(asyncio.get_running_loop().time() + self._more_seconds)
        except TimeoutError:
            return found or "too_long"
        except msgspec.DecodeError:  # it was ended within a line
            pass
        return found or "lost"


def _end(process: asyncio.subprocess.Process | None) -> None:
    if process is not None and process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
