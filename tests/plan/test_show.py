"""A show on air as a planning problem: without what is over, and with the times to come."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from server.domain import clock, rundown
from server.domain.refusal import Refusal
from server.domain.rundown import Cue
from server.domain.show import Details, Draft
from server.domain.stage import ArmCue, HoldStage
from server.domain.wishes import Wishes
from server.plan.planner import plan
from server.plan.problem import Gap, InOrder, Pin, Together
from server.plan.score import breaches, timed
from server.plan.show import ShowPlan, problem_of
from tests.domain.rehearsal import CALLER, Rehearsal
from tests.domain.test_rearrange import advance, behind, rehearsal, shows

MINUTE = 60_000


def on_time(calls: int = 0) -> Rehearsal:
    """A show in which so many cues were called, each when it was planned."""
    show = rehearsal()
    show.now = show.get(Details, "show").starts_at
    for _ in range(calls):
        show.now = show.get(Cue, str(show.stage.standby)).planned_at
        advance(show, 1)
    return show


def planned(show: Rehearsal, **asked: object) -> ShowPlan:
    return problem_of(show.show, show.now, **asked)  # type: ignore[arg-type]


def at(wall: str) -> int:
    return clock.instant(f"2020-11-13T{wall}:00", "Europe/London")


def test_before_the_show_all_is_planned_as_it_stands() -> None:
    show = on_time()
    show.now += 90 * MINUTE
    found = planned(show)
    assert found.problem.present == (("a", "b", "c", "d", "e", "f"),)
    (sitting,) = found.problem.sittings
    assert sitting.starts_at == at("14:00")
    assert sitting.gaps == (Gap(0, 600, at("14:00")), Gap(3, 300, at("15:00")))


def test_what_was_called_is_out_of_it_and_the_rest_begins_when_that_is_over() -> None:
    show = on_time(2)
    show.now += 3 * MINUTE
    found = planned(show)
    assert found.problem.present == (("b", "c", "d", "e", "f"),)
    (sitting,) = found.problem.sittings
    assert (sitting.starts_at, sitting.gaps) == (at("14:20"), (Gap(2, 300, at("15:00")),))
    assert found.segments == (("g1", 2), ("g2", 3))
    assert found.order_by_segment((("f", "d", "b", "e", "c"),)) == {
        "g1": ["f", "d"],
        "g2": ["b", "e", "c"],
    }


def test_nothing_starts_before_now() -> None:
    show = on_time(2)
    show.now += 40 * MINUTE
    (sitting,) = planned(show).problem.sittings
    # The pitch on air ends now, its questions take another minute, then come two more slots.
    assert sitting.starts_at == at("14:51")
    assert sitting.gaps == (Gap(2, 300, at("15:11")),)
    show.do(HoldStage())
    show.now += 10 * MINUTE
    assert planned(show).problem.sittings[0].starts_at == at("15:01")


def test_the_hard_end_is_no_earlier_than_the_present_order_needs() -> None:
    show = on_time(2)
    show.put(replace(show.get(Wishes, "main"), ends="2020-11-13T15:30:00"))
    assert (
        plan(planned(show).problem) is None
        or breaches(planned(show).problem, planned(show).problem.present) == []
    )
    assert planned(show).problem.sittings[0].ends_at == at("15:35")


def test_what_is_lost_or_withdrawn_is_out_of_it_and_what_is_late_starts_later() -> None:
    show = on_time(1)
    found = planned(show, lost=("a",), late={"b": at("14:25")})
    assert found.problem.present == (("b", "c", "d", "e", "f"),)
    assert found.segments == (("g1", 2), ("g2", 3))
    assert found.problem.slot["b"].earliest == at("14:25")
    order = plan(found.problem)
    assert order is not None
    assert {p.slot: p.starts_at for p in timed(found.problem, order.order)}["b"] >= at("14:25")
    behind(show, show.seq, {"g1": "bc", "g2": "def"})
    assert planned(show).problem == planned(on_time(1), lost=("a",)).problem
    assert show.records()["slot/a"] != on_time(1).records()["slot/a"]


def test_wishes_about_what_is_over_are_over() -> None:
    show = on_time(2)
    wishes = show.get(Wishes, "main")
    pairs = (("a", "c"), ("b", "f"))
    show.put(replace(wishes, together=("F1", "F2"), order=pairs, pins={"a": 0, "d": 3}))
    assert planned(show).problem.wishes == (Together("F2"), InOrder("b", "f"), Pin("d", "main", 2))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"lost": ("a",)}, "rundown.called"),
        ({"late": {"a": 0}}, "rundown.called"),
        ({"lost": ("x",)}, "slot.unknown"),
        ({"lost": tuple("bcdef")}, "plan.nothing"),
    ],
)
def test_what_is_refused(asked: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        planned(on_time(2), **asked)


def test_a_slot_that_was_passed_over_is_planned_first() -> None:
    show = on_time(1)
    show.do(ArmCue("b.pitch", show.seq), CALLER)
    advance(show, 1)
    assert planned(show).problem.present == (("a", "c", "d", "e", "f"),)


@given(shows(), st.integers(0, 9), st.data())
def test_slots_start_when_the_planner_says(
    made: tuple[list[dict[str, object]], str], calls: int, data: st.DataObject
) -> None:
    # A wall time of the hour that comes twice is its first one, which the rundown keeps to.
    assume(made[1] != "2026-10-25")
    try:
        show = rehearsal(*made)
        show.now = show.get(Details, "show").starts_at
        for _ in range(calls):
            assume(show.stage.standby is not None)
            show.now = max(show.now, show.get(Cue, str(show.stage.standby)).planned_at)
            advance(show, 1)
        found = planned(show)
    except Refusal:
        assume(False)
    (names,) = found.problem.present
    order = (tuple(data.draw(st.permutations(names))),)
    told = {p.slot: p.starts_at for p in timed(found.problem, order)}
    by_segment = {s: "".join(names) for s, names in found.order_by_segment(order).items()}
    try:
        behind(show, show.seq, by_segment)
    except Refusal:
        assert breaches(found.problem, order)
        return
    draft = Draft(show.show, show.now)
    cues = rundown.in_order(draft, "main")
    stage = show.stage
    ahead = rundown.ahead(cues, stage.on_air, stage.standby)
    free = rundown.free_at(stage.anchor, False, show.now)
    spans = [(cue.cue.slot, cue.start_at) for cue in rundown.project(ahead, free, show.now)]
    starts = {
        slot: start
        for (before, _), (slot, start) in pairwise([(None, 0), *spans])
        if slot in told and slot != before
    }
    assert starts == told
