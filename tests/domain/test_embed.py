"""Which addresses lead to a player that may be set into our page, and to which page of it."""

import pytest

from server.domain.embed import embed

YOUTUBE = "https://www.youtube.com/embed/abc-EFG_ijk"
CHANNEL = "UC" + "x" * 22
LIVE = "https://www.bilibili.com/blackboard/live/live-activity-player.html?cid=21452505"
VIDEO = "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD"


@pytest.mark.parametrize(
    ("address", "player"),
    [
        ("https://www.youtube.com/watch?v=abc-EFG_ijk&t=12s", YOUTUBE),
        ("https://m.youtube.com/watch?list=x&v=abc-EFG_ijk", YOUTUBE),
        (" https://youtu.be/abc-EFG_ijk?si=tracking ", YOUTUBE),
        ("https://www.youtube.com/live/abc-EFG_ijk", YOUTUBE),
        ("https://www.youtube-nocookie.com/embed/abc-EFG_ijk?autoplay=1", YOUTUBE),
        (
            f"https://www.youtube.com/embed/live_stream?channel={CHANNEL}",
            f"https://www.youtube.com/embed/live_stream?channel={CHANNEL}",
        ),
        ("https://live.bilibili.com/21452505?from=search", LIVE),
        (LIVE + "&quality=0", LIVE),
        ("https://www.bilibili.com/video/BV1xx411c7mD/?p=1", VIDEO),
        (VIDEO + "&autoplay=0", VIDEO),
    ],
)
def test_an_address_as_people_copy_it_becomes_the_player(address: str, player: str) -> None:
    found = embed(address)
    assert found is not None
    assert found.address == player
    assert embed(found.address) == found
    assert player.startswith(f"{found.origin}/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "abc-EFG_ijk",
        "http://www.youtube.com/watch?v=abc-EFG_ijk",
        "javascript://www.youtube.com/embed/abc-EFG_ijk",
        "https://www.youtube.com.example.org/embed/abc-EFG_ijk",
        "https://example.org@www.youtube.com/embed/abc-EFG_ijk",
        "https://www.youtube.com:8443/embed/abc-EFG_ijk",
        "https://www.youtube.com/embed/abc-EFG_ijk/more",
        'https://www.youtube.com/embed/abc-EFG_ij"',
        "https://www.youtube.com/embed/abc-EFG_ijk%22",
        "https://www.youtube.com/embed/live_stream?channel=UCx",
        "https://www.youtube.com/watch?v=",
        "https://live.bilibili.com/room",
        "https://player.bilibili.com/player.html?aid=1",
        "https://vimeo.com/1",
        "https://[::1",
    ],
)
def test_nothing_else_is_framed(address: str) -> None:
    assert embed(address) is None
