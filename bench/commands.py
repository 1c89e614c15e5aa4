"""Rows `asks` and `votes`: what the audience can say in a second, each answered from disk."""

from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Crowd
from bench.figures import Figure, Size, spread
from bench.line import Line
from bench.subject import SHOW, Subject

WINDOW = 8


def asks(data: Path, size: Size) -> Iterator[Figure]:
    """Questions a second, while each asker waits for the answer before asking again."""
    with Subject(data) as server, Crowd(server.port) as crowd:
        crowd.join(size.askers, 0.5)
        yield _given(server, crowd, "ask", [], size.asks, 1, f"{size.askers:,} askers")


def votes(data: Path, size: Size) -> Iterator[Figure]:
    """Votes a second, while each voter has a few on the way."""
    with Subject(data) as server, Crowd(server.port) as crowd:
        with Line(server.port, SHOW, "moderator", server.tokens["moderator"]) as moderator:
            questions = []
            for number in range(size.questions):
                asked = {"type": "question.ask", "text": f"Question {number}?", "lang": "en"}
                questions.append(f"q{moderator.do(asked)}")
                moderator.do({"type": "question.approve", "question": questions[-1]})
        crowd.join(size.voters, size.voters / 1000)
        scale = f"{size.voters:,} voters × {WINDOW}"
        yield _given(server, crowd, "vote", questions, size.votes, WINDOW, scale)


def _given(
    server: Subject,
    crowd: Crowd,
    what: str,
    questions: list[str],
    total: int,
    window: int,
    scale: str,
) -> Figure:
    used = server.usage().cpu
    given = crowd.give(what, questions, total, window)
    cost = (server.usage().cpu - used) / total
    rate = total / given.seconds
    return Figure(
        f"{what}s, answered after their commit",
        scale,
        f"{rate:,.0f} a second; {spread(given.each)}",
        f"server CPU {cost * 1e6:,.0f} µs each",
    )
