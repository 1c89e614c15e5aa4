"""The delay: by how much the viewers' pictures are later than the stage."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace

from server.domain.picture import picture_of
from server.domain.show import Command, Draft

# What a delay is rounded to, and by how much it must differ to be news: it goes to everybody.
STEP_MS = 500
NEWS_SHARE = 0.2


class Delay(msgspec.Struct, frozen=True):
    """By how many ms the pictures of so many viewers are later than the stage."""

    median: int
    p95: int
    viewers: int


def delay(behind: Sequence[int]) -> Delay | None:
    """Return what the delays of single viewers (ms) come to; None: there are none."""
    if not behind:
        return None
    found = sorted(behind)
    # By nearest rank: of few viewers, the slowest.
    rank = -(-95 * len(found) // 100)
    return Delay(found[(len(found) - 1) // 2], found[rank - 1], len(found))


class ReportDelay(Command, frozen=True, tag="picture.delay"):
    """Say how late the viewers see the picture (95th percentile); the house's own word."""

    behind_ms: Annotated[int, msgspec.Meta(ge=0)]
    stage: str = "main"


def report(draft: Draft, command: ReportDelay, now: int) -> None:
    """Write down how late the picture is, rounded, if it has really changed."""
    picture = picture_of(draft, command.stage)
    behind_ms = (command.behind_ms + STEP_MS // 2) // STEP_MS * STEP_MS
    if picture.behind_ms is not None:
        apart = abs(behind_ms - picture.behind_ms)
        if apart < max(STEP_MS, NEWS_SHARE * picture.behind_ms):
            return
    picture = replace(picture, behind_ms=behind_ms)
    draft.put(picture)
    draft.fact("picture.delayed", picture)
