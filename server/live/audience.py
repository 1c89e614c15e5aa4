"""How late the audience sees the picture: gathered from its screens, and reported to the house."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from server.domain.delay import ReportDelay
from server.live.hub import Hub

LOOK_SECONDS = 10.0

log = logging.getLogger("luyan.audience")

Report = Callable[[str, ReportDelay], Awaitable[None]]


class Audience:
    """Looks at all shows from time to time; `report` is the Desk's, and no pulse waits for it."""

    def __init__(self, hub: Hub, report: Report) -> None:
        self._hub = hub
        self._report = report
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look(), name="audience")

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def report(self) -> None:
        """Report of each show whose viewers have said how late they are."""
        for show_id, following in list(self._hub.followed().items()):
            behind = following.behind()
            if behind is None:
                continue
            try:
                await self._report(show_id, ReportDelay(behind_ms=behind.p95))
            except Exception:
                log.exception("show=%s: how late its viewers are was not saved", show_id)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.report()
