"""The director over a real desk: what it orders and what it writes down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from server.domain.picture import Picture, ReportPicture
from server.domain.roles import Record
from server.domain.show import Command
from server.domain.sources import Source, TakePicture
from server.domain.stage import AdvanceStage, UndoStage
from server.media.director import Director
from server.media.supervisor import State
from server.media.wire import Closed, Event, OnAir, Published, SetKeys, Take
from server.media.wire import Command as Order
from server.service.desk import Desk
from server.service.links import stream_key
from server.store.memory import MemoryStore
from tests.domain.rehearsal import CALLER, START_AT, records

SECRET = b"s" * 32
STATE = State(phase="live", since=0, port=1935)
PATIENCE_SECONDS = 10.0


class Gallery:
    """A show with a desk and a director; its child is heard by hand."""

    def __init__(self, store: MemoryStore, away_seconds: float) -> None:
        self.store = store
        self.orders: list[Order] = []
        self.desk = Desk(store, lambda: START_AT, self, tick_seconds=0)
        self.director = Director(store, SECRET, "trial", self.desk.report, self.obey, away_seconds)
        self._news = asyncio.Event()

    def obey(self, order: Order) -> None:
        """Be the supervisor: what is taken is on air."""
        self.orders.append(order)
        if isinstance(order, Take):
            self.director.hear(OnAir(source=order.source), STATE)
        self._news.set()

    def hint(self, show: str, seq: int) -> None:
        """Be the bus."""
        self.director.hint(show, seq)
        self._news.set()

    def hear(self, *events: Event | None) -> None:
        """Let the child say something."""
        for event in events:
            self.director.hear(event, STATE)

    async def do(self, command: Command) -> None:
        """Give a command as the caller."""
        await self.desk.do("trial", f"id {len(await self.store.journal('trial'))}", command, CALLER)

    async def advance(self, cues: int = 1) -> None:
        """Go on by so many cues."""
        for _ in range(cues):
            await self.do(AdvanceStage(seen=(await self.store.read("trial")).seq))

    @property
    def takes(self) -> list[str]:
        """The sources taken so far."""
        return [order.source for order in self.orders if isinstance(order, Take)]

    async def records(self) -> dict[str, Record]:
        """Return what is in the store."""
        return {c.key: c.record for c in (await self.store.read("trial")).changes if c.record}

    async def took(self, *sources: str) -> None:
        """Wait until exactly these were taken, in this order."""
        await self.until(lambda _: self.takes == [*sources])

    async def states(self, **states: str) -> None:
        """Wait until the records say so of the sources (`_` for `-`)."""
        await self.until(
            lambda found: (
                states
                == {
                    source.id.replace("-", "_"): source.state
                    for source in found.values()
                    if isinstance(source, Source)
                }
            )
        )

    async def until(self, holds: Callable[[dict[str, Record]], bool]) -> None:
        """Wait until something holds of the records, or of what was ordered."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(await self.records()):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def gallery(*more: Record, away_seconds: float = 0.0) -> AsyncIterator[Gallery]:
    """Open a gallery: nobody publishes yet, whatever the records say."""
    store = MemoryStore()
    await store.create("trial", [*records(), *more], START_AT)
    made = Gallery(store, away_seconds)
    await made.director.start()
    try:
        yield made
    finally:
        await made.director.close()
        await made.desk.close()


def came(*sources: str) -> list[Published]:
    """What the child says when these come."""
    return [Published(source=source) for source in sources]


async def test_the_studio_is_taken_first_so_that_no_camera_is_on_air_by_coming_first() -> None:
    async with gallery() as house:
        assert house.takes == ["studio"]
        (keys,) = [order.keys for order in house.orders if isinstance(order, SetKeys)]
        assert keys[stream_key(SECRET, "trial", "camera-ada")] == "camera-ada"
        house.hear(*came("camera-ada"))
        await house.states(studio="gone", camera_ada="live", camera_bo="gone")
        assert house.takes == ["studio"]


async def test_the_programme_follows_the_stage() -> None:
    async with gallery() as house:
        house.hear(*came("studio", "camera-ada", "camera-bo"))
        await house.advance()
        await house.advance()
        await house.took("studio", "camera-ada")
        await house.advance(2)
        await house.took("studio", "camera-ada", "camera-bo")
        await house.advance()
        await house.took("studio", "camera-ada", "camera-bo", "studio")
        await house.until(lambda found: shown(found) == "studio")


async def test_taking_back_an_advance_takes_the_cut_back() -> None:
    async with gallery() as house:
        house.hear(*came("studio", "camera-ada"))
        await house.advance(2)
        await house.took("studio", "camera-ada")
        await house.do(UndoStage(seen=(await house.store.read("trial")).seq))
        await house.took("studio", "camera-ada", "studio")


async def test_what_the_caller_takes_is_taken_at_once() -> None:
    async with gallery() as house:
        house.hear(*came("studio", "camera-bo"))
        await house.states(studio="live", camera_ada="gone", camera_bo="live")
        await house.do(TakePicture(source="camera-bo"))
        await house.took("studio", "camera-bo")


async def test_dead_air_ends_by_itself_and_the_camera_comes_back() -> None:
    async with gallery() as house:
        house.hear(*came("studio", "camera-ada"))
        await house.advance(2)
        await house.took("studio", "camera-ada")
        house.hear(Closed(source="camera-ada", reason="lost"))
        await house.took("studio", "camera-ada", "studio")
        house.hear(*came("camera-ada"))
        await house.took("studio", "camera-ada", "studio", "camera-ada")


async def test_a_line_that_breaks_for_a_moment_is_waited_for() -> None:
    async with gallery(away_seconds=600) as house:
        house.hear(*came("studio", "camera-ada"))
        await house.advance(2)
        await house.took("studio", "camera-ada")
        house.hear(Closed(source="camera-ada", reason="lost"), *came("camera-ada"))
        await house.do(TakePicture(source="camera-ada"))
        await house.states(studio="live", camera_ada="live", camera_bo="live")
        assert house.takes == ["studio", "camera-ada"]


async def test_a_child_that_dies_takes_all_its_sources_with_it() -> None:
    async with gallery() as house:
        house.hear(*came("studio", "camera-ada"))
        await house.states(studio="live", camera_ada="live", camera_bo="gone")
        house.hear(None)
        await house.states(studio="gone", camera_ada="gone", camera_bo="gone")


async def test_a_restart_goes_on_with_who_was_on_air() -> None:
    async with gallery(Picture(id="main", state="live", source="camera-bo")) as house:
        assert house.takes == ["camera-bo"]


async def test_a_desk_that_cannot_write_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.media.director.RETRY_SECONDS", 0.0)
    async with gallery() as house:
        real, faults = house.desk.report, [OSError("the disk is full")]

        async def report(show: str, said: Command) -> None:
            if faults:
                raise faults.pop()
            await real(show, said)

        monkeypatch.setattr(house.director, "_report", report)
        house.hear(*came("studio", "camera-ada", "camera-bo"))
        await house.advance(2)
        await house.took("studio", "camera-ada")
        await house.until(lambda found: shown(found) == "camera-ada")
        await house.desk.report("trial", ReportPicture(state="live"))
    assert "does not follow the stage" in caplog.text


def shown(found: dict[str, Record]) -> str | None:
    """Return the source that the record of the picture names."""
    picture = found.get("picture/main")
    return picture.source if isinstance(picture, Picture) else None
