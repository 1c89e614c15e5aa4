"""Renews the pictures of the README from the demo show: `python -m tests.browser.screenshots`."""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from server.app import now_ms
from server.demo import ON_CAMERA
from server.demo.companion import Companion
from server.domain.sources import camera_of
from server.service.links import read_secret, stream_key
from tests.browser import past
from tests.browser.foyer import FLAGS, PATIENCE_MS, PHONE, PROJECTOR, Foyer
from tests.browser.screens import region, timer
from tests.harness import ROOT, SAMPLES, House

PICTURES = ROOT / ".github" / "screenshots"
BYTES_LIMIT = 250_000
CHANGSHA = SAMPLES / "changsha.toml"
SHOW = "demo"
AUDIENCE = 64
CONNECTED = (
    "Grace Hollander",
    "Lukas Sonnthal",
    "青葉 はるか",
    "Étienne Marchbois",
    "Oliver Thistlewood",
    "Дмитрий Северцев",
)
EXPERTS = ("林知远", "Dr Eleanor Wardle")


class RunningHouse(House):
    """A house whose folder already holds the show, and which takes its picture."""

    command: tuple[str, ...] = ("serve", "--ingest", "0")

    def prepare(self) -> None:
        """Leave the folder as it is."""


async def take(page: Page, name: str) -> None:
    """Write one picture, once the motion of the page has come to rest."""
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size} bytes")
    assert size < BYTES_LIMIT, f"{name}.png is too large for a README"


async def photograph(foyer: Foyer) -> None:
    """Open the four pages as their people have them, and take their pictures."""
    caller = await foyer.enter("caller", color_scheme="dark")
    stage = await foyer.enter("stage", **PROJECTOR)
    presenter = await foyer.enter("Chiara Belvento", timezone_id="Europe/Rome")
    visitor = await foyer.enter(timezone_id="Europe/Berlin", **PHONE)
    await presenter.bring_to_front()
    await expect(presenter.get_by_text("good", exact=True)).to_be_visible()
    await expect(region(caller, "The show")).to_contain_text(str(AUDIENCE))
    await visitor.locator(".player.on video").wait_for()
    for page, name in (
        (caller, "caller"),
        (stage, "stage"),
        (presenter, "greenroom"),
        (visitor, "watch"),
    ):
        await expect(timer(page)).to_be_visible()
        await take(page, name)


async def photograph_plan(browser: Browser) -> None:
    """Take the picture of the organiser's page, with the afternoon in Changsha."""
    with tempfile.TemporaryDirectory() as folder, House(Path(folder) / "data", CHANGSHA) as house:
        foyer = Foyer(browser, house)
        page = await foyer.enter("organiser", viewport={"width": 1366, "height": 900})
        await page.locator(".verdicts").wait_for()
        await expect(page.locator(".working")).to_be_hidden()
        await take(page, "plan")
        await foyer.close()
        assert not foyer.complaints, foyer.complaints


async def main() -> None:
    """Let the show have run for some minutes, fill the house, and photograph it."""
    expect.set_options(timeout=PATIENCE_MS)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        await past.tell(data, SHOW, (now_ms() // 1000 - past.LASTS_SECONDS) * 1000)
        camera = Companion()
        with RunningHouse(data, show=SHOW) as house:
            ingest = house.links["ingest"]
            keys = (ingest["key"], stream_key(read_secret(data), SHOW, camera_of(ON_CAMERA)))
            told = [*(f"{ingest['rtmp']}/{key}" for key in keys), house.token("interpreter"), ""]
            camera.run("server.demo.camera", house.url, SHOW, told="\n".join(told))
            async with AsyncExitStack() as everybody, async_playwright() as playwright:
                for name in CONNECTED:
                    await everybody.enter_async_context(house.client("presenter", name))
                for name in EXPERTS:
                    await everybody.enter_async_context(house.client("commentator", name))
                for _ in range(AUDIENCE):
                    await everybody.enter_async_context(house.client())
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=FLAGS
                )
                foyer = Foyer(browser, house)
                await photograph(foyer)
                await foyer.close()
                camera.end()
                await photograph_plan(browser)
                await browser.close()
                assert not foyer.complaints, foyer.complaints


if __name__ == "__main__":
    asyncio.run(main())
