"""The server dies in the middle of a cue and comes back: so does every page, by itself."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.foyer import NO_NETWORK, PHONE, PROJECTOR, Foyer
from tests.browser.screens import Desk, agree, region
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRACE = "Grace Hollander"


async def test_every_page_resumes_by_itself(house: House, foyer: Foyer) -> None:
    foyer.forgiven = NO_NETWORK
    caller = await foyer.enter("caller")
    stage = await foyer.enter("stage", **PROJECTOR)
    grace = await foyer.enter(GRACE)
    visitor = await foyer.enter(**PHONE)
    moderator = await foyer.enter("moderator")
    commentator = await foyer.enter("Dr Eleanor Wardle")
    overlay = await foyer.enter(path="/overlay/timer", **PROJECTOR)
    counting = (caller, stage, grace, visitor, overlay)
    telling = (caller, stage, grace, visitor, moderator, commentator)

    desk = Desk(caller)
    await desk.call("Welcome")
    await desk.call(GRACE)
    zero = await agree(*counting)

    loads: list[Page] = []

    def loaded(page: Page) -> None:
        loads.append(page)

    for page in {*counting, *telling}:
        page.on("load", loaded)
    house.kill()
    for page in telling:
        await expect(page.get_by_text("Connection lost")).to_be_visible()
    await expect(desk.controls.get_by_text("No connection", exact=True)).to_be_visible()
    await expect(overlay.locator(".timer.stale")).to_be_attached()
    # They all count on meanwhile: an anchor needs no server.
    await agree(*counting, at=zero)

    await asyncio.to_thread(house.restart)
    for page in telling:
        await expect(page.get_by_text("Connection lost")).to_be_hidden()
    await expect(overlay.locator(".timer.stale")).not_to_be_attached()
    await agree(*counting, at=zero)
    await expect(region(grace, "You are on air")).to_be_visible()
    assert not loads

    await desk.call("Comments by the experts")
    await agree(*counting)
