"""Parts: what is there already of a segment in the making, for players that do not wait for it.

`parts.json` names the parts of the latest segments and is replaced as a whole with each of them,
after the file that it names and after the index. Files are deleted when nobody reads them any
more; what a segment consisted of is in its own file.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from server.media.index import MediaSegment

PARTS_FILE = "parts.json"
# Parts of so many whole segments are still named, and the files of some more still there.
NAMED = 3
KEPT = 6


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a segment; `key`: a player may begin with it."""

    file: str
    ms: int
    size: int
    key: bool


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """A segment as far as its parts go: what the segment says, but for its length."""

    segment: MediaSegment
    parts: list[Part]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the latest segments, in order.

    `done` is the number of the last segment that is whole, -1 before the first; what comes after
    it is in the making. No part is longer than `target_ms`.
    """

    done: int
    target_ms: int
    latest: list[Pieces]

    def of(self, number: int) -> Sequence[Part]:
        """Return the parts of a segment, none if they are not named."""
        for pieces in self.latest:
            if pieces.segment.number == number:
                return pieces.parts
        return ()

    @property
    def coming(self) -> Pieces | None:
        """The segment in the making, None if nothing of it is there."""
        latest = self.latest[-1] if self.latest else None
        return latest if latest is not None and latest.segment.number > self.done else None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Parts).decode


def read_parts(folder: Path) -> Parts | None:
    """Return the parts that are named, None if this reel has none."""
    with suppress(FileNotFoundError):
        return _decode((folder / PARTS_FILE).read_bytes())
    return None


class PartsWriter:
    """The one writer of a reel's parts; raises OSError when the disk does."""

    def __init__(self, folder: Path, target_ms: int, done: int) -> None:
        """`done` is the last segment of the index; parts of others are not gone on with."""
        self._folder = folder
        self._files: dict[int, list[Path]] = {}
        for path in _part_files(folder):
            self._files.setdefault(int(path.name.split("-")[2].partition(".")[0]), []).append(path)
        before = _readable(folder)
        latest = [p for p in before.latest if p.segment.number <= done] if before else []
        target_ms = max(before.target_ms, target_ms) if before else target_ms
        self._parts = Parts(done=done, target_ms=target_ms, latest=latest)
        self._write(self._parts)

    def add(self, segment: MediaSegment, data: bytes, ms: int, key: bool) -> None:
        """Write another part of a segment in the making."""
        latest = self._parts.latest
        whole, before = latest, []
        if latest and latest[-1].segment.number == segment.number:
            whole, before = latest[:-1], latest[-1].parts
        stem, _, kind = segment.file.rpartition(".")
        part = Part(file=f"{stem}.{len(before)}.{kind}", ms=ms, size=len(data), key=key)
        path = self._folder / part.file
        self._files.setdefault(segment.number, []).append(path)
        path.write_bytes(data)
        pieces = Pieces(segment=segment, parts=[*before, part])
        target_ms = max(self._parts.target_ms, ms)
        self._write(
            msgspec.structs.replace(
                self._parts, latest=[*whole[-NAMED:], pieces], target_ms=target_ms
            )
        )

    def finish(self, number: int) -> None:
        """A segment is whole, and in the index."""
        self._write(
            msgspec.structs.replace(self._parts, done=number, latest=self._parts.latest[-NAMED:])
        )
        for old in [n for n in self._files if n <= number - KEPT]:
            for path in self._files.pop(old):
                with suppress(OSError):
                    path.unlink()

    def give_up(self) -> None:
        """The segment in the making will not come."""
        coming = self._parts.coming
        if coming is not None:
            self._write(msgspec.structs.replace(self._parts, latest=self._parts.latest[:-1]))

    def _write(self, parts: Parts) -> None:
        unfinished = self._folder / f".{PARTS_FILE}"
        unfinished.write_bytes(_encode(parts))
        unfinished.replace(self._folder / PARTS_FILE)
        self._parts = parts


def left_of(folder: Path, number: int) -> MediaSegment | None:
    """Make a segment of the parts that a crash left of it, and return it; None: nothing is left.

    It must be in the index before its number is used for anything else.
    """
    parts = _readable(folder)
    coming = parts.coming if parts is not None else None
    if coming is None or coming.segment.number != number:
        return None
    data = b""
    for part in coming.parts:
        with suppress(FileNotFoundError):
            data += (folder / part.file).read_bytes()
    unfinished = folder / f".{coming.segment.file}"
    unfinished.write_bytes(data)
    unfinished.replace(folder / coming.segment.file)
    ms = sum(part.ms for part in coming.parts)
    return msgspec.structs.replace(coming.segment, ms=ms, size=len(data))


def clear(folder: Path) -> None:
    """Delete all parts; their segments stay."""
    for path in (*_part_files(folder), folder / PARTS_FILE):
        path.unlink(missing_ok=True)


def _part_files(folder: Path) -> Iterable[Path]:
    return folder.glob("seg-*-*.*.m4s")


def _readable(folder: Path) -> Parts | None:
    """Return the parts that are named, None where that is broken."""
    with suppress(msgspec.MsgspecError):
        return read_parts(folder)
    return None
