"""Sources of the picture: who publishes, and which of them the programme shows."""

from typing import Literal

from msgspec.structs import replace

from server.domain.picture import CAMERA
from server.domain.refusal import Refusal
from server.domain.roles import CREW, HIDDEN, Actor, Fields, Record, Viewer, fields
from server.domain.rundown import Cue, Slot
from server.domain.show import Command, Draft, Show
from server.domain.stage import Stage, moved_on

STUDIO = "studio"
SOUND = "sound-"

# The cues that are the presenter's own: in all others the studio speaks.
ON_CAMERA = ("pitch", "questions")

State = Literal["live", "gone"]


def camera_of(person: str) -> str:
    """Return the name of a presenter's camera."""
    return CAMERA + person


def sound_of(language: str) -> str:
    """Return the name of the interpreters' sound in a language."""
    return SOUND + language


def has_picture(source: str) -> bool:
    """Tell whether a source can make the programme: an interpreter's sound cannot."""
    return not source.startswith(SOUND)


class Source(Record, frozen=True, kw_only=True):
    """Somebody who publishes, or did (record `source/…`): the studio, a presenter's camera, an
    interpreter's sound. `person`: whose camera it is; `since` (ms UTC): when it came or went."""

    person: str
    state: State = "gone"
    since: int = 0

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in CREW or (self.person and viewer.person == self.person):
            return fields("id person state since")
        return HIDDEN

    def people(self) -> frozenset[str]:
        return frozenset({self.person} if self.person else ())


class Cut(Record, frozen=True, kw_only=True):
    """The source that the caller took by hand (record `cut/…`, one for each stage).

    It holds while `cue` is on air (None: while none is); `taken_at` is ms UTC.
    """

    source: str
    cue: str | None = None
    taken_at: int = 0

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id source cue taken_at") if viewer.role in CREW else HIDDEN


class ReportSource(Command, frozen=True, tag="source.report"):
    """Say that a source came or went; the house's own word, which nobody else can give."""

    source: str
    state: State
    person: str = ""


class TakePicture(Command, frozen=True, tag="picture.take"):
    """Show this source now, and until the cue on air is over. `seen`: the screen's seq."""

    source: str
    stage: str = "main"
    seen: int | None = None


def report(draft: Draft, command: ReportSource, now: int) -> None:
    """Write down whether a source is there, if that is news."""
    source = draft.find(Source, command.source)
    if source is None:
        source = Source(id=command.source, person=command.person)
    if source.state == command.state:
        return
    source = replace(source, person=command.person, state=command.state, since=now)
    draft.put(source)
    draft.fact(f"source.{command.state}", source)


def take(draft: Draft, command: TakePicture, actor: Actor, now: int) -> None:
    """Choose the source of the programme by hand, over what the rundown would show."""
    stage = draft.get(Stage, command.stage)
    draft.expect(stage, command.seen, moved_on())
    source = draft.get(Source, command.source)
    if not has_picture(source.id):
        raise Refusal("source.no_picture", "This source is sound alone.", field="source")
    if source.state != "live":
        raise Refusal("source.gone", "This source is not there now.", field="source")
    cut = Cut(id=stage.id, source=source.id, cue=stage.on_air, taken_at=now)
    draft.put(cut)
    draft.fact("picture.taken", cut)


def wanted(show: Show, stage_id: str = "main") -> str | None:
    """Return the source that the programme should show now; None: whatever it shows already.

    That is what the caller took, if it still holds; else the camera of whoever is on air in a cue
    of their own; else the studio. A source that is away is not wanted, and no other camera is
    ever shown without somebody's wish: who waits in the green room is not on air.
    """
    stage = show.find_key(f"stage/{stage_id}")
    assert isinstance(stage, Stage), "every show has its stages from the start"
    cut = show.find_key(f"cut/{stage_id}")
    choices = [STUDIO]
    cue = show.find_key(f"cue/{stage.on_air}")
    if isinstance(cue, Cue) and cue.kind in ON_CAMERA:
        slot = show.find_key(f"slot/{cue.slot}")
        if isinstance(slot, Slot):
            choices.insert(0, camera_of(slot.presenter))
    if isinstance(cut, Cut) and cut.cue == stage.on_air:
        choices.insert(0, cut.source)
    return next((source for source in choices if is_live(show, source)), None)


def is_live(show: Show, name: str) -> bool:
    """Tell whether a source publishes now."""
    source = show.find_key(f"{Source.noun()}/{name}")
    return isinstance(source, Source) and source.state == "live"
