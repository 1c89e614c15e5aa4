"""Captions with the picture: typed by an interpreter, read in time with it, also after a rewind."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from bench.viewer import WATCH, Viewer, apart, now_ms
from tests.browser.foyer import Foyer
from tests.browser.screens import region, until
from tests.harness import ROOT, Filmed, environment

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLOSE_MS = 400
TOGETHER_MS = 250
LASTS_MS = 8000

# Notes every caption over the picture, with the clock of the frame under it.
READ = """() => {
  const line = document.querySelector(".screen-caption");
  const words = () => line.style.display === "none" ? "" : line.textContent.trim();
  let last = words();
  window.read = [];
  new MutationObserver(() => {
    if (words() === last) return;
    last = words();
    read.push({ words: last, frame: frame(), at: Date.now() });
  }).observe(line, { subtree: true, childList: true, characterData: true, attributes: true });
}"""

# Says when beeps begin in both sounds, by one clock, for so many ms: the picture's and the voice's.
BEEPS = """async (ms) => {
  const [video, voice] = ["video", "audio"].map((name) => document.querySelector(name));
  const context = (window.listening ??= new AudioContext());
  await context.resume();
  // An element can be led to one ear only, however often it is listened to.
  window.ears ??= [video, voice].map((element) => {
    const ear = new AnalyserNode(context, { fftSize: 256 });
    context.createMediaElementSource(element).connect(ear);
    return ear;
  });
  const ears = window.ears.map((ear) => ({ ear, heard: [], loud: false }));
  video.muted = voice.muted = false;
  const samples = new Float32Array(256);
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await new Promise((then) => setTimeout(then, 4));
    for (const one of ears) {
      one.ear.getFloatTimeDomainData(samples);
      const loud = samples.some((sample) => Math.abs(sample) > 0.05);
      if (loud && !one.loud) one.heard.push(performance.now());
      one.loud = loud;
    }
  }
  return ears.map(({ heard }) => heard);
}"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Filmed]:
    """In the place of the house without a picture."""
    with Filmed(tmp_path / "data") as house:
        yield house


async def tune(foyer: Foyer, **options: Any) -> Page:
    """Open a viewer's page and wait until frames come."""
    page = await foyer.enter(**options)
    await page.locator(".player.on video").wait_for()
    await page.evaluate(WATCH)
    await page.evaluate(READ)
    return page


async def read(page: Page, words: str) -> dict[str, Any]:
    """Wait until a page has shown these words, and return when it last did."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = [note for note in await page.evaluate("read") if note["words"] == words]
        return bool(found)

    await until(there, f"“{words}” is read")
    return found[-1]


async def choose(page: Page, what: str, option: str) -> None:
    """Choose something in the settings of the player."""
    player = region(page, "Picture")
    await page.locator(".screen").focus()
    await page.keyboard.press("?")
    await player.get_by_label(what, exact=True).select_option(option)
    await page.locator(".screen-settings").press("Escape")


def lines(page: Page) -> Locator:
    """The lines of the interpreter's own list."""
    return page.get_by_role("log").get_by_role("listitem")


async def test_what_an_interpreter_types_is_read_with_the_picture(
    house: Filmed, foyer: Foyer
) -> None:
    booth = await foyer.enter("interpreter", locale="zh-CN")
    viewer = await tune(foyer)
    text = booth.get_by_role("textbox")
    async with house.client("stage") as stage:
        # The Enter that ends a composition is the input method's.
        await text.fill("大家好")
        await text.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        assert await text.input_value() == "大家好"
        await text.press("Enter")
        await expect(text).to_have_value("")
        await expect(lines(booth)).to_have_count(1)
        await stage.wait(lambda: "caption/zh" in stage.records)
        # Whose page is in English has not been shown Chinese; it is chosen once, and remembered.
        await expect(viewer.locator(".screen-keys [aria-keyshortcuts=c]")).to_be_visible()
        await viewer.locator(".screen").focus()
        await viewer.keyboard.press("c")
        await read(viewer, "大家好")
        await text.type("第一位来自纽约")
        await text.press("Enter")
        await stage.wait(lambda: stage.records["caption/zh"]["text"] == "第一位来自纽约")
        first = stage.records["caption/zh"]["said_at"]
        second = await read(viewer, "第一位来自纽约")
        print("behind the frame:", apart(second["frame"], first))
        assert abs(apart(second["frame"], first)) < CLOSE_MS
        late = await tune(foyer)
        gone = await read(viewer, "")
        assert abs(apart(gone["frame"], first) - LASTS_MS) < CLOSE_MS

    # Once more at the same place, by who has seen it and by who has just come.
    await choose(late, "Captions", "zh")
    again = await asyncio.gather(*(once_more(page, first) for page in (viewer, late)))
    print("after a rewind:", again)
    assert all(abs(ms) < CLOSE_MS for ms in again)
    await late.keyboard.press("l")

    # Cleared, and gone with the picture before its time is over.
    await text.type("完")
    await text.press("Enter")
    said = await read(late, "完")
    await text.press("Escape")
    gone = await read(late, "")
    assert gone["frame"] - said["frame"] < LASTS_MS - CLOSE_MS

    # By ear alone the page keeps step with what is heard, and in words alone with the stage.
    await choose(late, "Programme", "sound")
    await late.locator(".player.on.sound").wait_for()
    await until(lambda: plays(late), "the sound goes on")
    async with house.client("caller") as caller:
        await caller.do({"type": "stage.advance", "seen": caller.seq})
        called = now_ms()
        kind = late.locator(".slate-over")
        await expect(kind).to_have_text("Opening")
        behind = now_ms() - called
        shown = await late.locator(".screen-delay b").text_content()
        print(f"the stage changes {behind} ms later, of {shown}")
        assert shown is not None
        assert abs(behind / 1000 - float(shown.rstrip(" s"))) < 2
        await choose(late, "Programme", "text")
        await caller.do({"type": "caption.say", "lang": "zh", "text": "只有文字"})
    await expect(late.get_by_role("log").get_by_text("只有文字")).to_be_visible()
    await expect(late.locator("video")).to_be_hidden()


