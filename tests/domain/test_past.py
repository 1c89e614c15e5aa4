"""What a viewer who rewinds is shown: what they would have seen then, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain import past
from server.domain.captions import Caption, SayCaption
from server.domain.commands import COMMANDS
from server.domain.feedback import Marks, ReleaseFeedback, WriteFeedback
from server.domain.messages import SendMessage
from server.domain.past import KINDS, Moment, Past
from server.domain.questions import (
    AnswerQuestion,
    ApproveQuestion,
    AskQuestion,
    DismissQuestion,
    ShowQuestion,
    WithdrawQuestion,
)
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Record, Role, Viewer, look
from server.domain.rundown import AdjustCue
from server.domain.show import Command
from server.domain.stage import AdvanceStage, ClearLowerThird, TakeLowerThird, UndoStage
from tests.domain.rehearsal import (
    ATTENDEE,
    CALLER,
    COMMENTATOR,
    MODERATOR,
    OTHER_ATTENDEE,
    Rehearsal,
)
from tests.live.programme import MAKERS, Programme

ANYBODY = Viewer(Role.ATTENDEE)

Documents = dict[str, dict[str, Any]]


class Recorded(Rehearsal):
    """A rehearsal that keeps its journal, and what anybody saw after each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.past = Past()
        self.seen: list[tuple[int, Documents]] = [(self.now, self.visible())]

    def do(self, command: Command, actor: Actor = CALLER) -> None:
        before: dict[str, Record | None] = dict(self.records())
        self.wait(1)
        super().do(command, actor)
        changed = [change.key for change in self.show.since(self.seq - 1)]
        images = {key: before.get(key) for key in changed if key.partition("/")[0] in KINDS}
        self.past.take(self.seq, self.now, images)
        self.seen.append((self.now, self.visible()))

    def ask(self, text: str, actor: Actor = ATTENDEE) -> str:
        """Ask, and return the question's id."""
        self.do(AskQuestion(text=text, lang="en"), actor)
        return f"q{self.seq}"

    def visible(self) -> Documents:
        """What anybody sees now of what shows on stage."""
        looks = {key: look(record, ANYBODY) for key, record in self.records().items()}
        return {k: doc for k, doc in looks.items() if doc and k.partition("/")[0] in KINDS}

    def moment(self, at: int) -> Moment:
        """What is shown to somebody who rewinds."""
        return self.past.moments(self.show, at, ANYBODY, 1)[0]


def test_every_moment_is_as_it_was_seen() -> None:
    show = Recorded()
    show.do(AdvanceStage(seen=show.seq))
    show.do(TakeLowerThird(person="ada"))
    question = show.ask("Why?")
    show.do(ApproveQuestion(question), MODERATOR)
    show.do(AdjustCue(cue="c1", seconds=30))
    show.do(AdvanceStage(seen=show.seq))
    show.do(UndoStage(seen=show.seq))
    show.do(ShowQuestion(question), MODERATOR)
    show.do(ClearLowerThird())
    show.do(AnswerQuestion(question), MODERATOR)
    show.do(AdvanceStage(seen=show.seq))
    for at, documents in show.seen:
        assert show.moment(at).records == documents
        assert show.moment(at + 999).records == documents


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_what_changes_next_follows_from_each_moment(most: int) -> None:
    show = Recorded()
    first = show.now
    for number in range(8):
        show.do(SayCaption(lang="zh", text=f"第{number}句"))
        if number % 3 == 0:
            show.do(AdvanceStage(seen=show.seq))
            show.do(SayCaption(lang="en", text=f"Line {number}"))
    for at in range(first - 500, show.now + 1500, 500):
        moments = show.past.moments(show.show, at, ANYBODY, most)
        assert 1 <= len(moments) <= most
        documents: dict[str, Any] = {}
        until: int | None = at
        for moment in moments:
            assert until is not None
            documents |= moment.records
            held = {key: document for key, document in documents.items() if document}
            assert held == show.moment(until).records
            assert moment.until == show.moment(until).until
            until = moment.until
        assert until is None or len(moments) == most


