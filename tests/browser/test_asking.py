"""A question's way from a phone to the stage and back to its asker."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.foyer import PHONE, PROJECTOR, Foyer
from tests.browser.screens import region, shows, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WELD = "Does the arm also learn from a bad weld?"
PRICE = "How much is it?"
TYPO = "Where will you bild it?"
BUILT = "Where will you build it?"
REASON = "Somebody has already asked the same."


async def ask(page: Page, text: str) -> Locator:
    """Ask as an attendee does, and return what the page then says of it."""
    await page.get_by_label("Your question", exact=True).fill(text)
    await page.get_by_role("button", name="Send question").click()
    mine = own(page, text)
    await shows(mine, "Waiting for the moderator")
    return mine


def own(page: Page, text: str) -> Locator:
    """One's own question as the server has it; while it is being sent, it is not there yet."""
    mine = region(page, "My questions").get_by_role("listitem")
    return mine.filter(has_text=text, has_not_text="Sending…")


def card(page: Page, lane: str, text: str) -> Locator:
    """A question in a lane of the moderator's desk."""
    lane_found = page.get_by_role("region", name=re.compile(f"^{lane}"))
    return lane_found.get_by_role("listitem").filter(has_text=text)


async def judge(page: Page, lane: str, text: str, verdict: str) -> None:
    """Press a verdict on a question, again if need be: the desk ignores presses that come fast."""
    button = card(page, lane, text).get_by_role("button", name=verdict)

    async def taken() -> bool:
        await button.click()
        try:
            await expect(button).to_be_hidden(timeout=1000)
        except AssertionError:
            return False
        return True

    await until(taken, f"{verdict}: {text}")


def public(page: Page, text: str) -> Locator:
    """A question in everybody's list."""
    questions = page.get_by_role("region", name=re.compile("^Questions"))
    return questions.get_by_role("listitem").filter(has_text=text)


async def test_a_question_goes_its_way(foyer: Foyer) -> None:
    asker = await foyer.enter(**PHONE)
    other = await foyer.enter(**PHONE)
    desk = await foyer.enter("moderator")
    stage = await foyer.enter("stage", **PROJECTOR)
    overlay = await foyer.enter(path="/overlay/question", **PROJECTOR)
    strap = overlay.get_by_role("blockquote")

    mine = await ask(asker, WELD)
    await judge(desk, "Waiting", WELD, "Approve")
    await shows(mine, "Approved: everybody can see it")
    await expect(card(desk, "Approved", WELD)).to_be_visible()

    vote = public(other, WELD).get_by_role("button", name="vote for this question")
    await vote.click()
    await expect(vote).to_have_attribute("aria-pressed", "true")
    count = public(asker, WELD).get_by_role("button", name="vote for this question")
    await shows(count, "1")
    await shows(card(desk, "Approved", WELD), "1")

    await expect(strap).to_have_count(0)
    await judge(desk, "Approved", WELD, "Put on stage")
    await shows(mine, "On stage now")
    await expect(stage.get_by_text(WELD)).to_be_visible()
    await expect(strap).to_have_text(WELD)
    await shows(region(other, "On stage now"), WELD)

    await judge(desk, "On stage", WELD, "Answered")
    await shows(mine, "Answered")
    await expect(stage.get_by_text(WELD)).to_be_hidden()
    await expect(strap).to_have_count(0)
    await shows(public(other, WELD), "Answered")


async def test_a_question_may_also_end_otherwise(foyer: Foyer) -> None:
    asker = await foyer.enter(**PHONE)
    other = await foyer.enter(**PHONE)
    desk = await foyer.enter("moderator", **PHONE)

    price = await ask(asker, PRICE)
    await card(desk, "Waiting", PRICE).get_by_role("button", name="Dismiss").click()
    why = desk.get_by_role("dialog", name="Dismiss this question?")
    await why.get_by_role("button", name=REASON).click()
    await shows(price, "Not taken")
    await shows(price, REASON)

    await ask(asker, TYPO)
    await own(asker, TYPO).get_by_role("button", name="Edit").click()
    words = region(asker, "My questions").get_by_role("textbox", name="Your question")
    await words.fill(BUILT)
    await asker.get_by_role("button", name="Save").click()
    await shows(own(asker, BUILT), "Waiting for the moderator")
    await expect(own(asker, TYPO)).to_have_count(0)
    await shows(card(desk, "Waiting", BUILT), "reworded")

    await own(asker, BUILT).get_by_role("button", name="Withdraw").click()
    await asker.get_by_role("button", name="Yes, withdraw it").click()
    await shows(own(asker, BUILT), "Withdrawn")
    await expect(card(desk, "Waiting", BUILT).get_by_role("button", name="Approve")).to_be_hidden()
    await expect(region(other, "My questions")).to_be_hidden()
    await expect(public(other, PRICE)).to_have_count(0)
    await expect(public(other, BUILT)).to_have_count(0)
