"""The clock for OBS: what the child would read in the picture is the server's time."""

import io
import time

import av
import pytest

from server.media import bars
from tests.browser.foyer import Foyer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HD = {"width": 1280, "height": 720}
# The browser believes that it is an hour later than it is.
WRONG = """Object.defineProperty(performance, "timeOrigin", {
  value: performance.timeOrigin + 3600_000,
});"""
DRAWN = """() => document.querySelector(".bars").getContext("2d")
  .getImageData(0, 0, 1, 1).data[3]"""
LATE_MS = 3000


def luma(png: bytes) -> bytes:
    """Return the brightness of a screenshot's pixels."""
    with av.open(io.BytesIO(png), "r", format="png_pipe") as file:
        plane = next(file.decode(video=0)).reformat(format="gray").planes[0]
    assert plane.line_size == HD["width"]
    return bytes(plane)


async def test_the_clock_over_the_picture_shows_the_servers_time(foyer: Foyer) -> None:
    page = await foyer.enter(path="/overlay/clock", viewport=HD, script=WRONG)
    await page.wait_for_function(DRAWN)
    read = []
    for _ in range(2):
        now = time.time_ns() // 1_000_000
        shown = bars.read(luma(await page.screenshot()), HD["width"], HD["height"], now)
        assert shown is not None
        assert abs(shown - now) < LATE_MS
        read.append(shown)
    assert read[1] > read[0]
    # All below it is the picture's own.
    clear = await page.screenshot(omit_background=True)
    with av.open(io.BytesIO(clear), "r", format="png_pipe") as file:
        pixels = bytes(next(file.decode(video=0)).reformat(format="rgba").planes[0])
    assert not any(pixels[(HD["height"] // 5) * HD["width"] * 4 :])
