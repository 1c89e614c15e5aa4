"""What people read off their screens: countdowns, and whether several of them say the same."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from tests.browser.foyer import PATIENCE_MS

LOOK_SECONDS = 0.05
COUNTDOWN = re.compile(r"(\u2212?)(?:(\d+):)?(\d+):(\d\d)")


async def until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until something holds; `what` is said when it never does."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not await holds():
        assert time.monotonic() < end, f"in vain: {what}"
        await asyncio.sleep(LOOK_SECONDS)


def timer(page: Page) -> Locator:
    """The countdown that a page shows."""
    return page.get_by_role("timer").filter(visible=True).first


def seconds(text: str) -> int:
    """Return the seconds of a countdown as people read it; overtime is negative."""
    match = COUNTDOWN.fullmatch(text.strip())
    assert match, f"no countdown: {text!r}"
    sign, hours, minutes, rest = match.groups()
    size = int(hours or 0) * 3600 + int(minutes) * 60 + int(rest)
    return -size if sign else size


async def zero(page: Page) -> float:
    """Return when the countdown of a page will be at zero, as a Unix time in seconds."""
    at, text = await timer(page).evaluate("element => [Date.now() / 1000, element.textContent]")
    return float(at) + seconds(text)


async def agree(*pages: Page, at: float | None = None) -> float:
    """Wait until the pages count to the same zero, give or take a second; return it.

    `at` is the zero (Unix time in seconds) that they must count to.
    """
    found: list[float] = []

    async def together() -> bool:
        found[:] = await asyncio.gather(*(zero(page) for page in pages))
        all_of_them = found if at is None else [*found, at]
        return max(all_of_them) - min(all_of_them) <= 1

    await until(together, "the countdowns agree")
    return sum(found) / len(found)


def region(page: Page, name: str) -> Locator:
    """A part of a page by its name."""
    return page.get_by_role("region", name=name, exact=True)


def exactly(where: Page | Locator, words: str) -> Locator:
    """What visibly says these words and no others."""
    return where.get_by_text(words, exact=True).filter(visible=True)


async def shows(where: Locator, words: str) -> None:
    """Wait until a part of a page shows these words; what is hidden does not count."""
    await expect(where).to_contain_text(words, use_inner_text=True, ignore_case=True)


class Desk:
    """The caller's desk, as the one who sits at it uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.on_air = region(page, "On air")
        self.standby = region(page, "Standby")
        self.controls = region(page, "Controls")
        self.told = self.controls.get_by_role("status")
        self.advance = page.get_by_role("button", name=re.compile("^(Advance|End|Over)"))
        self.rundown = page.get_by_role("region", name="Rundown")

    async def free(self) -> None:
        """Wait until the next press counts."""
        await expect(self.advance).not_to_have_attribute("aria-disabled", "true")

    async def call(self, title: str) -> None:
        """Call the cue on standby, and see that it is the one called `title`."""
        await self.free()
        await self.page.keyboard.press("Space")
        await shows(self.told, "On air:")
        await shows(self.on_air, title)

    def rows(self, state: str) -> Locator:
        """The cues of the rundown that are in a state, as its first column says it."""
        return self.rundown.get_by_role("row", name=re.compile(f"^{state}"))
