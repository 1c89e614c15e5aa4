"""A presenter gets ready, is spoken to by the desk, and reads their times in their own zone."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.browser.foyer import Foyer
from tests.browser.screens import Desk, exactly, region, shows
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MAYA = "Maya Castellan"
HERE = "America/Los_Angeles"
PLEASE = "Please look into the camera, not at your notes."


async def test_a_presenter_gets_ready(foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    lights = region(desk.page, "Green room")
    light = lights.get_by_role("listitem").filter(has_text=MAYA)
    await shows(light, "invited")
    await shows(light, "not connected")

    maya = await foyer.enter(MAYA, timezone_id=HERE, permissions=["camera", "microphone"])
    ready = region(maya, "Getting ready")
    await expect(exactly(light, "connected")).to_be_visible()
    await maya.get_by_role("button", name="I have arrived").click()
    await shows(ready, "you have arrived")
    await shows(light, "arrived")

    await maya.get_by_role("button", name="Check camera and microphone").click()
    await shows(ready, "Your camera gives a picture.")
    await shows(ready, "Your microphone hears you.")
    await maya.get_by_role("button", name="Both work: tell the desk").click()
    await shows(ready, "camera works")
    await shows(ready, "microphone works")
    await shows(light, "checked")
    for device in ("camera works", "microphone works"):
        await expect(light.get_by_text(device)).to_be_visible()

    await expect(ready.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
    await maya.get_by_role("button", name="I am ready", exact=True).click()
    await shows(ready, "you are ready")
    await shows(light, "ready")
    await expect(light.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()


async def test_a_blocked_camera_is_explained(foyer: Foyer) -> None:
    # Once one permission is granted, Chromium refuses the others instead of asking.
    maya = await foyer.enter(MAYA, permissions=["geolocation"])
    await maya.get_by_role("button", name="Check camera and microphone").click()
    ready = region(maya, "Getting ready")
    await shows(ready, "The camera is blocked.")
    await shows(ready, "The microphone is blocked.")
    await expect(maya.get_by_role("button", name="Try again")).to_be_visible()
    await maya.get_by_role("button", name="Tell the desk it does not work").click()
    await shows(ready, "camera does not work")


async def test_a_message_is_acknowledged(foyer: Foyer) -> None:
    desk = Desk(await foyer.enter("caller"))
    maya = await foyer.enter(MAYA)
    other = await foyer.enter("Grace Hollander")
    room = region(desk.page, "Green room")
    await room.get_by_role("button", name=re.compile(MAYA)).click()
    letter = desk.page.get_by_role("dialog", name="Message")
    await letter.get_by_label("Text").fill(PLEASE)
    await letter.get_by_role("button", name="Send").click()

    banner = maya.get_by_role("alert").filter(has_text=PLEASE)
    await expect(banner).to_be_visible()
    await desk.page.get_by_role("button", name="Messages", exact=True).click()
    sent = region(desk.page, "Messages").get_by_role("listitem").filter(has_text=PLEASE)
    await shows(sent, MAYA)
    await shows(sent, "not yet read")
    await banner.get_by_role("button", name="I have read this").click()
    await expect(banner).to_be_hidden()
    await expect(exactly(sent, "read")).to_be_visible()
    await shows(region(maya, "Messages from the desk"), PLEASE)
    await expect(other.get_by_text(PLEASE)).to_have_count(0)


async def test_times_are_the_presenters_own(house: House, foyer: Foyer) -> None:
    # The hall is in Shanghai, she is from Los Angeles, and her laptop has come along to Lisbon.
    maya = await foyer.enter(MAYA, timezone_id="Europe/Lisbon")
    async with house.client("stage") as truth:
        (slot,) = (slot for slot in truth.all("slot") if slot["presenter"] == "maya")
        cues = [cue for cue in truth.all("cue") if cue["slot"] == slot["id"]]
        start = min(cue["planned_at"] for cue in cues)

    def at(zone: str) -> datetime:
        return datetime.fromtimestamp(start / 1000, UTC).astimezone(ZoneInfo(zone))

    hers, halls, laptops = at(HERE), at("Asia/Shanghai"), at("Europe/Lisbon")
    assert hers.date() < halls.date()
    when = region(maya, "You are on at")
    for told in (hers, halls, laptops):
        await shows(when, f"{told:%H:%M}")
        await shows(when, f"{told:%a}, {told:%b} {told.day}")
    await shows(when, "Los Angeles UTC")
    await shows(when, "Shanghai UTC+8")
