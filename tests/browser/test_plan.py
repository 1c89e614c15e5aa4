"""The organiser plans an afternoon: who pays, pins, drags, takes the order, and takes it back."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SHANGHAI
from tests.browser.foyer import PHONE, Foyer
from tests.browser.screens import region, shows
from tests.harness import SAMPLES, House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FIELD = "Biomedicine and health · 生物医药与大健康"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server with the afternoon in Changsha, moved to tomorrow."""
    folder = tmp_path_factory.mktemp("afternoon")
    day = datetime.now(SHANGHAI).date() + timedelta(days=1)
    text = (SAMPLES / "changsha.toml").read_text(encoding="utf-8")
    file = folder / "show.toml"
    file.write_text(re.sub("^date = .*", f"date = {day}", text, flags=re.MULTILINE), "utf-8")
    with House(folder / "data", file) as house:
        yield house


def draft(page: Page) -> Locator:
    """The names of the draft, as they follow one another."""
    return page.locator(".draft-is .draft-name")


async def planned(page: Page) -> None:
    """Wait until the planner has answered."""
    await expect(page.locator(".working")).to_be_hidden()
    await page.locator("[data-part=verdict] .verdict").first.wait_for()


async def agenda(page: Page) -> list[str]:
    """The presenters of the agenda, as they follow one another."""
    there = await page.context.new_page()
    await there.goto(page.url.replace("/plan", "/agenda"))
    found = await there.locator(".what p b").all_inner_texts()
    await there.close()
    return found


async def test_an_afternoon_is_planned(house: House, foyer: Foyer) -> None:
    page = await foyer.enter("organiser")
    await planned(page)
    fair = region(page, "How fair it is")
    await shows(fair, "Proved: no order is better.")
    await shows(fair, "hours of burden less for the worst-off")
    gain = page.locator(".verdict.gain .verdict-time")
    await expect(gain).to_have_text(re.compile(r"^\d:\d\d$"))
    present = await page.locator(".draft-was .draft-name").all_inner_texts()
    assert present == await agenda(page)
    best = await draft(page).all_inner_texts()
    assert sorted(best) == sorted(present)
    assert best != present
    await shows(region(page, "When to start"), "19:00")
    picture = page.get_by_role("img", name="Who presents when, on everybody’s own clock")
    await expect(picture.locator(".slot")).to_have_count(12)

    # Somebody is dragged over a pinned place, and what it costs is said at once.
    costs = region(page, "What the draft costs")
    await page.get_by_role("button", name=f"Keep {best[1]} in this place").click()
    row = page.locator(".draft-row")
    await row.nth(0).locator(".handle").hover()
    await page.mouse.down()
    for at in (1, 2, 3):
        box = await row.nth(at).locator(".draft-is").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=3)
    await page.mouse.up()
    dragged = await draft(page).all_inner_texts()
    assert dragged[1] == best[1], "a pin keeps its place"
    assert dragged[3] == best[0]
    await shows(costs, best[0])
    await expect(page.locator(".draft-row.pinned")).to_have_count(1)

    # The same by keys: the handle keeps the focus, and says where it is.
    await page.get_by_role("button", name=f"Move {best[0]}").press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    assert (await draft(page).all_inner_texts())[0] == best[0]
    await shows(costs, f"{best[0]}: number 1 of 12")
    await page.get_by_role("button", name="One step back").click()
    assert (await draft(page).all_inner_texts())[0] != best[0]

    await page.get_by_role("button", name="Solve around the pins").click()
    await planned(page)
    assert await draft(page).all_inner_texts() == best

    # Taken, everybody has it; taken back, nobody has.
    await page.get_by_role("button", name="Take this order").click()
    await shows(costs, "Taken: everybody’s agenda has the new order now.")
    assert await agenda(page) == best
    await expect(page.locator(".draft-was .draft-name")).to_have_text(best)
    await page.get_by_role("button", name="Take it back").click()
    await shows(costs, "Taken back")
    assert await agenda(page) == present

    # Whoever drops out is taken out, and may come back.
    await page.get_by_label("Not in the show after all").select_option(label="Ruth Delacroft")
    await page.get_by_role("button", name="Take out").click()
    await expect(draft(page)).to_have_count(11)
    assert await agenda(page) == [name for name in present if name != "Ruth Delacroft"]
    await page.get_by_role("button", name="Bring back Ruth Delacroft").click()
    await expect(draft(page)).to_have_count(12)
    assert sorted(await agenda(page)) == sorted(present)
    await page.get_by_role("button", name="Plan again").first.click()
    await planned(page)

    # Without a wish, the worst-off gains more; with hours that allow nothing, that is said.
    wishes = region(page, "Wishes")
    before = await gain.inner_text()
    together = wishes.get_by_role("group", name="Fields that stay together")
    await together.get_by_label(FIELD).uncheck()
    await wishes.get_by_role("button", name="Save the wishes").click()
    await shows(wishes, "Saved, and planned anew.")
    await planned(page)
    await expect(gain).not_to_have_text(before)
    assert await gain.inner_text() > before

    caller = await foyer.enter("caller", "/plan")
    await planned(caller)
    hours = region(page, "Everybody’s hours")
    await hours.get_by_role("button", name="Change Harriet Whitcomb").click()
    await (
        page.get_by_role("group", name="Can be there", exact=True)
        .get_by_role("button", name="Add hours")
        .click()
    )
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await shows(hours, "09:00-18:00")
    await shows(costs, "Harriet Whitcomb cannot be there at")
    await page.get_by_role("button", name="Plan again").first.click()
    await planned(page)
    await shows(fair, "There is no place at all for Harriet Whitcomb")
    # Whoever else has the page open is told that it has become another question.
    await shows(caller.locator(".plan-state"), "Something has changed since this was found.")


async def test_on_a_phone_nothing_is_wider_than_the_phone(house: House, foyer: Foyer) -> None:
    page = await foyer.enter("organiser", locale="zh-CN", **PHONE)
    await planned(page)
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    await expect(page.get_by_role("heading", level=1)).to_have_text("出场时间")
