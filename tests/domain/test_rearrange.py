"""Another order of what is to come: as a show file would have planned it, and undone whole."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.domain.questions import AskQuestion
from server.domain.rearrange import RearrangeRundown
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role, Viewer, look
from server.domain.rundown import AdjustCue, Cue, Segment, Slot
from server.domain.show import Details
from server.domain.stage import AdvanceStage, ArmCue, UndoStage, drift
from server.domain.wishes import Wishes, WishPlan
from server.integrations.showfile import read
from tests.domain.rehearsal import ATTENDEE, CALLER, Rehearsal

ORGANISER = Actor("organiser", Role.ORGANISER)
ANYBODY = Viewer(Role.ATTENDEE)


def written(segments: list[dict[str, Any]], day: str = "2020-11-13", changeover: int = 0) -> str:
    """Return a show file: each segment has `at`, `cues` (minutes) and `slots` of an id, its minutes
    and its own hard start."""
    lines = ['title = "Trial"', 'zone = "Europe/London"', f"date = {day}"]
    lines += [f"fields = {[f'F{n}' for n in range(len(segments))]}".replace("'", '"')]
    lines += [f"[plan]\nchangeover = {changeover}"] if changeover else []
    lines += ["[lengths]", "comments = 0", "questions = 60", "handover = 0"]
    for number, segment in enumerate(segments):
        title = segment.get("title", f"F{number}")
        lines += ["[[segment]]", f'id = "g{number}"', f'title = "{title}"']
        lines += [f'at = "{segment["at"]}"'] if segment.get("at") else []
        for minutes in segment.get("cues", ()):
            lines += ["[[segment.cue]]", 'kind = "break"', 'title = "B"', f"minutes = {minutes}"]
        for name, minutes, at in segment.get("slots", ()):
            field = segment.get("field", f"F{number}")
            lines += ["[[segment.slot]]", f'id = "{name}"', f'presenter = "{name}"', 'topic = "T"']
            lines += [f'field = "{field}"', f"pitch = {minutes * 60}"]
            lines += [f'at = "{at}"'] if at else []
    for segment in segments:
        for name, _, _ in segment.get("slots", ()):
            lines += ["[[presenter]]", f'id = "{name}"', f'name = "{name}"', 'zone = "UTC"']
    return "\n".join(lines)


def slots(*names: str, minutes: int = 9) -> list[tuple[str, int, str | None]]:
    """Return slots of ten minutes with their questions, that follow one another."""
    return [(name, minutes, None) for name in names]


SHOW: list[dict[str, Any]] = [
    {"at": "14:00", "cues": [10], "title": "Opening"},
    {"slots": slots("a", "b", "c")},
    {"at": "15:00", "cues": [5], "slots": slots("d", "e", "f")},
]


def rehearsal(segments: list[dict[str, Any]] = SHOW, day: str = "2020-11-13") -> Rehearsal:
    return Rehearsal(read(written(segments, day)))


def planned(show: Rehearsal) -> list[str]:
    """Return what is called when: the start of each slot and of each cue that belongs to none."""
    cues = [c for c in show.records().values() if isinstance(c, Cue) and not c.withdrawn]
    cues.sort(key=lambda cue: cue.position)
    found: dict[str, str] = {}
    for cue in cues:
        found.setdefault(cue.slot or cue.id, f"{cue.wall[11:16]} {cue.slot or cue.id}")
    return list(found.values())


def order(show: Rehearsal, **names: str) -> None:
    behind(show, show.seq, names)


def behind(show: Rehearsal, seen: int, names: dict[str, str], actor: Actor = ORGANISER) -> None:
    given = {segment: tuple(slots) for segment, slots in names.items()}
    show.do(RearrangeRundown(given, seen), actor)


def advance(show: Rehearsal, times: int) -> None:
    for _ in range(times):
        show.do(AdvanceStage(show.seq))


def test_slots_change_places_and_are_planned_anew() -> None:
    show = rehearsal()
    assert planned(show) == [
        *("14:00 g0.1", "14:10 a", "14:20 b", "14:30 c"),
        *("15:00 g2.1", "15:05 d", "15:15 e", "15:25 f"),
    ]
    order(show, g1="fa", g2="cebd")
    assert planned(show) == [
        *("14:00 g0.1", "14:10 f", "14:20 a"),
        *("15:00 g2.1", "15:05 c", "15:15 e", "15:25 b", "15:35 d"),
    ]
    assert show.facts == ["rundown.rearranged"]
    assert show.get(Slot, "f").segment == show.get(Cue, "f.pitch").segment == "g1"
    assert [show.get(Slot, name).position for name in "facebd"] == [1, 2, 3, 4, 5, 6]
    assert show.get(Details, "show").ends_at == show.get(Cue, "d.questions").planned_at + 60_000


def test_the_same_order_changes_nothing() -> None:
    show = rehearsal()
    before = show.records()
    order(show, g1="abc", g2="def")
    assert show.records() == before


def test_a_slot_that_is_not_named_is_withdrawn_and_comes_back() -> None:
    show = rehearsal()
    order(show, g1="ac", g2="def")
    assert planned(show)[1:4] == ["14:10 a", "14:20 c", "15:00 g2.1"]
    slot, cue = show.get(Slot, "b"), show.get(Cue, "b.pitch")
    assert (slot.place, cue.withdrawn) == ("withdrawn", True)
    assert look(slot, ANYBODY) is None
    assert look(slot, Viewer(Role.MODERATOR)) is not None
    assert look(slot, Viewer(Role.PRESENTER, "b")) is not None
    assert all(look(cue, Viewer(role, "b")) is None for role in Role)
    assert all(record.once_seen_by(ANYBODY) for record in (slot, cue))
    for command, code in (
        (ArmCue("b.pitch", show.seq), "cue.withdrawn"),
        (AdjustCue("b.pitch", 60), "cue.withdrawn"),
    ):
        with pytest.raises(Refusal, match=code):
            show.do(command)
    with pytest.raises(Refusal, match=r"slot\.withdrawn"):
        show.do(AskQuestion("Why?", "en", slot="b"), ATTENDEE)
    order(show, g1="ac", g2="dbef")
    assert planned(show)[4:] == ["15:05 d", "15:15 b", "15:25 e", "15:35 f"]
    assert (show.get(Slot, "b").place, show.get(Slot, "b").segment) == ("ahead", "g2")


def test_what_was_called_keeps_its_place() -> None:
    show = rehearsal()
    advance(show, 2)
    called = [show.get(Cue, name) for name in ("g0.1", "a.pitch", "a.questions")]
    behind(show, show.seq, {"g1": "cb", "g2": "def"}, CALLER)
    assert planned(show)[:4] == ["14:00 g0.1", "14:10 a", "14:20 c", "14:30 b"]
    assert [show.get(Cue, cue.id) for cue in called] == called
    assert show.stage.standby == "a.questions"
    with pytest.raises(Refusal, match=r"rundown\.called"):
        order(show, g1="acb", g2="def")


def test_what_stands_by_is_the_first_to_come_unless_another_was_armed() -> None:
    show = rehearsal()
    advance(show, 1)
    assert show.stage.standby == "a.pitch"
    order(show, g1="bc", g2="def")
    assert show.stage.standby == "b.pitch"
    assert show.get(Slot, "b").place == "standby"
    show.do(ArmCue("d.pitch", show.seq))
    order(show, g1="cb", g2="def")
    assert show.stage.standby == "d.pitch"
    order(show, g1="cb", g2="ef")
    assert show.stage.standby == "c.pitch"
    order(show, g1="", g2="")
    assert show.stage.standby == "g2.1"


def test_a_slot_that_was_passed_over_can_be_called_later() -> None:
    show = rehearsal()
    advance(show, 1)
    show.do(ArmCue("b.pitch", show.seq))
    advance(show, 1)
    order(show, g1="c", g2="aef")
    assert show.get(Slot, "d").place == "withdrawn"
    assert planned(show)[1:] == [
        "14:20 b",
        "14:30 c",
        "15:00 g2.1",
        "15:05 a",
        "15:15 e",
        "15:25 f",
    ]
    advance(show, 3)
    assert show.stage.on_air == "c.questions"


def test_after_the_last_cue_a_slot_that_comes_back_stands_by() -> None:
    show = rehearsal()
    order(show, g1="ab", g2="")
    advance(show, 6)
    assert (show.stage.on_air, show.stage.standby) == ("g2.1", None)
    order(show, g2="f")
    assert (show.stage.standby, planned(show)[-1]) == ("f.pitch", "15:05 f")
    advance(show, 3)
    with pytest.raises(Refusal, match=r"stage\.over"):
        order(show, g2="e")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"g1": "abc", "g2": "dex"}, "slot.unknown", "order"),
        ({"g1": "abc", "g9": "def"}, "segment.unknown", "order"),
        ({"g1": "abca", "g2": "def"}, "rundown.twice", "order"),
        ({"g1": "abcdef", "g2": ""}, "rundown.late", "order"),
    ],
)
def test_what_is_refused(given: dict[str, str], code: str, field: str) -> None:
    show = rehearsal()
    before = show.records()
    with pytest.raises(Refusal) as refused:
        order(show, **given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert show.records() == before
    if code == "rundown.late":
        assert refused.value.details == {"cue": "g2.1", "wall": "15:00", "free": "15:10"}


def test_a_screen_that_was_behind_rearranges_nothing() -> None:
    show = rehearsal()
    seen = show.seq
    order(show, g1="cab", g2="def")
    with pytest.raises(Refusal, match=r"rundown\.changed"):
        behind(show, seen, {"g1": "bca", "g2": "def"})
    seen = show.seq
    advance(show, 1)
    with pytest.raises(Refusal, match=r"stage\.moved_on"):
        behind(show, seen, {"g1": "bca", "g2": "def"})


def test_titles_follow_their_fields() -> None:
    show = rehearsal()
    order(show, g1="def", g2="abc")
    assert [show.get(Segment, name).title for name in ("g1", "g2")] == ["F2", "F1"]
    show.do(UndoStage(show.seq))
    order(show, g1="dbc", g2="aef")
    assert [show.get(Segment, name).title for name in ("g1", "g2")] == ["F1", "F2"]


def test_a_hard_start_stays_between_the_slots_that_stay() -> None:
    hard = ("c", 9, "15:00")
    show = rehearsal([SHOW[0], {"slots": [*slots("a", "b"), hard, *slots("d")]}])
    order(show, g1="bdac")
    assert planned(show)[1:] == ["14:10 b", "14:20 d", "15:00 a", "15:10 c"]
    show.do(UndoStage(show.seq))
    order(show, g1="bcd")
    assert planned(show)[1:] == ["14:10 b", "15:00 c", "15:10 d"]
    order(show, g1="bac")
    assert planned(show)[1:] == ["14:10 b", "15:00 a", "15:10 c"]


def test_a_changeover_lies_between_a_slot_and_what_follows_it() -> None:
    segments = [SHOW[0], {"slots": slots("a", "b")}, {"cues": [5], "slots": slots("c")}]
    show = Rehearsal(read(written(segments, changeover=120)))
    assert planned(show)[1:] == ["14:10 a", "14:22 b", "14:34 g2.1", "14:39 c"]
    before = show.records()
    order(show, g1="ab", g2="c")
    assert show.records() == before
    order(show, g1="c", g2="ab")
    assert planned(show)[1:] == ["14:10 c", "14:22 g2.1", "14:27 a", "14:39 b"]


def test_pins_follow_what_is_pinned() -> None:
    show = rehearsal()
    show.do(WishPlan(show.seq, pins={"a": 0, "e": 4}), ORGANISER)
    order(show, g1="bc", g2="fed")
    assert show.get(Wishes, "main").pins == {"e": 3}
    show.do(UndoStage(show.seq))
    assert show.get(Wishes, "main").pins == {"a": 0, "e": 4}


def test_a_show_that_is_late_stays_as_late_until_a_hard_start() -> None:
    show = rehearsal()
    show.now = show.get(Details, "show").starts_at
    advance(show, 1)
    show.wait(15 * 60)
    advance(show, 1)
    before = drift(show.show, show.now)
    order(show, g1="c", g2="def")
    assert drift(show.show, show.now) == before == 300


# ---- whatever the show and its order -------------------------------------------------------------


@st.composite
def shows(draw: st.DrawFn) -> tuple[list[dict[str, Any]], str]:
    """A show of a day, perhaps one on which clocks change."""
    names = iter("abcdefghijkl")
    day = draw(st.sampled_from(["2026-11-13", "2026-03-29", "2026-10-25"]))
    segments: list[dict[str, Any]] = [{"at": "00:20", "cues": [20]}]
    minutes = 40
    for _ in range(draw(st.integers(1, 3))):
        segment: dict[str, Any] = {"cues": draw(st.lists(st.integers(5, 20), max_size=2))}
        if segment["cues"] and draw(st.booleans()):
            minutes += draw(st.integers(0, 40))
            segment["at"] = f"{minutes // 60:02}:{minutes % 60:02}"
        minutes += sum(segment["cues"])
        segment["slots"] = []
        for _ in range(draw(st.integers(0, 4))):
            hard = draw(st.integers(0, 2)) == 0
            minutes += draw(st.integers(0, 20)) if hard else 0
            at = f"{minutes // 60:02}:{minutes % 60:02}" if hard else None
            segment["slots"].append((next(names), draw(st.integers(4, 40)), at))
            minutes += segment["slots"][-1][1] + 1
        segments.append(segment)
    return segments, day


def expected(
    segments: list[dict[str, Any]], called: set[str], given: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the show as a file would have it: hard starts stay between the slots that stay."""
    lengths = {name: minutes for s in segments for name, minutes, _ in s.get("slots", ())}
    found = []
    staying = {name for names in given.values() for name in names}
    for number, segment in enumerate(segments):
        own = segment.get("slots", ())
        hard: dict[int, str] = {}
        before = 0
        for name, _, at in own:
            if name not in called:
                hard |= {before: at} if at else {}
                before += name in staying
        new = given.get(f"g{number}", "")
        first = [slot for slot in own if slot[0] in called]
        placed = [(name, lengths[name], hard.get(n)) for n, name in enumerate(new)]
        found.append({**segment, "slots": [*first, *placed]})
    return found


