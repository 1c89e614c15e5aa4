"""What the people of a history do: commands that are mostly legal, made up from what is true."""

from collections.abc import Callable, Iterator

from server.domain import messages, notices, questions, sources, stage, windows
from server.domain.feedback import Feedback, ReleaseFeedback, WriteFeedback
from server.domain.greenroom import Report
from server.domain.hours import GiveAvailability
from server.domain.invitations import (
    AcceptInvitation,
    CancelInvitations,
    Invitation,
    MoveInvitation,
    SendInvitations,
)
from server.domain.messages import Message
from server.domain.questions import Question
from server.domain.rearrange import RearrangeRundown
from server.domain.roles import Actor, Record, Role
from server.domain.rundown import AdjustCue
from server.domain.show import Command, Show
from server.domain.wishes import WishPlan
from tests.domain.rehearsal import CALLER, COMMENTATOR, MODERATOR, OTHER_PRESENTER, PRESENTER
from tests.live.confidences import word

# What an attendee is known by is as secret as what they say.
ANON = [Actor(word(number), Role.ATTENDEE) for number in (901, 902, 903)]
HOST = Actor("host", Role.HOST)
ORGANISER = Actor("organiser", Role.ORGANISER)
ASKERS = [*ANON, PRESENTER, COMMENTATOR, CALLER]

Given = tuple[Actor, Command]
Maker = Callable[["Programme", int, int], Given]


class Programme:
    """Makes commands from two small numbers and the show as it stands."""

    def __init__(self, truth: Show) -> None:
        self.truth = truth
        self._words: Iterator[int] = iter(range(1000, 1_000_000))

    def command(self, name: str, a: int, b: int) -> Given:
        """Return who does what."""
        return MAKERS[name](self, a, b)

    def says(self) -> str:
        """Return a word that nobody has said before."""
        return word(next(self._words))

    def seen(self, b: int) -> int:
        """Return the seq of a screen that is up to date, or that is not."""
        return max(0, self.truth.seq - 3) if b == 7 else self.truth.seq

    def of_kind(self, kind: type[Record]) -> list[Record]:
        """Return the records of a kind, in order."""
        return [record for _, record in sorted(self.truth.of_kind(kind.noun()).items())]

    def question(self, a: int, *states: str) -> Question:
        """Return a question, in one of these states if there is one."""
        found = [q for q in self.of_kind(Question) if isinstance(q, Question)]
        fitting = [q for q in found if q.state in states] or found
        if not fitting:
            return Question(id="q0", text="", lang="en", asker="ada", asked_at=0)
        return fitting[a % len(fitting)]


def _advance(p: Programme, a: int, b: int) -> Given:
    return CALLER if a % 2 else HOST, stage.AdvanceStage(seen=p.seen(b))


def _recall(p: Programme, a: int, b: int) -> Given:
    return CALLER, stage.RecallCue(cue=f"c{1 + a % 5}", seen=p.seen(b))


def _arm(p: Programme, a: int, b: int) -> Given:
    return CALLER, stage.ArmCue(cue=f"c{1 + a % 5}", seen=p.seen(b))


def _ask(p: Programme, a: int, b: int) -> Given:
    asker = ASKERS[a % len(ASKERS)]
    watched_at = p.truth.at - 10_000 * (b % 3)
    if b < 3:
        return asker, questions.AskQuestion(text=p.says(), lang="en", watched_at=watched_at)
    return asker, questions.AskQuestion(text=p.says(), lang="en", slot="s1" if b % 2 else None)


def _edit(p: Programme, a: int, b: int) -> Given:
    question = p.question(a, "waiting")
    return _asker(question, b), questions.EditQuestion(question=question.id, text=p.says())


def _withdraw(p: Programme, a: int, b: int) -> Given:
    question = p.question(a, "waiting", "approved")
    return _asker(question, b), questions.WithdrawQuestion(question=question.id)


def _asker(question: Question, b: int) -> Actor:
    if b == 7:
        return ANON[2]
    return next((actor for actor in ASKERS if actor.person == question.asker), ANON[0])


def _dismiss(p: Programme, a: int, b: int) -> Given:
    question = p.question(a, "waiting", "approved", "on_stage")
    return MODERATOR, questions.DismissQuestion(question=question.id, reason=p.says())


def _reply(p: Programme, a: int, b: int) -> Given:
    asked = p.question(a, "waiting", "approved", "answered").id
    who = PRESENTER if b % 2 else MODERATOR
    return who, questions.ReplyToQuestion(question=asked, text=p.says())


def _moderation(
    command: Callable[..., Command], *states: str
) -> Callable[[Programme, int, int], Given]:
    def make(p: Programme, a: int, b: int) -> Given:
        seen = p.seen(b) if b % 2 else None
        return MODERATOR, command(question=p.question(a, *states).id, seen=seen)

    return make


def _vote(command: Callable[..., Command]) -> Maker:
    def make(p: Programme, a: int, b: int) -> Given:
        question = p.question(a, "approved", "on_stage")
        return ASKERS[b % len(ASKERS)], command(question=question.id)

    return make


def _write(p: Programme, a: int, b: int) -> Given:
    slot = f"s{1 + a % 2}"
    if b % 2:
        return COMMENTATOR, WriteFeedback(slot=slot, strength=p.says())
    return COMMENTATOR, WriteFeedback(slot=slot, advice=p.says(), question=p.says())


def _release(p: Programme, a: int, b: int) -> Given:
    found = [f.slot for f in p.of_kind(Feedback) if isinstance(f, Feedback)]
    slot = found[a % len(found)] if found else "s1"
    return COMMENTATOR, ReleaseFeedback(slot=slot, to="public" if b % 4 == 3 else "presenter")


