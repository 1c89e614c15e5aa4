"""What the web process and its media processes say to each other: JSON lines, both ways."""

from collections.abc import Sequence
from typing import Literal

import msgspec

PROGRAMME = "programme"
# The programme's sound alone.
SOUND = "sound"
# A source whose name begins so is an interpreter's: it is heard, and never on air.
INTERPRETER = "sound-"
# What a source sends, whether on air or not: its latest seconds.
PREVIEW = "preview-"
# Where a camera's process publishes, with its key: in its environment, which others cannot read.
PUBLISH_TO = "LUYAN_PUBLISH_TO"

# ---- what the child says on its standard output ------------------------------------------------


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Something that happened in the child."""


class Ready(Said, frozen=True, kw_only=True, tag="ready"):
    """Publishers may come, at this port."""

    port: int


class Published(Said, frozen=True, kw_only=True, tag="published"):
    """A source came with a right key; its picture is in the programme if it is on air."""

    source: str


class Refused(Said, frozen=True, kw_only=True, tag="refused"):
    """Somebody was sent away: for `key`, `taken`, `codec`, `garbage` or `crowd`."""

    reason: str
    text: str


class Closed(Said, frozen=True, kw_only=True, tag="closed"):
    """A source stopped: it said so (`ended`), or its line did (`lost`), or it broke (`refused`)."""

    source: str
    reason: Literal["ended", "lost", "refused"]


class OnAir(Said, frozen=True, kw_only=True, tag="on_air"):
    """This source makes the programme, as long as it publishes.

    The first that comes is on air; from then on, only who is taken.
    """

    source: str


class Wrote(Said, frozen=True, kw_only=True, tag="wrote"):
    """A media segment is on disk and in the reel's index; `pdt` is ms UTC of its beginning."""

    number: int
    pdt: int
    ms: int
    reel: str = PROGRAMME


class Halted(Said, frozen=True, kw_only=True, tag="halted"):
    """The reel stopped; a discontinuity is in its index."""

    reel: str = PROGRAMME


class Notice(Said, frozen=True, kw_only=True, tag="notice"):
    """Somebody should know: `disk_full`, `disk_back`, `sparse_key_frames`, `reel_failed`."""

    code: str
    text: str
    reel: str = PROGRAMME


class Calibrated(Said, frozen=True, kw_only=True, tag="calibrated"):
    """A source's encoder needs `delay_ms`: read from so many pictures, of which no two are
    further apart than `spread_ms`."""

    source: str
    delay_ms: int
    spread_ms: int
    frames: int


class Uncalibrated(Said, frozen=True, kw_only=True, tag="uncalibrated"):
    """A source's delay could not be measured: it is not there (`gone`), sends nothing that could
    be looked at (`no_picture`), or its pictures do not show the clock (`no_clock`)."""

    source: str
    reason: Literal["gone", "no_picture", "no_clock"]


class Stat(Said, frozen=True, kw_only=True, tag="stat"):
    """The child's heartbeat, each second: what it used in its life, and what came in."""

    cpu_seconds: float
    rss_bytes: int
    received_bytes: int
    waiting_tags: int


Event = (
    Ready
    | Published
    | Refused
    | Closed
    | OnAir
    | Wrote
    | Halted
    | Notice
    | Calibrated
    | Uncalibrated
    | Stat
)


# ---- what a presenter's camera says on its standard output -------------------------------------


class Started(Said, frozen=True, kw_only=True, tag="started"):
    """What the browser records is being published; `width` and `height` are 0 without pictures.

    `video` and `audio` are the codecs that came, empty for none. Over WebRTC, where nobody says it
    beforehand, the size is 0 too.
    """

    video: str
    audio: str
    width: int
    height: int


class Finished(Said, frozen=True, kw_only=True, tag="finished"):
    """That was all: the browser stopped (`ended`), or the media child did (`lost`)."""

    reason: Literal["ended", "lost"]
    text: str = ""


class Answered(Said, frozen=True, kw_only=True, tag="answered"):
    """To the offer of an encoder over WebRTC: what it connects by."""

    sdp: str


CameraEvent = Started | Refused | Finished | Answered


# ---- what the child reads on its standard input, until that ends ---------------------------------


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something the child is told."""


class Configure(Command, frozen=True, kw_only=True, tag="configure"):
    """The first line: where to listen, who may publish, where to write.

    `keys` leads from a stream key to the name of its source. `reserve_bytes` of the disk are left
    to others. With `part_ms`, players need not wait until a segment is whole. With `certificate`
    and `private_key` (files in PEM) it listens for RTMPS; then `own_port` is where programs of
    this machine publish without.
    """

    folder: str
    host: str
    port: int
    keys: dict[str, str]
    segment_ms: int = 2000
    reserve_bytes: int = 500_000_000
    part_ms: int = 0
    encoder_delay_ms: dict[str, int] = {}
    certificate: str | None = None
    private_key: str | None = None
    own_port: int | None = None


class SetKeys(Command, frozen=True, kw_only=True, tag="keys"):
    """Other keys from now on; who publishes with one that is gone is sent away."""

    keys: dict[str, str]


class Take(Command, frozen=True, kw_only=True, tag="take"):
    """Put a source on air, from its next key frame on; an interpreter never is."""

    source: str


class SetDelay(Command, frozen=True, kw_only=True, tag="delay"):
    """A source's encoder needs so long for a picture.

    The programme's clock gets there by 60 ms in each second, at 30 pictures a second.
    """

    source: str
    ms: int


class Calibrate(Command, frozen=True, kw_only=True, tag="calibrate"):
    """Measure a source's delay by the clock in its pictures, and say it; nothing is changed."""

    source: str


class Offer(Command, frozen=True, kw_only=True, tag="offer"):
    """What an encoder over WebRTC offers (an SDP), told to the process that is there for it alone.

    `ice` are STUN and TURN servers, `addresses` those of this machine to be found at; none: all.
    """

    sdp: str
    ice: Sequence[str] = ()
    addresses: Sequence[str] = ()


Order = Configure | SetKeys | Take | SetDelay | Calibrate
