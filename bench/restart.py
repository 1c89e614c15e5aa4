"""Row `restart`: how long a house is dark after it was switched off and on."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Crowd
from bench.figures import Figure, Size, ms
from bench.line import Line
from bench.subject import SHOW, Subject
from server.app import now_ms, open_store
from server.domain.questions import ApproveQuestion, AskQuestion, DismissQuestion
from server.domain.roles import Actor, Role
from server.domain.show import Command
from server.service.desk import Desk

AT_ONCE = 500
MODERATOR = Actor("moderator", Role.MODERATOR)


class _Unheard:
    """A bus that nobody listens to."""

    def hint(self, show: str, seq: int) -> None:
        """Tell nobody."""


def restart(data: Path, size: Size) -> Iterator[Figure]:
    """From the start of the process to the first snapshot and the first answer."""
    done = 0
    for commands in size.commands:
        asyncio.run(_fill(data, done, commands - done))
        done = commands
        with Subject(data) as server, Crowd(server.port) as crowd:
            joined = crowd.join(1, 0)
            start = time.perf_counter()
            with Line(server.port, SHOW, "caller", server.tokens["caller"]) as caller:
                opened = time.perf_counter() - start
                start = time.perf_counter()
                caller.do({"type": "stage.advance", "seen": caller.seq})
                answered = time.perf_counter() - start
            yield Figure(
                "restart: from the start to the first screen",
                f"{commands:,} commands",
                ms(server.start_seconds + joined.seconds),
                f"process {ms(server.start_seconds)}, first snapshot {ms(joined.seconds)}"
                f" ({joined.bytes_each / 1024:,.0f} KiB), the caller's {ms(opened)},"
                f" first command {ms(answered)}; memory {server.usage().memory / 1024:.0f} MiB",
            )


async def _fill(data: Path, first: int, count: int) -> None:
    """Carry out commands as an afternoon has them: of five, three asks and two decisions."""
    store = await open_store(data)
    desk = Desk(store, now_ms, _Unheard())
    waiting: list[str] = []
    for start in range(first, first + count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, first + count))
        given: list[tuple[Command, Actor]] = []
        for number in numbers:
            if number % 5 < 3 or not waiting:
                asker = Actor(f"asker{number % 2000}", Role.ATTENDEE)
                given.append((AskQuestion(text=f"What comes after {number}?", lang="en"), asker))
            elif number % 50 == 3:
                given.append((ApproveQuestion(question=waiting.pop()), MODERATOR))
            else:
                dismiss = DismissQuestion(question=waiting.pop(), reason="Asked before.")
                given.append((dismiss, MODERATOR))
        seqs = await asyncio.gather(
            *(
                desk.do(SHOW, f"fill-{number}", command, actor)
                for number, (command, actor) in zip(numbers, given, strict=True)
            )
        )
        waiting += [
            f"q{seq}"
            for seq, (command, _) in zip(seqs, given, strict=True)
            if isinstance(command, AskQuestion)
        ]
    await desk.close()
    await store.close()
