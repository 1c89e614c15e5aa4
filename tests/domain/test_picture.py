"""The house says how the picture is, and nobody else can."""

import msgspec
import pytest

from server.domain.commands import permit, take_report
from server.domain.delay import Delay, ReportDelay, delay
from server.domain.picture import Picture, ReportPicture, ReportTrouble, State, Trouble
from server.domain.refusal import Refusal
from server.domain.roles import CREW, Actor, Role, Viewer, look
from server.domain.show import Draft
from server.protocol import frames
from tests.domain.rehearsal import Rehearsal


def report(rehearsal: Rehearsal, state: State, stage: str = "main") -> list[str]:
    """Report, and return the facts."""
    draft = Draft(rehearsal.show, rehearsal.now)
    take_report(draft, ReportPicture(state=state, stage=stage))
    rehearsal.show.take(draft.close(), draft.seq, rehearsal.now)
    return [fact.name for fact in draft.facts]


def test_a_show_without_a_picture_gets_one_with_the_first_news() -> None:
    rehearsal = Rehearsal()
    assert report(rehearsal, "off") == []
    assert rehearsal.show.find_key("picture/main") is None
    assert report(rehearsal, "waiting") == ["picture.waiting"]
    assert rehearsal.get(Picture, "main") == Picture(
        id="main", state="waiting", since=rehearsal.now
    )


def test_since_is_when_it_changed_not_when_it_was_said_again() -> None:
    rehearsal = Rehearsal()
    report(rehearsal, "live")
    began = rehearsal.now
    rehearsal.wait(5)
    assert report(rehearsal, "live") == []
    assert rehearsal.get(Picture, "main").since == began
    assert report(rehearsal, "paused") == ["picture.paused"]
    assert rehearsal.get(Picture, "main").since == began + 5000


def test_a_stage_that_is_not_there_has_no_picture() -> None:
    with pytest.raises(Refusal, match=r"stage\.unknown"):
        report(Rehearsal(), "live", "other")


def test_no_role_may_say_it_and_no_frame_can_hold_it() -> None:
    command = ReportPicture(state="live")
    for role in Role:
        with pytest.raises(Refusal, match=r"role\.may_not"):
            permit(command, Actor("somebody", role))
    sent = msgspec.json.encode({"type": "do", "id": "1", "command": command})
    with pytest.raises(Refusal, match=r"frame\.invalid"):
        frames.read(sent)


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ([], None),
        ([4000], Delay(4000, 4000, 1)),
        ([9000, 1000], Delay(1000, 9000, 2)),
        ([*range(1000, 20_000, 1000), 90_000], Delay(10_000, 19_000, 20)),
        ([1000] * 94 + [30_000] * 6, Delay(1000, 30_000, 100)),
    ],
)
def test_of_the_viewers_half_are_told_and_nineteen_of_twenty(
    behind: list[int], found: Delay | None
) -> None:
    assert delay(behind) == found


def late(rehearsal: Rehearsal, behind_ms: int) -> int | None:
    """Report how late the viewers are, and return what the record says then."""
    draft = Draft(rehearsal.show, rehearsal.now)
    take_report(draft, ReportDelay(behind_ms=behind_ms))
    rehearsal.show.take(draft.close(), draft.seq, rehearsal.now)
    return rehearsal.get(Picture, "main").behind_ms


def test_only_a_delay_that_has_really_changed_is_news() -> None:
    rehearsal = Rehearsal()
    report(rehearsal, "live")
    assert late(rehearsal, 4170) == 4000
    assert late(rehearsal, 4700) == 4000
    assert late(rehearsal, 4800) == 5000
    assert late(rehearsal, 20_000) == 20_000
    assert late(rehearsal, 17_000) == 20_000
    assert late(rehearsal, 1200) == 1000


def test_a_delay_lasts_as_long_as_the_picture() -> None:
    rehearsal = Rehearsal()
    report(rehearsal, "live")
    late(rehearsal, 6000)
    report(rehearsal, "paused")
    assert rehearsal.get(Picture, "main").behind_ms == 6000
    report(rehearsal, "off")
    assert rehearsal.get(Picture, "main").behind_ms is None


def test_what_is_wrong_is_the_crews_to_know() -> None:
    rehearsal = Rehearsal()

    def say(trouble: Trouble | None) -> list[str]:
        draft = Draft(rehearsal.show, rehearsal.now)
        take_report(draft, ReportTrouble(trouble=trouble))
        rehearsal.show.take(draft.close(), draft.seq, rehearsal.now)
        return [fact.name for fact in draft.facts]

    assert say(None) == []
    assert say("disk_full") == ["picture.trouble"]
    assert say("disk_full") == []
    picture = rehearsal.get(Picture, "main")
    seen = {role: look(picture, Viewer(role)) for role in Role}
    assert {role for role, document in seen.items() if "trouble" in (document or {})} == CREW
    assert say(None) == ["picture.well"]
