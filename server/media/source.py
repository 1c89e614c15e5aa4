"""One publication: its packets in good order, its formats, its clock."""

from typing import NamedTuple

from server.media.clock import ProgrammeClock
from server.media.flv import Packet, unpack
from server.media.rtmp import Tag

# A step in time, on or back, that is no hiccup: what follows cannot be joined.
GAP_MS = 5_000
BACK_MS = 3_000
# No encoder shuffles its pictures over more than this.
LARGEST_OFFSET_MS = 5_000
# Sound that came alone for so long is a programme without pictures.
BLIND_MS = 5_000


class Formats(NamedTuple):
    """What describes the pictures and the sound; None where there are none."""

    video: Packet | None = None
    audio: Packet | None = None


class Source:
    """Takes a publication's tags, gives its packets with times that only rise.

    `life` changes with everything after which the packets cannot be joined to those before;
    `sounding_ms` is for how long sound has come without a picture.
    """

    def __init__(self, name: str, encoder_delay_ms: int = 0) -> None:
        self.name = name
        self.formats = Formats()
        self.life = 0
        self._delay = encoder_delay_ms
        self.clock = ProgrammeClock(encoder_delay_ms)
        self.sounding_ms = 0
        self._latest: int | None = None
        self._latest_video = 0
        self._described = Formats()
        self._last_dts = {"video": -1, "audio": -1}

    def take(self, tag: Tag, arrival: int) -> Packet | None:
        """Return what a tag holds to be written, None if nothing; raises `Unsupported`."""
        packet = unpack(tag)
        if packet is None:
            return None
        if packet.config:
            self._describe(packet)
            return None
        if getattr(self._described, packet.kind) is None:
            return None
        self._watch(packet)
        if not 0 <= packet.pts - packet.dts <= LARGEST_OFFSET_MS:
            packet = packet._replace(pts=packet.dts)
        if packet.kind == "video" or self.formats.video is None:
            self.clock.note(packet.pts, arrival)
        # Times that stand still or go back a little would stop any muxer.
        dts = max(packet.dts, self._last_dts[packet.kind] + 1)
        self._last_dts[packet.kind] = dts
        return packet._replace(dts=dts, pts=max(packet.pts, dts))

    def _describe(self, packet: Packet) -> None:
        known: Packet | None = getattr(self._described, packet.kind)
        if known is None or known.data != packet.data:
            self._described = self._described._replace(**{packet.kind: packet})
            self._change(self._described)

    def _watch(self, packet: Packet) -> None:
        """Look out for a clock that was started again, and for pictures that come and go."""
        if self._latest is None:
            self._latest_video = packet.dts
        elif not -BACK_MS <= packet.dts - self._latest <= GAP_MS:
            self.clock = ProgrammeClock(self._delay)
            self._last_dts = {"video": -1, "audio": -1}
            self._latest_video = packet.dts
            self.life += 1
        self._latest = packet.dts
        if packet.kind == "video":
            self._latest_video = packet.dts
            self._change(self._described)
        elif packet.dts - self._latest_video > BLIND_MS:
            self._change(Formats(audio=self._described.audio))
        self.sounding_ms = packet.dts - self._latest_video

    def _change(self, formats: Formats) -> None:
        if formats != self.formats:
            self.formats = formats
            self.life += 1
