"""Planning processes as the server uses them: real ones, superseded, lost and too slow."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from server.integrations.showfile import read
from server.plan.findings import Errand, Findings, findings
from server.plan.problem import Problem
from server.plan.show import of_records, problem_of
from server.planning.planners import Planners
from server.planning.wire import line, read_errand, read_findings
from tests.harness import SAMPLES
from tests.plan.cases import problems

ASKER = ("show", "organiser")


def changsha(**replaced: str) -> Errand:
    """The errand of the sample's afternoon."""
    text = (SAMPLES / "changsha.toml").read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = text.replace(f'id = "{old}"', f'id = "{old}"\n{new}')
    show = problem_of(of_records(read(text)))
    return Errand(show.problem, show.zone, tuple(show.walls))


@pytest.fixture
async def planners() -> AsyncIterator[Planners]:
    """A house's planning processes; none is left behind."""
    planners = Planners()
    yield planners
    await planners.close()


def children() -> list[int]:
    """The process ids of our children that plan."""
    found = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if "server.planning" in _command_line(pid)]


def _command_line(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except FileNotFoundError:
        return []


async def child() -> int:
    """Wait until there is a planning process, and return its process id."""
    for _ in range(2000):
        if found := children():
            return found[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("no process was started")


@given(problems(), st.booleans())
def test_an_errand_arrives_as_it_was_sent(problem: Problem, repair: bool) -> None:
    errand = Errand(problem, "Asia/Shanghai", ("2020-11-13T14:00:00",), repair)
    assert read_errand(line(errand)) == errand


async def test_a_process_finds_what_we_would_find_ourselves(planners: Planners) -> None:
    errand = changsha()
    *_, ours = findings(errand, lambda: 0.0)
    assert read_findings(line(ours)) == ours
    found = await planners.find(ASKER, errand)
    assert isinstance(found, Findings)
    assert found.plan is not None
    assert found.plan.proved
    assert (found.plan, found.prices, found.starts) == (ours.plan, ours.prices, ours.starts)
    assert found.alternatives == ours.alternatives
    assert not children()


async def test_why_there_is_no_plan_comes_back_too(planners: Planners) -> None:
    found = await planners.find(ASKER, changsha(whitcomb='available = ["09:00-17:00"]'))
    assert isinstance(found, Findings)
    assert found.plan is None
    assert found.conflict is not None
    assert found.conflict.people == ("whitcomb",)


async def test_of_one_asker_the_latest_errand_counts_and_others_are_left_alone(
    planners: Planners,
) -> None:
    errand = changsha()
    first = asyncio.create_task(planners.find(ASKER, errand))
    other = asyncio.create_task(planners.find(("show", "caller"), errand))
    await child()
    second = asyncio.create_task(planners.find(ASKER, errand))
    assert await first == "superseded"
    assert isinstance(await second, Findings)
    assert isinstance(await other, Findings)


async def test_a_process_that_is_lost_is_said_to_be(planners: Planners) -> None:
    asked = asyncio.create_task(planners.find(ASKER, changsha()))
    os.kill(await child(), signal.SIGKILL)
    assert await asked == "lost"
    assert isinstance(await planners.find(ASKER, changsha()), Findings)


async def test_what_takes_too_long_is_ended() -> None:
    assert await Planners(plan_seconds=0.01).find(ASKER, changsha()) == "too_long"
    assert not children()


async def test_a_plan_goes_out_when_what_else_there_is_to_say_takes_too_long() -> None:
    found = await Planners(more_seconds=0.0).find(ASKER, changsha())
    assert isinstance(found, Findings)
    assert found.plan is not None


async def test_whoever_no_longer_waits_leaves_no_process_behind(planners: Planners) -> None:
    asked = asyncio.create_task(planners.find(ASKER, changsha()))
    await child()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not children()


async def test_a_repair_comes_back_with_what_it_moves_and_nothing_else(planners: Planners) -> None:
    errand = changsha()
    first, *rest = errand.problem.slots
    late = structs.replace(first, earliest=errand.problem.sittings[0].starts_at + 3_600_000)
    problem = structs.replace(errand.problem, slots=(late, *rest))
    found = await planners.find(ASKER, structs.replace(errand, problem=problem, repair=True))
    assert isinstance(found, Findings)
    assert found.repair is not None
    assert found.plan is not None
    assert found.repair.moved == (first.id,)
    assert found.plan.order == found.repair.order
    assert found.prices is None
