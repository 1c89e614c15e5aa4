"""Pictures from elsewhere: what an address means, and the clock for playlists without one."""

import pytest

from server.media.dated import DatedPlaylist
from server.media.elsewhere import elsewhere
from server.service.ports import Outlet

NOW = 1_795_441_740_000


@pytest.mark.parametrize(
    ("text", "playlist", "publishing", "outlet"),
    [
        (
            "mediamtx+http://media.example.org:8888",
            "http://media.example.org:8888/show/index.m3u8",
            ("rtmp://media.example.org:1935", "show?user=studio&pass=KEY"),
            Outlet(
                "http://media.example.org:8888/show/index.m3u8", "http://media.example.org:8888"
            ),
        ),
        (
            "nginx-rtmp+https://media.example.org/hls/?rtmp=rtmp://in.example.org/live",
            "https://media.example.org/hls/show.m3u8",
            ("rtmp://in.example.org/live", "show?key=KEY"),
            Outlet(origin="https://media.example.org"),
        ),
        (
            "nginx-rtmp+http://[::1]:8080/hls?folder=/var/hls",
            "http://[::1]:8080/hls/show.m3u8",
            ("rtmp://[::1]:1935/live", "show?key=KEY"),
            Outlet(origin="http://[::1]:8080"),
        ),
        (
            "https://CDN.example.org/{show}/live.m3u8?token=1",
            "https://CDN.example.org/show/live.m3u8?token=1",
            None,
            Outlet("https://CDN.example.org/show/live.m3u8?token=1", "https://cdn.example.org"),
        ),
    ],
)
def test_what_an_address_means(
    text: str, playlist: str, publishing: tuple[str, str] | None, outlet: Outlet
) -> None:
    media = elsewhere(text, "show")
    assert media.playlist == playlist
    assert media.publishing("KEY") == publishing
    assert media.outlet == outlet
    assert media.outlet.playlist.format(show="other") != ""


def test_a_folder_of_this_machine() -> None:
    assert elsewhere("nginx-rtmp+http://host/hls?folder=/var/hls", "s").folder == "/var/hls"
    assert elsewhere("nginx-rtmp+http://host/hls", "s").folder is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "neither"),
        ("mediamtx", "neither"),
        ("srs+http://host", "neither"),
        ("ftp://host/live.m3u8", "neither"),
        ("nginx-rtmp+http:///hls", "neither"),
        ("https://host; script-src x/live.m3u8", "neither"),
        ("mediamtx+http://host?folders=/x", "folders"),
    ],
)
def test_what_is_no_such_address_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        elsewhere(text, "show")


HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-TARGETDURATION:2\n"


def listed(*pieces: tuple[str, float]) -> str:
    return HEAD + "".join(f"#EXTINF:{length:.3f},\n{name}\n" for name, length in pieces)


def dates(text: str) -> list[str]:
    return [line[36:48] for line in text.splitlines() if "DATE-TIME" in line]


def test_segments_are_dated_by_when_they_were_written() -> None:
    written = {"show-7.ts": NOW - 2100, "show-8.ts": NOW - 100}
    dated = DatedPlaylist("http://host/hls/show.m3u8", written.get)
    text = dated.add(listed(("show-7.ts", 2.0), ("show-8.ts", 2.0)), NOW)
    assert text == (
        HEAD + "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T13:48:55.900Z\n#EXTINF:2.000,\n"
        "http://host/hls/show-7.ts\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T13:48:57.900Z\n#EXTINF:2.000,\n"
        "http://host/hls/show-8.ts\n"
    )


def test_else_by_when_they_were_first_seen_and_never_again() -> None:
    dated = DatedPlaylist("http://host/hls/show.m3u8", lambda name: None)
    first = dates(dated.add(listed(("a.ts", 2.0), ("b.ts", 1.5)), NOW))
    assert first == ["13:48:56.500", "13:48:58.500"]
    assert dates(dated.add(listed(("a.ts", 2.0), ("b.ts", 1.5)), NOW + 700)) == first
    later = dates(dated.add(listed(("b.ts", 1.5), ("c.ts", 2.0)), NOW + 2100))
    assert later == [first[1], "13:49:00.100"]


def test_dates_that_are_there_stay() -> None:
    text = HEAD + "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T13:00:00.000Z\n#EXTINF:2.0,\na.ts\n"
    dated = DatedPlaylist("http://host/hls/show.m3u8", lambda name: 0)
    assert dated.add(text, NOW) == text.replace("a.ts", "http://host/hls/a.ts")