def test_of_a_long_show_the_oldest_captions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "IMAGES_LIMIT", 40)
    show = Recorded()
    show.do(AdvanceStage(seen=show.seq))
    for number in range(100):
        show.do(SayCaption(lang="zh", text=f"第{number}句"))
    images = show.past.images("caption/zh")
    assert 30 <= len(images) <= 40
    assert [image.text for image in images if isinstance(image, Caption)][-1] == "第98句"
    assert show.moment(show.now - 10_000).records["caption/zh"]["text"] == "第89句"  # type: ignore[index]
    assert show.moment(0).records["stage/main"]["on_air"] is None  # type: ignore[index]


number = st.integers(0, 7)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(sorted(MAKERS)), number, number), max_size=40))
def test_any_history_is_seen_again_as_it_was(history: list[tuple[str, int, int]]) -> None:
    show = Recorded()
    for name, a, b in history:
        actor, command = Programme(show.show).command(name, a, b)
        if COMMANDS[type(command)].rule is None:
            continue  # a vote, which is the Tally's and not on stage
        try:
            show.do(command, actor)
        except Refusal:
            continue
    now = show.visible()
    ends = [at for at, _ in show.seen[1:]] + [show.now + 1000]
    for (at, documents), end in zip(show.seen, ends, strict=True):
        # What was taken away since does not come back.
        there = {key: doc for key, doc in documents.items() if key in now}
        for instant in {at, end - 1}:
            moment = show.moment(instant)
            assert moment.records == there
            assert moment.until is None or moment.until > instant


def test_until_is_when_something_that_can_be_seen_changes_next() -> None:
    show = Recorded()
    start = show.now
    show.do(AdvanceStage(seen=show.seq))
    first = show.now
    show.ask("A waiting question is nobody's business")
    show.do(SendMessage(text="Nor is this"))
    show.do(AdvanceStage(seen=show.seq))
    assert show.moment(start).until == first
    assert show.moment(first).until == show.now
    assert show.moment(show.now).until is None
    assert show.moment(show.now + 10_000).records == show.visible()


def test_before_the_show_began_there_is_its_plan() -> None:
    show = Recorded()
    plan = show.visible()
    show.do(AdvanceStage(seen=show.seq))
    assert show.moment(0).records == plan


def test_a_question_is_not_seen_before_it_was_approved() -> None:
    show = Recorded()
    question = show.ask("Why?")
    asked = show.now
    show.do(ApproveQuestion(question), MODERATOR)
    assert f"question/{question}" not in show.moment(asked).records
    assert show.moment(asked).until == show.now
    assert show.moment(show.now).records[f"question/{question}"]["state"] == "approved"  # type: ignore[index]


def test_what_was_taken_away_does_not_come_back() -> None:
    show = Recorded()
    rude, mine = show.ask("Rude"), show.ask("Mine", OTHER_ATTENDEE)
    show.do(ApproveQuestion(rude), MODERATOR)
    show.do(ApproveQuestion(mine), MODERATOR)
    open_at = show.now
    show.do(DismissQuestion(rude, reason="Rude"), MODERATOR)
    show.do(WithdrawQuestion(mine), OTHER_ATTENDEE)
    moment = show.moment(open_at)
    assert not [key for key in moment.records if key.startswith("question/")]
    assert moment.until is None


def test_nothing_leaks_that_anybody_could_not_see_at_some_time() -> None:
    show = Recorded()
    secret = "SECRET"
    for number in range(3):
        question = show.ask(f"{secret} {number}")
        if number:
            show.do(DismissQuestion(question, reason=secret), MODERATOR)
    show.do(WriteFeedback(slot="s1", advice=secret, marks=Marks(novelty=3)), COMMENTATOR)
    show.do(ReleaseFeedback(slot="s1", to="presenter"), COMMENTATOR)
    show.do(SendMessage(text=secret, to="ada"))
    show.do(AdvanceStage(seen=show.seq))
    ever = {key for _, documents in show.seen for key in documents}
    for at in range(show.seen[0][0] - 1000, show.now + 2000, 500):
        moment = show.moment(at)
        assert secret not in str(moment)
        assert moment.records.keys() <= ever
        for key, document in moment.records.items():
            fields = look(show.show.find_key(key), ANYBODY)
            assert fields is not None
            assert document is not None
            assert document.keys() <= fields.keys()
