"""The Hub tells every screen what became true, once, in shared bytes, and waits for nobody."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from server.domain.delay import Delay
from server.domain.messages import SendMessage
from server.domain.questions import ApproveQuestion, AskQuestion
from server.domain.refusal import Refusal
from server.domain.roles import CREW, Actor, Role, Viewer, look
from server.domain.show import Command
from server.domain.stage import AdvanceStage, HoldStage
from server.live import hub as hub_module
from server.live.hub import Hub
from server.live.outbox import Frame
from server.protocol.frames import Bye
from server.service.desk import Desk
from server.service.ports import Link, Reading
from tests.domain.rehearsal import (
    ATTENDEE,
    CALLER,
    MODERATOR,
    OTHER_ATTENDEE,
    START_AT,
    records,
)
from tests.live.keepers import Paused
from tests.live.screen import SHOW, Line, Screen

RESTART = (Bye.RESTART, 1.0)
SLOW = (Bye.SLOW, 1.0)


class Faulty(Paused):
    """A store whose reads can be held up and made to fail."""

    def __init__(self) -> None:
        super().__init__([0])
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: OSError | None = None
        self.reads = 0
        self.reading = asyncio.Event()

    async def read(self, show: str, since: int = 0) -> Reading:
        self.reads += 1
        reading = await super().read(show, since)
        self.reading.set()
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return reading


class Hall:
    """A desk and a hub over one store, and whoever comes in."""

    def __init__(self) -> None:
        self.now = START_AT
        self.store = Faulty()
        self.hub = Hub(self.store, lambda: self.now, whisper_seconds=0)
        self.desk = Desk(self.store, lambda: self.now, self.hub, tick_seconds=0)
        self._ids = 0

    async def do(self, command: Command, actor: Actor = CALLER) -> int:
        """Carry out a command, and let every screen be told."""
        self._ids += 1
        seq = await self.desk.do(SHOW, f"id {self._ids}", command, actor)
        await self.idle()
        return seq

    async def advance(self) -> int:
        """Change something that everybody sees."""
        (row,) = await self.store.shows()
        return await self.do(AdvanceStage(seen=row.seq))

    async def ask(self, asker: Actor = ATTENDEE) -> int:
        """Change something that the crew and one attendee see."""
        return await self.do(AskQuestion(text="Why?", lang="en"), asker)

    async def come(self, view: Role, person: str = "somebody", limit: int = 50) -> Line:
        """Let somebody in; what they are told first is already taken in."""
        line = await Screen(view, person).hello(self.hub, limit)
        await self.idle()
        line.under_way.clear()
        return line

    async def idle(self) -> None:
        """Let everything come to rest."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    await hall.store.create(SHOW, records(), START_AT)
    yield hall
    await hall.desk.close()
    await hall.hub.close()


def told(line: Line) -> list[dict[str, Any]]:
    """Take in the frames under way."""
    frames = [msgspec.json.decode(frame.json) for frame in line.under_way]
    line.under_way.clear()
    return frames


def types(line: Line) -> list[str]:
    return [frame["type"] for frame in told(line)]


# ---- shared bytes ------------------------------------------------------------------------------


async def test_a_snapshot_is_encoded_once_for_all_who_come(hall: Hall) -> None:
    lines = [await Screen(Role.ATTENDEE, f"a{n}").hello(hall.hub) for n in range(50)]
    snapshots = {id(line.under_way[1]) for line in lines}
    assert len(snapshots) == 1
    before = lines[0].under_way[1]
    await hall.advance()
    line = await Screen(Role.ATTENDEE, "late").hello(hall.hub)
    assert line.under_way[1] is not before
    assert b'"on_air":"c1"' in line.under_way[1].json


async def test_a_patch_is_the_same_frame_for_everybody_in_a_view(hall: Hall) -> None:
    lines = [await hall.come(Role.ATTENDEE, f"a{n}") for n in range(50)]
    stage = await hall.come(Role.STAGE)
    for _ in range(3):
        await hall.advance()
        frames = {id(line.under_way[-1]) for line in lines}
        assert len(frames) == 1
        assert lines[0].under_way[-1].wire is lines[49].under_way[-1].wire
        assert stage.under_way[-1] is not lines[0].under_way[-1]


