"""Without a mouse, and without sight: every page can be used, and says what is on it."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.foyer import NOT_FOUND, PHONE, PROJECTOR, Foyer
from tests.browser.screens import Desk, shows
from tests.browser.test_asking import judge, own, public

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ORDER = (Path(__file__).parent / "order.js").read_text(encoding="utf-8")
ROLES: tuple[Any, ...] = (
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "slider",
    "meter",
    "group",
    "region",
    "dialog",
    "heading",
    "navigation",
)
NAMELESS = re.compile(r"^\s*$")
GRACE = "Grace Hollander"
QUESTION = "Can I ask without a mouse?"
OPENING = "element => element.outerHTML.slice(0, 120)"
TABS_LIMIT = 60


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(TABS_LIMIT):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


async def test_an_attendee_needs_no_mouse(foyer: Foyer) -> None:
    page = await foyer.enter(**PHONE)
    other = await foyer.enter()
    desk = await foyer.enter("moderator")

    await tab_to(page, page.get_by_role("link", name="Skip to content"))
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_label("Your question", exact=True))
    await page.keyboard.type(QUESTION)
    await tab_to(page, page.get_by_role("button", name="Send question"))
    await page.keyboard.press("Enter")
    await shows(own(page, QUESTION), "Waiting for the moderator")

    await judge(desk, "Waiting", QUESTION, "Approve")
    for voter in (page, other):
        vote = public(voter, QUESTION).get_by_role("button", name="vote for this question")
        await expect(vote).to_be_visible()
        await tab_to(voter, vote)
        await voter.keyboard.press("Space")
        await expect(vote).to_have_attribute("aria-pressed", "true")
    await shows(public(other, QUESTION), "2")


async def test_every_page_is_in_order(foyer: Foyer) -> None:
    foyer.forgiven = NOT_FOUND
    desk = Desk(await foyer.enter("caller"))
    grace = await foyer.enter(GRACE)
    visitor = await foyer.enter(**PHONE)
    moderator = await foyer.enter("moderator")
    pages = {
        "caller": desk.page,
        "green room": grace,
        "watch": visitor,
        "moderator": moderator,
        "stage": await foyer.enter("stage", **PROJECTOR),
        "commentator": await foyer.enter("Dr Eleanor Wardle"),
        "agenda": await foyer.enter(path="/agenda"),
        "index": await foyer.enter(path="/../.."),
        "protocol": await foyer.enter(path="/../../docs/protocol"),
        "no such page": await foyer.enter(path="/nowhere"),
    }
    await check(pages, "before the show")

    await desk.call("Welcome")
    await desk.call(GRACE)
    await visitor.get_by_label("Your question", exact=True).fill(QUESTION)
    await visitor.get_by_role("button", name="Send question").click()
    await judge(moderator, "Waiting", QUESTION, "Approve")
    await expect(public(visitor, QUESTION)).to_be_visible()
    await expect(grace.get_by_role("heading", name="You are on air")).to_be_visible()
    await check(pages, "on air")


async def check(pages: dict[str, Page], when: str) -> None:
    """See that what is on each page has its place and its name."""
    faults = []
    for name, page in pages.items():
        await page.keyboard.press("Tab")
        found = await page.evaluate(ORDER)
        for role in ROLES:
            for nameless in await page.get_by_role(role, name=NAMELESS).all():
                if role == "group" and await nameless.evaluate("e => e.localName === 'details'"):
                    continue
                found.append(f"a {role} has no name: {await nameless.evaluate(OPENING)}")
        faults += [f"{name}, {when}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)
