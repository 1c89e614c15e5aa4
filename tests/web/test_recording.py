"""The recording over HTTP: who may see it, its films and chapters, and the replay's playlist."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest

from server.app import now_ms
from tests.harness import luyan
from tests.rerun import Rerun
from tests.web.conftest import Served

TRIAL = Path(__file__).with_name("trial.toml")
LENGTHS = (2, 1, 1, 0.5, 2, 1, 1, 0.5)


class Over(Served):
    """A house whose show is over and was recorded, and another that is not over."""

    def prepare(self) -> None:
        self.data.mkdir(exist_ok=True)
        text = TRIAL.read_text(encoding="utf-8").replace('topic = "Rice"', 'topic = "稻米: 1/2"')
        file = self.data / "over.toml"
        file.write_text(text, encoding="utf-8")
        at = now_ms() - 3_600_000
        asyncio.run(Rerun(self.data, "on", at).tell(file, *LENGTHS[:5], over=False))
        asyncio.run(Rerun(self.data, self.show, at).tell(file, *LENGTHS))
        printed = luyan("recording", "--show", self.show, "--data", str(self.data)).split()
        self.made = [Path(line).name for line in printed]


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Over]:
    """A server over these shows."""
    with Over(tmp_path_factory.mktemp("over")) as house:
        yield house


def test_every_film_is_cut_and_listed(over: Over) -> None:
    assert over.made == ["s1.mp4", "s2.mp4", "show.mp4"]
    page = httpx.get(f"{over.page}/recording", headers={"Accept": "text/html"})
    assert page.status_code == 200
    for words in ("Ada", "Looms", "Bo", "稻米: 1/2", "The whole show", "0:06", "0:11"):
        assert words in page.text
    for name in over.made:
        assert f'href="/s/{over.show}/recording/{name}" download' in page.text


def test_a_film_can_be_had_in_part_and_has_a_name(over: Over) -> None:
    whole = httpx.get(f"{over.page}/recording/s2.mp4")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["cache-control"] == "no-cache"
    named = f"filename*=utf-8''{quote('Bo 稻米 1 2.mp4')}"
    assert whole.headers["content-disposition"] == f"inline; {named}"
    part = httpx.get(f"{over.page}/recording/s2.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("name", ["s3.mp4", "s1.2.mp4", "..%2fs1.mp4", "s1.json", ".s1.mp4"])
def test_no_other_name_is_a_film(over: Over, name: str) -> None:
    assert httpx.get(f"{over.page}/recording/{name}").status_code == 404


def test_the_whole_show_has_chapters(over: Over) -> None:
    found = httpx.get(f"{over.page}/recording/chapters.vtt")
    assert found.headers["content-type"] == "text/vtt; charset=utf-8"
    assert found.text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:04.500\nAda · Looms\n\n"
        "00:00:04.500 --> 00:00:11.000\nBo · 稻米: 1/2\n"
    )


def test_the_replay_has_all_of_the_show_in_one_playlist(over: Over) -> None:
    found = httpx.get(f"{over.page}/hls/recording.m3u8")
    assert found.headers["content-type"] == "application/vnd.apple.mpegurl"
    lines = found.text.splitlines()
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
    assert lines[-1] == "#EXT-X-ENDLIST"
    pieces = [line for line in lines if line.endswith(".m4s")]
    assert len(pieces) == 12
    assert httpx.get(f"{over.page}/hls/{pieces[0]}").status_code == 200


@pytest.mark.parametrize("path", ["recording", "recording/s1.mp4", "hls/recording.m3u8"])
def test_while_a_show_is_on_its_recording_is_the_crews(over: Over, path: str) -> None:
    address = f"{over.url}/s/on/{path}"
    assert httpx.get(address).status_code == 404
    luyan("recording", "--clips", "--show", "on", "--data", str(over.data))
    links = json.loads(luyan("links", "--json", "--show", "on", "--data", str(over.data)))
    token = links["caller"].rpartition("/")[2]
    found = httpx.get(address, headers={"Authorization": f"Bearer {token}"})
    assert found.status_code == 200


def test_other_pages_lead_to_the_replay_once_there_is_one(over: Over) -> None:
    html = {"Accept": "text/html"}
    index = httpx.get(f"{over.url}/", headers=html).text
    assert f'href="/s/{over.show}/replay"' in index
    assert 'href="/s/on/replay"' not in index
    assert f'href="/s/{over.show}/replay"' in httpx.get(f"{over.page}/agenda", headers=html).text
    page = httpx.get(f"{over.page}/replay", headers=html)
    assert page.status_code == 200
    boot = json.loads(page.text.split('id="boot">')[1].split("</script>")[0])
    assert [chapter["title"] for chapter in boot["replay"]["chapters"]] == [
        "Ada · Looms",
        "Bo · 稻米: 1/2",
    ]
    assert boot["replay"]["end"] - boot["replay"]["start"] == 1000 * sum(LENGTHS)
    assert httpx.get(f"{over.url}/s/on/replay", headers=html).status_code == 404


async def test_who_asks_after_the_show_is_answered_in_writing(over: Over) -> None:
    async with over.line() as asker, over.line("ada") as presenter, over.line("bo") as other:
        ask = {"type": "question.ask", "text": "And silk?", "lang": "en", "slot": "s1"}
        asked = f"q{(await asker.do(ask))['seq']}"
        async with over.line("moderator") as moderator:
            await moderator.wait(lambda: f"question/{asked}" in moderator.records)
            assert moderator.records[f"question/{asked}"]["written"]
            await moderator.do({"type": "question.approve", "question": asked})
        reply = {"type": "question.reply", "question": asked, "text": "Silk too."}
        await presenter.wait(lambda: f"question/{asked}" in presenter.records)
        assert (await other.do(reply))["code"] == "question.not_yours"
        assert (await presenter.do(reply))["type"] == "done"
        await asker.wait(lambda: asker.records[f"question/{asked}"]["reply"] == "Silk too.")
        assert asker.records[f"question/{asked}"]["replied_by"] == "ada"
