"""What showed on stage at an instant that is over, for a viewer who sees the picture later."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from server.domain.captions import Caption
from server.domain.questions import Question
from server.domain.roles import Record, Viewer, look
from server.domain.rundown import Cue, Slot
from server.domain.show import Show
from server.domain.stage import LowerThird, Stage
from server.domain.windows import Window

ON_STAGE: tuple[type[Record], ...] = (Stage, Cue, Slot, LowerThird, Question, Window, Caption)
"""The kinds of records that follow the picture; all others are true at once."""

KINDS = frozenset(kind.noun() for kind in ON_STAGE)

# Captions in one language, a line every two seconds: eleven hours.
IMAGES_LIMIT = 20_000

Image = tuple[int, Record | None]
"""When a record changed (ms UTC), and how it was before."""


class Moment(NamedTuple):
    """The documents that a viewer saw at an instant, by key (None: gone); `until` (ms UTC): the
    next one that differs, None: they are those of now."""

    records: dict[str, dict[str, Any] | None]
    until: int | None


class Past:
    """A show's journal backwards: what each turn changed, as it was before.

    A show begins at seq 1 with its first records, of which there is no turn.
    """

    def __init__(self) -> None:
        self.seq = 1
        self._images: dict[str, list[Image]] = {}

    def take(self, seq: int, at: int, before: Mapping[str, Record | None]) -> None:
        """Take in the turn that follows: when it was (ms UTC), and the records before it."""
        self.seq = seq
        for key, record in before.items():
            images = self._images.setdefault(key, [])
            images.append((at, record))
            if len(images) > IMAGES_LIMIT:
                del images[: IMAGES_LIMIT // 4]

    def moments(self, show: Show, at: int, viewer: Viewer, most: int) -> list[Moment]:
        """Return what `viewer` saw of `show` at the instant `at` (ms UTC), and what changed next.

        The first holds all documents, each of the others (fewer than `most`) those that are new
        when the one before it ends. What is hidden from them now stays hidden: a question that was
        taken away does not come back to those who rewind. `show` may not be ahead of what was
        taken in.
        """
        records: dict[str, dict[str, Any] | None] = {}
        changes: list[tuple[int, str, dict[str, Any] | None]] = []
        known: int | None = None
        for kind in ON_STAGE:
            for record in show.of_kind(kind.noun()).values():
                document = look(record, viewer)
                if document is None:
                    continue
                images = self._images.get(record.key, ())
                place = bisect_right(images, at, key=_instant)
                later = images[place : place + most]
                looks = [look(image, viewer) for _, image in later]
                if place + most < len(images):
                    end, image = images[place + most]
                    known = min(known or end, end)
                    looks.append(look(image, viewer))
                else:
                    looks.append(document)
                if looks[0] is not None:
                    records[record.key] = looks[0]
                for (changed_at, _), (before, after) in zip(later, pairwise(looks), strict=True):
                    if before != after:
                        changes.append((changed_at, record.key, after))
        then: dict[int, dict[str, dict[str, Any] | None]] = {}
        for changed_at, key, after in sorted(changes, key=_instant):
            if known is None or changed_at < known:
                then.setdefault(changed_at, {})[key] = after
        return list(map(Moment, [records, *then.values()], [*then, known]))[:most]

    def images(self, key: str) -> list[Record]:
        """Return a record as it was before each of its changes, oldest first."""
        return [image for _, image in self._images.get(key, ()) if image is not None]


def _instant(change: tuple[Any, ...]) -> int:
    at: int = change[0]
    return at
