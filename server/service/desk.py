"""The Desk: every decision about a show passes here, one turn each, and is answered once it is on
disk."""

import asyncio
import logging
from typing import NamedTuple

import msgspec

from server.domain.commands import decide, decision_of, permit, take_report
from server.domain.refusal import Refusal
from server.domain.roles import Actor
from server.domain.show import Command, Decision, Draft, Show
from server.domain.text import clean
from server.service.ports import Bus, Clock, Entry, Store
from server.service.tally import TICK_SECONDS, Tally
from server.service.turns import Turns, not_written

BATCH = 512
ID_LIMIT = 80

log = logging.getLogger("luyan.desk")


class Waiting(NamedTuple):
    """A command in the queue, and who waits for its seq."""

    command_id: str
    command: Command
    actor: Actor
    by: int | None
    answer: asyncio.Future[int]


class Desk:
    """Takes commands for all shows; those that wait together are committed together."""

    def __init__(
        self, store: Store, clock: Clock, bus: Bus, tick_seconds: float = TICK_SECONDS
    ) -> None:
        self._clock = clock
        self._turns = Turns(store, bus)
        self._tally = Tally(self._turns, clock, tick_seconds)
        self._queues: dict[str, list[Waiting]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    async def do(
        self,
        show: str,
        command_id: str,
        command: Command,
        actor: Actor,
        by: int | None = None,
    ) -> int:
        """Carry out a command and return the seq at which it is on disk, or raise its Refusal.

        The same `command_id` from the same person has one effect, however often it is sent.
        A command that was not done `by` that instant (ms UTC) is refused as late.
        """
        clean(command_id, "id", ID_LIMIT)
        if permit(command, actor).rule is None:
            in_time(by, self._clock())
            return await self._tally.vote(show, command, actor)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(show, []).append(Waiting(command_id, command, actor, by, answer))
        if show not in self._workers:
            self._workers[show] = asyncio.create_task(self._work(show), name=f"desk {show}")
        return await answer

    async def report(self, show_id: str, report: Command) -> None:
        """Take in what a part of the house says of itself: nobody's command, and never undone.

        What is no news takes no turn. Raises a Refusal, or the store's fault.
        """
        async with self._turns.open(show_id) as (show, turn):
            draft = Draft(show, self._clock())
            take_report(draft, report)
            if not draft.changed:
                return
            entry = _entry(draft, None, None, report, show.decision)
            await turn.write([entry])
            show.take(entry.changes, entry.seq, entry.at)
        _log(show_id, entry)

    async def close(self) -> None:
        """Finish what waits."""
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        await self._tally.close()

    async def _work(self, show_id: str) -> None:
        queue = self._queues[show_id]
        try:
            while queue:
                batch, queue[:] = queue[:BATCH], queue[BATCH:]
                try:
                    await self._commit(show_id, batch)
                except Exception as fault:
                    if not isinstance(fault, Refusal):
                        log.exception("show=%s: %d commands were not written", show_id, len(batch))
                    for waiting in batch:
                        if not waiting.answer.done():
                            waiting.answer.set_exception(
                                fault if isinstance(fault, Refusal) else not_written()
                            )
        finally:
            del self._workers[show_id]

    async def _commit(self, show_id: str, batch: list[Waiting]) -> None:
        """Take one turn for each command of the batch, write them in one transaction, answer."""
        answers: list[tuple[asyncio.Future[int], int | Exception]] = []
        entries: list[Entry] = []
        async with self._turns.open(show_id) as (show, turn):
            done = await turn.answered([(w.actor.person, w.command_id) for w in batch])
            for waiting in batch:
                who = (waiting.actor.person, waiting.command_id)
                outcome: int | Exception
                if who in done:
                    outcome = done[who]
                else:
                    try:
                        entry = self._turn(show, waiting)
                    except Refusal as refusal:
                        outcome = refusal
                    except Exception as fault:  # a faulty rule must not take others with it
                        log.exception(
                            "show=%s: the rule of %s failed", show_id, name_of(waiting.command)
                        )
                        outcome = broken(fault)
                    else:
                        entries.append(entry)
                        outcome = done[who] = entry.seq
                answers.append((waiting.answer, outcome))
            if entries:
                await turn.write(entries)
        for entry in entries:
            _log(show_id, entry)
        for answer, outcome in answers:
            if answer.done():
                continue  # whoever asked has gone
            if isinstance(outcome, int):
                answer.set_result(outcome)
            else:
                answer.set_exception(outcome)

    def _turn(self, show: Show, waiting: Waiting) -> Entry:
        draft = Draft(show, self._clock())
        in_time(waiting.by, draft.now)
        decide(draft, waiting.command, waiting.actor)
        decision = decision_of(draft, waiting.command)
        entry = _entry(draft, waiting.actor, waiting.command_id, waiting.command, decision)
        show.take(entry.changes, entry.seq, entry.at)
        show.decision = entry.decision
        return entry


def _entry(
    draft: Draft,
    actor: Actor | None,
    command_id: str | None,
    command: Command,
    decision: Decision | None,
) -> Entry:
    """Return the journal entry of a turn."""
    return Entry(
        seq=draft.seq,
        at=draft.now,
        actor=actor,
        command_id=command_id,
        command_type=name_of(command),
        command=msgspec.json.encode(command),
        facts=draft.facts,
        changes=list(draft.close()),
        before=draft.before(),
        decision=decision,
    )


def _log(show_id: str, entry: Entry) -> None:
    log.info(
        "show=%s seq=%d command=%s role=%s facts=%s",
        show_id,
        entry.seq,
        entry.command_type,
        entry.actor.role if entry.actor else "house",
        ",".join(fact.name for fact in entry.facts),
    )


def in_time(by: int | None, now: int) -> None:
    """Refuse a command that should have been done `by` an instant that is over (ms UTC)."""
    if by is not None and now > by:
        raise Refusal("command.late", "This came too late, so it was not done.")


def name_of(command: Command) -> str:
    """Return a command's name: all that may be written down of it beside the journal."""
    return str(command.__struct_config__.tag)


def broken(fault: Exception) -> Refusal:
    """The refusal of a command whose rule has a fault."""
    refusal = Refusal("server.fault", "Something went wrong here. Nothing was changed.")
    refusal.__cause__ = fault
    return refusal
