"""Question windows: from when to when something may be asked, as far as viewers are behind."""

from msgspec.structs import replace

from server.domain.picture import Picture
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Fields, Record, Viewer, fields
from server.domain.rundown import Slot
from server.domain.show import Command, Draft

SHOW = "show"

# The most by which a viewer may be later than the stage and still ask about what they see.
GRACE_LIMIT_MS = 45_000


class Window(Record, frozen=True, kw_only=True):
    """Whether questions are taken (record `window/{slot}`, or `window/show` for all others).

    It belongs to the stage: viewers see it close with their picture. Without a record it is open.
    `closed_at` in ms UTC; None: it was never open.
    """

    open: bool = True
    closed_at: int | None = None

    def seen_by(self, viewer: Viewer) -> Fields:
        return fields("id open closed_at")


class OpenQuestions(Command, frozen=True, tag="questions.open"):
    """Take questions about a slot; without one, about anything."""

    slot: str | None = None


class CloseQuestions(Command, frozen=True, tag="questions.close"):
    """Take no more questions about a slot; without one, about anything."""

    slot: str | None = None


def window_of(draft: Draft, slot: str | None) -> Window:
    """Return the window through which questions about a slot come: its own, else the show's."""
    own = draft.find(Window, slot) if slot is not None else None
    return own or draft.find(Window, SHOW) or Window(id=SHOW)


def grace_ms(draft: Draft) -> int:
    """Return for how long after a window has closed everybody may still ask."""
    picture = draft.find(Picture, "main")
    behind_ms = picture.behind_ms if picture is not None else None
    return min(behind_ms or 0, GRACE_LIMIT_MS)


def admit(draft: Draft, slot: str | None, watched_at: int | None, now: int) -> None:
    """Refuse what is asked about a slot too late; who sees the stage later has more time.

    `watched_at` is the moment (ms UTC) that the asker's picture showed, None: they have none.
    """
    window = window_of(draft, slot)
    if window.open:
        return
    if window.closed_at is not None:
        late = now - window.closed_at
        before = watched_at is not None and watched_at < window.closed_at
        if late <= grace_ms(draft) or (before and late <= GRACE_LIMIT_MS):
            return
    raise Refusal("questions.closed", "No more questions about this are taken now.", field="slot")


def open_questions(draft: Draft, command: OpenQuestions, actor: Actor, now: int) -> None:
    """Open a window, or all of them."""
    for window in _meant(draft, command.slot):
        if not window.open:
            draft.put(replace(window, open=True, closed_at=None))
            draft.fact("questions.opened", window)


def close_questions(draft: Draft, command: CloseQuestions, actor: Actor, now: int) -> None:
    """Close a window, or all of them."""
    for window in _meant(draft, command.slot):
        if window.open:
            draft.put(replace(window, open=False, closed_at=now))
            draft.fact("questions.closed", window)


def _meant(draft: Draft, slot: str | None) -> list[Window]:
    """Return the windows as they stand; one that has no record yet is as the show's."""
    if slot is not None:
        return [replace(window_of(draft, slot), id=draft.get(Slot, slot).id)]
    show = window_of(draft, None)
    return [show, *(window for window in draft.all(Window) if window.id != SHOW)]
