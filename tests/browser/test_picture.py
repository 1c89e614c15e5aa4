"""The picture of the demo in a viewer's page: the stage changes with the frame that shows it."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bench.viewer import WATCH, apart
from server.demo.client import Client
from tests.browser.foyer import NO_NETWORK, PROJECTOR, Foyer
from tests.browser.screens import Desk, region, shows, until
from tests.harness import Filmed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="ends children found in /proc"),
]

# A frame lasts 33 ms; the rest is for a machine that has more to do than this.
CLOSE_MS = 400
PAUSE_SECONDS = 1.5
ADVANCES = 6
DURING = ("Comments by the experts", "Questions from the audience", "Handover")
# Far less than the viewers are behind.
AT_ONCE_MS = 2500
GONE = re.compile(f"{NO_NETWORK.pattern}|media")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Filmed]:
    """In the place of the house without a picture."""
    with Filmed(tmp_path / "data") as house:
        yield house


async def tune(foyer: Foyer, who: str = "", path: str = "") -> Page:
    """Open a viewer's page and wait until frames come."""
    page = await foyer.enter(who, path)
    await page.locator(".player.on video").wait_for()
    await page.evaluate(WATCH)
    return page


async def frame(page: Page) -> int | None:
    """Return the clock of the frame that is shown."""
    found: int | None = await page.evaluate("frame()")
    return found


async def advance(caller: Client) -> int:
    """Call the next cue and return when it went on air, ms UTC."""
    seen = caller.seq
    answer = await caller.do({"type": "stage.advance", "seen": seen})
    assert answer["type"] == "done", answer
    await caller.wait(lambda: caller.seq >= answer["seq"])
    at: int = caller.records["stage/main"]["anchor"]["at"]
    return at


async def noted(page: Page, count: int) -> list[dict[str, Any]]:
    """Wait until the page has changed so many times, and return how."""
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = await page.evaluate("noted")
        return len(found) >= count

    await until(enough, f"{count} changes of the stage")
    return found


def late(note: dict[str, Any], at: int) -> int:
    """Return by how much the frame at a change was later than the stage's own, in ms."""
    assert note["frame"] is not None
    return apart(note["frame"], at)


async def rewind(page: Page, at: int) -> None:
    """Go back until the frame is older than `at`; what was noted so far is forgotten."""
    await page.locator(".screen").focus()
    before: int | None = None

    async def plays() -> bool:
        nonlocal before
        now = await page.evaluate("document.querySelector('video').seeking ? null : frame()")
        moved, before = None not in (now, before) and now != before, now
        return moved

    while before is None or apart(before, at) > 0:
        before = None
        await page.keyboard.press("ArrowLeft")
        await until(plays, "the picture goes on from there")
    await expect(page.get_by_role("button", name="Go live")).to_be_visible()
    await page.evaluate("noted.length = 0")


async def test_the_stage_changes_with_its_frame(house: Filmed, foyer: Foyer) -> None:
    page = await tune(foyer)
    async with house.client("caller") as caller:
        called = []
        for _ in range(ADVANCES):
            called.append(await advance(caller))
            await asyncio.sleep(PAUSE_SECONDS)
    notes = await noted(page, ADVANCES)
    live = [late(note, at) for note, at in zip(notes, called, strict=True)]
    print("live:", live)
    assert all(abs(ms) < CLOSE_MS for ms in live)
    words = [note["words"] for note in notes]

    async def again(page: Page) -> list[int]:
        """Return the lateness of each change when they are seen once more."""
        notes = await noted(page, 3)
        known = dict(zip(words, called, strict=True))
        return [late(note, known[note["words"]]) for note in notes]

    # From what the page remembers, and from what only the server does.
    # To well before the last three changes, however long all this has taken.
    await rewind(page, called[-4])
    own = await again(page)
    other = await tune(foyer)
    await rewind(other, called[-4])
    told = await again(other)
    print("rewound:", own, "opened late and rewound:", told)
    assert all(abs(ms) < CLOSE_MS for ms in own + told)

    await page.keyboard.press("l")
    await expect(page.get_by_role("button", name="Live", exact=True)).to_be_visible()
    await until(lambda: _same(page, words[-1]), "the stage is live again")


async def _same(page: Page, words: str) -> bool:
    return bool(await page.evaluate("noted.at(-1)?.words") == words)


async def test_a_pitch_goes_on_when_the_media_child_dies(house: Filmed, foyer: Foyer) -> None:
    foyer.forgiven = GONE
    page = await tune(foyer)
    stage = await foyer.enter("stage", **PROJECTOR)
    desk = Desk(await foyer.enter("caller"))
    async with house.client("caller") as caller:
        called = []
        # One at a time: what two of them change within one frame, the page shows at once.
        for count in (1, 2):
            called.append(await advance(caller))
            await noted(page, count)
        house.end_child("server.media.child")
        killed = time.monotonic()
        # Who has no picture before them sees each at once, and does not wait for the child.
        for words in DURING:
            called.append(await advance(caller))
            for screen in (stage.get_by_role("main"), desk.on_air):
                await expect(screen).to_contain_text(words, ignore_case=True, timeout=AT_ONCE_MS)
            await asyncio.sleep(1)
        last = called[-1]

        async def beyond() -> bool:
            now = await frame(page)
            return now is not None and late({"frame": now}, last) > 0

        await until(beyond, "frames from after the crash")
        print(f"frames of after the last one come {time.monotonic() - killed:.1f} s after the kill")
        called.append(await advance(caller))
        await shows(region(page, "Picture"), "Pitch")
    # A page that had been loaded again would know of nothing. Changes between which no frame was
    # taken come with the first frame after them, and only the last of them is seen.
    notes = await noted(page, 2 + 1 + 1)
    first_seen = list(dict.fromkeys(note["words"].partition("|")[0] for note in notes))
    in_order = ["Opening", "Pitch", *DURING]
    assert [words for words in in_order if words in first_seen] == first_seen
    assert first_seen[:2] + first_seen[-1:] == [*in_order[:2], in_order[-1]]
    around = [late(note, at) for note, at in zip(notes[:2], called[:2], strict=True)]
    around.append(late(notes[-1], called[-1]))
    print("around a crash:", around)
    assert all(abs(ms) < CLOSE_MS for ms in around)


async def test_without_a_picture_the_page_is_as_the_stage_is(house: Filmed, foyer: Foyer) -> None:
    foyer.forgiven = GONE
    page = await tune(foyer)
    poster = region(page, "Picture")
    await page.locator(".screen").hover()
    await poster.get_by_role("button", name="Settings").click()
    await poster.get_by_label("Programme", exact=True).select_option("Text only, for thin lines")
    await expect(page.locator("video")).to_be_hidden()
    await page.reload()
    show = poster.get_by_role("button", name="Show the picture")
    await expect(show).to_be_visible()
    async with house.client("caller") as caller:
        await advance(caller)
        await shows(poster, "Opening")
        await show.click()
        await page.locator(".player.on video").wait_for()

        # Nobody films any more: the poster comes back and says so, and the stage goes on.
        notice = poster.get_by_text("The picture has stopped.")
        house.end_child("server.demo.camera")
        await expect(notice).to_be_visible()
        await expect(page.locator(".player.on")).to_have_count(0)
        await advance(caller)
        await shows(poster, "Pitch")
