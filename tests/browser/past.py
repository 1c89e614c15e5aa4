"""The first minutes of the demo show, told by the Desk with a clock that is moved by hand."""

from itertools import count
from pathlib import Path

from server import folder
from server.demo.stock import QUESTIONS
from server.domain import feedback, greenroom, messages, questions
from server.domain.roles import Actor, Role
from server.domain.show import Command
from server.domain.stage import AdvanceStage, TakeLowerThird
from server.integrations.showfile import read
from server.service.desk import Desk
from tests.harness import SAMPLES

# When each cue was called, in seconds after the planned start: the last one is Lukas's pitch.
CALLED = (4, 67, 161, 209, 258, 268)
LASTS_SECONDS = CALLED[-1]
MADE_SECONDS = 3600

READY = ("grace", "lukas", "chiara", "haruka", "etienne", "dmitri")
ARRIVED = ("oliver", "noa")
GRACE, LUKAS = "slot-1", "slot-2"
CALLER = Actor("caller", Role.CALLER)
MODERATOR = Actor("moderator", Role.MODERATOR)
EXPERT = Actor("prof-lin", Role.COMMENTATOR)

# Who is asked in which language, the number of the question in the stock, and its upvotes.
ASKED = (
    (GRACE, "en", 0, 31),
    (GRACE, "zh", 0, 27),
    (GRACE, "en", 11, 12),
    (LUKAS, "de", 0, 23),
    (LUKAS, "en", 4, 41),
    (LUKAS, "zh", 4, 19),
    (LUKAS, "it", 0, 8),
    (LUKAS, "en", 3, 15),
)
WAITING = ((LUKAS, "fr", 0), (LUKAS, "ru", 1), (LUKAS, "en", 6))


class NoBus:
    """Nobody listens yet."""

    def hint(self, show: str, seq: int) -> None:
        """Tell nobody."""


class Past:
    """What has happened in a show; `at` lets one more thing have happened."""

    def __init__(self, desk: Desk, show: str) -> None:
        self.seconds = 0.0
        self._desk = desk
        self._show = show
        self._ids = count()

    async def at(self, seconds: float, actor: Actor, command: Command) -> int:
        """Let somebody do something so many seconds after the start; return the seq of it."""
        self.seconds = seconds
        return await self._desk.do(self._show, f"past-{next(self._ids)}", command, actor)

    async def prepare(self) -> None:
        """Bring the presenters into the green room."""
        for number, person in enumerate((*READY, *ARRIVED)):
            presenter = Actor(person, Role.PRESENTER)
            at = 60 * number - 1200
            await self.at(at, presenter, greenroom.Report("arrived"))
            if person in READY:
                ready = greenroom.Report("ready", True, True, 38 + 31 * number)
                await self.at(at + 30, presenter, ready)
        for person in ("lukas", "chiara"):
            words = messages.SendMessage("You are early on. We start on time.", person)
            seq = await self.at(-90, CALLER, words)
            read = messages.AcknowledgeMessage(f"m{seq}.1")
            await self.at(-80, Actor(person, Role.PRESENTER), read)

    async def play(self) -> None:
        """Call every cue but the last, take in questions, and let an expert judge Grace."""
        seq = await self.at(-5, MODERATOR, ask(GRACE, "en", 1))
        await self.at(-2, MODERATOR, questions.DismissQuestion(f"q{seq}", "Already answered."))
        for seconds in CALLED[:-1]:
            seq = await self.at(seconds, CALLER, AdvanceStage(seq))
        for number, (slot, lang, which, votes) in enumerate(ASKED):
            asker = Actor(f"asker-{number}", Role.ATTENDEE)
            asked = f"q{await self.at(80 + 20 * number, asker, ask(slot, lang, which))}"
            await self.at(85 + 20 * number, MODERATOR, questions.ApproveQuestion(asked))
            for voter in range(votes):
                await self.at(
                    90 + 20 * number,
                    Actor(f"voter-{voter}", Role.ATTENDEE),
                    questions.UpvoteQuestion(asked),
                )
            if number == 0:
                await self.at(240, MODERATOR, questions.AnswerQuestion(asked))
        marks = feedback.Marks(8, 7, 9, 6, 7, 8, 9)
        said = feedback.WriteFeedback(
            GRACE,
            marks,
            strength="One good look instead of a week of programming: small workshops can use it.",
            advice="Bring the arm to a shipyard in Yueyang: they weld what nobody else wants to.",
        )
        await self.at(250, EXPERT, said)
        await self.at(255, EXPERT, feedback.ReleaseFeedback(GRACE, "public"))
        for number, (slot, lang, which) in enumerate(WAITING):
            await self.at(
                256 + number, Actor(f"late-{number}", Role.ATTENDEE), ask(slot, lang, which)
            )
        await self.at(CALLED[-1], CALLER, AdvanceStage(seq))
        await self.at(CALLED[-1], CALLER, TakeLowerThird("lukas"))


def ask(slot: str, lang: str, which: int) -> questions.AskQuestion:
    """Return the command that asks a question of the stock."""
    return questions.AskQuestion(QUESTIONS[lang][which], lang, slot)


async def tell(data: Path, show: str, starts_at: int) -> None:
    """Make the demo show in a data folder, planned for `starts_at` (ms UTC), and let it run."""
    text = (SAMPLES / "demo.toml").read_text(encoding="utf-8")
    async with folder.opened(data, new=True) as store:
        await store.create(show, read(text, starts_at), starts_at - MADE_SECONDS * 1000)
        past: list[Past] = []
        desk = Desk(store, lambda: starts_at + round(past[0].seconds * 1000), NoBus(), 0)
        past.append(Past(desk, show))
        await past[0].prepare()
        await past[0].play()
        await desk.close()
