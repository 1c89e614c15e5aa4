"""Rows `asks` and `votes`: what the audience can say in a second, each answered from disk."""

from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Crowd
from bench.figures import Figure, Size, spread
from bench.line import Line
from bench.subject import SHOW, Subject


def asks(data: Path, size: Size) -> Iterator[Figure]:
    """Questions a second, while as many as given wait for their answer."""
    with Subject(data) as server, Crowd(server.port) as crowd:
        crowd.join(size.askers, 0.5)
        yield _given(server, crowd, "ask", [], size.asks, size.asks_at_once)


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
        yield _given(server, crowd, "vote", questions, size.votes, size.votes_at_once)


def _given(
    server: Subject, crowd: Crowd, what: str, questions: list[str], total: int, at_once: int
) -> Figure:
    used = server.usage().cpu
    given = crowd.give(what, questions, total, at_once)
    cost = (server.usage().cpu - used) / total
    return Figure(
        f"{what}s, answered after their commit",
        f"{at_once:,} waiting at once",
        f"{total / given.seconds:,.0f} a second; {spread(given.each)}",
        f"server CPU {cost * 1e6:,.0f} µs each",
    )
