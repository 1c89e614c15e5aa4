"""The caller moves the stage on, and every screen counts the same."""

import pytest

from server.domain.refusal import Refusal
from server.domain.rundown import AdjustCue, Cue
from server.domain.show import Command
from server.domain.stage import (
    AdvanceStage,
    ArmCue,
    ClearLowerThird,
    HoldStage,
    LowerThird,
    RecallCue,
    ResumeStage,
    TakeLowerThird,
    UndoStage,
)
from tests.domain.rehearsal import CUES, Rehearsal


@pytest.fixture
def show() -> Rehearsal:
    return Rehearsal()


def advance(show: Rehearsal, times: int = 1) -> None:
    for _ in range(times):
        show.do(AdvanceStage(seen=show.seq))


def test_advance_takes_the_cues_in_order_and_then_the_stage_is_over(show: Rehearsal) -> None:
    on_air = []
    for _ in CUES:
        advance(show)
        on_air.append((show.stage.on_air, show.stage.standby, show.left))
        show.wait(60)
    assert on_air == [
        ("c1", "c2", 300),
        ("c2", "c3", 600),
        ("c3", "c4", 180),
        ("c4", "c5", 600),
        ("c5", None, 120),
    ]
    advance(show)
    assert (show.stage.on_air, show.stage.standby, show.left) == (None, None, None)
    assert show.stage.ended_at == show.now
    assert show.facts == ["cue.ended", "stage.ended"]
    with pytest.raises(Refusal, match=r"stage\.over"):
        advance(show)


def test_advance_writes_when_each_cue_really_started_and_ended(show: Rehearsal) -> None:
    advance(show)
    started = show.now
    show.wait(301.5)
    advance(show)
    cue = show.get(Cue, "c1")
    assert (cue.started_at, cue.ended_at) == (started, show.now)
    assert show.get(Cue, "c2").started_at == show.now
    assert show.stage.started_at == started


@pytest.mark.parametrize(
    ("advances", "places"),
    [
        (0, {"s1": "ahead", "s2": "ahead"}),
        (1, {"s1": "standby", "s2": "ahead"}),
        (2, {"s1": "on_air", "s2": "ahead"}),
        (3, {"s1": "on_air", "s2": "standby"}),
        (4, {"s1": "done", "s2": "on_air"}),
        (5, {"s1": "done", "s2": "done"}),
        (6, {"s1": "done", "s2": "done"}),
    ],
)
def test_a_slot_knows_where_the_stage_has_got_to(
    show: Rehearsal, advances: int, places: dict[str, str]
) -> None:
    advance(show, advances)
    assert show.places() == places


def test_the_countdown_runs_into_overtime(show: Rehearsal) -> None:
    advance(show)
    show.wait(299.25)
    assert show.left == 0.75
    show.wait(10)
    assert show.left == -9.25


def test_hold_keeps_what_is_left_and_resume_counts_on(show: Rehearsal) -> None:
    advance(show)
    show.wait(100)
    show.do(HoldStage())
    show.wait(1000)
    assert show.left == 200
    assert show.stage.held_at == show.now - 1_000_000
    show.do(ResumeStage())
    assert show.left == 200
    assert show.stage.held_at is None
    show.wait(50)
    assert show.left == 150


def test_hold_in_overtime_keeps_the_overtime(show: Rehearsal) -> None:
    advance(show)
    show.wait(310)
    show.do(HoldStage())
    show.wait(60)
    show.do(ResumeStage())
    assert show.left == -10


def test_recall_starts_an_earlier_cue_again_and_what_follows_is_ahead(show: Rehearsal) -> None:
    advance(show, 4)
    show.wait(30)
    show.do(RecallCue(cue="c2", seen=show.seq))
    assert (show.stage.on_air, show.stage.standby, show.left) == ("c2", "c3", 600)
    assert [show.get(Cue, c).started_at for c in ("c3", "c4")] == [None, None]
    assert [show.get(Cue, c).ended_at for c in ("c2", "c3", "c4")] == [None] * 3
    assert show.get(Cue, "c1").ended_at is not None
    assert show.places() == {"s1": "on_air", "s2": "ahead"}
    assert show.facts == ["cue.recalled", "cue.started"]