@given(shows(), st.integers(0, 12), st.data())
def test_any_order_is_planned_as_a_show_file_would_and_undone_whole(
    made: tuple[list[dict[str, Any]], str], calls: int, data: st.DataObject
) -> None:
    segments, day = made
    try:
        show = rehearsal(segments, day)
    except Refusal:
        assume(False)  # clocks that go forward leave too little time before a hard start
    cues = [c for c in show.records().values() if isinstance(c, Cue)]
    advance(show, min(calls, len(cues)))
    kept = [c for c in show.records().values() if isinstance(c, Cue) and c.started_at is not None]
    called = {cue.slot for cue in kept if cue.slot}
    current = max((int(cue.segment[1:]) for cue in kept), default=0)
    there = [n for s in segments for n, _, _ in s.get("slots", ()) if n not in called]
    some = data.draw(st.permutations(there))[: data.draw(st.integers(0, len(there)))]
    given = {f"g{n}": "" for n in range(current, len(segments))}
    for name in some:
        given[data.draw(st.sampled_from(sorted(given)))] += name
    before = show.records()
    try:
        again = read(written(expected(segments, called, given), day))
    except Refusal:
        with pytest.raises(Refusal, match=r"rundown\.late"):
            order(show, **given)
        assert show.records() == before
        return
    order(show, **given)
    planned = {c.id: c for c in again if isinstance(c, Cue)}
    after = {c.id: c for c in show.records().values() if isinstance(c, Cue)}
    assert sorted(cue.position for cue in after.values()) == list(range(1, len(after) + 1))
    for cue in after.values():
        if cue.withdrawn:
            assert cue.slot in set(there) - set(some)
        elif cue.slot in called or cue.started_at is not None:
            assert cue == before[cue.key]
        else:
            file = planned[cue.id]
            assert (cue.wall, cue.hard) == (file.wall, file.hard)
            assert (cue.position, cue.segment) == (file.position, file.segment)
    assert {c.id for c in after.values() if not c.withdrawn} == planned.keys()
    assert show.stage.standby in {None, *planned}
    show.do(UndoStage(show.seq))
    assert show.records() == before
