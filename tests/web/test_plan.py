"""The plan over HTTP: what an order costs whom, what the planner proposes, and who may ask."""

import asyncio
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.web.conftest import Served


async def ask(served: Served, what: str, question: Any, who: str = "organiser", **more: Any) -> Any:
    """Return the status and the answer of a question about the plan."""
    body = {"content": question} if isinstance(question, bytes) else {"json": question}
    headers = {**served.headers(who), **more}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=60) as http:
        answer = await http.post(f"/s/{served.show}/plan/{what}", **body)
        return answer.status_code, answer.json()


async def test_an_order_is_weighed_beside_the_one_there_is(served: Served) -> None:
    code, now = await ask(served, "weigh", {})
    assert code == 200
    assert now["order"] == now["present"] == {"pitches": ["s1", "s2"]}
    assert now["breaches"] == 0
    _, then = await ask(served, "weigh", {"order": {"pitches": ["s2", "s1"]}})
    assert then["present"] == now["present"]
    assert [row["slot"] for row in then["rows"]] == ["s2", "s1"]
    assert [row["slot"] for row in then["today"]] == ["s1", "s2"]
    ada = next(row for row in then["rows"] if row["slot"] == "s1")
    before = next(row for row in now["rows"] if row["slot"] == "s1")
    assert (ada["zone"], ada["was"]) == ("America/New_York", before["there"])
    assert ada["by"] == pytest.approx(ada["burden"] - before["burden"], abs=1e-3)
    assert then["worst"] - then["now"]["worst"] == pytest.approx(ada["by"], abs=1e-3)
    assert "Ada" in then["html"]["ledger"]
    assert then["html"]["picture"].count('<text class="name"') == 2
    assert "style=" not in "".join(then["html"].values())
    assert then["mark"] == now["mark"]
    _, brief = await ask(served, "weigh", {"order": then["order"], "brief": True})
    assert brief["rows"] == then["rows"]
    assert brief["html"] == {part: then["html"][part] for part in ("ledger", "breaches")}


async def test_it_is_told_in_the_readers_language(served: Served) -> None:
    _, told = await ask(served, "weigh", {}, **{"Accept-Language": "zh"})
    assert "周五" in told["today"][0]["there"]
    assert "纽约" in told["html"]["times"]


async def test_the_planner_proposes_the_best_order_with_its_proof(served: Served) -> None:
    code, told = await ask(served, "propose", {})
    assert code == 200
    assert told["proved"]
    assert told["worst"] <= told["present"]["worst"]
    assert told["rearrange"]["pitches"] == told["order"]
    assert "Proved" in told["html"]["verdict"]
    _, weighed = await ask(served, "weigh", {"order": told["rearrange"]})
    assert weighed["worst"] == pytest.approx(told["worst"], abs=1e-3)
    assert weighed["mark"] == told["planned"]


async def test_a_pin_is_kept_and_the_rest_is_solved(served: Served) -> None:
    for slot in ("s1", "s2"):
        _, told = await ask(served, "propose", {"pins": {slot: 1}})
        assert told["order"][1] == slot


async def test_without_whom_is_lost_and_after_who_is_late(served: Served) -> None:
    code, told = await ask(served, "propose", {"lost": ["s1"], "repair": True})
    assert code == 200
    assert told["order"] == ["s2"]
    assert told["rearrange"] == {"pitches": ["s2"]}
    assert told["repair"]["moved"] == []
    _, now = await ask(served, "weigh", {})
    assert now["order"] == {"pitches": ["s1", "s2"]}, "to ask for a plan changes nothing"
    first = datetime.fromisoformat(now["rows"][0]["iso"]).timestamp() * 1000
    late = {"late": {"s1": int(first) + 60_000}, "repair": True}
    _, told = await ask(served, "propose", late)
    assert told["rearrange"] == {"pitches": ["s2", "s1"]}
    assert told["keep"] == {"pitches": ["s1", "s2"]}
    assert told["repair"]["moved"]
    assert "One presenter changes places:" in told["html"]["repair"]


async def test_a_repair_tells_what_moves_against_how_the_show_would_go_on(served: Served) -> None:
    _, told = await ask(served, "propose", {"lost": ["s1"], "repair": True}, "host")
    page = told["html"]["repair"]
    assert "Nobody has to change places." in page
    assert "<s>14:15</s> <b>14:00</b>" in page
    assert "Fri 07:00</span>" in page
    assert "Ada" not in page


async def test_hours_that_are_not_kept_are_said_in_words(served: Served) -> None:
    hours = {"type": "availability.give", "person": "ada", "available": ["09:00-17:00"]}
    anybody = {"type": "availability.give", "person": "ada"}
    async with served.line("organiser") as organiser:
        await organiser.do(hours)
        try:
            _, weighed = await ask(served, "weigh", {})
            assert weighed["breaches"] == 1
            assert "cannot be there" in weighed["html"]["breaches"]
            assert weighed["rows"][0]["broken"]
            _, told = await ask(served, "propose", {})
            assert told["order"] is None
            assert told["conflict"]["people"] == ["ada"]
            assert "no place at all" in told["html"]["verdict"]
            assert told["planned"] == weighed["mark"]
        finally:
            await organiser.do(anybody)
    _, weighed = await ask(served, "weigh", {})
    assert weighed["breaches"] == 0
    assert weighed["mark"] != told["planned"]


