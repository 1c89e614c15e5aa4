"""A reel's media segments as they stand on disk, so that numbers and names outlive any crash.

A reel is a folder with `index.jsonl` and the files that it names: the programme in
`data/media/{show}/`, others in folders below it. Lines are only ever appended: a `MediaSegment`
once its file is whole, a `Pause` where the programme stopped. A ring, which keeps but the latest,
is the exception: its index is small, and written anew with an `Origin` in front.
"""

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
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


class Origin(msgspec.Struct, frozen=True, kw_only=True, tag="origin", tag_field="type"):
    """What was before has been deleted: number, run and generation go on from here.

    `edition` counts how often the index was written anew, so that a reader sees it was.
    """

    edition: int
    number: int
    run: int
    generation: int
    longest_ms: int


Line = MediaSegment | Pause | Origin

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Index:
    """What has been written of a reel; `refresh` reads what is new.

    `paused`: the programme stopped after the last segment, or never ran. `longest_ms` is the
    length of the longest segment so far. A folder that is not there yet is an empty programme.
    """

    def __init__(self, folder: Path) -> None:
        self.segments: list[MediaSegment] = []
        self.paused = True
        self.longest_ms = 0
        self._folder = folder
        self._path = folder / INDEX_FILE
        self._origin = Origin(edition=0, number=0, run=0, generation=0, longest_ms=0)
        self._first = b""
        self._read = 0

    def refresh(self) -> bool:
        """Take in the lines that were added, and tell whether there were any."""
        try:
            with self._path.open("rb") as file:
                first = file.readline()
                if first != self._first:
                    # A ring, written anew.
                    self.segments, self.paused, self._first, self._read = [], True, first, 0
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
            case Origin():
                self._origin = line
                self.longest_ms = max(self.longest_ms, line.longest_ms)

    def between(self, start: int, end: int) -> Sequence[MediaSegment]:
        """Return the segments that hold any picture of the stretch from `start` to `end`, ms."""
        return [s for s in self.segments if s.pdt < end and s.pdt + s.ms > start]


class Writer(Index):
    """The one writer of an index; `generation` counts the init segments.

    Raises OSError when the disk does.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.refresh()
        # A generation is burnt by its init file alone, even if it never got a segment.
        inits = (int(path.stem.rpartition("-")[2]) for path in folder.glob("init-*.mp4"))
        self.generation = max(inits, default=0)
        self.generation = max(self.generation, self._origin.generation)

    @property
    def next_number(self) -> int:
        """The number of the segment to be written next."""
        return self.segments[-1].number + 1 if self.segments else self._origin.number

    @property
    def next_run(self) -> int:
        """The run to begin when something else than the last segment's own goes on."""
        return self.segments[-1].run + 1 if self.segments else self._origin.run

    def append(self, line: MediaSegment | Pause) -> None:
        """Write a line down, whole or not at all."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is open."""


class IndexWriter(Writer):
    """Keeps everything; on opening it closes what a crash left open.

    `left` is given the number of the next segment, and returns what there is of it already.
    """

    def __init__(
        self,
        folder: Path,
        now: int,
        left: Callable[[int], MediaSegment | None] = lambda number: None,
    ) -> None:
        super().__init__(folder)
        self._file: BinaryIO = self._path.open("ab", buffering=0)
        self._file.truncate(self._read)
        segment = left(self.next_number)
        if segment is not None:
            self.append(segment)
        if not self.paused:
            self.append(Pause(at=now))

    def append(self, line: MediaSegment | Pause) -> None:
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
        self._file.close()


class RingWriter(Writer):
    """Keeps the latest `keep_ms` and deletes what is older; on opening it is empty."""

    def __init__(self, folder: Path, keep_ms: int) -> None:
        super().__init__(folder)
        self._keep_ms = keep_ms
        self.clear()

    def append(self, line: MediaSegment | Pause) -> None:
        kept = list(self.segments)
        if isinstance(line, MediaSegment):
            kept.append(line)
        while sum(segment.ms for segment in kept[1:]) > self._keep_ms:
            del kept[0]
        self._rewrite(kept, line)

    def clear(self) -> None:
        """Delete all that there is; the counters stay."""
        self._rewrite([], None)
        for path in self._folder.iterdir():
            if path.name != INDEX_FILE:
                path.unlink()

    def _rewrite(self, kept: list[MediaSegment], latest: MediaSegment | Pause | None) -> None:
        """Put another index in the place of this one, then delete what it names no more."""
        before = _files(self.segments)
        following = kept[0] if kept else None
        origin = Origin(
            edition=self._origin.edition + 1,
            number=following.number if following else self.next_number,
            run=following.run if following else self.next_run,
            generation=self.generation,
            longest_ms=max([self.longest_ms, *(segment.ms for segment in kept)]),
        )
        lines: list[Line] = [origin, *kept]
        if isinstance(latest, Pause):
            lines.append(latest)
        unfinished = self._path.with_suffix(".new")
        unfinished.write_bytes(b"".join(_encode(line) + b"\n" for line in lines))
        unfinished.replace(self._path)
        self.segments, self.paused = [], True
        for line in lines:
            self._take(line)
        for name in before - _files(kept):
            with suppress(OSError):
                (self._folder / name).unlink()


def _files(segments: Sequence[MediaSegment]) -> set[str]:
    """Return the names of all files that segments need."""
    return {name for segment in segments for name in (segment.init, segment.file)}
