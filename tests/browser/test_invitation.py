"""In Boston, on a phone at night: hours are given, and an invitation is answered twice."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from server.demo.client import Client
from tests.browser.foyer import PHONE, Foyer
from tests.browser.screens import exactly, region, shows
from tests.harness import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRACE = "Grace Hollander"
BOSTON = "America/New_York"
TOO_LATE = "Before midnight would be fine, my baby sleeps then."


def in_boston(at: int) -> str:
    """The time of day that Grace reads of an instant (ms UTC)."""
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(BOSTON)):%H:%M}"


def mine(client: Client) -> dict[str, Any]:
    """The invitation of Grace's slot."""
    (slot,) = (slot for slot in client.all("slot") if slot["presenter"] == "grace")
    return client.records.get(f"invitation/{slot['id']}", {})


async def last(organiser: Client) -> None:
    """Let Grace present last of her segment."""
    order: dict[str, list[str]] = {}
    for slot in sorted(organiser.all("slot"), key=lambda slot: int(slot["position"])):
        order.setdefault(slot["segment"], []).append(slot["id"])
    order["manufacturing"].reverse()
    command = {"type": "rundown.rearrange", "order": order, "seen": organiser.seq}
    answer = await organiser.do(command)
    assert answer["type"] == "done", answer


async def test_a_presenter_in_boston_answers_and_is_asked_again(house: House, foyer: Foyer) -> None:
    # She is at home; the phone says so too.
    grace = await foyer.enter(GRACE, "/invitation", timezone_id=BOSTON, **PHONE)
    async with house.client("organiser") as organiser:
        # ---- her hours, before anybody asks
        hours = region(grace, "My hours")
        await shows(hours, "any hour counts as possible")
        for hour in ("00", "01", "02"):
            await hours.get_by_role("button", name=f"{hour}:00 to").tap()
        await hours.get_by_label("I would like this best").check()
        await hours.get_by_role("button", name="20:00 to").tap()
        await shows(hours, "Not saved yet")
        await grace.reload()
        await shows(hours, "Not saved yet")
        await hours.get_by_role("button", name="Save my hours").tap()
        await shows(hours, "Saved at")
        await expect(hours.get_by_role("button", name="01:00 to 02:00, I cannot")).to_be_visible()
        given = organiser.records["availability/grace"]
        assert given["available"] == ["03:00-24:00"]
        assert given["preferred"] == ["20:00-21:00"]

        # ---- her invitation, and yes
        slot = grace.locator(".my-slot")
        await shows(slot, "not final")
        await organiser.do({"type": "invitation.send"})
        await shows(slot, "please answer")
        first = mine(organiser)["starts_at"]
        await shows(slot, in_boston(first))
        await shows(slot, "New York UTC")
        await shows(slot, "Shanghai UTC+8")
        await slot.get_by_role("button", name="Yes, I will be there").tap()
        await shows(slot, "You have said that you will be there")
        await organiser.wait(lambda: mine(organiser)["state"] == "accepted")

        # ---- the plan changes: seen at once, answered anew
        await last(organiser)
        await shows(slot, "Your time has changed.")
        await shows(slot, "You will be asked again")
        await expect(slot.get_by_role("button", name="Yes, I will be there")).to_be_hidden()
        await organiser.do({"type": "invitation.send"})
        await shows(slot, "Please answer again.")
        second = mine(organiser)["starts_at"]
        assert second > first
        await shows(slot, in_boston(second))
        await shows(slot.locator("s"), in_boston(first))
        await slot.get_by_role("button", name="Please move me").tap()
        await slot.get_by_label("What would suit you?").fill(TOO_LATE)
        await slot.get_by_role("button", name="Ask for another time").tap()
        await shows(slot, "You have asked for another time.")
        await expect(exactly(slot, TOO_LATE)).to_be_visible()
        await organiser.wait(lambda: mine(organiser)["state"] == "move")
        assert mine(organiser)["words"] == TOO_LATE

        # ---- and nobody else reads it
        async with house.client("presenter", "Lukas Sonnthal") as other, house.client() as anybody:
            assert not mine(other)
            assert not anybody.all("invitation")
            assert TOO_LATE not in str(other.records) + str(anybody.records)
            assert "availability/grace" not in other.records
