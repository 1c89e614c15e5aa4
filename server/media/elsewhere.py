"""Pictures that a server of somebody else makes: MediaMTX, nginx-rtmp, or any HLS behind a CDN.

One address says which, and where: `mediamtx+http://host:8888`, `nginx-rtmp+http://host:8080/hls`,
or that of a playlist. Publishers use RTMP at port 1935 of the same host, unless `?rtmp=` names
another address; with `?folder=`, the segments of nginx are on this machine's disk.
"""

from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec

from server.service.ports import Outlet

RTMP_PORT = 1935
# What MediaMTX calls whoever publishes; it needs some name beside the key.
PUBLISHER = "studio"
SHOW = "{show}"
KINDS = ("mediamtx", "nginx-rtmp")


class Elsewhere(msgspec.Struct, frozen=True):
    """Where the pictures of `show` come from; `text` is how that was set.

    `base` is an address without a slash at its end; `rtmp` is where publishers go, None if that
    is not for us to say. `delay_ms` is how late the picture is, where it does not say so itself.
    """

    show: str
    text: str
    kind: Literal["mediamtx", "nginx-rtmp", "hls"]
    base: str
    rtmp: str | None = None
    folder: str | None = None
    delay_ms: int | None = None

    @property
    def origin(self) -> str:
        """The origin of the segments, as a page's policy names it."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @property
    def playlist(self) -> str:
        """The address of the playlist that this server makes, with the show's name in it."""
        if self.kind == "hls":
            return self.base.replace(SHOW, self.show)
        ending = "/index.m3u8" if self.kind == "mediamtx" else ".m3u8"
        return f"{self.base}/{self.show}{ending}"

    @property
    def outlet(self) -> Outlet:
        """Where players read: there; or here, where the programme clock is added."""
        if self.kind == "nginx-rtmp":
            return Outlet(origin=self.origin, delay_ms=self.delay_ms)
        own = self.playlist.replace("{", "{{").replace("}", "}}")
        return Outlet(own, self.origin, self.delay_ms)

    def publishing(self, key: str) -> tuple[str, str] | None:
        """Return server and stream key as OBS wants them; None if that is not for us to say."""
        if self.rtmp is None:
            return None
        if self.kind == "mediamtx":
            return self.rtmp, f"{self.show}?user={PUBLISHER}&pass={key}"
        # The name is public, as that of the segments is; the secret goes beside it.
        return self.rtmp, f"{self.show}?key={key}"


def elsewhere(text: str, show: str, delay_ms: int | None = None) -> Elsewhere:
    """Return where the pictures of a show are; raises ValueError naming what is wrong."""
    kind, _, address = text.partition("+")
    if kind not in KINDS:
        kind, address = "hls", text
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or ";" in parts.netloc:
        raise ValueError(
            f"“{text}” is neither mediamtx+http://…, nginx-rtmp+http://… nor the http(s) address "
            "of a playlist."
        )
    if kind == "hls":
        return Elsewhere(show, text, "hls", address, delay_ms=delay_ms)
    asked = parse_qs(parts.query)
    if unknown := set(asked) - {"rtmp", "folder"}:
        raise ValueError(f"“{text}”: there is no setting {', '.join(sorted(unknown))}.")
    base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    rtmp = asked.get("rtmp", [f"rtmp://{host}:{RTMP_PORT}"])[0].rstrip("/")
    if kind == "mediamtx":
        return Elsewhere(show, text, "mediamtx", base, rtmp, delay_ms=delay_ms)
    if "rtmp" not in asked:
        rtmp += "/live"
    folder = asked.get("folder", [None])[0]
    return Elsewhere(show, text, "nginx-rtmp", base, rtmp, folder, delay_ms)