async def once_more(page: Page, at: int) -> int:
    """Go back to before the second line was said, and return how late it comes, in ms."""
    viewer = Viewer(page)
    await page.locator(".screen").focus()

    async def earlier() -> bool:
        await page.keyboard.press("ArrowLeft")
        clock = None
        while clock is None:
            seeking = await page.evaluate("document.querySelector('video').seeking")
            clock = None if seeking else await viewer.frame()
        return apart(clock, at) < 0

    await until(earlier, "it is from before the line")
    await page.evaluate("read.length = 0")
    again = await read(page, "第一位来自纽约")
    return apart(again["frame"], at)


async def plays(page: Page) -> bool:
    """Tell whether the programme moves on."""
    before, after = await page.evaluate(
        """() => new Promise((then) => {
          const video = document.querySelector("video");
          const before = video.currentTime;
          setTimeout(() => then([before, video.currentTime]), 300);
        })"""
    )
    return bool(after > before)


async def test_an_interpreter_is_heard_in_step_with_the_picture(
    house: Filmed, foyer: Foyer
) -> None:
    page = await tune(foyer)
    # A second programme with a beep each second, of which only the sound is taken.
    ingest = house.links["ingest"]
    address = f"{ingest['rtmp']}/{ingest['sound']['en']}"
    small = ("--size", "160x90", "--fps", "10")
    voice = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.media.programme", address, *small),
        stdin=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    )
    try:
        await page.get_by_role("button", name="Turn the sound on").click()
        offer = page.locator("#choose-sound option[value=en]")

        async def offered() -> bool:
            await page.keyboard.press("Escape")
            await page.keyboard.press("?")
            await page.wait_for_timeout(200)
            return await offer.count() > 0

        await page.locator(".screen").focus()

        await until(offered, "an interpreter is offered")
        await page.locator("#choose-sound").select_option("en")
        await until(lambda: muted(page), "the interpreter is heard in the place of the picture")
        await until(lambda: in_step(page), "the interpreter is in step with the picture")
    finally:
        voice.kill()
        await voice.wait()
    # Whom nobody interprets any more hears what is spoken, and is told so.
    await expect(page.get_by_text("No interpreter is heard now")).to_be_visible()
    assert not await muted(page)


async def in_step(page: Page) -> bool:
    """Listen for some seconds, and tell whether the two are heard together.

    Each beeps once a second, so no beep is ever further than half a second from another's.
    """
    own, other = await page.evaluate(BEEPS, 4000)
    apart_ms = [min((b - a for b in other), key=abs) for a in own[1:-1] if other]
    print("interpreter after the picture:", [round(ms) for ms in apart_ms])
    return bool(apart_ms) and abs(median(apart_ms)) < TOGETHER_MS


async def muted(page: Page) -> bool:
    """Tell whether the picture's own sound is off."""
    return bool(await page.evaluate("document.querySelector('video').muted"))


LEVELS = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=700000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2"
live.m3u8?level=360
#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=320x180,CODECS="avc1.42c01e,mp4a.40.2"
live.m3u8?level=180
"""


async def test_of_several_qualities_one_is_chosen_and_one_alone_is_not_offered(
    house: Filmed, foyer: Foyer
) -> None:
    page = await tune(foyer)
    await page.locator(".screen").focus()
    await page.keyboard.press("?")
    await expect(page.locator("#choose-mode")).to_be_visible()
    await expect(page.locator("#choose-quality")).to_be_hidden()

    asked: list[str] = []

    async def several(route: Route) -> None:
        if "level=" in route.request.url:
            asked.append(route.request.url.partition("level=")[2][:3])
            await route.continue_()
            return
        await route.fulfill(body=LEVELS, content_type="application/vnd.apple.mpegurl")

    await page.route("**/hls/live.m3u8*", several)
    await page.reload()
    await page.locator(".player.on video").wait_for()
    await page.locator(".screen").focus()
    await page.keyboard.press("?")
    quality = page.locator("#choose-quality")
    await expect(quality.locator("option")).to_have_text(["Automatic", "180p", "360p"])
    await quality.select_option("180p")
    asked.clear()

    async def only_that() -> bool:
        return asked[-2:] == ["180", "180"]

    await until(only_that, "the other quality is played")