async def test_whoever_has_something_of_their_own_gets_one_frame_of_their_own(hall: Hall) -> None:
    asker, tab = [await hall.come(Role.ATTENDEE, ATTENDEE.person) for _ in range(2)]
    other = await hall.come(Role.ATTENDEE, OTHER_ATTENDEE.person)
    seq = await hall.ask()
    assert not other.under_way
    assert asker.under_way[0] is tab.under_way[0]
    (frame,) = told(asker)
    assert frame["records"][f"question/q{seq}"]["mine"] is True
    await hall.do(ApproveQuestion(question=f"q{seq}"), MODERATOR)
    (mine,), (shared,) = told(asker), told(other)
    assert mine["records"][f"question/q{seq}"].pop("mine") is True
    assert (
        mine["records"][f"question/q{seq}"].items() > shared["records"][f"question/q{seq}"].items()
    )


async def test_a_frame_says_which_one_it_follows(hall: Hall) -> None:
    asker = await hall.come(Role.ATTENDEE, ATTENDEE.person)
    other = await hall.come(Role.ATTENDEE, OTHER_ATTENDEE.person)
    first = await hall.advance()
    own = await hall.ask()
    last = await hall.advance()
    after = [[(f["after"], f["seq"]) for f in told(line)] for line in (asker, other)]
    assert after[0] == [(1, first), (first, own), (own, last)]
    assert after[1] == [(1, first), (first, last)]


async def test_a_lost_frame_of_ones_own_is_noticed(hall: Hall) -> None:
    screens = [Screen(Role.ATTENDEE, ATTENDEE.person) for _ in range(2)]
    for screen in screens:
        await screen.hello(hall.hub)
        await screen.hear()
    seq = await hall.ask()
    for screen in screens:
        assert screen.line is not None
        screen.line.under_way.clear()
    await hall.hub.pulse(SHOW)
    await screens[0].hear()
    await hall.advance()
    for screen in screens:
        await screen.hear()
        assert f"question/q{seq}" in screen.records


# ---- coming and going --------------------------------------------------------------------------


async def test_whoever_was_away_is_told_what_is_newer(hall: Hall) -> None:
    screen = Screen(Role.ATTENDEE, "somebody")
    await screen.hello(hall.hub)
    await screen.hear()
    screen.drop()
    await hall.advance()
    await hall.ask()
    line = await screen.hello(hall.hub)
    welcome, patch = told(line)
    assert (welcome["type"], welcome["seq"]) == ("welcome", 3)
    assert (patch["after"], patch["seq"]) == (1, 3)
    assert set(patch["records"]) >= {"stage/main", "cue/c1"}
    assert "cue/c5" not in patch["records"]


@pytest.mark.parametrize(("since", "epoch"), [(1, "another"), (1, None), (99, ""), (-1, "")])
async def test_whoever_comes_from_elsewhere_starts_afresh(
    hall: Hall, since: int, epoch: str | None
) -> None:
    screen = Screen(Role.ATTENDEE, "somebody")
    screen.seq = since
    screen.epoch = hall.store.epoch if epoch == "" else epoch
    line = await screen.hello(hall.hub)
    assert told(line)[1]["after"] == 0


async def test_joining_while_the_hub_reads_misses_nothing(hall: Hall) -> None:
    await hall.hub.show(SHOW)
    hall.store.gate.clear()
    hall.store.reading.clear()
    await hall.desk.do(SHOW, "go", AdvanceStage(seen=1), CALLER)
    await hall.store.reading.wait()
    screen = Screen(Role.CALLER, "caller")
    await screen.hello(hall.hub)
    hall.store.gate.set()
    await hall.idle()
    await screen.hear()
    reading = await hall.store.read(SHOW)
    assert screen.seq == reading.seq == 2
    true = {c.key: look(c.record, Viewer(Role.CALLER, "caller")) for c in reading.changes}
    assert screen.records == msgspec.json.decode(msgspec.json.encode(true))