@pytest.mark.parametrize(
    ("what", "question", "code", "field"),
    [
        ("weigh", {"order": {"pitches": ["s1", "s9"]}}, "slot.unknown", "order"),
        ("weigh", {"order": {"pitches": ["s1", "s1"]}}, "plan.twice", "order"),
        ("weigh", {"order": {"nowhere": ["s1", "s2"]}}, "segment.unknown", "order"),
        ("weigh", {"order": {"pitches": [1]}}, "frame.invalid", "order[...][0]"),
        ("weigh", {"oder": {}}, "frame.invalid", None),
        ("weigh", b"nonsense", "frame.invalid", None),
        ("weigh", b'{"order": "' + b"x" * 70_000 + b'"}', "frame.invalid", None),
        ("propose", {"pins": {"s9": 0}}, "slot.unknown", "pins"),
        ("propose", {"pins": {"s1": 2}}, "plan.place", "pins"),
        ("propose", {"pins": {"s1": 1, "s2": 1}}, "plan.pinned", "pins"),
        ("propose", {"pins": {"s1": "first"}}, "frame.invalid", "pins[...]"),
        ("propose", {"lost": ["s9"]}, "slot.unknown", "lost"),
        ("propose", {"lost": ["s1", "s2"]}, "plan.nothing", None),
        ("propose", {"late": {"s9": 0}}, "slot.unknown", "late"),
        ("curve", {"curve": [[9, 0], [9, 1]]}, "plan.curve", "curve"),
        ("curve", {"curve": "steep"}, "frame.invalid", "curve"),
        ("curve", {}, "frame.invalid", None),
    ],
)
async def test_bad_input_is_refused_by_its_field(
    served: Served, what: str, question: Any, code: str, field: str | None
) -> None:
    status, refused = await ask(served, what, question)
    assert 400 <= status < 500
    assert (refused["code"], refused.get("field")) == (code, field)
    assert refused["text"]


@pytest.mark.parametrize("what", ["weigh", "propose", "curve"])
async def test_only_those_who_plan_may_ask(served: Served, what: str) -> None:
    for who in ("attendee", "ada", "wu", "moderator", "host"):
        status, refused = await ask(served, what, {}, who)
        assert (status, refused["code"]) == (403, "view.not_yours"), who
    status, refused = await ask(served, what, {}, Origin="https://else.example")
    assert (status, refused["code"]) == (403, "origin.wrong")
    question = {"curve": "gentle"} if what == "curve" else {}
    assert (await ask(served, what, question, "caller"))[0] == 200


async def test_a_planner_that_is_lost_is_refused_calmly_and_the_next_one_answers(
    served: Served,
) -> None:
    for _ in range(5):
        asked = asyncio.create_task(ask(served, "propose", {}))
        os.kill(await planner(served), signal.SIGKILL)
        status, refused = await asked
        if status != 200:  # it had not found the plan before it was ended
            break
    assert (status, refused["code"]) == (500, "server.planner")
    assert (await ask(served, "propose", {}))[0] == 200


async def planner(served: Served) -> int:
    """Wait for the server's planning process, and return its process id."""
    for _ in range(2000):
        if found := planners(served.pid):
            return found[0]
        await asyncio.sleep(0.005)
    raise AssertionError("no planning process was started")


def planners(pid: int) -> list[int]:
    """The planning processes of a server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, command in commands.items() if b"server.planning" in command]


async def test_a_curve_is_drawn(served: Served) -> None:
    _, gentle = await ask(served, "curve", {"curve": "gentle"})
    assert gentle["knots"][2] == [4.0, 9.0]
    _, own = await ask(served, "curve", {"curve": gentle["knots"]})
    assert own == gentle
    assert own["html"]["curve"].count("<rect") == 96


async def test_on_air_what_was_called_keeps_its_place_until_nothing_is_left(served: Served) -> None:
    async with served.line("caller") as caller:
        seen = (await caller.do({"type": "stage.advance", "seen": caller.seq}))["seq"]
        _, weighed = await ask(served, "weigh", {})
        assert weighed["order"] == {"pitches": ["s2"]}
        status, refused = await ask(served, "weigh", {"order": {"pitches": ["s2", "s1"]}})
        assert (status, refused["code"]) == (404, "slot.unknown")
        _, told = await ask(served, "propose", {})
        assert told["rearrange"] == {"pitches": ["s2"]}
        assert told["starts"] == []
        for cue in caller.all("cue"):
            if cue["slot"] == "s1":
                seen = (await caller.do({"type": "stage.advance", "seen": seen}))["seq"]
    for what in ("weigh", "propose"):
        status, refused = await ask(served, what, {})
        assert (status, refused["code"]) == (409, "plan.nothing")
