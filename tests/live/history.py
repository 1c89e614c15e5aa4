"""A world in which a show has a history: processes, people, screens, and all that goes wrong."""

import asyncio
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from server.domain.feedback import Feedback
from server.domain.messages import Message
from server.domain.questions import Question, Tally, UnvoteQuestion, UpvoteQuestion
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record, Role, Viewer, look
from server.domain.show import Change, Command, Show
from server.live.hub import Hub
from server.service.desk import Desk
from server.service.ports import Entry, Store
from tests.domain.rehearsal import START_AT
from tests.live.cast import planted, screens
from tests.live.confidences import WORD, Confidences
from tests.live.keepers import Keeper
from tests.live.programme import ASKERS, MAKERS, Programme
from tests.live.screen import SHOW, Screen

FAULTS = {"store.fault", "server.fault"}


class Bus:
    """Carries hints to every process, except for those that get lost."""

    def __init__(self) -> None:
        self.hubs: list[Hub] = []
        self.losing = 0

    def hint(self, show: str, seq: int) -> None:
        """Tell every process, or not."""
        for hub in self.hubs:
            if self.losing:
                self.losing -= 1
            else:
                hub.hint(show, seq)


class Process(NamedTuple):
    """One server process."""

    desk: Desk
    hub: Hub


class Given(NamedTuple):
    """A command that somebody gave under an id of theirs."""

    actor: Actor
    command_id: str
    command: Command

    @property
    def who(self) -> tuple[str, str]:
        """What the command is known by."""
        return self.actor.person, self.command_id

    @property
    def is_vote(self) -> bool:
        """Whether it is for the Tally, which writes no journal of it."""
        return isinstance(self.command, UpvoteQuestion | UnvoteQuestion)