def _send(p: Programme, a: int, b: int) -> Given:
    to = ("ada", "bo", "wu", None)[a % 4]
    return CALLER if b % 2 else HOST, messages.SendMessage(text=p.says(), to=to)


def _acknowledge(p: Programme, a: int, b: int) -> Given:
    found = [m for m in p.of_kind(Message) if isinstance(m, Message)]
    message = found[a % len(found)] if found else None
    people = [PRESENTER, OTHER_PRESENTER, COMMENTATOR]
    if message is not None and b != 7:
        people = [actor for actor in people if actor.person == message.to]
    return people[0], messages.AcknowledgeMessage(message=message.id if message else "m0")


def _report(p: Programme, a: int, b: int) -> Given:
    who = PRESENTER if a % 2 else OTHER_PRESENTER
    return who, Report(state="ready" if b % 2 else "arrived", round_trip_ms=b)


def _window(command: Callable[..., Command]) -> Maker:
    return lambda p, a, b: (MODERATOR, command(slot=(None, "s1", "s2")[a % 3]))


def _post(p: Programme, a: int, b: int) -> Given:
    return CALLER if b % 2 else HOST, notices.PostNotice(text=f"Please wait {a}")


def _adjust(p: Programme, a: int, b: int) -> Given:
    return CALLER, AdjustCue(cue=f"c{1 + a % 5}", seconds=60 * (b - 3))


def _take(p: Programme, a: int, b: int) -> Given:
    return HOST, stage.TakeLowerThird(person=("ada", "bo", "wu")[a % 3])


def _cut(p: Programme, a: int, b: int) -> Given:
    source = ("studio", "camera-ada", "camera-bo", "nobody")[a % 4]
    return CALLER if b % 2 else HOST, sources.TakePicture(source=source, seen=p.seen(b))


def _invite(p: Programme, a: int, b: int) -> Given:
    slots = (None, ("s1",), ("s2",), ("s1", "s2"))[a % 4]
    return ORGANISER if b % 2 else CALLER, SendInvitations(slots=slots)


def _uninvite(p: Programme, a: int, b: int) -> Given:
    return ORGANISER, CancelInvitations(slots=(f"s{1 + a % 2}",))


def _answer_invitation(p: Programme, a: int, b: int) -> Given:
    found = [i for i in p.of_kind(Invitation) if isinstance(i, Invitation)]
    slot, sequence = (
        (found[a % len(found)].slot, found[a % len(found)].sequence) if found else ("s1", 1)
    )
    who = PRESENTER if (slot == "s1") != (b == 7) else OTHER_PRESENTER
    if b % 2:
        return who, MoveInvitation(slot=slot, sequence=sequence, words=p.says())
    return who, AcceptInvitation(slot=slot, sequence=sequence)


def _rearrange(p: Programme, a: int, b: int) -> Given:
    slots = (("s1", "s2"), ("s2", "s1"), ("s1",), ("s2",), ())[a % 5]
    who = (CALLER, HOST, ORGANISER)[b % 3]
    return who, RearrangeRundown({"pitches": slots}, seen=p.seen(b))


def _give(p: Programme, a: int, b: int) -> Given:
    day = f"{6 + a:02}:00-23:30"
    if b < 4:
        who = (PRESENTER, OTHER_PRESENTER, COMMENTATOR)[b % 3]
        return who, GiveAvailability(available=(day,), words=p.says())
    person = ("ada", "bo", "wu", "nobody")[a % 4]
    return ORGANISER, GiveAvailability(preferred=(day,), words=p.says(), person=person)


def _wish(p: Programme, a: int, b: int) -> Given:
    order = (("s1", "s2"),) if a % 2 else ()
    return CALLER if a % 3 else ORGANISER, WishPlan(seen=p.seen(b), order=order, pins={"s1": b})


MAKERS: dict[str, Maker] = {
    "advance": _advance,
    "hold": lambda p, a, b: (CALLER, stage.HoldStage()),
    "resume": lambda p, a, b: (CALLER, stage.ResumeStage()),
    "recall": _recall,
    "arm": _arm,
    "adjust": _adjust,
    "undo": lambda p, a, b: (CALLER, stage.UndoStage(seen=p.seen(b))),
    "take": _take,
    "clear": lambda p, a, b: (HOST, stage.ClearLowerThird()),
    "cut": _cut,
    "ask": _ask,
    "edit": _edit,
    "withdraw": _withdraw,
    "approve": _moderation(questions.ApproveQuestion, "waiting"),
    "dismiss": _dismiss,
    "show": _moderation(questions.ShowQuestion, "approved"),
    "answer": _moderation(questions.AnswerQuestion, "on_stage", "approved"),
    "reply": _reply,
    "restore": _moderation(questions.RestoreQuestion, "on_stage", "answered", "dismissed"),
    "upvote": _vote(questions.UpvoteQuestion),
    "unvote": _vote(questions.UnvoteQuestion),
    "write": _write,
    "release": _release,
    "send": _send,
    "acknowledge": _acknowledge,
    "report": _report,
    "open": _window(windows.OpenQuestions),
    "close": _window(windows.CloseQuestions),
    "post": _post,
    "unpost": lambda p, a, b: (HOST, notices.ClearNotice()),
    "invite": _invite,
    "uninvite": _uninvite,
    "answer_invitation": _answer_invitation,
    "rearrange": _rearrange,
    "give": _give,
    "wish": _wish,
    "usurp": lambda p, a, b: (ANON[a % 3], stage.AdvanceStage(seen=p.seen(0))),
}
