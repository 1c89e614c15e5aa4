"""Who may read which words at which seq, told from the journal alone: neither the records nor
the rules of who sees what are asked."""

import re
from typing import Any

import msgspec

from server.domain.roles import CREW, DESK, EVERYONE, PLANNERS, Role, Viewer

WORD = re.compile(rb"zq\d+qz")

PRESENTERS = {"s1": "ada", "s2": "bo"}


def word(number: int) -> str:
    """Return a word that occurs once in the world."""
    return f"zq{number}qz"


class Audience(msgspec.Struct, frozen=True):
    """Whoever looks through one of these views, or is one of these persons."""

    views: frozenset[Role] = frozenset()
    persons: frozenset[str] = frozenset()

    def has(self, viewer: Viewer) -> bool:
        """Tell whether somebody belongs to it."""
        return viewer.role in self.views or viewer.person in self.persons


NOBODY = Audience()
ANYBODY = Audience(EVERYONE)


class Asked(msgspec.Struct):
    """A question as the journal tells it."""

    asker: str
    text: str
    reason: str | None = None
    reply: str | None = None
    shown: bool = False
    withdrawn: bool = False


class Written(msgspec.Struct):
    """Feedback as the journal tells it."""

    author: str
    presenter: str
    words: list[str]
    to: str = "nobody"


class Confidences:
    """Every word that was planted, and who may read it from which seq on."""

    def __init__(self) -> None:
        self._said: dict[str, list[tuple[int, Audience]]] = {}
        self._questions: dict[str, Asked] = {}
        self._feedback: dict[str, Written] = {}
        self._asked_to_move: dict[str, list[str]] = {}
        self._hours: dict[str, list[str]] = {}

    def plant(self, said: str, audience: Audience, seq: int = 1) -> None:
        """Say who may read a word from `seq` on."""
        self._said.setdefault(said, []).append((seq, audience))

    def ask(self, question: str, asker: str, text: str, seq: int = 1, shown: bool = False) -> None:
        """Plant a question."""
        self._questions[question] = asked = Asked(asker, text, shown=shown)
        self._open(asked, seq)

    def audience(self, said: str, seq: int) -> Audience:
        """Return who may read a word in what is true at `seq`."""
        held = [audience for since, audience in self._said.get(said, ()) if since <= seq]
        return held[-1] if held else NOBODY

    def follow(self, entry: dict[str, Any]) -> None:
        """Take in one entry of the journal."""
        seq, command, who = entry["seq"], entry["command"], entry["actor"]["person"]
        match entry["command_type"].split("."):
            case ["question", "ask"]:
                self.ask(f"q{seq}", who, command["text"], seq)
            case ["question", what]:
                self._judge(self._questions[command["question"]], what, command, seq)
            case ["feedback", "write"]:
                key = f"{command['slot']}.{who}"
                words = [command["strength"], command["advice"], command["question"]]
                new = Written(who, PRESENTERS[command["slot"]], [w for w in words if w])
                if key in self._feedback:
                    old = self._feedback[key]
                    self._hide(old.words, seq)
                    new.presenter, new.to = old.presenter, old.to
                self._feedback[key] = new
                self._release(new, seq)
            case ["feedback", "release"]:
                written = self._feedback[f"{command['slot']}.{who}"]
                written.to = command["to"]
                self._release(written, seq)
            case ["message", "send"]:
                to = frozenset({command["to"]} if command.get("to") else PRESENTERS.values())
                self.plant(command["text"], Audience(DESK, to), seq)
            case ["invitation", "send"]:
                for fact in entry["facts"]:
                    if fact["name"] == "invitation.sent":
                        self._answer(fact["about"].removeprefix("invitation/"), [], seq)
            case ["invitation", "accept"]:
                self._answer(command["slot"], [], seq)
            case ["invitation", "move"]:
                self._answer(command["slot"], [command["words"]], seq)
            case ["availability", "give"]:
                person = command.get("person") or who
                self._hide(self._hours.get(person, []), seq)
                self._hours[person] = [command["words"]]
                self.plant(command["words"], Audience(CREW, frozenset({person})), seq)
            case ["trial", "hand_over"]:
                written = self._feedback[command["feedback"]]
                written.presenter = command["presenter"]
                self._release(written, seq)
            case ["trial", "forget"]:
                self._forget(command["key"], seq)

    def _judge(self, asked: Asked, what: str, command: dict[str, Any], seq: int) -> None:
        match what:
            case "edit":
                self._hide([asked.text], seq)
                asked.text = command["text"]
            case "withdraw":
                asked.shown, asked.withdrawn = False, True
            case "approve":
                asked.shown = True
            case "dismiss":
                asked.shown, asked.reason = False, command["reason"]
            case "reply":
                self._hide([asked.reply] if asked.reply else [], seq)
                asked.shown, asked.reply = True, command["text"]
            case "restore":
                self._hide([said for said in (asked.reason, asked.reply) if said], seq)
                asked.reason = asked.reply = None
        self._open(asked, seq)

    def _open(self, asked: Asked, seq: int) -> None:
        own = frozenset({asked.asker})
        crew = Audience(frozenset() if asked.withdrawn else CREW, own)
        self.plant(asked.text, ANYBODY if asked.shown else crew, seq)
        if asked.reason is not None:
            self.plant(asked.reason, crew, seq)
        if asked.reply is not None:
            self.plant(asked.reply, ANYBODY if asked.shown else crew, seq)

    def _release(self, written: Written, seq: int) -> None:
        readers = {written.author} | ({written.presenter} if written.to == "presenter" else set())
        audience = ANYBODY if written.to == "public" else Audience(persons=frozenset(readers))
        for said in written.words:
            self.plant(said, audience, seq)

    def _answer(self, slot: str, words: list[str], seq: int) -> None:
        self._hide(self._asked_to_move.get(slot, []), seq)
        self._asked_to_move[slot] = words
        for said in words:
            self.plant(said, Audience(PLANNERS, frozenset({PRESENTERS[slot]})), seq)

    def _forget(self, key: str, seq: int) -> None:
        kind, _, record_id = key.partition("/")
        if kind == "question":
            asked = self._questions.pop(record_id)
            words = (asked.text, asked.reason, asked.reply)
            self._hide([said for said in words if said], seq)
        elif kind == "feedback":
            self._hide(self._feedback.pop(record_id).words, seq)

    def _hide(self, words: list[str], seq: int) -> None:
        for said in words:
            self.plant(said, NOBODY, seq)
