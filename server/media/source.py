"""One publication: its packets in good order, its formats, its clock."""

from typing import NamedTuple, Protocol

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
# Sound that was silent for so long goes on as something new; a segment may not be that long.
MUTE_MS = 1_000


class Formats(NamedTuple):
    """What describes the pictures and the sound; None where there are none."""

    video: Packet | None = None
    audio: Packet | None = None


class Feed(Protocol):
    """What a packager is told of whose packets it gets.

    `life` changes with everything after which the packets cannot be joined to those before;
    `sounding_ms` is for how long sound has come without a picture.
    """

    @property
    def name(self) -> str:
        """The source's name."""
        ...

    @property
    def life(self) -> object:
        """Equal for packets that can be joined."""
        ...

    @property
    def formats(self) -> Formats:
        """What describes the packets."""
        ...

    @property
    def clock(self) -> ProgrammeClock:
        """Tells the instant of each packet."""
        ...

    @property
    def sounding_ms(self) -> int:
        """For how long sound has come alone."""
        ...


class Source:
    """Takes a publication's tags, gives its packets with times that only rise.

    `sound` is the feed of its sound alone.
    """

    def __init__(self, name: str, encoder_delay_ms: int = 0) -> None:
        self.name = name
        self.formats = Formats()
        self.sound = Sound(self)
        self.life = 0
        self._delay = encoder_delay_ms
        self.clock = ProgrammeClock(encoder_delay_ms)
        self.sounding_ms = 0
        self._latest: int | None = None
        self._latest_video = 0
        self.described = Formats()
        self._last_dts = {"video": -1, "audio": -1}

    def delay(self, ms: int) -> None:
        """The encoder needs so long; counted from now on."""
        self._delay = self.clock.encoder_delay_ms = ms

    def take(self, tag: Tag, arrival: int) -> Packet | None:
        """Return what a tag holds to be written, None if nothing; raises `Unsupported`."""
        packet = unpack(tag)
        if packet is None:
            return None
        if packet.config:
            self._describe(packet)
            return None
        if getattr(self.described, packet.kind) is None:
            return None
        self._watch(packet)
        if not 0 <= packet.pts - packet.dts <= LARGEST_OFFSET_MS:
            packet = packet._replace(pts=packet.dts)
        if packet.kind == "video" or self.formats.video is None:
            self.clock.note(packet.pts, arrival)
        # Times that stand still or go back a little would stop any muxer.
        dts = max(packet.dts, self._last_dts[packet.kind] + 1)
        if packet.kind == "audio" and dts - self._last_dts["audio"] > MUTE_MS:
            self.sound.gaps += 1
        self._last_dts[packet.kind] = dts
        return packet._replace(dts=dts, pts=max(packet.pts, dts))

    def _describe(self, packet: Packet) -> None:
        known: Packet | None = getattr(self.described, packet.kind)
        if known is None or known.data != packet.data:
            self.described = self.described._replace(**{packet.kind: packet})
            self._change(self.described)

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
            self._change(self.described)
        elif packet.dts - self._latest_video > BLIND_MS:
            self._change(Formats(audio=self.described.audio))
        self.sounding_ms = packet.dts - self._latest_video

    def _change(self, formats: Formats) -> None:
        if formats != self.formats:
            self.formats = formats
            self.life += 1


class Sound:
    """A source's sound without its pictures, by the same clock.

    `gaps` counts how often it fell silent.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name = source.name
        self.gaps = 0

    @property
    def clock(self) -> ProgrammeClock:
        """The source's own."""
        return self._source.clock

    @property
    def sounding_ms(self) -> int:
        """It is meant to come alone, so nobody need wait whether pictures follow."""
        return BLIND_MS if self.clock.runs else 0

    @property
    def formats(self) -> Formats:
        """What describes the sound."""
        return Formats(audio=self._source.described.audio)

    @property
    def life(self) -> object:
        """Pictures may change, come and go without a break in the sound."""
        return self.clock, self._source.described.audio, self.gaps
