"""An expert's words survive a lost network and a closed tab, and go to nobody too early."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.foyer import NO_NETWORK, Foyer
from tests.browser.line import Line
from tests.browser.screens import exactly, region, shows
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WARD = "Dr Eleanor Wardle"
GRACE = "Grace Hollander"
STRENGTH = "Learns a weld from one good look."
ADVICE = "Find a shipyard that will try it."
QUESTION = "What happens when the lamp above it flickers?"


async def release(page: Page, to: str) -> None:
    await page.get_by_role("button", name=f"Release to {to}…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Release it").click()
    await expect(exactly(page, f"Released to {to}").first).to_be_visible()


async def test_words_are_never_lost_and_never_early(house: House, foyer: Foyer) -> None:
    foyer.forgiven = NO_NETWORK
    line = Line()
    grace = await foyer.enter(GRACE)
    visitor = await foyer.enter()
    page = await foyer.enter(WARD, line=line)
    context = page.context
    feedback = region(grace, "Feedback for you")

    await page.get_by_role("navigation", name="All presenters").get_by_text(GRACE).click()
    await page.get_by_label("Strength", exact=True).fill(STRENGTH)
    await expect(page.get_by_text("Saved", exact=False).first).to_be_visible()

    await context.set_offline(True)
    await line.cut()
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await page.get_by_label("Advice", exact=True).press_sequentially(ADVICE)
    eight = page.get_by_role("radio", name="8", exact=True)
    novelty = page.get_by_role("group", name="Novelty")
    await novelty.locator("label").filter(has=eight).click()
    await expect(exactly(page, "Kept on this device, not sent yet")).to_be_visible()
    await page.get_by_label("One question", exact=True).press_sequentially(QUESTION)
    await page.close()
    async with house.client("commentator", WARD) as hers:
        (held,) = hers.all("feedback")
        assert (held["strength"], held["advice"], held["question"]) == (STRENGTH, "", "")

    await context.set_offline(False)
    line.mend()
    page = await foyer.open(context, path="/commentator")
    await expect(page.get_by_role("heading", level=2, name=GRACE)).to_be_visible()
    await expect(page.get_by_label("Strength", exact=True)).to_have_value(STRENGTH)
    await expect(page.get_by_label("Advice", exact=True)).to_have_value(ADVICE)
    await expect(page.get_by_label("One question", exact=True)).to_have_value(QUESTION)
    await expect(
        page.get_by_role("group", name="Novelty").get_by_role("radio", name="8", exact=True)
    ).to_be_checked()
    async with house.client("commentator", WARD) as hers:
        await hers.wait(lambda: hers.all("feedback")[0]["question"] == QUESTION)
        assert hers.all("feedback")[0]["marks"]["novelty"] == 8
    await shows(feedback, "None yet")
    await expect(visitor.get_by_text(ADVICE)).to_have_count(0)

    await release(page, "the presenter")
    for words in (WARD, STRENGTH, ADVICE, QUESTION, "Only you may read this."):
        await expect(feedback.get_by_text(words)).to_be_visible()
    await expect(visitor.get_by_text(ADVICE)).to_have_count(0)

    await release(page, "everybody")
    said = region(visitor, "What the experts say")
    for words in (WARD, STRENGTH, ADVICE, QUESTION):
        await expect(said.get_by_text(words)).to_be_visible()
    await shows(feedback, "Everybody may read this.")
