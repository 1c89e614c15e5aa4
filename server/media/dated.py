"""The programme clock for playlists that have none, such as nginx-rtmp's.

A segment ends when its file was written last; from another machine, when it was first seen.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urljoin

EXTINF = re.compile(r"#EXTINF:([\d.]+)")
DATED = "#EXT-X-PROGRAM-DATE-TIME:"


class _Piece(NamedTuple):
    name: str
    ms: int


class DatedPlaylist:
    """Adds to each segment of a playlist the instant of its beginning, always the same one.

    `ended_at(name)` tells when a segment's last picture arrived, ms UTC; None: it is not known.
    """

    def __init__(self, base: str, ended_at: Callable[[str], int | None]) -> None:
        self._base = base
        self._ended_at = ended_at
        self._begun: dict[str, int] = {}

    def add(self, text: str, now: int) -> str:
        """Return a playlist as it was read at `now` (ms UTC), with dates and whole addresses."""
        lines = text.splitlines()
        if any(line.startswith(DATED) for line in lines):
            return "\n".join(self._lead(line) for line in lines) + "\n"
        pieces = _pieces(lines)
        # From the end, because what is first seen together with others is as old as they are long.
        until = now
        for piece in reversed(pieces):
            if piece.name not in self._begun:
                ended = self._ended_at(piece.name)
                self._begun[piece.name] = (until if ended is None else ended) - piece.ms
            until = self._begun[piece.name]
        self._begun = {piece.name: self._begun[piece.name] for piece in pieces}
        dated: list[str] = []
        for line in lines:
            if line in self._begun:
                dated.insert(_place(dated), DATED + _iso(self._begun[line]))
            dated.append(self._lead(line))
        return "\n".join(dated) + "\n"

    def _lead(self, line: str) -> str:
        """Return the address of a segment as a whole one, any other line as it is."""
        return urljoin(self._base, line) if line and not line.startswith("#") else line


def _pieces(lines: list[str]) -> list[_Piece]:
    pieces, ms = [], 0
    for line in lines:
        if found := EXTINF.match(line):
            ms = round(float(found[1]) * 1000)
        elif line and not line.startswith("#"):
            pieces.append(_Piece(line, ms))
    return pieces


def _place(lines: list[str]) -> int:
    """Return where the last EXTINF stands."""
    return max(n for n, line in enumerate(lines) if line.startswith("#EXTINF"))


def _iso(at: int) -> str:
    seconds = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{at % 1000:03d}Z"
