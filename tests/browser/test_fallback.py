"""Where no websocket comes about, a page takes server-sent events and posts what it says."""

import pytest
from playwright.async_api import expect

from tests.browser.foyer import PHONE, Foyer
from tests.browser.screens import shows
from tests.browser.test_asking import ask, judge, public

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "Does it work behind our proxy?"
NO_WEBSOCKETS = """
window.WebSocket = class {
  constructor() {
    setTimeout(() => this.onclose({ code: 1006 }));
  }
  send() {
    throw new Error("not open");
  }
  close() {}
};
"""


async def test_without_websockets(foyer: Foyer) -> None:
    asker = await foyer.visit(script=NO_WEBSOCKETS, **PHONE)
    desk = await foyer.enter("moderator")
    mine = await ask(asker, QUESTION)
    await judge(desk, "Waiting", QUESTION, "Approve")
    await shows(mine, "Approved: everybody can see it")
    await judge(desk, "Approved", QUESTION, "Put on stage")
    await shows(mine, "On stage now")
    await judge(desk, "On stage", QUESTION, "Answered")
    await shows(mine, "Answered")
    await shows(public(asker, QUESTION), "Answered")
    await expect(asker.get_by_text("Connection lost")).to_be_hidden()
