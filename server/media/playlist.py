"""What a player reads: HLS playlists (RFC 8216bis) made from the index; nothing here waits or
writes.

Media sequence and discontinuity sequence are those of the whole reel, so that they never go back,
whatever the window and however often anything was started again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from server.media.index import Index, MediaSegment
from server.media.packing import joined, packed
from server.media.parts import Part, Parts, Pieces
from server.service.ports import Playlist

# Below this a player would ask too often.
LEAST_TARGET_SECONDS = 1
# So much of the end is in every answer; who has read the rest need not read it again.
UNSKIPPED_SECONDS = 60
# How far from the edge players should stay, in parts; the standard's advice.
HELD_BACK = 3
# Segments that are packed together, once for all.
PAGE = 100


class LivePlaylist:
    """The playlist of a reel that may go on; what was made once is kept.

    `window_ms` is how far back a viewer may go, at least, and a `page` of segments more; None
    keeps all, as an EVENT playlist. `target_ms` is the length that segments are meant to have.
    """

    def __init__(
        self, index: Index, window_ms: int | None, *, target_ms: int = 2000, page: int = PAGE
    ) -> None:
        self._index = index
        self._window_ms = window_ms
        self._target_ms = target_ms
        self._page = page
        self._clear()

    def _clear(self) -> None:
        self._segments = self._index.segments
        self._blocks: list[str] = []
        self._packed: dict[int, bytes] = {}
        self._start = 0
        self._shown_ms = 0
        self._broken = -1
        self.parts: Parts | None = None

    def update(self, parts: Parts | None = None) -> None:
        """Take in what the index has that is new, and what there is before segments are whole."""
        # A ring that is written anew.
        if self._segments is not self._index.segments:
            self._clear()
        self.parts = parts
        for place in range(len(self._blocks), len(self._segments)):
            segment = self._segments[place]
            before = self._segments[place - 1] if place else None
            self._blocks.append(_block(segment, before))
            self._shown_ms += segment.ms
            if not segment.whole:
                self._broken = place
        while self._window_ms is not None and (oldest := self._oldest_page()):
            ms = sum(segment.ms for segment in oldest)
            if self._shown_ms - ms < self._window_ms:
                break
            self._packed.pop(self._start, None)
            self._start += self._page
            self._shown_ms -= ms

    def _oldest_page(self) -> Sequence[MediaSegment]:
        """Return the first page that is shown, unless it is the last."""
        following = self._start + self._page
        return self._segments[self._start : following] if following < len(self._segments) else []

    def text(self) -> str:
        """Return the whole playlist."""
        return "".join((self._opening(), *self._from(self._start)))

    def whole(self) -> Playlist:
        """Return the whole playlist, plain and packed."""
        text = self.text().encode()
        full = (self._settled - self._start) // self._page
        starts = range(self._start, self._start + full * self._page, self._page)
        for start in starts:
            if start not in self._packed:
                blocks = self._blocks[start : start + self._page]
                self._packed[start] = packed("".join(blocks).encode())
        rest = "".join(self._from(self._start + full * self._page))
        pages = [packed(self._opening().encode()), *map(self._packed.__getitem__, starts)]
        return Playlist(text, joined(text, [*pages, packed(rest.encode())]))

    def delta(self) -> Playlist:
        """Return the end of the playlist, for a player that read it a short while ago."""
        first, ms = len(self._segments), 0
        while first > self._start and ms < self._unskipped * 1000:
            first -= 1
            ms += self._segments[first].ms
        if first == self._start:
            return self.whole()
        head = f"{self._head(9)}#EXT-X-SKIP:SKIPPED-SEGMENTS={first - self._start}\n"
        text = "".join((head, self._described(first), *self._from(first))).encode()
        return Playlist(text, joined(text, [packed(text)]))

    def _opening(self) -> str:
        return self._head() + self._described(self._start)

    def _described(self, place: int) -> str:
        """Return the init segment of a segment that comes first, if it does not say it itself."""
        shown = place < len(self._blocks) and "#EXT-X-MAP" not in self._blocks[place]
        return _map(self._segments[place]) if shown else ""

    @property
    def target(self) -> int:
        """The longest that a segment may be, in seconds."""
        return _target(max(self._target_ms, self._index.longest_ms))

    @property
    def _unskipped(self) -> int:
        """Seconds of the end that are never left out; the standard wants at least six targets."""
        return max(UNSKIPPED_SECONDS, 6 * self.target)

    def _head(self, version: int = 7) -> str:
        shown = self._segments[self._start :][:1]
        run = self._segments[self._start - 1].run if self._start else None
        control = f"#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL={self._unskipped}"
        lines = [*_head(shown, self.target, version, run), control]
        if self.parts is not None:
            target = self.parts.target_ms / 1000
            lines[-1] += f",PART-HOLD-BACK={HELD_BACK * target:.3f}"
            # Who waited for what does not come would be told so, and take it for a fault.
            if not self.halted:
                lines[-1] += ",CAN-BLOCK-RELOAD=YES"
            lines.append(f"#EXT-X-PART-INF:PART-TARGET={target:.3f}")
        if self._broken < self._start:
            lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
        if self._window_ms is None:
            lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
        return "\n".join(lines) + "\n"

    @property
    def _settled(self) -> int:
        """From which place on segments come with their parts."""
        count = len(self._segments)
        if self.parts is None or not self.parts.latest:
            return count
        oldest = self.parts.latest[0].segment.number
        return max(0, count - max(0, self._segments[-1].number + 1 - oldest)) if count else 0

    def _from(self, place: int) -> Iterator[str]:
        """Return the lines of all segments from a place on, and what comes after them."""
        settled = max(place, self._settled)
        yield from self._blocks[place:settled]
        coming = self.coming
        for late in range(settled, len(self._segments)):
            segment = self._segments[late]
            if coming is not None and segment.number >= coming.segment.number:
                break
            before = self._segments[late - 1] if late else None
            parts = self.parts.of(segment.number) if self.parts is not None else ()
            yield _block(segment, before, parts)
        if coming is not None:
            place = coming.segment.number - self._segments[0].number
            before = self._segments[place - 1] if place else None
            yield _beginning(coming.segment, before) + _partly(coming.parts)
        # Said at once, not with the next segment: players stumble over one that appears at the
        # edge.
        elif self._segments and self._index.paused:
            yield "#EXT-X-DISCONTINUITY\n"

    @property
    def coming(self) -> Pieces | None:
        """The segment in the making, as far as it is there; None for a reel without parts.

        A whole one counts as such until the next has begun: hls.js (1.7.4) loses its way at a
        segment of which there is no part yet.
        """
        if self.parts is None or self._index.paused:
            return self.parts.coming if self.parts is not None else None
        return self.parts.latest[-1] if self.parts.latest else None

    @property
    def halted(self) -> bool:
        """Whether nothing is to be expected for now."""
        return self._index.paused and self.coming is None


def recording(segments: Sequence[MediaSegment]) -> str:
    """Return the playlist of segments to which none will be added."""
    lines = _head(segments, _target(max((s.ms for s in segments), default=0)))
    if all(segment.whole for segment in segments):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines.append("#EXT-X-PLAYLIST-TYPE:VOD\n")
    return "\n".join(lines) + "".join(_blocks(segments)) + "#EXT-X-ENDLIST\n"


def _target(longest_ms: int) -> int:
    # EXTINF rounded to the nearest second may not be above the target duration.
    return max(LEAST_TARGET_SECONDS, (longest_ms + 500) // 1000)


def _head(
    shown: Sequence[MediaSegment], target: int, version: int = 7, run: int | None = None
) -> list[str]:
    if run is None:
        run = shown[0].run if shown else 0
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{target}",
        f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{run}",
    ]


def _blocks(segments: Sequence[MediaSegment]) -> Iterator[str]:
    before = None
    for segment in segments:
        yield _block(segment, before)
        before = segment


def _block(segment: MediaSegment, before: MediaSegment | None, parts: Sequence[Part] = ()) -> str:
    """Return the lines of a segment that comes after another."""
    length = f"#EXTINF:{segment.ms / 1000:.3f},\n"
    return f"{_beginning(segment, before)}{_partly(parts)}{length}{segment.file}\n"


def _beginning(segment: MediaSegment, before: MediaSegment | None) -> str:
    lines = ""
    if before is not None and segment.run != before.run:
        lines += "#EXT-X-DISCONTINUITY\n"
    if before is None or segment.init != before.init:
        lines += _map(segment)
    return f"{lines}#EXT-X-PROGRAM-DATE-TIME:{_iso(segment.pdt)}\n"


def _partly(parts: Sequence[Part]) -> str:
    return "".join(
        f'#EXT-X-PART:DURATION={part.ms / 1000:.3f},URI="{part.file}"'
        f"{',INDEPENDENT=YES' if part.key else ''}\n"
        for part in parts
    )


def _map(segment: MediaSegment) -> str:
    return f'#EXT-X-MAP:URI="{segment.init}"\n'


def _iso(at: int) -> str:
    """Return an instant (ms UTC) as ISO 8601 has it."""
    return (
        datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"
    )