class World:
    """Two processes over one store, and a screen of every kind."""

    store: Store
    processes: list[Process]
    confidences: Confidences
    programme: Programme

    def __init__(self, keeper: Keeper) -> None:
        self.now = START_AT
        self.screens = screens()
        self._keeper = keeper
        self._bus = Bus()
        self._given: list[Given] = []
        self._seqs: dict[tuple[str, str], int] = {}
        self._settled: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- what happens ------------------------------------------------------------------------

    async def begin(self) -> None:
        """Open the house, with everybody in front of their screens."""
        self.store = await self._keeper.open()
        await self._new_show()
        for number, screen in enumerate(self.screens):
            await screen.hello(self.processes[number % 2].hub)

    async def step(self, name: str, a: int, b: int, c: int) -> None:
        """Let one thing happen; the numbers, 0 to 7, say to whom and how."""
        if name in MAKERS:
            await self._look()
            actor, command = self.programme.command(name, a, b)
            own = sum(given.actor == actor for given in self._given)
            self._give(Given(actor, f"id {own}", command), c)
        else:
            await getattr(self, f"_{name}")(a, b, c)

    def _give(self, given: Given, c: int) -> None:
        self._given.append(given)
        task = asyncio.create_task(self._do(given, self.processes[c % 2].desk, self.store))
        self._tasks.add(task)

    async def _do(self, given: Given, desk: Desk, store: Store) -> None:
        try:
            seq = await desk.do(SHOW, given.command_id, given.command, given.actor)
        except Refusal as refusal:
            if refusal.code in FAULTS:
                raise AssertionError(f"{given}: {refusal}") from refusal
        else:
            written = await store.journal(SHOW, seq - 1)
            assert written or seq == 1, "done, but not in the store"
            if not given.is_vote:
                assert self._seqs.setdefault(given.who, seq) == seq, "done twice"
                actor = msgspec.to_builtins(given.actor)
                assert (written[0]["actor"], written[0]["command_id"]) == (actor, given.command_id)
        self._settled.add(given.who)

    async def _nothing(self, a: int, b: int, c: int) -> None:
        pass

    async def _settle(self, a: int, b: int, c: int) -> None:
        """Let the processes work, a little or until they have nothing more to do."""
        if a >= 6:
            await self._idle()
        for _ in range(a * 3 + b):
            await asyncio.sleep(0)

    async def _again(self, a: int, b: int, c: int) -> None:
        """Send a command once more, answered or not."""
        if self._given:
            self._give(self._given[-1 - (8 * a + b) % len(self._given)], c)

    async def _hello(self, a: int, b: int, c: int) -> None:
        await self._screen(a, b).hello(self.processes[c % 2].hub)

    async def _drop(self, a: int, b: int, c: int) -> None:
        """Lose a line; the server notices at once, when it next writes, or never."""
        screen = self._screen(a, b)
        line = screen.line
        screen.drop(noticed=c % 3 == 0)
        if line is not None:
            line.broken = c % 3 == 1

    async def _hear(self, a: int, b: int, c: int) -> None:
        """A screen takes in a frame or two; or all of them take in all."""
        if c >= 5:
            for screen in self.screens:
                await screen.hear()
        else:
            await self._screen(a, b).hear(c + 1)

    async def _lose(self, a: int, b: int, c: int) -> None:
        """Lose one frame under way, or the newest on every line; a line without welcome is none."""
        for screen in [self._screen(a, b)] if c < 4 else self.screens:
            frames = screen.line.under_way if screen.line is not None else ()
            lost = -1 - c % 4 % (len(frames) or 1)
            if frames and not frames[lost].json.startswith(b'{"type":"welcome"'):
                del frames[lost]

    async def _lose_hints(self, a: int, b: int, c: int) -> None:
        self._bus.losing = a

    async def _pulse(self, a: int, b: int, c: int) -> None:
        await self.processes[a % 2].hub.pulse(SHOW)

    async def _clock(self, a: int, b: int, c: int) -> None:
        """Time goes on; or somebody sets the clock back."""
        self.now += -60_000 if c == 7 else 1000 * a + 100 * b + c

    async def _forget(self, a: int, b: int, c: int) -> None:
        """Another program takes a record out of the show."""
        await self._look()
        kind = (Question, Feedback, Message)[a % 3]
        if found := self.programme.of_kind(kind):
            record = found[b % len(found)]
            await self._write("trial.forget", {"key": record.key}, record, None, hint=c % 2 == 0)

    async def _hand_over(self, a: int, b: int, c: int) -> None:
        """Another program gives a slot's feedback to another presenter."""
        await self._look()
        found = [f for f in self.programme.of_kind(Feedback) if isinstance(f, Feedback)]
        if found:
            old = found[a % len(found)]
            new = replace(old, presenter="bo" if old.presenter == "ada" else "ada")
            command = {"feedback": old.id, "presenter": new.presenter}
            await self._write("trial.hand_over", command, old, new, hint=c % 2 == 0)

    async def _restart(self, a: int, b: int, c: int) -> None:
        """One process goes down in good order."""
        one = c % 2
        self.processes[one].hub.farewell()
        await self._idle()
        await self.processes[one].desk.close()
        await self.processes[one].hub.close()
        self.processes[one] = self._process()
        self._bus.hubs = [process.hub for process in self.processes]

    async def _crash(self, a: int, b: int, c: int) -> None:
        """Everything ends where it stands, except what is on disk."""
        await self._end()
        self.store = await self._keeper.open()
        self._start()

    async def _restore_backup(self, a: int, b: int, c: int) -> None:
        """The first backup is put back: another epoch, in which other things happen."""
        await self._end()
        await self.verify()
        self.store = await self._keeper.restore()
        await self._new_show()

    # ---- what must be true then --------------------------------------------------------------

    async def finish(self) -> None:
        """Let everything come to rest; then every screen must show what is true."""
        for given in [g for g in self._given if g.who not in self._settled]:
            self._give(given, 0)
        await self._idle()
        self._bus.losing = 0
        for _ in range(4):
            for number, screen in enumerate(self.screens):
                if screen.line is None:
                    await screen.hello(self.processes[number % 2].hub)
            for process in self.processes:
                await process.hub.pulse(SHOW)
            await self._idle()
            for screen in self.screens:
                await screen.hear()
        reading = await self.store.read(SHOW)
        for number, screen in enumerate(self.screens):
            assert screen.line is not None
            assert not screen.line.under_way
            viewer = Viewer(screen.view, screen.person)
            true = {c.key: doc for c in reading.changes if (doc := look(c.record, viewer))}
            plain = msgspec.json.decode(msgspec.json.encode(true))
            assert screen.records == plain, f"screen {number} {viewer} shows what is not true"
            fresh = Screen(screen.view, screen.person, screen.role)
            await fresh.hello(self.processes[number % 2].hub)
            await fresh.hear(2)
            assert fresh.records == plain, f"{viewer} would be shown what is not true"
            screen.sent += fresh.sent
            fresh.drop()
        await self.verify()

    async def verify(self) -> None:
        """The journal has no holes and no doubles, the votes add up, and nobody was told more
        than they may know."""
        await asyncio.gather(*(task for task in self._tasks if not task.cancelled()))
        journal = await self.store.journal(SHOW)
        (row,) = await self.store.shows()
        assert [entry["seq"] for entry in journal] == list(range(2, row.seq + 1))
        instants = [entry["at"] for entry in journal if entry["changed"]]
        assert instants == sorted(instants)
        ids = [(e["actor"]["person"], e["command_id"]) for e in journal if e["command_id"]]
        assert len(ids) == len(set(ids)), "one command was carried out twice"
        await self._count_votes()
        for entry in journal:
            self.confidences.follow(entry)
        for screen in self.screens:
            for sent in screen.sent:
                self._keeps_confidences(sent.json, screen)
            screen.sent.clear()

    async def _count_votes(self) -> None:
        reading = await self.store.read(SHOW)
        counted = {
            c.record.id: c.record.votes for c in reading.changes if isinstance(c.record, Tally)
        }
        cast: dict[str, int] = {}
        for person in {actor.person for actor in ASKERS}:
            for question in await self.store.voted(SHOW, person):
                cast[question] = cast.get(question, 0) + 1
        assert {question: votes for question, votes in counted.items() if votes} == cast

    def _keeps_confidences(self, frame: bytes, screen: Screen) -> None:
        if frame.startswith(b'{"type":"welcome"'):
            return  # tells people who they are
        seq = msgspec.json.decode(frame).get("seq", 0)
        for said in WORD.findall(frame):
            audience = self.confidences.audience(said.decode(), seq)
            viewer = Viewer(screen.view, screen.person)
            assert audience.has(viewer), f"{said!r} was for {audience}, not {viewer}: {frame!r}"

    # ---- how it is done ----------------------------------------------------------------------

    async def _new_show(self) -> None:
        self.confidences = Confidences()
        await self.store.create(SHOW, planted(self.confidences), START_AT)
        self._given.clear()
        self._seqs.clear()
        self._settled.clear()
        self.programme = Programme(Show(SHOW))
        self._start()

    def _start(self) -> None:
        self.processes = [self._process(), self._process()]
        self._bus.hubs = [process.hub for process in self.processes]
        # Whoever comes back takes their programme with them: it is read from the new store.
        self.programme.truth = Show(SHOW)

    def _process(self) -> Process:
        hub = Hub(self.store, lambda: self.now, whisper_seconds=0)
        return Process(Desk(self.store, lambda: self.now, self._bus, tick_seconds=0), hub)

    async def _end(self) -> None:
        for screen in self.screens:
            screen.drop(noticed=False)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.gather(*(task for task in self._tasks if not task.cancelled()))
        self._tasks.clear()

    async def _idle(self) -> None:
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
        for _ in range(3):
            await asyncio.sleep(0)

    async def _look(self) -> None:
        truth = self.programme.truth
        reading = await self.store.read(SHOW, truth.seq)
        truth.take(reading.changes, reading.seq, 0)

    def _screen(self, a: int, b: int) -> Screen:
        return self.screens[(8 * a + b) % len(self.screens)]

    async def _write(
        self, name: str, command: dict[str, Any], old: Record, new: Record | None, hint: bool
    ) -> None:
        async with self.store.turn(SHOW, 0) as turn:
            held = {change.key: change.record for change in turn.news.changes}
            if held.get(old.key) != old:
                return
            seq = turn.news.seq + 1
            at = max(change.at for change in turn.news.changes)
            entry = Entry(
                seq=seq,
                at=at,
                actor=Actor("program", Role.CALLER),
                command_id=None,
                command_type=name,
                command=msgspec.json.encode(command),
                facts=(),
                changes=[Change(old.key, new, seq, at)],
                before={old.key: old},
                decision=await self.store.decision(SHOW),
            )
            await turn.write([entry])
        if hint:
            self._bus.hint(SHOW, seq)


Step = tuple[str, int, int, int]

COMMON = (
    *("settle", "hear", "hello", "drop", "lose"),
    *("ask", "approve", "dismiss", "restore", "upvote", "write", "advance"),
)
STEPS = (
    *("nothing", "again", "lose_hints", "pulse", "clock", "forget", "hand_over"),
    *(3 * COMMON),
    *MAKERS,
    *("restart", "crash", "restore_backup"),
)


async def live_through(keeper: Keeper, history: list[Step]) -> None:
    """Let a history happen, and see that it ends well."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    world = World(keeper)
    try:
        await world.begin()
        for step in history:
            await world.step(*step)
        await world.finish()
    finally:
        await world._end()
        await keeper.close()
    assert not failures
