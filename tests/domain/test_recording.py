"""Which films are made of a show, from what really happened on its stage."""

from msgspec.structs import replace

from server.domain.recording import WHOLE, Chapter, Release, Take, chapters, may_see, span, takes
from server.domain.roles import Role
from server.domain.show import Change, Details
from server.domain.stage import AdvanceStage, ArmCue, RecallCue, UndoStage
from tests.domain.rehearsal import START_AT, Rehearsal

MINUTE = 60_000


class Filmed(Rehearsal):
    """A rehearsal whose caller advances by the minute."""

    def advance(self, times: int = 1) -> None:
        for _ in range(times):
            self.do(AdvanceStage(self.seq))
            self.wait(60)

    def set(self, **changes: object) -> None:
        """Say something else of the whole show."""
        changed = replace(self.get(Details, "show"), **changes)
        self.show.apply(Change(changed.key, changed, self.seq, self.now))

    def takes(self, now: int | None = None) -> dict[str, list[tuple[int, int]]]:
        """Return the films with their stretches, in ms after the planned start."""
        return {
            take.name: [(start - START_AT, end - START_AT) for start, end in take.spans]
            for take in takes(self.show, now)
        }


def test_a_slot_is_filmed_from_its_first_cue_to_its_last() -> None:
    show = Filmed()
    show.advance(3)
    assert show.takes() == {}
    show.advance()
    assert show.takes() == {"s1": [(MINUTE, 3 * MINUTE + 2000)]}
    (take,) = takes(show.show)
    assert (take.title, take.presenter) == ("Looms", "Ada")


def test_the_whole_show_is_filmed_when_it_is_over() -> None:
    show = Filmed()
    show.advance(5)
    assert WHOLE not in show.takes()
    assert show.takes(show.now)[WHOLE] == [(0, 5 * MINUTE + 2000)]
    show.advance()
    assert show.takes()[WHOLE] == [(0, 5 * MINUTE + 2000)]
    assert chapters(show.show) == [
        Chapter(START_AT, "opening"),
        Chapter(START_AT + MINUTE, "Ada · Looms"),
        Chapter(START_AT + 3 * MINUTE, "Bo · Rice"),
        Chapter(START_AT + 4 * MINUTE, "signing"),
    ]
    assert isinstance(takes(show.show)[-1], Take)


def test_recalled_skipped_and_undone_cues_count_as_they_were_at_last() -> None:
    show = Filmed()
    show.advance(4)
    show.do(RecallCue("c2", show.seq))
    assert show.takes() == {}
    show.wait(60)
    show.do(ArmCue("c4", show.seq))
    show.advance()
    assert show.takes() == {"s1": [(4 * MINUTE, 5 * MINUTE + 2000)]}
    show.do(UndoStage(show.seq))
    assert show.takes() == {}


def test_what_lay_between_the_cues_of_a_slot_is_left_out() -> None:
    show = Filmed()
    show.advance(2)
    show.do(ArmCue("c4", show.seq))
    show.advance()
    show.do(ArmCue("c3", show.seq))
    show.advance(2)
    assert show.takes()["s1"] == [(MINUTE, 2 * MINUTE + 2000), (3 * MINUTE, 4 * MINUTE + 2000)]


def test_the_rolls_are_the_shows_own() -> None:
    show = Filmed()
    show.set(pre_roll_seconds=10, post_roll_seconds=0)
    show.advance(4)
    assert show.takes() == {"s1": [(MINUTE - 10_000, 3 * MINUTE)]}


def test_the_crew_sees_it_at_once_and_all_others_when_it_is_over() -> None:
    show = Filmed()

    def seen() -> tuple[bool, bool]:
        return may_see(show.show, [Role.CALLER]), may_see(show.show, [Role.PRESENTER])

    def release(to: Release) -> None:
        show.set(recording=to)

    assert span(show.show, show.now) is None
    show.advance(5)
    assert seen() == (True, False)
    assert span(show.show, show.now) == (START_AT, show.now)
    show.advance()
    assert span(show.show, show.now) == (START_AT, START_AT + 5 * MINUTE)
    assert seen() == (True, True)
    release("crew")
    assert seen() == (True, False)
    release("off")
    assert seen() == (False, False)
    assert takes(show.show) == []
