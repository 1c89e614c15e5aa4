"""The stage: what is on air, what stands by, and how the caller moves it on."""

from msgspec.structs import replace

from server.domain import rundown
from server.domain.clock import Anchor
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Fields, Record, Viewer, fields
from server.domain.rundown import AdjustCue, Cue, Slot
from server.domain.show import Command, Draft, Show


class Stage(Record, frozen=True, kw_only=True):
    """One output and its on-air pointer (record `stage/…`).

    While a cue is on air, `anchor` says how many seconds were left and when; `held_at` is set
    while the countdown stands still, and `anchor.seconds` is then what stays.
    """

    on_air: str | None = None
    standby: str | None = None
    anchor: Anchor | None = None
    held_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id on_air standby anchor held_at started_at ended_at")


class LowerThird(Record, frozen=True, kw_only=True):
    """The name strap over the picture (record `lowerthird/…`, one for each stage)."""

    person: str | None = None
    taken_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id person taken_at")


def drift(show: Show, now: int, stage_id: str = "main") -> float:
    """Return the signed seconds by which a stage is over its plan."""
    stage = show.find_key(f"stage/{stage_id}")
    assert isinstance(stage, Stage), "every show has its stages from the start"
    cues = [c for c in show.of_kind("cue").values() if isinstance(c, Cue)]
    cues = [cue for cue in cues if cue.stage == stage_id and not cue.withdrawn]
    cues.sort(key=lambda cue: cue.position)
    free = rundown.free_at(stage.anchor, stage.held_at is not None, now)
    return rundown.drift(cues, stage.on_air, stage.standby, free, now)


class AdvanceStage(Command, frozen=True, tag="stage.advance"):
    """Take the cue that stands by. `seen`: the seq that the caller's screen was at."""

    seen: int
    stage: str = "main"


class HoldStage(Command, frozen=True, tag="stage.hold"):
    """Stop the countdown where it is."""

    stage: str = "main"
    seen: int | None = None


class ResumeStage(Command, frozen=True, tag="stage.resume"):
    """Let the countdown go on."""

    stage: str = "main"
    seen: int | None = None


class RecallCue(Command, frozen=True, tag="stage.recall"):
    """Go back: an earlier cue starts again from its full length."""

    cue: str
    seen: int
    stage: str = "main"


class ArmCue(Command, frozen=True, tag="stage.arm"):
    """Put another cue on standby: what lies between is skipped."""

    cue: str
    seen: int
    stage: str = "main"


class UndoStage(Command, frozen=True, tag="stage.undo"):
    """Take back the last decision about the stage, as if it had not been made."""

    seen: int
    stage: str = "main"


class TakeLowerThird(Command, frozen=True, tag="lower_third.take"):
    """Show a person's name strap."""

    person: str
    stage: str = "main"


class ClearLowerThird(Command, frozen=True, tag="lower_third.clear"):
    """Take the name strap away."""

    stage: str = "main"


def moved_on() -> Refusal:
    """The refusal of a command from a screen that was behind the stage."""
    return Refusal("stage.moved_on", "The stage has already moved on.", field="seen")


def _stage(draft: Draft, stage: str, seen: int | None) -> Stage:
    found = draft.get(Stage, stage)
    draft.expect(found, seen, moved_on())
    return found


def _there(cue: Cue) -> None:
    if cue.withdrawn:
        raise Refusal("cue.withdrawn", "This was taken out of the rundown.", field="cue")


def _after(cues: list[Cue], cue: Cue) -> Cue | None:
    """Return the next cue that has not been called: one that was called out of order is done."""
    return next((c for c in cues if c.position > cue.position and c.started_at is None), None)


def place_slots(draft: Draft, stage: Stage, cues: list[Cue]) -> None:
    """Bring each slot's place in line with its cues; only slots that moved are written."""
    on_air = next((c.slot for c in cues if c.id == stage.on_air), None)
    standby = next((c.slot for c in cues if c.id == stage.standby), None)
    for slot_id in dict.fromkeys(c.slot for c in cues if c.slot):
        if slot_id == on_air:
            place = "on_air"
        elif slot_id == standby:
            place = "standby"
        elif any(c.slot == slot_id and c.ended_at is not None for c in cues):
            place = "done"
        else:
            place = "ahead"
        slot = draft.get(Slot, slot_id)
        if slot.place != place:
            draft.put(replace(slot, place=place))


def _end(draft: Draft, cue: Cue, now: int) -> None:
    cue = replace(cue, ended_at=now)
    draft.put(cue)
    draft.fact("cue.ended", cue)


def _take(draft: Draft, stage: Stage, cue: Cue, now: int) -> None:
    """Put `cue` on air with its full length, and arm what follows it."""
    cue = replace(cue, started_at=now, ended_at=None)
    draft.put(cue)
    cues = rundown.in_order(draft, stage.id)
    following = _after(cues, cue)
    stage = replace(
        stage,
        on_air=cue.id,
        standby=following.id if following else None,
        anchor=Anchor(now, cue.length),
        held_at=None,
        started_at=stage.started_at or now,
        ended_at=None,
    )
    draft.put(stage)
    draft.fact("cue.started", cue)
    place_slots(draft, stage, cues)


