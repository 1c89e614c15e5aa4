"""A show's media segments as they stand on disk, so that numbers and names outlive any crash.

`data/media/{show}/` holds `index.jsonl` and the files that it names. Lines are only ever appended:
a `MediaSegment` once its file is whole, a `Pause` where the programme stopped.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

INDEX_FILE = "index.jsonl"


class MediaSegment(msgspec.Struct, frozen=True, kw_only=True, tag="segment", tag_field="type"):
    """A stretch of the programme, in a file that never changes.

    `number` is its media sequence number: consecutive. `run` counts the discontinuities before
    it. `pdt` is the instant of its first picture and `ms` its length. `whole`: it starts with a
    key frame.
    """

    number: int
    run: int
    file: str
    init: str
    pdt: int
    ms: int
    size: int
    source: str
    whole: bool = True


class Pause(msgspec.Struct, frozen=True, kw_only=True, tag="pause", tag_field="type"):
    """The programme stopped at this instant (ms UTC); what follows is another run."""

    at: int


Line = MediaSegment | Pause

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Index:
    """What has been written of a show's programme; `refresh` reads what is new.

    `paused`: the programme stopped after the last segment, or never ran. `longest_ms` is the
    length of the longest segment so far. A folder that is not there yet is an empty programme.
    """

    def __init__(self, folder: Path) -> None:
        self.segments: list[MediaSegment] = []
        self.paused = True
        self.longest_ms = 0
        self._path = folder / INDEX_FILE
        self._read = 0

    def refresh(self) -> bool:
        """Take in the lines that were added, and tell whether there were any."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                fresh = file.read()
        except FileNotFoundError:
            return False
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            self._take(_decode(line))
        return bool(whole)

    def _take(self, line: Line) -> None:
        match line:
            case MediaSegment():
                self.segments.append(line)
                self.longest_ms = max(self.longest_ms, line.ms)
                self.paused = False
            case Pause():
                self.paused = True

    def between(self, start: int, end: int) -> Sequence[MediaSegment]:
        """Return the segments that hold any picture of the stretch from `start` to `end`, ms."""
        return [s for s in self.segments if s.pdt < end and s.pdt + s.ms > start]


class IndexWriter(Index):
    """The one writer of an index; on opening it closes what a crash left open.

    Raises OSError when the disk does.
    """

    def __init__(self, folder: Path, now: int) -> None:
        super().__init__(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.refresh()
        self._file: BinaryIO = self._path.open("ab", buffering=0)
        self._file.truncate(self._read)
        # A generation is burnt by its init file alone, even if it never got a segment.
        inits = (int(path.stem.rpartition("-")[2]) for path in folder.glob("init-*.mp4"))
        self.generation = max(inits, default=0)
        if not self.paused:
            self.append(Pause(at=now))

    @property
    def next_number(self) -> int:
        """The number of the segment to be written next."""
        return self.segments[-1].number + 1 if self.segments else 0

    @property
    def next_run(self) -> int:
        """The run to begin when something else than the last segment's own goes on."""
        return self.segments[-1].run + 1 if self.segments else 0

    def append(self, line: Line) -> None:
        """Write a line down, whole or not at all."""
        wire = _encode(line) + b"\n"
        try:
            if self._file.write(wire) != len(wire):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._file.truncate(self._read)
            raise
        self._read += len(wire)
        self._take(line)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
