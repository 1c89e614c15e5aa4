"""A show and its replay: the same stage at the same frames; and a disk that fills."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import Page, expect

from bench.viewer import apart
from server.demo.client import Client
from server.media import bars
from tests.browser.foyer import NO_NETWORK, Foyer
from tests.browser.screens import until
from tests.browser.test_picture import CLOSE_MS, advance, noted, tune
from tests.harness import Filmed

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MEGABYTE = 1_000_000
# More than the other tests write meanwhile.
ROOM = 1000 * MEGABYTE
PAUSE_MS = 1500
# What the poster says while nothing is on air.
NOTHING = "|"
ADVANCES = 4
GONE = re.compile(f"{NO_NETWORK.pattern}|media|404")


@pytest.fixture
def ballast(tmp_path: Path) -> Iterator[Path]:
    """A file that takes what room the recording has, as soon as it is allocated."""
    path = tmp_path / "ballast"
    yield path
    path.unlink(missing_ok=True)


class Recorded(Filmed):
    """The demo with its test programme, on a disk with room for a little more."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        free = shutil.disk_usage(data.parent).free
        self.command = ("demo", "--reserve", str(max(0, free - ROOM) // MEGABYTE))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Recorded]:
    """In the place of the house without a picture."""
    with Recorded(tmp_path / "data") as house:
        yield house


async def test_a_replay_is_the_show_once_more(house: Recorded, foyer: Foyer) -> None:
    page = await tune(foyer)
    async with house.client("caller") as caller:
        called = []
        for _ in range(ADVANCES):
            called.append(await advance(caller))
            await page.wait_for_timeout(PAUSE_MS)
        live = await noted(page, ADVANCES)
        await page.close()
        while caller.records["stage/main"]["ended_at"] is None:
            await call(caller)

    page = await tune(foyer, path="/replay")
    told = [note["words"] for note in live]
    again = await until_noted(page, told[-1])
    if again[0]["words"] == NOTHING:
        # Seen before its first frame, the page says how the show ended.
        again = again[1:]
    # The first cue is a change only if frames from before it were seen.
    assert [note["words"] for note in again] in (told, told[1:])
    pairs = zip(live[len(live) - len(again) :], again, strict=True)
    differences = [apart(after["frame"], before["frame"]) for before, after in pairs]
    print("live", [apart(note["frame"], at) for note, at in zip(live, called, strict=True)])
    print("replay later than live by", differences, "ms")
    assert all(abs(ms) < CLOSE_MS for ms in differences)

    # A jump shows the right stage at once.
    await page.locator(".chapters button").first.click()
    await until(lambda: _says(page, live[0]["words"]), "the first chapter")
    second = page.locator(".chapters button").nth(1)
    await second.click()
    await until(lambda: _says(page, live[1]["words"]), "the second chapter")
    await expect(second).to_have_attribute("aria-current", "true")

    # Who slept still asks, of the pitch that is watched, and reads the answer.
    await page.get_by_label("Your question", exact=True).fill("And in winter?")
    await page.get_by_role("button", name="Send question").click()
    async with house.client("moderator") as moderator:
        await moderator.wait(lambda: any(key.startswith("question/") for key in moderator.records))
        (question,) = [q for key, q in moderator.records.items() if key.startswith("question/")]
        assert (question["written"], question["slot"]) == (True, "slot-1")
        reply = {"type": "question.reply", "question": question["id"], "text": "In winter too."}
        assert (await moderator.do(reply))["type"] == "done"
    asked = page.locator(".asked-question", has_text="And in winter?")
    await expect(asked.get_by_text("In winter too.")).to_be_visible()

    # The pitch has become a film by itself.
    clip = house.data / "media" / house.show / "clips" / "slot-1.mp4"
    await until(lambda: asyncio.to_thread(clip.is_file), "a film of the pitch")
    title, begins = await asyncio.to_thread(read, clip, called[1])
    assert title == "A robot arm that learns a weld by watching it once"
    print("the clip begins", begins - called[1], "ms after its pitch")
    assert abs(begins - called[1]) < 500


def read(clip: Path, near: int) -> tuple[str | None, int]:
    """Return a film's title, and what the clock in its first picture says, ms UTC."""
    with av.open(clip) as file:
        frame = next(file.decode(video=0))
        plane = frame.planes[0]
        clock = bars.read(bytes(plane), frame.width, frame.height, near, plane.line_size)
        assert clock is not None
        return file.metadata.get("title"), clock


async def call(caller: Client) -> None:
    """Call the next cue, or end the last."""
    answer = await caller.do({"type": "stage.advance", "seen": caller.seq})
    await caller.wait(lambda: caller.seq >= answer["seq"])


async def until_noted(page: Page, words: str) -> list[dict[str, Any]]:
    """Wait until a page has changed to these words, and return how it did."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        notes = await page.evaluate("noted")
        said = [note["words"] for note in notes]
        found[:] = notes[: said.index(words) + 1] if words in said else []
        return bool(found)

    await until(there, words)
    return found


async def _says(page: Page, words: str) -> bool:
    """Tell whether the poster under the picture says this now."""
    return bool(await page.evaluate("words => noted.at(-1)?.words === words", words))


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="fills a disk in no time")
async def test_a_full_disk_is_loud_and_stops_nothing(
    house: Recorded, foyer: Foyer, ballast: Path
) -> None:
    foyer.forgiven = GONE
    if shutil.disk_usage(house.data).free < 2 * ROOM:
        pytest.skip("this disk is too small to be filled")
    desk = await foyer.enter("caller")
    alarm = desk.get_by_text("The disk is full: the picture and its recording have stopped.")
    async with house.client("caller") as caller:
        await caller.wait(lambda: caller.records.get("picture/main", {}).get("state") == "live")
        await expect(alarm).to_be_hidden()
        try:
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM + 100 * MEGABYTE)
        except OSError as problem:
            pytest.skip(f"this disk cannot be filled: {problem}")
        await expect(alarm).to_be_visible()
        await advance(caller)
        await expect(desk.get_by_label("On air", exact=True)).to_contain_text("Welcome")
        os.unlink(ballast)
        await expect(alarm).to_be_hidden()
        await caller.wait(lambda: caller.records["picture/main"]["state"] == "live")
    assert "the programme is not written" in house.log
