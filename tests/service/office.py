"""A desk at work over a store that can be counted, stopped, broken and opened again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from server.domain.questions import AskQuestion, Question
from server.domain.questions import Tally as TallyRecord
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record, Role
from server.domain.show import Command
from server.domain.stage import AdvanceStage
from server.service.desk import Desk
from server.service.ports import Store
from server.store.memory import MemoryStore, MemoryTurn
from tests.domain.rehearsal import CALLER, START_AT, records
from tests.live.keepers import Keeper

SHOW = "trial"


class Office:
    """One show, one desk, and a clock that is moved by hand."""

    store: Store
    desk: Desk

    def __init__(self, keeper: Keeper) -> None:
        self.now = START_AT
        self.hints: list[int] = []
        self._keeper = keeper
        self._ids = 0

    async def begin(self) -> None:
        """Open the store with a new show in it."""
        self.store = await self._keeper.open()
        await self.store.create(SHOW, records(), START_AT)
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        """Return a desk over the same store."""
        return Desk(self.store, lambda: self.now, self, tick_seconds=0)

    def hint(self, show: str, seq: int) -> None:
        """Be the bus."""
        self.hints.append(seq)

    async def restart(self) -> None:
        """Close everything and open it again."""
        await self.desk.close()
        self.store = await self._keeper.open()
        self.desk = self.new_desk()

    async def close(self) -> None:
        """Close everything."""
        await self.desk.close()
        await self._keeper.close()

    async def do(
        self, command: Command, actor: Actor = CALLER, command_id: str | None = None
    ) -> int:
        """Give a command; an id that is not given is a new one."""
        self._ids += 1
        return await self.desk.do(SHOW, command_id or f"new {self._ids}", command, actor)

    async def all(self, *given: tuple[Command, Actor]) -> list[int | str]:
        """Give commands at once; return the seq of each, or the code of its refusal."""
        answers = await asyncio.gather(
            *(self.do(command, actor) for command, actor in given), return_exceptions=True
        )
        return [code(answer) for answer in answers]

    async def advance(self, command_id: str | None = None) -> int:
        """Take the next cue, as somebody who sees it."""
        return await self.do(AdvanceStage(seen=await self.seq()), command_id=command_id)

    async def seq(self) -> int:
        """Return the seq in the store."""
        return (await self.store.read(SHOW)).seq

    async def records(self) -> dict[str, Record]:
        """Return what is in the store."""
        return {c.key: c.record for c in (await self.store.read(SHOW)).changes if c.record}

    async def journal(self) -> list[dict[str, Any]]:
        """Return all entries of the journal."""
        return await self.store.journal(SHOW)

    async def questions(self) -> list[Question]:
        """Return the questions in the store."""
        return [r for r in (await self.records()).values() if isinstance(r, Question)]

    async def votes(self) -> dict[str, int]:
        """Return the counters in the store."""
        found = (await self.records()).values()
        return {r.id: r.votes for r in found if isinstance(r, TallyRecord)}


class Guarded(MemoryStore):
    """A memory store whose commits can be counted, held up and made to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.opened = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: OSError | None = None
        self.fault_after_commit: OSError | None = None

    @asynccontextmanager
    async def turn(self, show: str, since: int) -> AsyncIterator[MemoryTurn]:
        self.turns += 1
        self.opened.set()
        async with super().turn(show, since) as turn:
            yield turn
            await self.gate.wait()
            if self.fault is not None:
                raise self.fault
        if self.fault_after_commit is not None:
            raise self.fault_after_commit


class GuardedKeeper:
    """Keeps one guarded store."""

    def __init__(self) -> None:
        self.store = Guarded()

    async def open(self) -> Store:
        return self.store

    async def restore(self) -> Store:
        raise NotImplementedError

    async def close(self) -> None:
        pass


def attendee(number: int) -> Actor:
    """Return one of many attendees."""
    return Actor(f"anon-{number}", Role.ATTENDEE)


def ask(text: str = "Why?") -> AskQuestion:
    """Return a question."""
    return AskQuestion(text=text, lang="en")


def code(answer: int | BaseException) -> int | str:
    """Return an answer as a seq, or as the code of the refusal."""
    if isinstance(answer, Refusal):
        return answer.code
    if isinstance(answer, BaseException):
        raise answer
    return answer
