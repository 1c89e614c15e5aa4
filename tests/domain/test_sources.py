"""Who publishes, and which source the programme should show, by the rundown or by hand."""

import pytest

from server.domain.commands import take_report
from server.domain.picture import Picture, ReportCut
from server.domain.refusal import Refusal
from server.domain.roles import Role, Viewer, look
from server.domain.show import Command, Draft
from server.domain.sources import Cut, ReportSource, Source, State, TakePicture, wanted
from server.domain.stage import AdvanceStage, RecallCue, UndoStage
from tests.domain.rehearsal import Rehearsal


def report(rehearsal: Rehearsal, said: Command) -> list[str]:
    """Let the house say something, and return the facts."""
    draft = Draft(rehearsal.show, rehearsal.now)
    take_report(draft, said)
    rehearsal.show.take(draft.close(), draft.seq, rehearsal.now)
    return [fact.name for fact in draft.facts]


def there(rehearsal: Rehearsal, *names: str) -> None:
    """Let exactly these sources publish."""
    for name in ("studio", "camera-ada", "camera-bo"):
        state: State = "live" if name in names else "gone"
        person = name.removeprefix("camera-") if name != "studio" else ""
        report(rehearsal, ReportSource(source=name, person=person, state=state))


def advance(rehearsal: Rehearsal, cues: int = 1) -> None:
    """Go on by so many cues."""
    for _ in range(cues):
        rehearsal.do(AdvanceStage(seen=rehearsal.seq))


def test_the_camera_of_who_is_on_air_is_wanted_in_their_own_cues() -> None:
    rehearsal = Rehearsal()
    shown = [wanted(rehearsal.show)]
    for _ in range(6):
        advance(rehearsal)
        shown.append(wanted(rehearsal.show))
    assert shown == [
        "studio", "studio", "camera-ada", "camera-ada", "camera-bo", "studio", "studio",
    ]  # fmt: skip


def test_a_camera_that_is_away_leaves_the_picture_to_the_studio_and_gets_it_back() -> None:
    rehearsal = Rehearsal()
    advance(rehearsal, 2)
    there(rehearsal, "studio", "camera-bo")
    assert wanted(rehearsal.show) == "studio"
    there(rehearsal, "studio", "camera-ada", "camera-bo")
    assert wanted(rehearsal.show) == "camera-ada"


def test_who_waits_in_the_green_room_is_never_shown_for_want_of_another() -> None:
    rehearsal = Rehearsal()
    there(rehearsal, "camera-ada", "camera-bo")
    assert wanted(rehearsal.show) is None
    advance(rehearsal, 2)
    there(rehearsal, "camera-bo")
    assert wanted(rehearsal.show) is None


def test_what_was_taken_by_hand_holds_until_the_cue_is_over() -> None:
    rehearsal = Rehearsal()
    advance(rehearsal, 2)
    rehearsal.do(TakePicture(source="studio", seen=rehearsal.seq))
    assert rehearsal.facts == ["picture.taken"]
    assert rehearsal.get(Cut, "main").cue == "c2"
    assert wanted(rehearsal.show) == "studio"
    advance(rehearsal)
    assert wanted(rehearsal.show) == "camera-ada"
    rehearsal.do(UndoStage(seen=rehearsal.seq))
    assert wanted(rehearsal.show) == "studio"


def test_before_the_first_cue_somebody_may_be_taken_by_hand() -> None:
    rehearsal = Rehearsal()
    rehearsal.do(TakePicture(source="camera-bo"))
    assert wanted(rehearsal.show) == "camera-bo"
    advance(rehearsal)
    assert wanted(rehearsal.show) == "studio"


def test_a_source_taken_by_hand_that_goes_away_is_not_waited_for() -> None:
    rehearsal = Rehearsal()
    advance(rehearsal, 2)
    rehearsal.do(TakePicture(source="camera-bo"))
    there(rehearsal, "studio", "camera-ada")
    assert wanted(rehearsal.show) == "camera-ada"


def test_only_a_source_that_is_there_and_has_a_picture_can_be_taken() -> None:
    rehearsal = Rehearsal()
    report(rehearsal, ReportSource(source="sound-en", state="live"))
    there(rehearsal, "studio")
    for source, code in [
        ("nobody", "source.unknown"),
        ("sound-en", "source.no_picture"),
        ("camera-ada", "source.gone"),
    ]:
        with pytest.raises(Refusal) as refused:
            rehearsal.do(TakePicture(source=source))
        assert (refused.value.code, refused.value.field) == (code, "source")


def test_a_screen_that_is_behind_the_stage_takes_nothing() -> None:
    rehearsal = Rehearsal()
    seen = rehearsal.seq
    advance(rehearsal)
    with pytest.raises(Refusal, match=r"stage\.moved_on"):
        rehearsal.do(TakePicture(source="camera-ada", seen=seen))


def test_a_take_is_no_decision_about_the_stage() -> None:
    rehearsal = Rehearsal()
    advance(rehearsal, 3)
    rehearsal.do(RecallCue(cue="c2", seen=rehearsal.seq))
    rehearsal.do(TakePicture(source="studio"))
    rehearsal.do(UndoStage(seen=rehearsal.seq))
    assert rehearsal.stage.on_air == "c3"
    assert rehearsal.get(Cut, "main").source == "studio"


def test_a_source_is_written_down_when_it_comes_and_when_it_goes() -> None:
    rehearsal = Rehearsal()
    assert report(rehearsal, ReportSource(source="sound-en", state="live")) == ["source.live"]
    seq = rehearsal.seq
    assert report(rehearsal, ReportSource(source="sound-en", state="live")) == []
    rehearsal.wait(3)
    assert report(rehearsal, ReportSource(source="sound-en", state="gone")) == ["source.gone"]
    assert rehearsal.get(Source, "sound-en").since == rehearsal.now
    assert rehearsal.seq > seq


def test_who_stands_before_the_camera_on_air_is_told_and_no_other_presenter() -> None:
    rehearsal = Rehearsal()
    assert report(rehearsal, ReportCut(source="camera-ada")) == ["picture.cut"]
    assert report(rehearsal, ReportCut(source="camera-ada")) == []
    picture = rehearsal.get(Picture, "main")
    ada, bo = (look(picture, Viewer(Role.PRESENTER, person)) for person in ("ada", "bo"))
    assert ada is not None
    assert ada["source"] == "camera-ada"
    assert bo is not None
    assert "source" not in bo
