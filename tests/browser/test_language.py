"""Chinese or English, by the browser's wish or by the switch; and an agenda without a script."""

import pytest
from playwright.async_api import expect

from server.web.words import translations
from tests.browser.foyer import PHONE, Foyer
from tests.browser.screens import shows
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

zh = translations("zh").gettext
OVERRIDE = "\u202e"


async def test_the_reader_chooses_the_language(foyer: Foyer) -> None:
    page = await foyer.enter(locale="zh-CN", **PHONE)
    html = page.locator("html")
    await expect(html).to_have_attribute("lang", "zh-Hans")
    assert zh("Ask a question") != "Ask a question"
    await expect(page.get_by_role("heading", name=zh("Ask a question"), exact=True)).to_be_visible()

    await page.get_by_label(zh("Your question"), exact=True).fill(f"能{OVERRIDE}学会吗?")
    await page.get_by_role("button", name=zh("Send question")).click()
    refusal = zh("This text holds an invisible control character (U+{point}). Please remove it.")
    await shows(page.get_by_role("alert").first, refusal.format(point="202E"))

    await page.get_by_role("button", name="English").click()
    await expect(html).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading", name="Ask a question")).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name=zh("Ask a question"), exact=True)).to_be_visible()


async def test_the_agenda_needs_no_script(house: House, foyer: Foyer) -> None:
    page = await foyer.visit(path="/agenda", java_script_enabled=False, **PHONE)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Luyan demo roadshow")
    grace = page.get_by_role("listitem").filter(has_text="Grace Hollander")
    await shows(grace, "A robot arm that learns a weld by watching it once")
    await shows(grace, "14:01–")
    await page.get_by_label("Show times also in").select_option("Asia/Tokyo")
    await page.get_by_role("button", name="Show these times").click()
    await shows(grace, "14:01–")
    await shows(grace, "15:01–")

    calendar = await page.request.get(f"{house.page}/agenda.ics")
    assert calendar.ok
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "Grace Hollander" in (await calendar.text()).replace("\r\n ", "")
