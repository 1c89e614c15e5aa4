"""A presenter on camera: tried, seen by the desk, cut on air by the advance, and cut off again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.foyer import NOT_FOUND, Foyer
from tests.browser.screens import until
from tests.harness import Filmed

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WHO = "Grace Hollander"
DEVICES: dict[str, Any] = {"permissions": ["camera", "microphone"]}

# Chromium's false camera is green; the demo's test programme has no colour.
GREEN = """video => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 32, 18);
  const [red, green, blue] = context.getImageData(4, 9, 1, 1).data;
  return green > red + 60 && green > blue + 60;
}"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Filmed]:
    with Filmed(tmp_path / "data") as house:
        yield house


async def green(page: Page, video: str) -> bool:
    """Tell whether a video shows the false camera."""
    found: bool = await page.locator(video).evaluate(GREEN)
    return found


async def turns(page: Page, video: str, *, to_camera: bool) -> None:
    """Wait until a video shows the false camera, or no longer does."""

    async def turned() -> bool:
        return await green(page, video) == to_camera

    await until(turned, f"{video} {'shows' if to_camera else 'no longer shows'} the camera")


async def test_a_presenter_is_tried_previewed_cut_on_air_and_cut_off(foyer: Foyer) -> None:
    # A preview is asked for as soon as its source is there, which may be a moment too early.
    foyer.forgiven = NOT_FOUND
    room = await foyer.enter(WHO, **DEVICES)
    state = room.locator(".camera-state b:visible")
    await expect(state).to_have_text("Nobody sees you yet")
    await room.get_by_role("button", name="I have arrived").click()
    await room.get_by_role("button", name="Check camera and microphone").click()
    await room.get_by_role("button", name="Both work: tell the desk").click()
    await room.get_by_role("button", name="Go on camera").click()
    await expect(state).to_have_text("The desk can see you")

    viewer = await foyer.enter()
    await viewer.locator(".player.on video").wait_for()
    desk = await foyer.enter("caller")
    await desk.keyboard.press("Space")
    await desk.locator(".coming-picture .preview[data-shown=true]").wait_for()
    await turns(desk, ".coming-picture video", to_camera=True)
    assert not await green(viewer, ".player video")

    await expect(desk.locator(".advance[aria-disabled]")).to_have_count(0)
    await desk.keyboard.press("Space")
    await expect(state).to_have_text("YOU ARE ON AIR")
    await turns(viewer, ".player video", to_camera=True)
    await room.get_by_role("button", name="Stop", exact=True).click()
    await expect(room.get_by_role("alertdialog")).to_be_visible()
    await room.get_by_role("button", name="Stay on air").click()

    await desk.get_by_role("button", name="Picture", exact=True).click()
    grace = desk.locator(".pictures li", has_text=WHO)
    await expect(grace).to_have_attribute("data-air", "true")
    await desk.keyboard.press("c")
    await desk.keyboard.press("1")
    await expect(desk.locator(".controls .told")).to_have_text("In the picture: Studio")
    await turns(viewer, ".player video", to_camera=False)
    await desk.keyboard.press("c")
    await desk.keyboard.press("2")
    await expect(state).to_have_text("YOU ARE ON AIR")
    await expect(desk.locator(".advance[aria-disabled]")).to_have_count(0)
    await desk.keyboard.press("Space")
    await expect(state).to_have_text("The desk can see you")
    await expect(grace).not_to_have_attribute("data-air", "true")
    await turns(viewer, ".player video", to_camera=False)
    await room.get_by_role("button", name="Stop", exact=True).click()
    await expect(state).to_have_text("Nobody sees you yet")
    await expect(grace).to_have_count(0)
