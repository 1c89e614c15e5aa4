"""The stage moves, and the programme shows another source: a real child, two real publishers."""

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from server.domain.stage import AdvanceStage
from server.live.bus import LocalBus
from server.media.director import Director
from server.media.index import MediaSegment
from server.media.packager import now_ms
from server.media.wire import Closed, Published
from server.service.desk import Desk
from server.service.links import stream_key
from server.store.memory import MemoryStore
from tests.domain.rehearsal import CALLER, records
from tests.media.studio import Studio, on_line, studio

SECRET = b"s" * 32
# The publishers send a key frame each second, and a machine may be busy.
LATEST_MS = 3_000


async def test_the_programme_cuts_to_the_camera_at_the_advance_and_back(tmp_path: Path) -> None:
    store, bus = MemoryStore(), LocalBus()
    await store.create("show", records(), now_ms())
    desk = Desk(store, now_ms, bus, tick_seconds=0)
    async with AsyncExitStack() as house:
        made = await house.enter_async_context(studio(tmp_path))
        director = Director(store, SECRET, "show", desk.report, made.supervisor.send)
        made.listen(director.hear)
        bus.add(director)
        await director.start()
        house.push_async_callback(desk.close)
        house.push_async_callback(director.close)
        for source in ("studio", "camera-ada"):
            url = made.url(stream_key(SECRET, "show", source))
            await house.enter_async_context(on_line(url))
        await made.hear(Published, 2)
        await made.until(partial(shows, made, "studio"))
        advanced = [await advance(store, desk)]
        for source in ("camera-ada", "camera-ada", "studio"):
            advanced.append(await advance(store, desk))
            await made.until(partial(shows, made, source))
        cuts = [
            after.pdt
            for before, after in zip(segments(made), segments(made)[1:], strict=False)
            if before.source != after.source
        ]
        # c2, the pitch; c3, the questions, are both hers; c4 is Bo's, who is not there.
        late = [cut - advanced[number] for cut, number in zip(cuts, (1, 3), strict=True)]
        print("cut after the advance, ms:", late)
        assert all(-200 < ms < LATEST_MS for ms in late)
        assert not made.all(Closed)


async def advance(store: MemoryStore, desk: Desk) -> int:
    """Advance, and return the instant at which the stage moved (ms UTC)."""
    seen = (await store.read("show")).seq
    seq = await desk.do("show", f"id {seen}", AdvanceStage(seen=seen), CALLER)
    (entry,) = [entry for entry in await store.journal("show", seq - 1) if entry["seq"] == seq]
    return int(entry["at"])


def segments(made: Studio) -> list[MediaSegment]:
    """Return what is on disk of the programme."""
    return list(made.index().segments)


def shows(made: Studio, source: str) -> bool:
    """Tell whether the newest segment is of this source."""
    return any(segment.source == source for segment in segments(made)[-1:])
