"""Writes the programme: whichever source is on air, as media segments and their index, on disk.

Runs in a thread of its own, because a disk may take its time. What it cannot write it leaves out
loudly, and goes on as soon as it can.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from server.media.flv import Packet
from server.media.fragments import LONGEST_US, Fragment, Fragments
from server.media.index import IndexWriter, MediaSegment, Pause, Writer
from server.media.source import Feed
from server.media.wire import Halted, Notice, Said, Wrote

# Key frames are never quite where they should be.
SLACK_MS = 100
RETRY_MS = 2_000
# How much sound must come alone before a programme starts without pictures.
DEAF_MS = 2_000


def now_ms() -> int:
    """Return the time of this machine, ms UTC."""
    return time.time_ns() // 1_000_000


class Packager:
    """Cuts one reel out of packets; `say` hears of every segment, halt and trouble.

    Without an `index` it has one that keeps everything.
    """

    def __init__(
        self,
        folder: Path,
        segment_ms: int,
        reserve_bytes: int,
        say: Callable[[Said], None],
        index: Writer | None = None,
    ) -> None:
        self._folder = folder
        self._segment_ms = segment_ms
        self._reserve = reserve_bytes
        self._say = say
        self._index = index or IndexWriter(folder, now_ms())
        self._run: _Run | None = None
        self._not_before = 0
        self._full = self._warned = False

    def put(self, source: Feed, packet: Packet) -> None:
        """Add a packet of the source on air."""
        run = self._run
        if run is not None and not run.is_of(source):
            self._finish()
            run = None
        if run is None:
            if not may_begin(source, packet) or now_ms() < self._not_before:
                return
            run = self._run = self._begin(source, packet)
        for fragment in run.fragments.put(packet):
            run.add(fragment)
            following = run.fragments.next_packet()
            if following is None or not self._is_due(run, following):
                continue
            if not self._write(run, following.pts):
                self._run = None
                self._end()
                self._say(Halted())
                return

    def halt(self) -> None:
        """Write what there is and end the programme, until the next packet begins another."""
        if self._run is not None:
            self._finish()
            self._say(Halted())

    def close(self) -> None:
        """End the programme and let go of the index."""
        self.halt()
        self._index.close()

    def _begin(self, source: Feed, first: Packet) -> "_Run":
        self._index.generation += 1
        self._warned = False
        longest_us = LONGEST_US if first.kind == "video" else self._segment_ms * 1000
        fragments = Fragments(source.formats, first, longest_us)
        return _Run(source, fragments, self._index.generation, self._index.next_run)

    def _is_due(self, run: "_Run", following: Packet) -> bool:
        """Tell whether a segment ends where `following` begins, which begins a fragment."""
        if not run.packets:
            return False
        length = following.pts - run.packets[0].pts
        if length > 2 * self._segment_ms and not self._warned:
            self._warned = True
            text = f"key frames are {length / 1000:.1f} s apart; please set 1 or 2 s"
            self._say(Notice(code="sparse_key_frames", text=text))
        return length >= self._segment_ms - SLACK_MS or not following.key

    def _write(self, run: "_Run", until: int | None) -> bool:
        """Make a segment of what was gathered, and tell whether the disk took it.

        `until` is the media time at which the next one begins, None if none will.
        """
        packets, data = run.packets, bytes(run.data)
        run.packets, run.data = [], bytearray()
        if until is None:
            until = max(packet.pts for packet in packets) + _spacing(packets)
        name = f"{run.generation:04d}"
        segment = MediaSegment(
            number=self._index.next_number,
            run=run.number,
            file=f"seg-{name}-{self._index.next_number:06d}.m4s",
            init=f"init-{name}.mp4",
            pdt=run.clock.instant(packets[0].pts),
            ms=max(until - packets[0].pts, 1),
            size=len(data),
            source=run.source.name,
            whole=packets[0].key,
        )
        try:
            self._check_room(len(data))
            if not run.described:
                self._put_file(segment.init, run.fragments.init)
                run.described = True
            self._put_file(segment.file, data)
            self._index.append(segment)
        except OSError as problem:
            self._fail(problem)
            return False
        if self._full:
            self._full = False
            self._say(Notice(code="disk_back", text="the programme is being written again"))
        self._say(Wrote(number=segment.number, pdt=segment.pdt, ms=segment.ms))
        return True

    def _finish(self) -> None:
        """Write what there is of this run and end it."""
        run, self._run = self._run, None
        if run is None:
            return
        for fragment in run.fragments.close():
            run.add(fragment)
        if run.packets:
            self._write(run, None)
        self._end()

    def _end(self) -> None:
        """Let the index say that this run is over."""
        try:
            if not self._index.paused:
                self._index.append(Pause(at=now_ms()))
        except OSError as problem:
            self._fail(problem)

    def _check_room(self, size: int) -> None:
        if shutil.disk_usage(self._folder).free - size < self._reserve:
            raise OSError(f"less than {self._reserve >> 20} MiB are free on the disk")

    def _put_file(self, name: str, data: bytes) -> None:
        """Write a file that is there whole or not at all."""
        unfinished = self._folder / f".{name}"
        unfinished.write_bytes(data)
        unfinished.replace(self._folder / name)

    def _fail(self, problem: OSError) -> None:
        """The disk does not take it: say so once, and try again a little later."""
        self._not_before = now_ms() + RETRY_MS
        if not self._full:
            self._full = True
            self._say(Notice(code="disk_full", text=f"the programme is not written: {problem}"))


class _Run:
    """One run: packets of one source that can be joined, and the segment in the making."""

    def __init__(self, source: Feed, fragments: Fragments, generation: int, number: int) -> None:
        self.source = source
        self.clock = source.clock
        self.fragments = fragments
        self.generation = generation
        self.number = number
        self.described = False
        self.packets: list[Packet] = []
        self.data = bytearray()
        self._life = source.life

    def is_of(self, source: Feed) -> bool:
        """Tell whether a source's packets may still be joined to this run."""
        return source is self.source and source.life == self._life

    def add(self, fragment: Fragment) -> None:
        """Take a fragment into the segment in the making."""
        self.data += fragment.data
        self.packets += fragment.packets


def may_begin(source: Feed, packet: Packet) -> bool:
    """Tell whether a programme can start with this packet."""
    if packet.kind == "video":
        return packet.key
    return source.formats.video is None and source.sounding_ms >= DEAF_MS


def _spacing(packets: list[Packet]) -> int:
    """Return how long the last packet is likely to last, in ms."""
    return (packets[-1].dts - packets[0].dts) // (len(packets) - 1) if len(packets) > 1 else 33
