"""The Tally: votes, one for each person and question, counted in batches."""

import asyncio
import logging
from typing import NamedTuple

from server.domain.questions import Tally as TallyRecord
from server.domain.questions import UnvoteQuestion, UpvoteQuestion, open_to_votes
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role
from server.domain.show import Command, Draft
from server.service.ports import Ballot, Clock, Entry
from server.service.turns import Turns, not_written

# One patch for all counters at most this often, however fast people vote.
TICK_SECONDS = 0.2

COUNTER = Actor(person="tally", role=Role.MODERATOR)

log = logging.getLogger("luyan.tally")


class Waiting(NamedTuple):
    """A vote to be counted, and who waits for it to be on disk."""

    ballot: Ballot
    answer: asyncio.Future[int]


class Tally:
    """Gathers votes for a tick, then writes the ballots and every changed counter in one turn."""

    def __init__(self, turns: Turns, clock: Clock, tick_seconds: float) -> None:
        self._turns = turns
        self._clock = clock
        self._tick_seconds = tick_seconds
        self._waiting: dict[str, list[Waiting]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    async def vote(self, show: str, command: Command, actor: Actor) -> int:
        """Count a vote, or take it back; return the seq once it is on disk, or raise a Refusal."""
        assert isinstance(command, UpvoteQuestion | UnvoteQuestion)
        cast = isinstance(command, UpvoteQuestion)
        ballot = Ballot(command.question, actor.person, cast)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(show, []).append(Waiting(ballot, answer))
        if show not in self._workers:
            self._workers[show] = asyncio.create_task(self._work(show), name=f"tally {show}")
        return await answer

    async def close(self) -> None:
        """Count what waits."""
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    async def _work(self, show_id: str) -> None:
        try:
            while self._waiting[show_id]:
                batch, self._waiting[show_id] = self._waiting[show_id], []
                try:
                    await self._count(show_id, batch)
                except Exception as fault:
                    refusal = fault if isinstance(fault, Refusal) else not_written()
                    if refusal is not fault:
                        log.exception("show=%s: %d votes were not written", show_id, len(batch))
                    for waiting in batch:
                        if not waiting.answer.done():
                            waiting.answer.set_exception(refusal)
                await asyncio.sleep(self._tick_seconds)
        finally:
            del self._workers[show_id]

    async def _count(self, show_id: str, batch: list[Waiting]) -> None:
        refused: list[tuple[Waiting, Refusal]] = []
        counted: list[Waiting] = []
        async with self._turns.open(show_id) as (show, turn):
            draft = Draft(show, self._clock())
            for waiting in batch:
                try:
                    open_to_votes(draft, waiting.ballot.question)
                except Refusal as refusal:
                    refused.append((waiting, refusal))
                else:
                    counted.append(waiting)
            # The last word of each person on each question is the one that counts.
            ballots = {(w.ballot.question, w.ballot.person): w.ballot for w in counted}
            await turn.write([], list(ballots.values()))
            questions = sorted({ballot.question for ballot in ballots.values()})
            counts = await turn.votes(questions)
            for question in questions:
                votes = counts.get(question, 0)
                held = draft.find(TallyRecord, question)
                if votes != (held.votes if held else 0):
                    draft.put(TallyRecord(id=question, votes=votes))
            if draft.changed:
                changes = list(draft.close())
                entry = Entry(
                    seq=draft.seq,
                    at=draft.now,
                    actor=COUNTER,
                    command_id=None,
                    command_type="tally",
                    command=b"{}",
                    facts=(),
                    changes=changes,
                    before=draft.before(),
                    decision=show.decision,
                )
                await turn.write([entry])
                show.take(changes, draft.seq, draft.now)
            seq = show.seq
        if draft.changed:
            log.info("show=%s seq=%d command=tally votes=%d", show_id, seq, len(ballots))
        for waiting, reason in refused:
            if not waiting.answer.done():
                waiting.answer.set_exception(reason)
        for waiting in counted:
            if not waiting.answer.done():
                waiting.answer.set_result(seq)