async def test_a_crowd_that_comes_at_once_reads_the_show_once(hall: Hall) -> None:
    hall.store.gate.clear()
    crowd = [Screen(Role.ATTENDEE, f"a{n}") for n in range(50)]
    coming = [asyncio.create_task(screen.hello(hall.hub)) for screen in crowd]
    await asyncio.sleep(0)
    hall.store.gate.set()
    await asyncio.gather(*coming)
    assert hall.store.reads == 1
    assert len({id(line.result().under_way[1]) for line in coming}) == 1


async def test_a_show_that_is_not_there_is_refused_and_forgotten(hall: Hall) -> None:
    for _ in range(2):
        with pytest.raises(Refusal, match="show\\.unknown"):
            await hall.hub.show("elsewhere")
    await hall.store.create("elsewhere", records(), START_AT)
    assert (await hall.hub.show("elsewhere")).seq == 1
    assert not hall.hub._loading


async def test_leaving_twice_is_leaving_once(hall: Hall) -> None:
    screen = Screen(Role.ATTENDEE, "somebody")
    await screen.hello(hall.hub)
    connection = screen._connection
    assert connection is not None
    for _ in range(2):
        hall.hub.leave(SHOW, connection)
    hall.hub.leave("elsewhere", connection)
    assert hall.hub.followed()[SHOW].connections == []


# ---- slow, revoked, restarting -----------------------------------------------------------------


async def test_whoever_is_too_slow_is_closed_and_others_go_on(hall: Hall) -> None:
    slow = await hall.come(Role.ATTENDEE, "slow", limit=2)
    others = [await hall.come(Role.ATTENDEE, f"a{n}") for n in range(3)]
    seqs = [await hall.advance() for _ in range(4)]
    assert slow.goodbye == SLOW
    assert [frame["seq"] for frame in told(slow)] == seqs[:2]
    for line in others:
        assert [frame["seq"] for frame in told(line)] == seqs
        assert line.goodbye is None
    assert hall.hub.followed()[SHOW].audience == 3


async def test_whoever_is_too_slow_for_a_pulse_is_closed(hall: Hall) -> None:
    slow = await Screen(Role.STAGE, "stage").hello(hall.hub, limit=2)
    await hall.hub.pulse(SHOW)
    assert slow.goodbye == SLOW
    assert hall.hub.followed()[SHOW].connections == []


async def test_whoever_cannot_even_take_the_first_patch_is_closed(hall: Hall) -> None:
    line = await Screen(Role.ATTENDEE, "slow").hello(hall.hub, limit=1)
    assert line.goodbye == SLOW
    assert hall.hub.followed()[SHOW].connections == []


async def test_a_link_that_is_taken_back_closes_its_screens_by_the_next_pulse(hall: Hall) -> None:
    def link(name: str, **ends: int) -> Link:
        return Link(
            id=name,
            show=SHOW,
            role=Role.PRESENTER,
            person="ada",
            token_hash=name,
            created_at=0,
            **ends,
        )

    for name in ("revoked", "expiring", "good"):
        await hall.store.put_link(link(name))
    lines = {
        name: await Screen(Role.PRESENTER, "ada").hello(hall.hub, 50, link=name)
        for name in ("revoked", "expiring", "good")
    }
    anonymous = await hall.come(Role.ATTENDEE)
    await hall.hub.pulse(SHOW)
    assert all(line.goodbye is None for line in lines.values())
    await hall.store.put_link(link("revoked", revoked_at=hall.now))
    await hall.store.put_link(link("expiring", expires_at=hall.now + 1000))
    await hall.hub.pulse(SHOW)
    assert lines["revoked"].goodbye == (Bye.REVOKED, None)
    assert lines["expiring"].goodbye is None
    hall.now += 1000
    await hall.hub.pulse(SHOW)
    assert lines["expiring"].goodbye == (Bye.REVOKED, None)
    assert lines["good"].goodbye is anonymous.goodbye is None
    lines["revoked"].under_way.clear()
    await hall.do(SendMessage(text="For Ada", to="ada"))
    assert not lines["revoked"].under_way


