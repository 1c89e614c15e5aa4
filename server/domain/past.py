"""What showed on stage at an instant that is over, for a viewer who sees the picture later."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from server.domain.questions import Question
from server.domain.roles import Record, Viewer, look
from server.domain.rundown import Cue, Slot
from server.domain.show import Show
from server.domain.stage import LowerThird, Stage

ON_STAGE: tuple[type[Record], ...] = (Stage, Cue, Slot, LowerThird, Question)
"""The kinds of records that follow the picture; all others are true at once."""

KINDS = frozenset(kind.noun() for kind in ON_STAGE)


class Moment(NamedTuple):
    """The documents that a viewer saw at an instant, by key; `until` (ms UTC): the next one that
    differs, None: they are those of now."""

    records: dict[str, dict[str, Any]]
    until: int | None


class Past:
    """A show's journal backwards: what each turn changed, as it was before.

    A show begins at seq 1 with its first records, of which there is no turn.
    """

    def __init__(self) -> None:
        self.seq = 1
        self._images: dict[str, list[tuple[int, Record | None]]] = {}

    def take(self, seq: int, at: int, before: Mapping[str, Record | None]) -> None:
        """Take in the turn that follows: when it was (ms UTC), and the records before it."""
        self.seq = seq
        for key, record in before.items():
            self._images.setdefault(key, []).append((at, record))

    def moment(self, show: Show, at: int, viewer: Viewer) -> Moment:
        """Return what `viewer` saw of `show` at the instant `at` (ms UTC).

        What is hidden from them now stays hidden: a question that was taken away does not come
        back to those who rewind. `show` may not be ahead of what was taken in.
        """
        records: dict[str, dict[str, Any]] = {}
        until: int | None = None
        for kind in ON_STAGE:
            for record in show.of_kind(kind.noun()).values():
                document = look(record, viewer)
                if document is None:
                    continue
                for changed_at, image in reversed(self._images.get(record.key, ())):
                    if changed_at <= at:
                        break
                    earlier = look(image, viewer)
                    if earlier != document:
                        document = earlier
                        until = min(until or changed_at, changed_at)
                if document is not None:
                    records[record.key] = document
        return Moment(records, until)
