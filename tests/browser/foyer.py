"""Everybody enters here: a browser context for each, and an ear for what pages complain of."""

import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page

from tests.browser.line import Line
from tests.harness import House

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
PATIENCE_MS = 30_000

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}

# What Chromium itself writes into the console when a server, a network or a page is not there.
NO_NETWORK = re.compile(r"net::ERR_|WebSocket connection to")
NOT_FOUND = re.compile(r"status of 404")


class Foyer:
    """Lets people in; `complaints` are the errors of their pages, broken content rules included.

    What matches `forgiven` is no complaint.
    """

    def __init__(self, browser: Browser, house: House) -> None:
        self.house = house
        self.complaints: list[str] = []
        self.forgiven: re.Pattern[str] | None = None
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def enter(self, who: str = "", path: str = "", **options: Any) -> Page:
        """Open somebody's page in a context of their own and wait until it follows the show.

        `who` is a role or a name as on a personal link, "" an attendee; `path` goes on from the
        show's page; `options` are those of a browser context, `line` to put between, and `script`
        to run before those of the page.
        """
        page = await self.visit(who, path, **options)
        await page.locator(".opening:visible, [x-cloak]").first.wait_for(state="hidden")
        return page

    async def visit(self, who: str = "", path: str = "", **options: Any) -> Page:
        """Open somebody's page without waiting for more than its load."""
        line: Line | None = options.pop("line", None)
        script: str | None = options.pop("script", None)
        context = await self._browser.new_context(
            **{"timezone_id": "Asia/Shanghai", "locale": "en-GB", **LAPTOP, **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        if line:
            await line.lay(context)
        if script:
            await context.add_init_script(script)
        return await self.open(context, who, path)

    async def open(self, context: BrowserContext, who: str = "", path: str = "") -> Page:
        """Open one more page in a context that is already there."""
        page = await context.new_page()
        name = who or path or "attendee"

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self._complain(name, message.text)

        def threw(error: Error) -> None:
            self._complain(name, f"{error.message}\n{error.stack}")

        async def asked(dialog: Dialog) -> None:
            self._complain(name, f"dialog: {dialog.message}")
            await dialog.dismiss()

        page.on("console", said)
        page.on("dialog", asked)
        page.on("pageerror", threw)
        if who:
            await page.goto(self.house.link(who))
        if path or not who:
            await page.goto(f"{self.house.page}{path}")
        return page

    async def close(self) -> None:
        """Send everybody home."""
        for context in self._contexts:
            await context.close()

    def _complain(self, name: str, text: str) -> None:
        if self.forgiven is None or not self.forgiven.search(text):
            self.complaints.append(f"{name}: {text}")
