"""The caller calls the show, and every screen follows."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.foyer import PHONE, PROJECTOR, Foyer
from tests.browser.line import Line
from tests.browser.screens import Desk, agree, exactly, region, shows, timer, until
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WELCOME = "Welcome, and how to ask a question"
GRACE = "Grace Hollander"
WELD = "A robot arm that learns a weld by watching it once"
COMMENTS = "Comments by the experts"
QUESTIONS = "Questions from the audience"


async def test_every_screen_follows_the_caller(foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    stage = await foyer.enter("stage", **PROJECTOR)
    grace = await foyer.enter(GRACE, timezone_id="America/New_York")
    visitor = await foyer.enter(**PHONE)
    screens = (desk.page, stage, grace, visitor)
    picture = region(visitor, "Picture")
    hers = region(grace, "You are on air")

    async def all_show(kind: str) -> None:
        await shows(hers, kind)
        await shows(stage.get_by_role("main"), kind)
        await shows(picture, kind)

    await expect(exactly(grace, "You are next")).to_be_hidden()
    await desk.call(WELCOME)
    await expect(stage.get_by_role("heading", name=WELCOME)).to_be_visible()
    await shows(picture, WELCOME)
    await expect(exactly(grace, "You are next")).to_be_visible()
    await shows(desk.standby, GRACE)

    await desk.call(GRACE)
    await expect(hers).to_be_visible()
    await expect(region(grace, "You are on at")).to_be_hidden()
    await expect(stage.get_by_role("heading", name=GRACE)).to_be_visible()
    await shows(picture, WELD)
    await all_show("Pitch")
    pitch_ends = await agree(*screens)

    # Hold and go on: the clocks stand together, and then run together.
    await desk.free()
    await desk.page.keyboard.press("h")
    await expect(exactly(hers, "On hold: the clock stands still")).to_be_visible()
    for page in (stage, visitor):
        await expect(exactly(page, "On hold")).to_be_visible()
    await until(lambda: _read_the_same(*screens), "held clocks read the same")
    await desk.free()
    await desk.page.keyboard.press("h")
    await expect(exactly(stage, "On hold")).to_be_hidden()
    assert await agree(*screens) >= pitch_ends

    pitch_ends = await agree(*screens)
    await desk.page.keyboard.press("+")
    await shows(desk.told, "+0:30")
    await agree(*screens, at=pitch_ends + 30)

    await desk.call(COMMENTS)
    await all_show(COMMENTS)
    await agree(*screens)

    # Taken back: the pitch counts on as if nothing had been pressed.
    await desk.free()
    await desk.page.keyboard.press("u")
    await shows(desk.told, "Taken back")
    await all_show("Pitch")
    await agree(*screens, at=pitch_ends + 30)

    await desk.call(COMMENTS)
    await desk.call(QUESTIONS)
    await all_show(QUESTIONS)
    await agree(*screens)
    await expect(desk.rows("Done")).to_have_count(3)

    # Called again: what came after it is ahead once more.
    await desk.free()
    await desk.page.keyboard.press("r")
    sure = desk.page.get_by_role("dialog", name="Call this cue again?")
    await shows(sure, COMMENTS)
    await desk.page.keyboard.press("Enter")
    await shows(desk.told, "Called again")
    await all_show(COMMENTS)
    await agree(*screens)
    await expect(desk.rows("Done")).to_have_count(2)
    await shows(desk.standby, QUESTIONS)


async def _read_the_same(*pages: Page) -> bool:
    return len({await timer(page).inner_text() for page in pages}) == 1


async def test_each_press_counts_once(house: House, foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    async with house.client("caller") as truth:
        before = truth.seq

        async def moved(steps: int) -> None:
            await desk.free()
            await truth.wait(lambda: truth.seq >= before + steps)
            assert truth.seq == before + steps

        # A held key: the keyboard says "down" again and again.
        keys = desk.page.keyboard
        await desk.free()
        await asyncio.gather(*(keys.down("Space") for _ in range(6)))
        await shows(desk.on_air, WELCOME)
        await desk.free()
        await keys.down("Space")
        await keys.up("Space")
        await moved(1)

        await asyncio.gather(*(keys.press("Space") for _ in range(2)))
        await shows(desk.on_air, GRACE)
        await moved(2)

        await desk.advance.dblclick()
        await shows(desk.on_air, COMMENTS)
        await moved(3)


async def test_two_callers_press_at_once(house: House, foyer: Foyer) -> None:
    line = Line()
    first, second = Desk(await foyer.enter("caller")), Desk(await foyer.enter("caller", line=line))
    await first.call(WELCOME)
    await shows(second.on_air, WELCOME)
    await first.free()
    await second.free()

    async with house.client("caller") as truth:
        before = truth.seq
        line.hold()
        await first.page.keyboard.press("Space")
        await shows(first.told, "On air: Grace Hollander")
        await shows(second.on_air, WELCOME)
        await second.page.keyboard.press("Space")
        await shows(second.told, "Sent")
        line.release()
        await shows(second.told, "Someone else already advanced")
        await shows(second.on_air, GRACE)
        await shows(first.on_air, GRACE)
        assert truth.seq == before + 1
    await second.call(COMMENTS)
    await shows(first.told, "Called from another desk")
    await shows(first.on_air, COMMENTS)