async def test_a_server_that_restarts_sends_everybody_away_and_back(hall: Hall) -> None:
    lines = [await hall.come(role, "somebody") for role in Role]
    hall.hub.farewell()
    assert [line.goodbye for line in lines] == [RESTART] * len(lines)
    late = await Screen(Role.ATTENDEE, "late").hello(hall.hub)
    assert late.goodbye == RESTART
    assert hall.hub.followed()[SHOW].connections == []


# ---- pulse and whispers ------------------------------------------------------------------------


async def test_when_nothing_happens_there_is_only_the_pulse(hall: Hall) -> None:
    lines = [await hall.come(role, "somebody") for role in Role]
    for _ in range(3):
        hall.now += 5000
        await hall.hub.pulse(SHOW)
        await hall.idle()
    expected = [{"type": "pulse", "time": START_AT + n, "seq": 1} for n in (5000, 10_000, 15_000)]
    for role, line in zip(Role, lines, strict=True):
        crew = {"behind": None} if role in CREW else {}
        assert told(line) == [{**pulse, "audience": 1, **crew} for pulse in expected]


async def test_the_crew_is_told_how_late_the_attendees_are_and_nobody_else_is(hall: Hall) -> None:
    caller, stage = await hall.come(Role.CALLER, "caller"), await hall.come(Role.STAGE, "stage")
    attendees = [Screen(Role.ATTENDEE, f"anon-{n}") for n in range(4)]
    for screen in attendees:
        await screen.hello(hall.hub)
    for behind in (4200, 9000, 4000):
        attendees.pop().say_behind(behind)
    told(caller), told(stage)
    await hall.hub.pulse(SHOW)
    assert told(caller)[0]["behind"] == {"median": 4200, "p95": 9000, "viewers": 3}
    assert "behind" not in told(stage)[0]


async def test_who_has_left_is_late_no_more(hall: Hall) -> None:
    screen = Screen(Role.ATTENDEE, "anon")
    await screen.hello(hall.hub)
    screen.say_behind(5000)
    following = hall.hub.followed()[SHOW]
    assert following.behind() == Delay(5000, 5000, 1)
    screen.drop()
    assert following.behind() is None


async def test_what_a_view_may_not_see_does_not_reach_it(hall: Hall) -> None:
    attendee, caller = await hall.come(Role.ATTENDEE), await hall.come(Role.CALLER, "caller")
    await hall.ask()
    await hall.do(SendMessage(text="Psst", to="ada"))
    assert not attendee.under_way
    assert types(caller) == ["patch", "patch"]
    await hall.hub.pulse(SHOW)
    assert [told(line)[0]["seq"] for line in (attendee, caller)] == [1, 3]


async def test_the_pulse_counts_the_audience(hall: Hall) -> None:
    screens = [Screen(Role.ATTENDEE, f"a{n}") for n in range(3)]
    for screen in screens:
        await screen.hello(hall.hub)
    caller = await hall.come(Role.CALLER, "caller")
    await hall.hub.pulse(SHOW)
    screens[1].drop()
    await hall.hub.pulse(SHOW)
    assert [frame["audience"] for frame in told(caller)] == [3, 2]


