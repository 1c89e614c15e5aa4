"""The edit: which media segments make a film, and where in it an instant of the programme is.

Within a run the media's own time is kept to the millisecond; between runs the film follows the
wall clock, except that a longer gap is closed.
"""

from collections.abc import Sequence

import msgspec

from server.media.index import Index, MediaSegment

# The last picture stands for so long where the programme was away; beyond, the gap is left out.
GAP_MS = 3000

Span = tuple[int, int]
"""A stretch of the programme: from this instant, before that, ms UTC."""


class Piece(msgspec.Struct, frozen=True):
    """Segments of one run, one after the other, of which a film shows the instants from `start` on,
    before `end` (ms UTC); `start` is at `at` of the film, which is in ms.
    """

    segments: tuple[MediaSegment, ...]
    start: int
    end: int
    at: int = 0

    @property
    def ms(self) -> int:
        """How long the film shows this."""
        return self.media(self.end) - self.media(self.start)

    def media(self, instant: int) -> int:
        """Return where an instant is, in ms after the piece's first picture."""
        passed = 0
        for segment in self.segments[:-1]:
            if instant < segment.pdt + segment.ms:
                break
            passed += segment.ms
        else:
            segment = self.segments[-1]
        return passed + min(max(instant - segment.pdt, 0), segment.ms)


def pieces(index: Index, spans: Sequence[Span]) -> list[Piece]:
    """Return what there is of these stretches; each piece begins where a player can."""
    found: list[Piece] = []
    for start, end in spans:
        runs: dict[int, list[MediaSegment]] = {}
        for segment in index.between(start, end):
            runs.setdefault(segment.run, []).append(segment)
        for run in runs.values():
            shown = _from_key_frame(index, run)
            latest = run[-1]
            piece = Piece(shown, max(start, run[0].pdt), min(end, latest.pdt + latest.ms))
            if piece.ms > 0:
                found.append(piece)
    return found


def lay(found: Sequence[Piece]) -> list[Piece]:
    """Return pieces put into one film, one after the other."""
    film: list[Piece] = []
    at = 0
    for piece in found:
        if film:
            before = film[-1]
            # What lies between two stretches of one run is not wanted.
            away = before.segments[-1].run != piece.segments[-1].run
            gap = piece.start - before.end if away else 0
            at = before.at + before.ms + (gap if 0 < gap <= GAP_MS else 0)
        film.append(msgspec.structs.replace(piece, at=at))
    return film


def place(film: Sequence[tuple[int, int, int]], instant: int) -> int | None:
    """Return where an instant is in a film, in ms; None: before or after all of it.

    `film` holds the start, the end (ms UTC) and the place of each piece. What was left out is
    where it would have been.
    """
    if not film or not film[0][0] <= instant < film[-1][1]:
        return None
    start, end, at = next(piece for piece in reversed(film) if piece[0] <= instant)
    return at + min(instant, end) - start


def _from_key_frame(index: Index, run: Sequence[MediaSegment]) -> tuple[MediaSegment, ...]:
    """Return segments of a run with those before them that their first picture needs."""
    first = run[0].number - index.segments[0].number
    before = first
    while not index.segments[before].whole and before > 0:
        if index.segments[before - 1].run != run[0].run:
            break
        before -= 1
    return (*index.segments[before:first], *run)
