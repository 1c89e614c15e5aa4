"""Players of others: which of them may be set into a page, and how late their picture is."""

import re
from typing import NamedTuple


class Embed(NamedTuple):
    """A player of another house: its page, whose it is, and how late it usually is (seconds)."""

    address: str
    house: str
    delay_seconds: int

    @property
    def origin(self) -> str:
        """What a page must allow to be framed, and nothing else."""
        return "/".join(self.address.split("/", 3)[:3])


EMBEDS = "an address of a video or a live stream of YouTube or Bilibili, with https://"

YOUTUBE = Embed("https://www.youtube.com/embed/", "YouTube", 15)
CHANNEL = YOUTUBE._replace(address=YOUTUBE.address + "live_stream?channel=")
VIDEO = Embed("https://player.bilibili.com/player.html?bvid=", "Bilibili", 8)
ROOM = VIDEO._replace(
    address="https://www.bilibili.com/blackboard/live/live-activity-player.html?cid="
)

# The addresses that people copy; what is in brackets is all of them that is kept.
FORMS = [
    (re.compile(rf"https://{form}", re.ASCII), player)
    for form, player in [
        (r"(?:www\.|m\.)?youtube\.com/watch\?(?:[^#]*&)?v=([\w-]{11})(?:[&#].*)?", YOUTUBE),
        (
            r"www\.youtube(?:-nocookie)?\.com/(?:embed|live)/"
            r"(?!live_stream)([\w-]{11})/?(?:[?#].*)?",
            YOUTUBE,
        ),
        (r"youtu\.be/([\w-]{11})(?:[?#].*)?", YOUTUBE),
        (r"www\.youtube\.com/embed/live_stream\?channel=(UC[\w-]{22})(?:[&#].*)?", CHANNEL),
        (r"www\.bilibili\.com/video/(BV[A-Za-z0-9]{10})/?(?:[?#].*)?", VIDEO),
        (
            r"player\.bilibili\.com/player\.html"
            r"\?(?:[^#]*&)?bvid=(BV[A-Za-z0-9]{10})(?:[&#].*)?",
            VIDEO,
        ),
        (r"live\.bilibili\.com/([0-9]{1,12})/?(?:[?#].*)?", ROOM),
        (
            r"www\.bilibili\.com/blackboard/live/live-activity-player\.html"
            r"\?(?:[^#]*&)?cid=([0-9]{1,12})(?:[&#].*)?",
            ROOM,
        ),
    ]
]


def embed(address: str) -> Embed | None:
    """Return the player that an address of YouTube or Bilibili leads to; None: to none of them."""
    for form, player in FORMS:
        if found := form.fullmatch(address.strip()):
            return player._replace(address=player.address + found[1])
    return None
