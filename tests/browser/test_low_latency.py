"""The picture in parts: nearer to the stage, and no less robust."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from bench.viewer import apart
from server.media.index import IndexWriter, MediaSegment, Pause
from tests.browser.foyer import Foyer
from tests.browser.screens import until
from tests.browser.test_picture import GONE, advance, frame, late, noted, tune
from tests.harness import Filmed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="ends children found in /proc"),
]

# A frame lasts 33 ms; the rest is for a machine that has more to do than this.
CLOSE_MS = 400
# It is 1.4 s on a machine that has nothing else to do; by whole segments it would be above 4 s.
NEAR_MS = 3_500
# More than what every playlist holds, so that players are told the end alone.
BEFORE = 100


class Near(Filmed):
    """The demo with its test programme in parts, after a programme of another day."""

    command = ("demo", "--low-latency")

    def prepare(self) -> None:
        super().prepare()
        folder, at = self.data / "media" / "demo", time.time_ns() // 1_000_000 - 86_400_000
        writer = IndexWriter(folder, at)
        for number in range(BEFORE):
            file = f"seg-0001-{number:06d}.m4s"
            writer.append(
                MediaSegment(
                    number=number, run=0, file=file, init="init-0001.mp4", pdt=at + 2000 * number,
                    ms=2000, size=0, source="studio",
                )
            )  # fmt: skip
        writer.append(Pause(at=at))
        writer.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Near]:
    """In the place of the house without a picture."""
    with Near(tmp_path / "data") as house:
        yield house


async def behind(page: Page) -> int:
    """Return how old the frame is that is shown, in ms; the publisher's clock is this one."""
    clock = await frame(page)
    return apart(time.time_ns() // 1_000_000, clock) if clock is not None else 1 << 31


async def test_it_is_near_and_goes_on_when_the_media_child_dies(house: Near, foyer: Foyer) -> None:
    # The files of another day are not there.
    foyer.forgiven = re.compile(f"{GONE.pattern}|404")
    page = await tune(foyer)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    async def near() -> bool:
        return await behind(page) < NEAR_MS

    await until(near, "the picture is near")
    async with house.client("caller") as caller:
        called = [await advance(caller)]
        await noted(page, 1)
        house.end_child("server.media.child")
        killed = time.time_ns() // 1_000_000
        called.append(await advance(caller))

        async def beyond() -> bool:
            now = await frame(page)
            return now is not None and apart(now, killed + 1000) > 0

        await until(beyond, "frames from after the crash")
        print(f"goes on after {(time.time_ns() // 1_000_000 - killed) / 1000:.1f} s")
        await until(near, "the picture is near again")
        print("behind:", await behind(page))
        for number in (3, 4):
            called.append(await advance(caller))
            await noted(page, number)
    notes = await noted(page, 4)
    errors = [late(note, at) for note, at in zip(notes, called, strict=True)]
    print("around a crash:", errors)
    assert all(abs(errors[i]) < CLOSE_MS for i in (0, 2, 3))
    assert any("_HLS_part" in name for name in asked)
    assert any(name.count(".") == 2 for name in asked)
    # No number was used twice, and none is missing.
    index = (house.data / "media" / "demo" / "index.jsonl").read_text()
    assert [index.count(f'"number":{n},') for n in range(BEFORE + 3)] == [1] * (BEFORE + 3)