async def test_the_pulse_finds_what_a_lost_hint_would_have_told(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await hall.come(Role.ATTENDEE)
    with monkeypatch.context() as deaf:
        deaf.setattr(Hub, "hint", lambda *_: None)
        await hall.advance()
    assert not line.under_way
    await hall.hub.pulse(SHOW)
    await hall.idle()
    assert types(line) == ["pulse", "patch"]


async def test_the_pulse_beats_by_itself(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PULSE_SECONDS", 0)
    line = await hall.come(Role.ATTENDEE)
    hall.hub.start()
    for _ in range(20):
        await asyncio.sleep(0)
    await hall.hub.close()
    heard = types(line)
    assert len(heard) > 1
    assert set(heard) == {"pulse"}


async def test_the_crew_is_told_who_is_present_once_for_all(hall: Hall) -> None:
    crew = [await hall.come(role, role.value) for role in (Role.CALLER, Role.MODERATOR)]
    others = [await hall.come(Role.ATTENDEE), await hall.come(Role.COMMENTATOR, "wu")]
    await hall.idle()
    for line in crew:
        line.under_way.clear()
    ada, tab, bo = (Screen(Role.PRESENTER, person) for person in ("ada", "ada", "bo"))
    for screen in (ada, tab, bo):
        await screen.hello(hall.hub)
    ada.drop()
    bo.drop()
    await hall.idle()
    assert [told(line) for line in crew] == [[{"type": "whisper", "present": ["ada", "wu"]}]] * 2
    assert [types(line) for line in others] == [[], []]
    tab.drop()
    await hall.idle()
    assert told(crew[0]) == [{"type": "whisper", "present": ["wu"]}]


async def test_attendees_come_and_go_without_a_whisper(hall: Hall) -> None:
    caller = await hall.come(Role.CALLER, "caller")
    screen = Screen(Role.ATTENDEE, "somebody")
    await screen.hello(hall.hub)
    screen.drop()
    await hall.idle()
    assert not caller.under_way


async def test_the_crew_is_told_at_once_who_is_there(hall: Hall) -> None:
    await hall.come(Role.PRESENTER, "ada")
    await hall.come(Role.ATTENDEE, "somebody")
    line = await Screen(Role.CALLER, "caller").hello(hall.hub)
    whisper, pulse = told(line)[-2:]
    assert whisper == {"type": "whisper", "present": ["ada"]}
    assert (pulse["type"], pulse["audience"]) == ("pulse", 1)


# ---- faults ------------------------------------------------------------------------------------


async def test_a_hint_of_what_cannot_be_read_does_not_spin(hall: Hall) -> None:
    line = await hall.come(Role.ATTENDEE)
    reads = hall.store.reads
    hall.hub.hint(SHOW, 99)
    await hall.idle()
    assert hall.store.reads == reads + 1
    await hall.advance()
    assert types(line) == ["patch"]


async def test_a_store_that_cannot_be_read_costs_time_and_no_data(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    line = await hall.come(Role.ATTENDEE)
    hall.store.fault = OSError("the disk is on fire")
    await hall.hub.show(SHOW)
    hall.hub.hint(SHOW, 2)
    await hall.idle()
    assert "could not be read" in caplog.text
    hall.store.fault = None
    await hall.advance()
    await hall.do(HoldStage())
    await hall.hub.pulse(SHOW)
    assert [(f["type"], f["seq"]) for f in told(line)] == [("patch", 2), ("patch", 3), ("pulse", 3)]


async def test_a_fault_while_publishing_sends_everybody_back_to_the_truth(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "luyan")

    class Bad(Line):
        def send(self, frame: Frame) -> bool:
            if b'"after":0' not in frame.json and b"welcome" not in frame.json:
                raise RuntimeError("the transport is broken")
            return super().send(frame)

    screens = [Screen(role, "somebody") for role in Role]
    lines = [await screen.hello(hall.hub) for screen in screens]
    bad = Screen(Role.ATTENDEE, "bad")
    await bad._join(hall.hub, Bad(bad.sent, bad.view, bad.person))
    await hall.advance()
    assert [line.goodbye for line in lines] == [(Bye.FAULT, 1.0)] * len(lines)
    for screen in screens:
        await screen.hear()
        await screen.hello(hall.hub)
        await screen.hear()
        assert screen.records["stage/main"]["on_air"] == "c1"
    await hall.do(HoldStage())
    for screen in screens:
        await screen.hear()
        assert screen.records["stage/main"]["held_at"] == hall.now
