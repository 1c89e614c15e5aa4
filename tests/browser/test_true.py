"""True to the picture: asking closes when a viewer's own picture gets there, and not before."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.foyer import Foyer
from tests.browser.screens import until
from tests.harness import Filmed

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLOSED = "No more questions about this are taken now."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Filmed]:
    """In the place of the house without a picture."""
    with Filmed(tmp_path / "data") as house:
        yield house


async def test_asking_goes_by_the_viewers_picture(house: Filmed, foyer: Foyer) -> None:
    page = await foyer.enter()
    await page.locator(".player.on video").wait_for()
    moderator = await foyer.enter("moderator")
    async with house.client("moderator") as desk, house.client("caller") as caller:

        async def take() -> dict[str, Any]:
            """Take the next cue, and return it."""
            answer = await caller.do({"type": "stage.advance", "seen": caller.seq})
            assert answer["type"] == "done", answer
            await caller.wait(lambda: caller.seq >= answer["seq"])
            cue: dict[str, Any] = caller.records[f"cue/{caller.records['stage/main']['on_air']}"]
            return cue

        await take()
        pitch = await take()
        # The demo's own interpreters write English and Chinese, a little later or not.
        line = {"type": "caption.say", "lang": "fr", "text": "It lasts for ten years."}
        assert (await caller.do(line))["type"] == "done"
        question = page.locator("#ask-text")
        await expect(page.locator("#ask-about")).to_have_value(pitch["slot"])
        # The stage has gone on to the next presenter, the picture has not.
        for _ in range(3):
            await take()
        following = await take()
        assert following["slot"] != pitch["slot"]
        for slot in (pitch["slot"], following["slot"]):
            answer = await desk.do({"type": "questions.close", "slot": slot})
            assert answer["type"] == "done", answer
        await expect(page.locator("#ask-about")).to_have_value(pitch["slot"])
        await expect(page.get_by_text(CLOSED)).to_be_hidden()
        await question.fill("How long does it last?")
        await question.press("Control+Enter")
        await expect(page.get_by_text("Waiting for the moderator")).to_be_visible()
        await expect(moderator.locator(".watched").filter(visible=True)).to_contain_text("Pitch")
        await moderator.get_by_role("button", name="What was said?").click()
        said = moderator.locator(".sentence").filter(visible=True)
        await expect(said).to_contain_text(re.compile("It lasts for ten years|Thank you"))

        def asked() -> list[dict[str, Any]]:
            return [doc for key, doc in desk.records.items() if key.startswith("question/")]

        await desk.wait(lambda: bool(asked()))
        (found,) = asked()
        assert found["slot"] == pitch["slot"]
        assert pitch["started_at"] <= found["watched_at"] < following["started_at"]

        # The picture gets there, and what was begun stays, about whom it was begun.
        await question.fill("And who repairs it?")
        await expect(page.get_by_text(CLOSED)).to_be_visible()
        await expect(question).to_have_value("And who repairs it?")
        await expect(page.locator("#ask-about")).to_have_value(pitch["slot"])

    async def told() -> bool:
        return "late" in await moderator.locator(".delay").inner_text()

    await until(told, "the moderator sees how late the viewers are")
