"""A show as one JSON document, for the organiser's files and for study."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from server.domain.roles import CREW, Role, Viewer, look
from server.domain.show import Change
from server.service.ports import Store

READER = Viewer(Role.HOST)


async def export(store: Store, show: str, now: int) -> dict[str, Any]:
    """Return what the host may see of a show, and its journal without words; refuse
    `show.unknown`."""
    reading = await store.read(show)
    records = visible(reading.changes)
    journal = told(await store.journal(show), records)
    return {
        "show": show,
        "seq": reading.seq,
        "exported_at": now,
        "records": records,
        "journal": journal,
    }


def visible(changes: Iterable[Change]) -> dict[str, Any]:
    """Return the records that the host may see, by key.

    It is the same rule as on the host's screen: feedback that was not released, who asked a
    question and what was withdrawn stay where they are.
    """
    records = ((change.key, look(change.record, READER)) for change in changes)
    return {key: document for key, document in records if document is not None}


def told(entries: Iterable[Mapping[str, Any]], known: Container[str]) -> list[dict[str, Any]]:
    """Return who did what when: no words, no earlier versions, and of the audience only numbers.

    `known` are the keys that the host may see; an entry about others keeps its seq and instant.
    """
    numbers: dict[str, int] = {}
    journal = []
    for entry in entries:
        facts = [fact for fact in entry["facts"] if fact["about"] in known]
        changed = [key for key in entry["changed"] if key in known]
        line = {"seq": entry["seq"], "at": entry["at"]}
        if facts or changed:
            line |= {
                "actor": _who(entry["actor"], changed, numbers),
                "command": entry["command_type"],
                "facts": facts,
                "changed": changed,
            }
        journal.append(line)
    return journal


def _who(
    actor: Mapping[str, str], changed: Sequence[str], numbers: dict[str, int]
) -> dict[str, str | int]:
    """Return the actor: the crew and those who act in their own name, everybody else a number."""
    role, person = Role(actor["role"]), actor["person"]
    asked = any(key.startswith("question/") for key in changed)
    if role in CREW or (role != Role.ATTENDEE and not asked):
        return {"role": role.value, "person": person}
    # The role would give a commentator away who asks as one of the audience.
    return {"role": Role.ATTENDEE.value, "person": numbers.setdefault(person, len(numbers) + 1)}