def advance(draft: Draft, command: AdvanceStage, actor: Actor, now: int) -> None:
    """Take the standby cue; after the last one, the stage is over."""
    stage = _stage(draft, command.stage, command.seen)
    if stage.on_air is None and stage.standby is None:
        raise Refusal("stage.over", "The rundown is over: there is no cue to take.")
    if stage.on_air is not None:
        _end(draft, draft.get(Cue, stage.on_air), now)
    if stage.standby is not None:
        _take(draft, stage, draft.get(Cue, stage.standby), now)
        return
    stage = replace(stage, on_air=None, anchor=None, held_at=None, ended_at=now)
    draft.put(stage)
    draft.fact("stage.ended", stage)
    place_slots(draft, stage, rundown.in_order(draft, stage.id))


def hold(draft: Draft, command: HoldStage, actor: Actor, now: int) -> None:
    """Keep what is left of the running cue."""
    stage = _stage(draft, command.stage, command.seen)
    if stage.anchor is None:
        raise Refusal("stage.idle", "Nothing is on air.")
    if stage.held_at is not None:
        raise Refusal("stage.held", "The countdown is already on hold.")
    stage = replace(stage, anchor=Anchor(now, stage.anchor.left(now)), held_at=now)
    draft.put(stage)
    draft.fact("stage.held", stage)


def resume(draft: Draft, command: ResumeStage, actor: Actor, now: int) -> None:
    """Count on from what was left when it was held."""
    stage = _stage(draft, command.stage, command.seen)
    if stage.anchor is None or stage.held_at is None:
        raise Refusal("stage.running", "The countdown is not on hold.")
    stage = replace(stage, anchor=Anchor(now, stage.anchor.seconds), held_at=None)
    draft.put(stage)
    draft.fact("stage.resumed", stage)


def recall(draft: Draft, command: RecallCue, actor: Actor, now: int) -> None:
    """Start an earlier cue again; every cue after it is ahead once more."""
    stage = _stage(draft, command.stage, command.seen)
    cue = draft.get(Cue, command.cue)
    if cue.stage != stage.id or cue.started_at is None:
        raise Refusal("cue.not_called", "This cue has not been called yet.", field="cue")
    for other in rundown.in_order(draft, stage.id):
        if other.position > cue.position and other.started_at is not None:
            draft.put(replace(other, started_at=None, ended_at=None))
        elif other.position < cue.position and other.id == stage.on_air:
            # Called out of its order, after the cue that is recalled.
            _end(draft, other, now)
    draft.fact("cue.recalled", cue)
    _take(draft, stage, cue, now)


def arm(draft: Draft, command: ArmCue, actor: Actor, now: int) -> None:
    """Choose which cue the next advance takes."""
    stage = _stage(draft, command.stage, command.seen)
    cue = draft.get(Cue, command.cue)
    if cue.stage != stage.id or cue.started_at is not None:
        raise Refusal("cue.called", "This cue has already been called.", field="cue")
    _there(cue)
    stage = replace(stage, standby=cue.id)
    draft.put(stage)
    draft.fact("cue.armed", cue)
    place_slots(draft, stage, rundown.in_order(draft, stage.id))


def adjust(draft: Draft, command: AdjustCue, actor: Actor, now: int) -> None:
    """Change a cue's length; on air, move its anchor with it."""
    cue = draft.get(Cue, command.cue)
    _there(cue)
    cue = rundown.adjusted(cue, command.seconds)
    draft.put(cue)
    draft.fact("cue.adjusted", cue)
    stage = draft.get(Stage, cue.stage)
    if stage.on_air == cue.id and stage.anchor is not None:
        moved = Anchor(stage.anchor.at, stage.anchor.seconds + command.seconds)
        draft.put(replace(stage, anchor=moved))


def undo(draft: Draft, command: UndoStage, actor: Actor, now: int) -> None:
    """Restore the records of the last decision, unless somebody has touched one of them since."""
    stage = _stage(draft, command.stage, command.seen)
    decision = draft.show.decision
    if decision is None:
        raise Refusal("undo.nothing", "There is no decision to take back.")
    for key in decision.before:
        if draft.show.seq_of(key) != decision.seq:
            raise Refusal("undo.touched", "Something has changed since: this cannot be undone.")
    for record in decision.before.values():
        assert record is not None, "stage decisions change records, they never make any"
        draft.put(record)
    draft.fact("stage.undone", stage)


def take_lower_third(draft: Draft, command: TakeLowerThird, actor: Actor, now: int) -> None:
    """Show one person's name over the picture, in place of any other."""
    stage = draft.get(Stage, command.stage)
    person = draft.get(Person, command.person)
    strap = LowerThird(id=stage.id, person=person.id, taken_at=now)
    draft.put(strap)
    draft.fact("lower_third.taken", strap)


def clear_lower_third(draft: Draft, command: ClearLowerThird, actor: Actor, now: int) -> None:
    """Leave the picture without a name."""
    strap = LowerThird(id=draft.get(Stage, command.stage).id)
    draft.put(strap)
    draft.fact("lower_third.cleared", strap)
