"""A show file as a planning problem: the rundown's own times, and whom each slot needs."""

import pytest

from server.domain import clock
from server.domain.refusal import Refusal
from server.domain.rundown import Cue
from server.integrations.showfile import read
from server.plan.discomfort import SQUARED
from server.plan.planner import plan
from server.plan.problem import Apart, InOrder, Pin, Together
from server.plan.score import timed
from server.plan.show import ShowPlan, of_records, problem_of
from tests.harness import SAMPLES

CHANGSHA = (SAMPLES / "changsha.toml").read_text(encoding="utf-8")
PLAN = CHANGSHA[CHANGSHA.index("[plan]") : CHANGSHA.index("# ---- the rundown")]


def read_plan(text: str) -> ShowPlan:
    return problem_of(of_records(read(text)))


def changed(plan: str, text: str = CHANGSHA) -> str:
    return text.replace(PLAN, f"[plan]\n{plan}\n")


DEMO = (SAMPLES / "demo.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [CHANGSHA, DEMO, DEMO + "\n[plan]\nchangeover = 90\n"],
    ids=["real", "demo", "changeover"],
)
def test_the_present_order_has_the_times_of_the_rundown(text: str) -> None:
    cues = [record for record in read(text) if isinstance(record, Cue)]
    first = {cue.slot: cue.planned_at for cue in reversed(cues) if cue.slot is not None}
    problem = read_plan(text).problem
    assert {p.slot: p.starts_at for p in timed(problem, problem.present)} == first


def test_the_changsha_afternoon_is_fairer_for_the_worst_off() -> None:
    show = read_plan(CHANGSHA)
    found = plan(show.problem)
    assert found is not None
    assert found.proved
    present = timed(show.problem, show.problem.present)
    assert len(present) == 12
    assert (len(show.problem.wishes), len(show.walls)) == (3, 29)
    assert {len(slot.people) for slot in show.problem.slots} == {5}


def test_wishes_are_named_by_presenter_or_slot() -> None:
    problem = read_plan(
        changed(
            'apart = [["moretti", "slot-4"]]\norder = [["tachibana", "hoshino"]]\n'
            'pin = ["whitcomb"]\ncurve = "squared"\n'
            'together = ["Biomedicine and health · 生物医药与大健康"]\nends = "18:30"'
        )
    ).problem
    assert problem.wishes == (
        Together("Biomedicine and health · 生物医药与大健康"),
        Apart("slot-12", "slot-4"),
        InOrder("slot-3", "slot-11"),
        Pin("slot-1", "main", 0),
    )
    assert problem.curve == SQUARED
    (sitting,) = problem.sittings
    assert clock.wall(sitting.ends_at, "Asia/Shanghai") == "2020-11-13T18:30:00"


def test_people_say_their_hours_and_commentators_their_fields() -> None:
    text = CHANGSHA.replace(
        'id = "whitcomb"', 'id = "whitcomb"\navailable = ["20:00-01:00"]\nweight = 2'
    ).replace(
        'id = "prof-jiang"',
        'id = "prof-jiang"\nfields = ["AI and smart manufacturing · 人工智能与智能制造"]',
    )
    problem = read_plan(
        changed('audience = [{ zone = "Asia/Shanghai", weight = 3 }]', text)
    ).problem
    assert problem.person["whitcomb"].weight == 2
    assert problem.person["whitcomb"].available[0].opens == 20 * 60
    needed = ["prof-jiang" in slot.people for slot in problem.slots]
    assert needed == [True] * 4 + [False] * 8
    assert all("audience-1" in slot.people for slot in problem.slots)
    assert problem.person["audience-1"].crowd


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (changed('pin = ["nobody"]'), "plan.pin[0]"),
        (changed('apart = [["moretti", "nobody"]]'), "plan.apart[0]"),
        (changed('together = ["Cooking"]'), "plan.together"),
        (changed('ends = "13:00"'), "plan.ends"),
        (changed('starts = "22:00-08:00"'), "plan.starts"),
        (changed("curve = [[9, 0], [3, 1]]"), "curve"),
        (changed("lunch = 1"), "plan.lunch"),
        (changed('audience = [{ zone = "Mars/Olympus" }]'), "plan.audience[0].zone"),
        (
            CHANGSHA.replace('id = "whitcomb"', 'id = "whitcomb"\navailable = ["late"]'),
            "presenter[0].available",
        ),
        (
            CHANGSHA.replace('id = "dr-peng"', 'id = "dr-peng"\nfields = ["Cooking"]'),
            "commentator[2].fields",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(text: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_plan(text)
    assert refused.value.field == field