def test_recall_of_the_running_cue_starts_it_again(show: Rehearsal) -> None:
    advance(show, 2)
    show.wait(30)
    show.do(RecallCue(cue="c2", seen=show.seq))
    assert (show.stage.on_air, show.left) == ("c2", 600)


def test_recall_ends_what_was_called_out_of_its_order(show: Rehearsal) -> None:
    show.do(AdvanceStage(seen=show.seq))
    for cue in ("c4", "c2"):
        show.do(ArmCue(cue=cue, seen=show.seq))
        show.do(AdvanceStage(seen=show.seq))
    show.wait(10)
    show.do(RecallCue(cue="c4", seen=show.seq))
    assert (show.stage.on_air, show.get(Cue, "c2").ended_at) == ("c4", show.now)
    assert show.places() == {"s1": "done", "s2": "on_air"}


def test_recall_brings_a_stage_back_that_was_over(show: Rehearsal) -> None:
    advance(show, 6)
    show.do(RecallCue(cue="c5", seen=show.seq))
    assert (show.stage.on_air, show.stage.standby, show.stage.ended_at) == ("c5", None, None)


def test_arm_skips_what_lies_between(show: Rehearsal) -> None:
    advance(show)
    show.do(ArmCue(cue="c4", seen=show.seq))
    assert (show.stage.on_air, show.stage.standby) == ("c1", "c4")
    assert show.places() == {"s1": "ahead", "s2": "standby"}
    advance(show)
    assert (show.stage.on_air, show.stage.standby) == ("c4", "c5")
    assert show.places() == {"s1": "ahead", "s2": "on_air"}


def test_adjust_moves_the_running_countdown_at_once(show: Rehearsal) -> None:
    advance(show)
    show.wait(100)
    show.do(AdjustCue(cue="c1", seconds=60))
    assert show.left == 260
    show.do(AdjustCue(cue="c1", seconds=-90))
    assert show.left == 170
    assert show.get(Cue, "c1").length == 270


def test_adjust_on_hold_changes_what_stays(show: Rehearsal) -> None:
    advance(show)
    show.wait(100)
    show.do(HoldStage())
    show.do(AdjustCue(cue="c1", seconds=30))
    show.wait(5)
    assert show.left == 230
    show.do(ResumeStage())
    assert show.left == 230


def test_adjust_of_a_later_cue_counts_when_it_is_taken(show: Rehearsal) -> None:
    advance(show)
    show.do(AdjustCue(cue="c2", seconds=-60))
    assert show.left == 300
    advance(show)
    assert show.left == 540


REFUSED: list[tuple[int, Command, str, str | None]] = [
    (0, HoldStage(), "stage.idle", None),
    (0, ResumeStage(), "stage.running", None),
    (1, ResumeStage(), "stage.running", None),
    (0, HoldStage(stage="side"), "stage.unknown", "stage"),
    (0, RecallCue(cue="c1", seen=1), "cue.not_called", "cue"),
    (1, RecallCue(cue="c2", seen=2), "cue.not_called", "cue"),
    (1, RecallCue(cue="c9", seen=2), "cue.unknown", "cue"),
    (1, ArmCue(cue="c1", seen=2), "cue.called", "cue"),
    (0, UndoStage(seen=1), "undo.nothing", None),
    (2, AdjustCue(cue="c1", seconds=60), "cue.ended", "cue"),
    (1, AdjustCue(cue="c1", seconds=0), "cue.length", "seconds"),
    (1, AdjustCue(cue="c1", seconds=-301), "cue.length", "seconds"),
    (1, AdjustCue(cue="c1", seconds=86_400), "cue.length", "seconds"),
    (0, TakeLowerThird(person="nobody"), "person.unknown", "person"),
    (0, TakeLowerThird(person="ada", stage="side"), "stage.unknown", "stage"),
    (1, AdvanceStage(seen=1), "stage.moved_on", "seen"),
    (1, AdvanceStage(seen=99), "stage.moved_on", "seen"),
    (1, HoldStage(seen=1), "stage.moved_on", "seen"),
    (1, RecallCue(cue="c1", seen=1), "stage.moved_on", "seen"),
    (1, ArmCue(cue="c2", seen=1), "stage.moved_on", "seen"),
    (1, UndoStage(seen=1), "stage.moved_on", "seen"),
]


