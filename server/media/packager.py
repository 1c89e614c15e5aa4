"""Writes the programme: whichever source is on air, as media segments and their index, on disk.

Runs in a thread of its own, because a disk may take its time. What it cannot write it leaves out
loudly, and goes on as soon as it can.
"""

import shutil
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from server.media.flv import Packet
from server.media.fragments import LONGEST_US, Fragment, Fragments
from server.media.index import IndexWriter, MediaSegment, Pause, Writer
from server.media.parts import PartsWriter, clear, left_of
from server.media.source import Feed
from server.media.wire import Halted, Notice, Said, Wrote

# Key frames are never quite where they should be.
SLACK_MS = 100
RETRY_MS = 2_000
# How much sound must come alone before a programme starts without pictures.
DEAF_MS = 2_000
LONGEST_PACKET_MS = 50


def now_ms() -> int:
    """Return the time of this machine, ms UTC."""
    return time.time_ns() // 1_000_000


class Packager:
    """Cuts one reel out of packets; `say` hears of every segment, halt and trouble.

    Without an `index` it has one that keeps everything. With `part_ms`, what there is of a
    segment can be had in parts of that length before it is whole.
    """

    def __init__(
        self,
        folder: Path,
        segment_ms: int,
        reserve_bytes: int,
        say: Callable[[Said], None],
        index: Writer | None = None,
        part_ms: int = 0,
    ) -> None:
        self._folder = folder
        self._segment_ms = segment_ms
        self._reserve = reserve_bytes
        self._say = say
        self._part_ms = part_ms
        self._index = index or IndexWriter(folder, now_ms(), lambda n: left_of(folder, n))
        self._parts = None
        if part_ms:
            # libav cuts at the first packet that is so late.
            target_ms = part_ms + LONGEST_PACKET_MS
            self._parts = PartsWriter(folder, target_ms, self._index.next_number - 1)
        else:
            clear(folder)
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
        run.take(run.fragments.put(packet))
        while (following := run.following) is not None:
            if not self._add(run, following):
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
        longest_us = self._part_ms * 1000 or longest_us
        fragments = Fragments(source.formats, first, longest_us)
        return _Run(source, fragments, self._index.generation, self._index.next_run)

    def _add(self, run: "_Run", following: Packet) -> bool:
        """Add the oldest fragment to the segment in the making, which may be whole with it.

        `following` begins the next one. Tells whether the disk took it.
        """
        fragment = run.add()
        if not self._write_part(run, fragment, following.dts):
            return False
        return not self._is_due(run, following) or self._write(run, following.pts)

    def _is_due(self, run: "_Run", following: Packet) -> bool:
        """Tell whether a segment ends where `following` begins, which begins a fragment."""
        if not run.packets:
            return False
        length = following.pts - run.packets[0].pts
        if length > 2 * self._segment_ms and not self._warned:
            self._warned = True
            text = f"key frames are {length / 1000:.1f} s apart; please set 1 or 2 s"
            self._say(Notice(code="sparse_key_frames", text=text))
        if not following.key:
            return self._parts is None or length * 1000 >= LONGEST_US
        return length >= self._segment_ms - SLACK_MS

    def _write_part(self, run: "_Run", fragment: Fragment, until: int) -> bool:
        """Let players have a fragment before its segment; `until` is the next one's decoding."""
        if self._parts is None:
            return True
        first = fragment.packets[0]
        if run.segment is None:
            run.segment = self._segment(run, run.packets)
        try:
            self._check_room(len(fragment.data))
            self._describe(run)
            self._parts.add(run.segment, fragment.data, max(until - first.dts, 1), first.key)
        except OSError as problem:
            self._fail(problem)
            return False
        return True

    def _segment(self, run: "_Run", packets: list[Packet]) -> MediaSegment:
        """Return the segment that begins with these packets, without its length."""
        name = f"{run.generation:04d}"
        return MediaSegment(
            number=self._index.next_number,
            run=run.number,
            file=f"seg-{name}-{self._index.next_number:06d}.m4s",
            init=run.init,
            pdt=run.clock.instant(packets[0].pts),
            ms=0,
            size=0,
            source=run.source.name,
            whole=packets[0].key,
        )

    def _describe(self, run: "_Run") -> None:
        """Write the init segment, once; raises OSError."""
        if not run.described:
            self._put_file(run.init, run.fragments.init)
            run.described = True

    def _write(self, run: "_Run", until: int | None) -> bool:
        """Make a segment of what was gathered, and tell whether the disk took it.

        `until` is the media time at which the next one begins, None if none will.
        """
        packets, data = run.packets, bytes(run.data)
        begun, run.segment = run.segment, None
        run.packets, run.data = [], bytearray()
        if until is None:
            until = max(packet.pts for packet in packets) + _spacing(packets)
        segment = msgspec.structs.replace(
            begun or self._segment(run, packets),
            ms=max(until - packets[0].pts, 1),
            size=len(data),
        )
        try:
            self._check_room(len(data))
            self._describe(run)
            self._put_file(segment.file, data)
            self._index.append(segment)
            if self._parts is not None:
                self._parts.finish(segment.number)
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
        run.take(run.fragments.close())
        while run.ready:
            following = run.following
            fragment = run.add()
            last = fragment.packets[-1].dts + _spacing(run.packets)
            if not self._write_part(run, fragment, following.dts if following else last):
                run.packets = []
                break
        run.data += run.lone
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
        if self._parts is not None:
            with suppress(OSError):
                self._parts.give_up()
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
        self.init = f"init-{generation:04d}.mp4"
        self.described = False
        self.segment: MediaSegment | None = None
        self.ready: deque[Fragment] = deque()
        self.packets: list[Packet] = []
        self.data = bytearray()
        self.lone = b""
        self._life = source.life

    def is_of(self, source: Feed) -> bool:
        """Tell whether a source's packets may still be joined to this run."""
        return source is self.source and source.life == self._life

    def take(self, fragments: Sequence[Fragment]) -> None:
        """Take what libav has written; one without a leading packet goes with the next."""
        for fragment in fragments:
            data, self.lone = self.lone + fragment.data, b""
            if fragment.packets:
                self.ready.append(Fragment(data, fragment.packets))
            else:
                self.lone = data

    @property
    def following(self) -> Packet | None:
        """The packet that comes after the oldest fragment, None if there is none of them yet."""
        if len(self.ready) > 1:
            return self.ready[1].packets[0]
        return self.fragments.next_packet() if self.ready else None

    def add(self) -> Fragment:
        """Add the oldest fragment to the segment in the making."""
        fragment = self.ready.popleft()
        self.data += fragment.data
        self.packets += fragment.packets
        return fragment


def may_begin(source: Feed, packet: Packet) -> bool:
    """Tell whether a programme can start with this packet."""
    if packet.kind == "video":
        return packet.key
    return source.formats.video is None and source.sounding_ms >= DEAF_MS


def _spacing(packets: list[Packet]) -> int:
    """Return how long the last packet is likely to last, in ms."""
    return (packets[-1].dts - packets[0].dts) // (len(packets) - 1) if len(packets) > 1 else 33
