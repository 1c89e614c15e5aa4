"""The desk's hold on the audience: what everybody is told at once, and whether they may ask."""

import pytest
from playwright.async_api import expect

from tests.browser.foyer import PHONE, Foyer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "We go on in five minutes."
CLOSED = "No more questions about this are taken now."


async def test_a_notice_is_on_every_screen_and_asking_closes_and_opens(foyer: Foyer) -> None:
    caller = await foyer.enter("caller")
    moderator = await foyer.enter("moderator")
    stage = await foyer.enter("stage")
    visitor = await foyer.enter(**PHONE)

    await caller.get_by_role("button", name="Notes").click()
    await caller.get_by_label("Notice to everybody").fill(WORDS)
    await caller.get_by_role("button", name="Show to everybody").click()
    for page in (visitor, stage):
        await expect(page.get_by_role("alert").get_by_text(WORDS)).to_be_visible()
    await caller.get_by_role("button", name="Take it away").click()
    for page in (visitor, stage):
        await expect(page.get_by_text(WORDS)).to_be_hidden()

    question = visitor.locator("#ask-text")
    send = visitor.get_by_role("button", name="Send question")
    await question.fill("Who pays?")
    asking = moderator.get_by_role("group", name="Asking")
    await asking.get_by_role("button", name="Close All questions").click()
    await expect(visitor.get_by_text(CLOSED)).to_be_visible()
    await question.press("Control+Enter")
    await expect(question).to_have_value("Who pays?")
    await expect(caller.get_by_role("button", name="Open All questions")).to_be_visible()
    await asking.get_by_role("button", name="Open All questions").click()
    await expect(visitor.get_by_text(CLOSED)).to_be_hidden()
    await send.click()
    await expect(visitor.get_by_text("Waiting for the moderator")).to_be_visible()
    await expect(question).to_have_value("")
