"""The picture in a player of another house: the stage is held by a set delay, and by a nudge."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.browser.foyer import Foyer
from tests.browser.screens import region
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DELAY_SECONDS = 4
PICTURE = f"""
[picture]
embed = "https://www.youtube.com/watch?v=abcdefghijk"
delay_seconds = {DELAY_SECONDS}
"""
KINDS = {"opening": "Opening", "pitch": "Pitch", "comments": "Comments by the experts"}
PLAYER = "https://www.youtube.com/embed/abcdefghijk"


@pytest.fixture
def house(tmp_path: Path, tomorrow: Path) -> Iterator[House]:
    """A show whose picture is elsewhere."""
    file = tmp_path / "elsewhere.toml"
    file.write_text(tomorrow.read_text(encoding="utf-8") + PICTURE, encoding="utf-8")
    with House(tmp_path / "data", file) as house:
        yield house


async def test_the_stage_waits_for_a_picture_that_is_elsewhere(house: House, foyer: Foyer) -> None:
    page = await foyer.enter()
    loaded: list[str] = []

    async def stand_in(route: Route) -> None:
        loaded.append(route.request.url)
        await route.fulfill(content_type="text/html", body="<p>A picture</p>")

    await page.context.route("https://www.youtube.com/**", stand_in)
    assert not loaded, "nobody is told of a viewer who has not asked for the picture"
    poster = region(page, "Picture")
    await poster.get_by_role("button", name="Show the picture from YouTube").click()
    await expect(page.frame_locator("iframe").get_by_text("A picture")).to_be_visible()
    frame = page.locator("iframe")
    assert await frame.get_attribute("src") == PLAYER
    assert await frame.get_attribute("title")
    assert loaded == [PLAYER]

    opening = poster.get_by_text("Opening")
    async with house.client("caller") as caller:

        async def held() -> float:
            """Take the next cue, and return by how many seconds the page is later."""
            answer = await caller.do({"type": "stage.advance", "seen": caller.seq})
            started = time.monotonic()
            await caller.wait(lambda: caller.seq >= answer["seq"])
            on_air = caller.records["stage/main"]["on_air"]
            kind = KINDS[caller.records[f"cue/{on_air}"]["kind"]]
            await expect(poster.locator(".slate-over")).to_have_text(kind)
            return time.monotonic() - started

        await expect(opening).to_be_hidden()
        assert await held() > DELAY_SECONDS - 0.5
        nudge = page.get_by_role("group", name="In step with the picture")
        await expect(nudge).to_contain_text("approximate")
        for _ in range(2):
            await nudge.get_by_role("button", name="1 s later").click()
        await expect(nudge.locator("b")).to_have_text(f"{DELAY_SECONDS + 2}s")
        assert await held() > DELAY_SECONDS + 2 - 0.5

        await page.reload()
        await expect(nudge.locator("b")).to_have_text(f"{DELAY_SECONDS + 2}s")
        await nudge.get_by_role("button", name="As it was set").click()
        await expect(nudge.locator("b")).to_have_text(f"{DELAY_SECONDS}s")
        await nudge.get_by_role("button", name="Without the picture").click()
        await expect(frame).to_have_count(0)
        await held()