@pytest.mark.parametrize(("advances", "command", "code", "field"), REFUSED)
def test_what_the_stage_refuses_changes_nothing(
    show: Rehearsal, advances: int, command: Command, code: str, field: str | None
) -> None:
    advance(show, advances)
    before = (show.seq, show.records())
    with pytest.raises(Refusal) as refused:
        show.do(command)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (show.seq, show.records()) == before


def test_hold_twice_is_refused(show: Rehearsal) -> None:
    advance(show)
    show.do(HoldStage())
    with pytest.raises(Refusal, match=r"stage\.held"):
        show.do(HoldStage())


def test_two_callers_one_advance(show: Rehearsal) -> None:
    seen = show.seq
    show.do(AdvanceStage(seen=seen))
    with pytest.raises(Refusal, match=r"stage\.moved_on"):
        show.do(AdvanceStage(seen=seen))
    assert show.stage.on_air == "c1"


def test_what_happens_elsewhere_does_not_make_a_caller_late(show: Rehearsal) -> None:
    seen = show.seq
    show.do(TakeLowerThird(person="ada"))
    show.do(AdvanceStage(seen=seen))
    assert show.stage.on_air == "c1"


@pytest.mark.parametrize(
    "command",
    [
        AdvanceStage(seen=3),
        HoldStage(),
        RecallCue(cue="c1", seen=3),
        ArmCue(cue="c4", seen=3),
        AdjustCue(cue="c2", seconds=60),
    ],
)
def test_undo_restores_every_record_of_the_last_decision(show: Rehearsal, command: Command) -> None:
    advance(show, 2)
    before = show.records()
    show.wait(20)
    show.do(command)
    assert show.records() != before
    show.do(UndoStage(seen=show.seq))
    assert show.records() == before
    assert show.facts == ["stage.undone"]


def test_undo_is_refused_when_a_record_was_touched_since(show: Rehearsal) -> None:
    advance(show)
    show.do(AdjustCue(cue="c1", seconds=60))
    first = show.show.decision
    show.do(AdjustCue(cue="c1", seconds=60))
    show.show.decision = first
    with pytest.raises(Refusal, match=r"undo\.touched"):
        show.do(UndoStage(seen=show.seq))


def test_undo_goes_back_once(show: Rehearsal) -> None:
    advance(show, 2)
    show.do(UndoStage(seen=show.seq))
    assert show.stage.on_air == "c1"
    with pytest.raises(Refusal, match=r"undo\.nothing"):
        show.do(UndoStage(seen=show.seq))


def test_undo_reaches_past_what_is_no_decision(show: Rehearsal) -> None:
    advance(show)
    show.do(TakeLowerThird(person="ada"))
    show.do(UndoStage(seen=show.seq))
    assert show.stage.on_air is None
    assert show.get(LowerThird, "main").person == "ada"


def test_the_lower_third_is_taken_and_cleared(show: Rehearsal) -> None:
    show.do(TakeLowerThird(person="ada"))
    show.do(TakeLowerThird(person="bo"))
    assert show.get(LowerThird, "main") == LowerThird(id="main", person="bo", taken_at=show.now)
    show.do(ClearLowerThird())
    assert show.get(LowerThird, "main") == LowerThird(id="main")


def test_a_cue_that_was_called_out_of_order_is_not_called_again(show: Rehearsal) -> None:
    show.do(AdvanceStage(seen=show.seq))
    show.do(ArmCue(cue="c4", seen=show.seq))
    show.do(AdvanceStage(seen=show.seq))
    show.do(ArmCue(cue="c3", seen=show.seq))
    show.do(AdvanceStage(seen=show.seq))
    assert (show.stage.on_air, show.stage.standby) == ("c3", "c5")
