"""One Chromium for all journeys; for each of them a house of its own and a foyer to enter by."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.foyer import FLAGS, PATIENCE_MS, Foyer
from tests.harness import SAMPLES, House

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of the whole session."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("There is no Chromium on this machine, so no journey can be made.")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's show file, moved to tomorrow: nothing of it is late yet."""
    file = tmp_path_factory.mktemp("show") / "tomorrow.toml"
    day = datetime.now(SHANGHAI).date() + timedelta(days=1)
    text = (SAMPLES / "demo.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("date = 2026-01-16", f"date = {day}"), encoding="utf-8")
    return file


@pytest.fixture
def house(tmp_path: Path, tomorrow: Path) -> Iterator[House]:
    """A server of this journey's own, with the demo show of tomorrow."""
    with House(tmp_path / "data", tomorrow) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def foyer(chromium: Browser, house: House) -> AsyncIterator[Foyer]:
    """Where everybody comes in; at the end no page may have had anything to complain of."""
    foyer = Foyer(chromium, house)
    yield foyer
    await foyer.close()
    assert not foyer.complaints, "\n".join(foyer.complaints)
