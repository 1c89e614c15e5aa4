"""`luyan demo`: a show that starts in a minute, goes on after a restart, and breathes."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.app import now_ms
from server.demo.audience import Attendee
from server.demo.crowd import Crowd, is_loopback
from server.demo.stock import QUESTIONS, SPOKEN
from server.domain.questions import TEXT_LIMIT
from server.domain.text import clean
from tests.harness import DemoHouse, House, luyan


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoHouse]:
    """The demo on a folder of its own."""
    with DemoHouse(tmp_path / "data") as demo:
        yield demo


async def test_the_show_starts_within_a_minute_and_goes_on_after_a_crash(demo: DemoHouse) -> None:
    async with demo.client("caller") as caller:
        details = caller.records["details/show"]
        assert now_ms() < details["starts_at"] <= now_ms() + 60_000
        await caller.do({"type": "stage.advance", "seen": caller.seq})
        await caller.wait(lambda: caller.records["stage/main"]["anchor"] is not None)
        stage = caller.records["stage/main"]
    demo.kill()
    demo.restart()
    async with demo.client("caller") as caller:
        assert caller.records["stage/main"] == stage
        assert caller.records["details/show"] == details


def test_it_prints_every_link_and_a_code(demo: DemoHouse) -> None:
    until = time.monotonic() + 20
    while "Ctrl-C" not in demo.log:
        assert time.monotonic() < until
        time.sleep(0.02)
    people = demo.links["presenters"] + demo.links["commentators"]
    assert [person["url"] for person in people if person["url"] not in demo.log] == []
    assert "▀▀▀▀" in demo.log


def test_a_fresh_demo_is_another_show(demo: DemoHouse) -> None:
    demo.kill()
    demo.command = ("demo", "--fresh")
    demo.restart()
    links = json.loads(luyan("links", "--json", "--data", str(demo.data)))
    assert links["show"] == "demo-2"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the child in /proc")
def test_the_audience_ends_with_its_parent_however_that_ends(demo: DemoHouse) -> None:
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    until = time.monotonic() + 20
    while len(found := children.read_text().split()) < 2:
        assert time.monotonic() < until, "no audience or media child came"
        time.sleep(0.02)
    demo.kill()
    while any(_is_running(Path(f"/proc/{child}/stat")) for child in found):
        assert time.monotonic() < until, "a child stayed"
        time.sleep(0.02)


def _is_running(state: Path) -> bool:
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_attendees_ask_in_their_languages_and_upvote_what_is_approved(house: House) -> None:
    async with house.client("moderator") as moderator:
        hall = [
            asyncio.create_task(
                Attendee(house.url, house.show, random.Random(seed), 10, 0.01).attend()
            )
            for seed in range(12)
        ]
        try:
            await moderator.wait(lambda: len(moderator.all("question")) >= 12)
            for question in moderator.all("question"):
                answer = await moderator.do(
                    {"type": "question.approve", "question": question["id"]}
                )
                assert answer["type"] == "done"
            await moderator.wait(lambda: sum(t["votes"] for t in moderator.all("tally")) >= 12)
            assert len({question["lang"] for question in moderator.all("question")}) > 2
            house.kill()
            house.restart()
            await moderator.close()
            await moderator.open()
            before = len(moderator.all("question"))
            await moderator.wait(lambda: len(moderator.all("question")) > before)
        finally:
            for attendee in hall:
                attendee.cancel()
            for attendee in hall:
                with suppress(asyncio.CancelledError):
                    await attendee


def test_the_stock_of_questions_would_be_taken() -> None:
    assert SPOKEN.keys() == QUESTIONS.keys()
    assert len(QUESTIONS) >= 8
    for questions in QUESTIONS.values():
        assert len(set(questions)) == len(questions)
        assert [clean(text, "text", TEXT_LIMIT) for text in questions] == list(questions)


@pytest.mark.parametrize("number", [0, 2001])
def test_an_audience_has_a_size(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 2000"):
        Crowd().start("http://127.0.0.1:1", "s", number)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.5:8000", False),
        ("http://localhost.example.org", False),
        ("https://show.example.org", False),
    ],
)
def test_an_audience_visits_this_machine_only(url: str, here: bool) -> None:
    assert is_loopback(url) == here
    if not here:
        with pytest.raises(ValueError, match="this machine"):
            Crowd().start(url, "s", 1)
