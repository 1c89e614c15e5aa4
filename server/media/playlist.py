"""What a player reads: HLS playlists (RFC 8216) made from the index; nothing here waits or writes.

Media sequence and discontinuity sequence are those of the whole programme, so that they never go
back, whatever the window and however often anything was started again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from server.media.index import Index, MediaSegment

# Below this a player would ask too often.
LEAST_TARGET_SECONDS = 1


def render(index: Index, window: int | None = None, *, target_ms: int = 2000) -> str:
    """Return the playlist of a programme that may go on.

    `window` is how many segments back a viewer may rewind; None keeps all, as an EVENT playlist.
    `target_ms` is the length that the segments are meant to have.
    """
    shown = index.segments if window is None else index.segments[-max(window, 1) :]
    lines = _head(shown, max(target_ms, index.longest_ms))
    if window is None:
        lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
    lines += _body(shown)
    # Said at once, not with the next segment: players stumble over one that appears at the edge.
    if shown and index.paused:
        lines.append("#EXT-X-DISCONTINUITY")
    return "\n".join(lines) + "\n"


def recording(segments: Sequence[MediaSegment]) -> str:
    """Return the playlist of segments to which none will be added."""
    lines = _head(segments, max((s.ms for s in segments), default=0))
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", *_body(segments), "#EXT-X-ENDLIST"]
    return "\n".join(lines) + "\n"


def _head(shown: Sequence[MediaSegment], longest_ms: int) -> list[str]:
    # EXTINF rounded to the nearest second may not be above the target duration.
    target = max(LEAST_TARGET_SECONDS, (longest_ms + 500) // 1000)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{shown[0].run if shown else 0}",
    ]
    if all(segment.whole for segment in shown):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    return lines


def _body(segments: Sequence[MediaSegment]) -> Iterator[str]:
    init, run = None, segments[0].run if segments else 0
    for segment in segments:
        if segment.run != run:
            yield "#EXT-X-DISCONTINUITY"
            run = segment.run
        if segment.init != init:
            yield f'#EXT-X-MAP:URI="{segment.init}"'
            init = segment.init
        yield f"#EXT-X-PROGRAM-DATE-TIME:{_iso(segment.pdt)}"
        yield f"#EXTINF:{segment.ms / 1000:.3f},"
        yield segment.file


def _iso(at: int) -> str:
    """Return an instant (ms UTC) as ISO 8601 has it."""
    return (
        datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"
    )
