"""Cuts films out of a recorded programme, without encoding anything: `python -m server.media.cut`.

It reads one `Order` as a line of JSON, writes MP4 files, says what it `Made`, and ends; earlier if
its standard input does. Runs with the least priority: no film is worth a picture of the show.
"""

import os
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.logging
import msgspec
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from server.media.edit import Piece, lay, pieces, place
from server.media.film import Film, Made, Order
from server.media.index import Index

IDLE_PRIORITY = 19
ORPHANED = 3
# What lasts less shows nothing that anybody would look for.
SHORTEST_MS = 1000
MILLISECOND = Fraction(1, 1000)

Coded: TypeAlias = "Packet[Stream]"


class Unusable(Exception):
    """There is no film to be made of this, for the reason that it gives."""


def cut(order: Order) -> list[Film]:
    """Make the films that were ordered; raises `Unusable`, OSError and `av.FFmpegError`.

    More than one: a stream's formats changed, and files cannot.
    """
    folder = Path(order.folder)
    index = Index(folder)
    index.refresh()
    found = pieces(index, order.spans)
    if not found:
        raise Unusable("there is no picture of this time")
    target = Path(order.target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _check_room(target.parent, found, order.reserve_bytes)
    films: list[Film] = []
    for number, film in enumerate(_parts(folder, found), 1):
        path = target if number == 1 else target.with_stem(f"{target.stem}.{number}")
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            _write(folder, film, order, unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        films.append(
            Film(
                file=path.name,
                size=path.stat().st_size,
                ms=film[-1].at + film[-1].ms,
                pieces=tuple((piece.start, piece.end, piece.at) for piece in film),
            )
        )
    return films


def _parts(folder: Path, found: Sequence[Piece]) -> list[list[Piece]]:
    """Return what goes into one file each; blinks between two cameras only if there is no more."""
    groups = groupby(found, lambda piece: _formats(folder, piece))
    parts = [lay(list(group)) for _, group in groups]
    return [part for part in parts if part[-1].at + part[-1].ms >= SHORTEST_MS] or parts


def _check_room(folder: Path, found: Sequence[Piece], reserve: int) -> None:
    """Refuse to fill a disk that the programme itself needs."""
    size = sum(segment.size for piece in found for segment in piece.segments)
    if shutil.disk_usage(folder).free - size < reserve:
        raise OSError(f"the film needs {size >> 20} MiB, and {reserve >> 20} MiB must stay free")


def _formats(folder: Path, piece: Piece) -> list[tuple[object, ...]]:
    """Return what must be the same in all of one file."""
    with _opened(folder, piece) as file:
        return [
            (stream.type, stream.codec_context.name, stream.codec_context.extradata)
            for stream in file.streams
        ]


@contextmanager
def _opened(folder: Path, piece: Piece) -> Iterator[InputContainer]:
    names = [piece.segments[0].init, *(segment.file for segment in piece.segments)]
    with (
        closing(_Joined([folder / name for name in names])) as joined,
        av.open(joined, "r", format="mp4") as file,
    ):
        yield file


def _write(folder: Path, film: Sequence[Piece], order: Order, path: Path) -> None:
    """Write one film."""
    tags = {"title": order.title, "artist": order.artist, "album": order.album}
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        out.metadata.update({name: words for name, words in tags.items() if words})
        out.set_chapters(list(_chapters(film, order)))
        tracks: dict[str, Stream] = {}
        latest: dict[str, int] = {}
        for piece in film:
            with _opened(folder, piece) as file:
                if not tracks:
                    tracks = {s.type: out.add_stream_from_template(s) for s in file.streams}
                    out.start_encoding()
                for packet in _packets(file, piece):
                    _put(out, packet, tracks[packet.stream.type], latest)


def _put(out: OutputContainer, packet: Coded, track: Stream, latest: dict[str, int]) -> None:
    """Add a packet to a film, after the one before it."""
    assert packet.dts is not None
    # Reordered pictures after a cut may be due before those that were there already.
    packet.dts = max(packet.dts, latest.get(track.type, packet.dts - 1) + 1)
    packet.pts = max(packet.pts or 0, packet.dts)
    latest[track.type] = packet.dts
    packet.stream = track
    out.mux_one(packet)


def _packets(file: InputContainer, piece: Piece) -> Iterator[Coded]:
    """Yield what a film has of a piece, in the time of the film.

    The first piece of a film begins with the key frame before its start: pictures before 0 are
    decoded and not shown (an edit list says so). Later ones begin with their first key frame.
    """
    first, last = piece.at * MILLISECOND, (piece.at + piece.ms) * MILLISECOND
    lead: list[Coded] = []
    begun = False
    for packet in _in_time(file, piece):
        at, key = _seconds(packet), packet.is_keyframe
        if at >= last or (at < first and (packet.stream.type != "video" or piece.at)):
            continue
        if packet.stream.type != "video" or begun:
            yield packet
        elif at < first:
            lead = [packet] if key else [*lead, packet]
        elif key or not piece.at:
            begun = True
            if not key or at > first:
                yield from lead
            yield packet


def _in_time(file: InputContainer, piece: Piece) -> Iterator[Coded]:
    """Yield all packets of a piece, moved from the media's time to the film's."""
    leading = "video" if file.streams.video else "audio"
    waiting: list[Coded] = []
    moved: Fraction | None = None
    for packet in file.demux():
        if packet.pts is None or packet.dts is None:
            continue
        waiting.append(packet)
        if moved is None and packet.stream.type == leading:
            moved = (piece.at - piece.media(piece.start)) * MILLISECOND - _seconds(packet)
        if moved is not None:
            for each in waiting:
                yield _shifted(each, moved)
            waiting.clear()


def _seconds(packet: Coded) -> Fraction:
    return (packet.pts or 0) * _time_base(packet)


def _time_base(packet: Coded) -> Fraction:
    assert packet.time_base is not None, "every packet that was read has one"
    return packet.time_base


def _shifted(packet: Coded, by: Fraction) -> Coded:
    """Return a packet so many seconds later."""
    ticks = round(by / _time_base(packet))
    packet.pts = (packet.pts or 0) + ticks
    packet.dts = (packet.dts or 0) + ticks
    return packet


def _chapters(film: Sequence[Piece], order: Order) -> Iterator[Any]:
    """Yield the chapters that fall into a film; the one that is on when it begins begins it."""
    shown = [(piece.start, piece.end, piece.at) for piece in film]
    ends = film[-1].at + film[-1].ms
    starts = {}
    for chapter in sorted(order.chapters, key=lambda chapter: chapter.at):
        at = place(shown, max(chapter.at, film[0].start))
        if at is not None:
            starts[at] = chapter.title
    # MP4 moves the first chapter to the beginning, whatever it was told.
    if starts and 0 not in starts:
        starts = {0: order.title, **starts}
    following = [*list(starts), ends][1:]
    for number, ((at, title), until) in enumerate(zip(starts.items(), following, strict=False)):
        yield {
            "id": number,
            "start": at,
            "end": until,
            "time_base": MILLISECOND,
            "metadata": {"title": title},
        }


class _Joined:
    """Files one after the other, for a reader that only goes on."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(reversed(paths))
        self._file = self._paths.pop().open("rb")

    def read(self, size: int) -> bytes:
        while not (data := self._file.read(size)) and self._paths:
            self._file.close()
            self._file = self._paths.pop().open("rb")
        return data

    def close(self) -> None:
        self._file.close()


def main() -> int:
    """Do what the first line of standard input says; return the exit code."""
    with suppress(OSError):
        os.nice(IDLE_PRIORITY)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        made = Made(films=tuple(cut(order)))
    except (Unusable, OSError, ValueError) as problem:
        made = Made(problem=str(problem), hopeless=isinstance(problem, Unusable))
    sys.stdout.buffer.write(msgspec.json.encode(made) + b"\n")
    sys.stdout.buffer.flush()
    return 0 if made.problem is None else 1


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    sys.exit(main())
