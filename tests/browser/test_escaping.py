"""What people write is words on every page, whatever it looks like to a browser."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.foyer import PROJECTOR, Foyer
from tests.browser.screens import Desk, region, shows
from tests.browser.test_asking import ask, card, judge, own, public
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
ASKED = f"Why? {EVIL}"
NAME = f"Grace {EVIL}"
TITLE = f"Show {EVIL}"


@pytest.fixture(scope="session")
def tomorrow(tomorrow: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The show with a title and a name that would like to be more than words."""
    file = tmp_path_factory.mktemp("evil") / "evil.toml"
    text = tomorrow.read_text(encoding="utf-8")
    for plain, evil in (("Luyan demo roadshow", TITLE), ("Grace Hollander", NAME)):
        assert f'"{plain}"' in text
        text = text.replace(f'"{plain}"', f"'{evil}'")
    file.write_text(text, encoding="utf-8")
    return file


async def test_words_stay_words(house: House, foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    moderator = await foyer.enter("moderator")
    stage = await foyer.enter("stage", **PROJECTOR)
    question = await foyer.enter(path="/overlay/question", **PROJECTOR)
    strap = await foyer.enter(path="/overlay/lower-third", **PROJECTOR)
    grace = await foyer.enter(NAME)
    expert = await foyer.enter("Dr Eleanor Wardle")
    visitor = await foyer.enter()
    pages = (desk.page, moderator, stage, question, strap, grace, expert, visitor)

    await expert.get_by_label("Advice", exact=True).fill(EVIL)
    await expect(expert.get_by_text("Saved").first).to_be_visible()
    await expert.get_by_role("button", name="Release to everybody…").click()
    await expert.get_by_role("dialog").get_by_role("button", name="Release it").click()
    await shows(region(visitor, "What the experts say"), EVIL)
    await shows(region(grace, "Feedback for you"), EVIL)

    await desk.call("Welcome")
    await desk.call(NAME)
    await desk.page.keyboard.press("l")
    await shows(strap.get_by_role("main"), NAME)
    await shows(stage.get_by_role("heading", level=1), NAME)
    await shows(region(visitor, "On stage now"), NAME)
    await shows(region(visitor, "Agenda"), NAME)
    await shows(region(desk.page, "Green room"), NAME)

    await ask(visitor, ASKED)
    await expect(own(visitor, ASKED)).to_be_visible()
    await judge(moderator, "Waiting", ASKED, "Approve")
    await expect(public(visitor, ASKED)).to_be_visible()
    await judge(moderator, "Approved", ASKED, "Put on stage")
    await expect(card(moderator, "On stage", ASKED)).to_be_visible()
    await shows(stage.get_by_role("blockquote"), ASKED)
    await shows(question.get_by_role("blockquote"), ASKED)
    await shows(region(grace, "You are on air"), ASKED)

    await desk.page.get_by_role("button", name="Message", exact=False).first.click()
    letter = desk.page.get_by_role("dialog", name="Message")
    await letter.get_by_label("Text").fill(EVIL)
    await letter.get_by_role("button", name="Send").click()
    await shows(grace.get_by_role("alert").first, EVIL)

    for path in ("/agenda", ""):
        await visitor.goto(f"{house.page}{path}")
        await shows(visitor.locator("header.masthead"), TITLE)
    await visitor.goto(house.url)
    await shows(visitor.get_by_role("main"), TITLE)
    for page in pages:
        await expect(page.locator("img[src=x]")).to_have_count(0)
