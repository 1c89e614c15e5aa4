"""The desk's page of delays: measured by the picture, set by hand, kept for next time."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.foyer import NO_NETWORK, Foyer
from tests.harness import House, luyan
from tests.media.studio import on_line

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Taking(House):
    """A house that takes a stream."""

    command: tuple[str, ...] = ("serve", "--ingest", "0")


@pytest.fixture
def house(tmp_path: Path, tomorrow: Path) -> Iterator[Taking]:
    """In the place of the house without a stream."""
    with Taking(tmp_path / "data", tomorrow) as house:
        yield house


async def test_an_encoder_is_measured_and_set_by_hand(foyer: Foyer) -> None:
    house = foyer.house
    ingest = json.loads(luyan("links", "--json", "--data", str(house.data)))["ingest"]
    desk = await foyer.enter("caller", "/delays")
    await expect(desk.get_by_text("Nobody sends a picture yet.")).to_be_visible()
    # The test programme has the clock in its picture, as OBS has with the overlay.
    async with on_line(f"{ingest['rtmp']}/{ingest['key']}"):
        source = desk.get_by_role("listitem").filter(has_text="Studio")
        await source.get_by_role("button", name="Measure").click()
        await expect(source.get_by_text("Looking for the clock")).to_be_visible()
        await expect(source.get_by_text("Measured, and counted")).to_be_visible()
        field = source.get_by_label("Delay in milliseconds")
        assert abs(int(await field.input_value())) < 1000
        await field.fill("1370")
        await source.get_by_role("button", name="Set").click()
        await expect(source.get_by_text("Counted with from now on.")).to_be_visible()
    foyer.forgiven = NO_NETWORK
    house.stop()
    house.restart()
    await desk.reload()
    await expect(field).to_have_value("1370")
    attendee = await foyer.enter()
    refused = await attendee.request.post(f"{house.page}/delays", data={"source": "studio"})
    assert refused.status == 403
    for wrong, status in (
        ({"source": "nobody"}, 404),
        ({"source": "studio"}, 409),
        ({"source": "studio", "ms": 10**9}, 409),
        ({"source": "studio", "ms": "1"}, 400),
        ([], 400),
    ):
        answer = await desk.request.post(f"{house.page}/delays", data=wrong)
        assert answer.status == status, await answer.text()
    await expect(field).to_have_value("1370")
