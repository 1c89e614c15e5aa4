"""The server is killed in the middle of everything; what was answered is there, once."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from server.demo.client import Client
from tests.web.conftest import Served

ASKERS = 50
ASKS = 2_000
TRIAL = Path(__file__).with_name("trial.toml")


async def test_fifty_who_advance_at_once_advance_once(served: Served) -> None:
    callers = [served.line("caller") for _ in range(50)]
    try:
        await asyncio.gather(*(caller.open() for caller in callers))
        seen = callers[0].seq
        answers = await asyncio.gather(
            *(caller.do({"type": "stage.advance", "seen": seen}) for caller in callers)
        )
        assert Counter(a["type"] for a in answers) == {"done": 1, "refused": 49}
        assert {a["code"] for a in answers if a["type"] == "refused"} == {"stage.moved_on"}
        moved = next(a["seq"] for a in answers if a["type"] == "done")
        for caller in callers:
            await caller.wait(lambda caller=caller: caller.seq >= moved)  # type: ignore[misc]
        assert {caller.records["stage/main"]["on_air"] for caller in callers} == {"s1.pitch"}
    finally:
        await asyncio.gather(*(caller.close() for caller in callers))


async def test_an_id_sent_twenty_times_is_done_once(served: Served) -> None:
    ask = {"type": "question.ask", "text": "Twenty times?", "lang": "en"}
    async with served.line() as asker, served.line("moderator") as moderator:
        answers = await asyncio.gather(*(asker.do(ask, "the-same") for _ in range(20)))
        assert len({frozenset(answer.items()) for answer in answers}) == 1
        assert answers[0]["type"] == "done"
        await moderator.wait(lambda: moderator.seq >= answers[0]["seq"])
        texts = [question["text"] for question in moderator.all("question")]
        assert texts.count("Twenty times?") == 1


@pytest.mark.slow
async def test_every_question_that_was_answered_survives_a_kill_once(tmp_path: Path) -> None:
    with Served(tmp_path / "data", TRIAL) as house:
        askers = [house.line() for _ in range(ASKERS)]
        await asyncio.gather(*(asker.open() for asker in askers))
        async with house.line("caller") as caller:
            await caller.do({"type": "stage.advance", "seen": caller.seq})
            await caller.wait(lambda: caller.records["stage/main"]["on_air"] is not None)
            stage, epoch = caller.records["stage/main"], caller.epoch
        done: set[str] = set()
        killed = asyncio.Event()

        async def ask(asker: Client, number: int, text: str) -> None:
            command = {"type": "question.ask", "text": text, "lang": "en"}
            try:
                answer = await asker.do(command, f"ask-{number}")
            except ConnectionError:
                return
            assert answer["type"] == "done", answer
            done.add(text)
            if len(done) == ASKS // 3 and not killed.is_set():
                house.kill()
                killed.set()

        wanted = [(ASKS // ASKERS * who + n, who) for who in range(ASKERS) for n in range(40)]
        async with asyncio.TaskGroup() as asking:
            for number, who in wanted:
                asking.create_task(ask(askers[who], number, f"question {number} of {who}"))
        assert killed.is_set()
        before = set(done)
        assert len(before) < ASKS, "nothing was left open: the kill proved nothing"
        await asyncio.gather(*(asker.close() for asker in askers))

        house.restart()
        async with house.line("moderator") as moderator:
            assert moderator.epoch == epoch
            texts = Counter(question["text"] for question in moderator.all("question"))
            assert before <= texts.keys()
            assert set(texts.values()) == {1}
            assert moderator.records["stage/main"] == stage

        # Everybody comes back and sends again what had no answer, and for good measure the rest.
        await asyncio.gather(*(asker.open() for asker in askers))
        async with asyncio.TaskGroup() as asking:
            for number, who in wanted:
                asking.create_task(ask(askers[who], number, f"question {number} of {who}"))
        assert len(done) == ASKS
        async with house.line("moderator") as moderator:
            texts = Counter(question["text"] for question in moderator.all("question"))
            assert len(texts) == ASKS
            assert set(texts.values()) == {1}
        await asyncio.gather(*(asker.close() for asker in askers))
