"""Only the watch page of a show whose picture is elsewhere may frame a page, and only that one."""

from pathlib import Path

import httpx2 as httpx

from tests.harness import House

TRIAL = Path(__file__).with_name("trial.toml")
PICTURE = '\n[picture]\nembed = "https://live.bilibili.com/123"\n'
FRAMES = "; frame-src https://www.bilibili.com"


def policy(house: House, path: str = "") -> str:
    """Return what a page of the show allows itself."""
    answer = httpx.get(house.page + path)
    assert answer.status_code == 200
    return str(answer.headers["content-security-policy"])


def test_the_watch_page_may_frame_that_player_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "show.toml"
    file.write_text(TRIAL.read_text(encoding="utf-8") + PICTURE, encoding="utf-8")
    with House(tmp_path / "data", file) as house:
        whole = policy(house)
        assert whole.endswith(FRAMES)
        assert policy(house, "/agenda") == whole.removesuffix(FRAMES)
        page = httpx.get(house.page).text
        assert (
            'src="https://www.bilibili.com/blackboard/live/live-activity-player.html?cid=123"'
            in page
        )
        assert 'data-delay="8"' in page
