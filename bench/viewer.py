"""A viewer: a page in Chromium, and the clock that is in the frame it shows (see `bars.py`)."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SPAN = 1 << 32
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.1
STEP_MS = 5000
BEFORE_MS = 1000

# Notes what the poster under the picture says whenever that changes, and the clock of the frame
# that is shown then.
WATCH = """() => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(640, 360);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  const row = (top) => {
    let bits = 0n;
    for (let field = 0; field < 32; field += 1) {
      const [light] = paper.getImageData(field * 20 + 10, top, 1, 1).data;
      bits = (bits << 1n) | (light > 128 ? 1n : 0n);
    }
    return bits;
  };
  window.frame = () => {
    paper.drawImage(video, 0, 0, 640, 360);
    const clock = row(12);
    return (clock ^ row(36)) === 0xffffffffn ? Number(clock) : null;
  };
  const poster = document.querySelector(".slate-words");
  const words = () => poster.querySelector("[x-text=kind]").textContent
    + "|" + poster.querySelector("[x-text='subject.title']").textContent;
  let last = words();
  window.noted = [];
  new MutationObserver(() => {
    if (words() === last) return;
    last = words();
    noted.push({ words: last, frame: frame() });
  }).observe(poster, { subtree: true, childList: true, characterData: true });
}"""


# Notes when the first frame was shown, in ms from the load of the page.
FIRST = """() => {
  const looking = setInterval(() => {
    const video = document.querySelector("video");
    if (!video) return;
    clearInterval(looking);
    video.requestVideoFrameCallback(() => (window.firstFrame = performance.now()));
  }, 2);
}"""

# Notes how late each frame is, in ms, for so many ms.
DELAYS = """(ms) => new Promise((done) => {
  const video = document.querySelector("video");
  const delays = [];
  const end = performance.now() + ms;
  const look = () => {
    const clock = frame();
    if (clock !== null) delays.push(((Date.now() % 2 ** 32) - clock + 2 ** 32) % 2 ** 32);
    if (performance.now() < end) video.requestVideoFrameCallback(look);
    else done(delays);
  };
  video.requestVideoFrameCallback(look);
})"""


def apart(clock: int, at: int) -> int:
    """Return by how much the clock of a frame is later than an instant (ms UTC), in ms."""
    return int((clock - at + SPAN // 2) % SPAN - SPAN // 2)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of our own; raises FileNotFoundError where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise FileNotFoundError("This row looks through Chromium, and there is none here.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


class Viewer:
    """One page of the audience with its picture, in a context of its own with an empty cache."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def enter(cls, browser: Browser, address: str) -> "Viewer":
        """Open the page and wait until frames come."""
        page = await browser.new_page()
        await page.add_init_script(f"({FIRST})()")
        await page.goto(address)
        await page.locator(".player.on video").wait_for(timeout=PATIENCE_SECONDS * 1000)
        await page.evaluate(WATCH)
        return cls(page)

    async def frame(self) -> int | None:
        """Return the clock of the frame that is shown, None while one cannot be read."""
        found: int | None = await self.page.evaluate("frame()")
        return found

    async def rewind(self, at: int) -> None:
        """Go back until the frame is older than `at` (ms UTC); earlier changes are forgotten."""
        await self.page.locator(".screen").focus()
        for _ in range((now_ms() - at) // STEP_MS + 1):
            await self.page.keyboard.press("ArrowLeft")
        end = time.monotonic() + PATIENCE_SECONDS
        while (clock := await self._settled()) is None or apart(clock, at) > 0:
            if time.monotonic() > end:
                raise TimeoutError("the page does not go back")
            await asyncio.sleep(LOOK_SECONDS)
        # On the way back it changed, too.
        await self.page.evaluate("noted.length = 0")

    async def _settled(self) -> int | None:
        """Return the clock of the frame, None while the page still looks for it."""
        found: int | None = await self.page.evaluate(
            "document.querySelector('video').seeking ? null : frame()"
        )
        return found

    async def throttle(self, bits: float) -> None:
        """Let no more than so many bits come in a second."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 60,
                "downloadThroughput": bits / 8,
                "uploadThroughput": bits / 8,
            },
        )

    async def noted(self, count: int, since: int, seconds: float) -> list[int]:
        """Return how far after `since` (ms UTC) the frames were at which the page changed, in ms.

        Waits for so many changes, or so many seconds.
        """
        end = time.monotonic() + seconds
        while True:
            notes: list[dict[str, Any]] = await self.page.evaluate("noted")
            clocks = [apart(n["frame"], since) for n in notes if n["frame"] is not None]
            # What a rewind has overshot is not meant.
            found = [clock for clock in clocks if clock > -BEFORE_MS]
            if len(found) >= count or time.monotonic() > end:
                return found
            await asyncio.sleep(LOOK_SECONDS)

    async def first_frame(self) -> float:
        """Return how many seconds after its load the page had its first frame."""
        return float(await self.page.evaluate("firstFrame")) / 1000

    async def delays(self, seconds: float) -> list[float]:
        """Return for each frame of some seconds how late it is shown, in seconds."""
        late: list[float] = await self.page.evaluate(DELAYS, 1000 * seconds)
        return [ms / 1000 for ms in late]

    async def leave(self) -> None:
        """Close the page."""
        await self.page.context.close()


def now_ms() -> int:
    """Return the time of this machine, which is also the server's and the camera's; ms UTC."""
    return time.time_ns() // 1_000_000
