"""Journal entries as rows and as plain documents, and the rule that they follow each other."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from server.service.ports import Entry
from server.store.documents import check, encode_before

# What stands where a role stands, when nobody gave a command.
HOUSE = "house"


class JournalRow(NamedTuple):
    """One entry as it is stored: what it changed stands in the records, how it was, in `before`.

    `decision` is the seq of the entry that may still be undone after this one; its `before` is
    what an undo restores.
    """

    seq: int
    at: int
    person: str
    role: str
    command_id: str | None
    command_type: str
    command: str
    facts: str
    changed: str
    before: str
    decision: int | None


def row(entry: Entry) -> JournalRow:
    """Return the row of an entry."""
    return JournalRow(
        seq=entry.seq,
        at=entry.at,
        person=entry.actor.person if entry.actor else "",
        role=entry.actor.role.value if entry.actor else HOUSE,
        command_id=entry.command_id,
        command_type=entry.command_type,
        command=entry.command.decode(),
        facts=msgspec.json.encode(entry.facts).decode(),
        changed=msgspec.json.encode([change.key for change in entry.changes]).decode(),
        before=encode_before(entry.before),
        decision=entry.decision.seq if entry.decision else None,
    )


def document(entry: JournalRow) -> dict[str, Any]:
    """Return an entry as a plain document."""
    parse = msgspec.json.decode
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": {"person": entry.person, "role": entry.role},
        "command_id": entry.command_id,
        "command_type": entry.command_type,
        "command": parse(entry.command),
        "facts": parse(entry.facts),
        "changed": parse(entry.changed),
        "before": parse(entry.before),
        "decision": entry.decision,
    }


def follow(seq: int, entries: Iterable[Entry]) -> int:
    """Return the seq after `entries`, or raise RuntimeError if they leave a hole after `seq`."""
    for entry in entries:
        seq += 1
        if entry.seq != seq or any(change.seq != seq for change in entry.changes):
            raise RuntimeError(f"seq {seq} must come next, not that of {entry.command_type}")
        for change in entry.changes:
            check(change.record)
    return seq
