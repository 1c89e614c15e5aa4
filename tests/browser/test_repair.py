"""A presenter drops out of a show on air: the desk repairs it, and every screen follows."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.foyer import PHONE, Foyer
from tests.browser.screens import Desk, exactly, region, shows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LUKAS = "Lukas Sonnthal"
CHIARA = "Chiara Belvento"


async def test_a_drop_out_is_repaired_with_one_press_and_taken_back(foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    lukas = await foyer.enter(LUKAS, timezone_id="Europe/Berlin", **PHONE)
    chiara = await foyer.enter(CHIARA, timezone_id="Europe/Rome")
    agenda = await foyer.visit(path="/agenda")
    await desk.call("Welcome, and how to ask a question")
    await desk.call("Grace Hollander")
    gone = exactly(lukas, "You are not in the rundown now")
    before = desk.page.get_by_role("row").filter(has_text=LUKAS)
    await expect(before).to_have_count(1)
    was = await _planned(chiara)

    # The next presenter is not there: by keys alone.
    await desk.free()
    await desk.page.keyboard.press("x")
    sheet = desk.page.get_by_role("dialog", name=re.compile(LUKAS))
    await sheet.get_by_role("button", name="Not coming…").press("Enter")
    repair = desk.page.get_by_role("dialog", name=f"Without {LUKAS}")
    await shows(repair, "Nobody has to change places.")
    await shows(repair.get_by_role("row", name=re.compile(CHIARA)), "Rome")
    await expect(repair.get_by_role("row", name=re.compile(LUKAS))).to_have_count(0)
    take = repair.get_by_role("button", name=re.compile("Take out and go on so"))
    await expect(take).to_be_focused()
    await expect(take).not_to_have_attribute("aria-disabled", "true")
    await desk.page.keyboard.press("Space")
    await expect(repair).to_be_visible()
    await desk.page.keyboard.press("Enter")

    await shows(desk.told, f"Taken out: {LUKAS}")
    await expect(repair).to_be_hidden()
    await expect(before).to_have_count(0)
    await shows(desk.rundown, "Taken out of the rundown")
    await expect(gone).to_be_visible()
    await expect(chiara.get_by_text("The show is catching up, and you with it:")).to_be_visible()
    assert await _planned(chiara) != was
    await agenda.reload()
    await expect(agenda.get_by_text(LUKAS)).to_have_count(0)
    await expect(agenda.get_by_text(CHIARA)).to_have_count(1)

    await desk.free()
    await desk.page.keyboard.press("u")
    await shows(desk.told, "Taken back")
    await expect(before).to_have_count(1)
    await expect(gone).to_be_hidden()
    await shows(region(lukas, "You are on at"), "Berlin")
    assert await _planned(chiara) == was

    # Late: somebody else takes the place. Taken out again, and put back at the end of the segment.
    await desk.free()
    await desk.page.keyboard.press("x")
    await sheet.get_by_role("button", name="Find a place…").press("Enter")
    later = desk.page.get_by_role("dialog", name=re.compile(f"{LUKAS} not before"))
    await shows(later.get_by_role("row", name=re.compile(LUKAS)), "moves")
    await expect(later.get_by_role("button", name="Go on so")).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await shows(desk.told, f"{LUKAS} comes later")
    await shows(desk.page.get_by_role("region", name="Standby"), CHIARA)
    await desk.free()
    await before.locator("xpath=following-sibling::tr[1]").click()
    await sheet.get_by_role("button", name="Not coming…").click()
    await repair.get_by_role("button", name=re.compile("Take out and go on so")).click()
    await desk.free()
    await desk.rundown.get_by_role("button", name="Put back").click()
    await shows(desk.told, f"In the rundown again: {LUKAS}")
    await expect(gone).to_be_hidden()


async def _planned(page: Page) -> str:
    """Return when a presenter is planned, as their green room says it."""
    return await page.locator("dt:text-is('Planned') + dd").inner_text()
