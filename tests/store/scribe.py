"""Entries for a journal: of the real rules on the show of the rehearsal, and plain ones."""

from collections.abc import Sequence

import msgspec

from server.domain.commands import decide, decision_of
from server.domain.questions import AskQuestion
from server.domain.roles import Actor, Record
from server.domain.show import Change, Command, Draft, Show
from server.domain.stage import AdvanceStage, UndoStage
from server.service.ports import Ballot, Entry, Store
from tests.domain.rehearsal import ATTENDEE, CALLER, MODERATOR, START_AT, records


class Scribe:
    """Holds the live show, and writes down what each command does to it."""

    def __init__(self) -> None:
        self.show = Show("test")
        self.show.take([Change(r.key, r, 1, START_AT) for r in records()], 1, START_AT)

    def turn(self, command: Command, actor: Actor = CALLER, command_id: str | None = None) -> Entry:
        """Carry out a command and return its entry; an id that is not given is a new one."""
        draft = Draft(self.show, self.show.at + 1)
        decide(draft, command, actor)
        entry = Entry(
            seq=draft.seq,
            at=draft.now,
            actor=actor,
            command_id=command_id or f"command {draft.seq}",
            command_type=str(command.__struct_config__.tag),
            command=msgspec.json.encode(command),
            facts=draft.facts,
            changes=list(draft.close()),
            before=draft.before(),
            decision=decision_of(draft, command),
        )
        self.show.take(entry.changes, entry.seq, entry.at)
        self.show.decision = entry.decision
        return entry

    def advance(self, command_id: str | None = None) -> Entry:
        """Take the next cue."""
        return self.turn(AdvanceStage(seen=self.show.seq), command_id=command_id)

    def undo(self) -> Entry:
        """Take back the last decision."""
        return self.turn(UndoStage(seen=self.show.seq))

    def ask(self, asker: str | None = None, command_id: str | None = None) -> Entry:
        """Ask a question; an asker who is not given is a new one."""
        person = asker or f"anon {self.show.seq}"
        return self.turn(AskQuestion("为什么？", "zh"), Actor(person, ATTENDEE.role), command_id)


def plain(seq: int, records: Sequence[Record] = (), drop: Sequence[Record] = ()) -> Entry:
    """Return the entry of a turn that nobody commanded and no rule knows."""
    at = START_AT + seq
    return Entry(
        seq=seq,
        at=at,
        actor=MODERATOR,
        command_id=None,
        command_type="trial",
        command=b"{}",
        facts=(),
        changes=[Change(record.key, record, seq, at) for record in records]
        + [Change(record.key, None, seq, at) for record in drop],
        before={record.key: record for record in drop},
        decision=None,
    )


async def write(store: Store, *entries: Entry, ballots: Sequence[Ballot] = ()) -> None:
    """Write entries and ballots in one turn."""
    async with store.turn("test", 0) as turn:
        await turn.write(entries, ballots)
