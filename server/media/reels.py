"""The reels of a show: the programme, its sound alone, interpreters, and previews of every source.

One that fails stops no other: it is given up, said to be so, and tried again a little later.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from server.media.flv import Packet
from server.media.fragments import Unreadable
from server.media.index import IndexWriter, RingWriter, Writer
from server.media.packager import Packager, now_ms
from server.media.source import Feed, Source
from server.media.wire import INTERPRETER, PREVIEW, SOUND, Halted, Notice, Said, Wrote

PREVIEW_SEGMENT_MS = 1_000
PREVIEW_MS = 20_000
REST_MS = 5_000
# Names of sources become names of folders.
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", re.ASCII)

Say = Callable[[Said], None]


class Reels:
    """Writes all reels below a show's `folder`; raises OSError if not even the programme can be.

    With `part_ms`, the programme can be had in parts of that length.
    """

    def __init__(
        self, folder: Path, segment_ms: int, reserve_bytes: int, say: Say, part_ms: int = 0
    ) -> None:
        self._folder = folder
        self._segment_ms = segment_ms
        self._reserve = reserve_bytes
        self._say = say
        self.programme = Packager(folder, segment_ms, reserve_bytes, say, part_ms=part_ms)
        self._others: dict[str, _Reel] = {}
        for left in folder.glob(f"{PREVIEW}*/"):
            self._reel(left.name).empty()

    def preview(self, source: Source, packet: Packet) -> None:
        """Show what a source sends to those who may look behind the stage."""
        self._put(PREVIEW + source.name, source, packet)

    def hear(self, source: Source, packet: Packet) -> None:
        """Add to an interpreter's reel."""
        if packet.kind == "audio":
            self._put(source.name, source.sound, packet)

    def show(self, source: Source, packet: Packet) -> None:
        """Add to the programme and to its sound; raises `Unreadable`."""
        self.programme.put(source, packet)
        if packet.kind == "audio":
            self._put(SOUND, source.sound, packet)

    def cut(self) -> None:
        """The programme's sound will be another's, who may have none."""
        self._halt(SOUND)

    def halt(self) -> None:
        """The programme stops, until the next packet begins another."""
        self.programme.halt()
        self._halt(SOUND)

    def leave(self, name: str) -> None:
        """A source has gone: nothing is kept of its preview."""
        if name.startswith(INTERPRETER):
            self._halt(name)
        elif SAFE.fullmatch(PREVIEW + name):
            self._reel(PREVIEW + name).empty()

    def close(self) -> None:
        """Write what there is and end."""
        for name, reel in self._others.items():
            if name.startswith(PREVIEW):
                reel.empty()
            else:
                reel.close()
        self.programme.close()

    def _put(self, reel: str, feed: Feed, packet: Packet) -> None:
        if SAFE.fullmatch(reel):
            self._reel(reel).put(feed, packet)

    def _halt(self, name: str) -> None:
        if reel := self._others.get(name):
            reel.halt()

    def _reel(self, name: str) -> "_Reel":
        if name not in self._others:
            ring = name.startswith(PREVIEW)
            segment_ms = PREVIEW_SEGMENT_MS if ring else self._segment_ms
            make = _Ring if ring else _Reel
            self._others[name] = make(
                name, self._folder / name, segment_ms, self._reserve, self._say
            )
        return self._others[name]


class _Reel:
    """A reel that is opened when something comes, and rests a little when something is wrong."""

    def __init__(
        self, name: str, folder: Path, segment_ms: int, reserve_bytes: int, say: Say
    ) -> None:
        self._name = name
        self._folder = folder
        self._segment_ms = segment_ms
        self._reserve = reserve_bytes
        self._tell = say
        self._packager: Packager | None = None
        self._not_before = 0
        # Each feed is complained of once.
        self._complained: Feed | None = None

    def put(self, feed: Feed, packet: Packet) -> None:
        """Add a packet, if this reel works."""
        if self._packager is None and now_ms() < self._not_before:
            return
        with self._failing(feed):
            if self._packager is None:
                self._packager = self._open()
            self._packager.put(feed, packet)

    def halt(self) -> None:
        """Write what there is; what comes next begins another run."""
        with self._failing(None):
            if self._packager is not None:
                self._packager.halt()

    def close(self) -> None:
        """Write what there is and let go of it."""
        with self._failing(None):
            packager, self._packager = self._packager, None
            if packager is not None:
                packager.close()

    def empty(self) -> None:
        """Delete it, if it is one that is deleted."""

    def _open(self) -> Packager:
        return Packager(self._folder, self._segment_ms, self._reserve, self._say, self._index())

    def _index(self) -> Writer:
        return IndexWriter(self._folder, now_ms())

    def _say(self, said: Said) -> None:
        if isinstance(said, Wrote | Halted | Notice):
            said = msgspec.structs.replace(said, reel=self._name)
        self._tell(said)

    @contextmanager
    def _failing(self, feed: Feed | None) -> Iterator[None]:
        """Keep what fails in here to this reel."""
        try:
            yield
        except (OSError, Unreadable, msgspec.MsgspecError) as problem:
            self._packager = None
            self._not_before = now_ms() + REST_MS
            if self._complained is None or feed not in (None, self._complained):
                self._complained = feed
                self._say(Notice(code="reel_failed", text=f"{self._name}: {problem}"))


class _Ring(_Reel):
    """A reel of the latest seconds."""

    def empty(self) -> None:
        self.close()
        with self._failing(None):
            self._index().close()

    def _index(self) -> Writer:
        return RingWriter(self._folder, PREVIEW_MS)
