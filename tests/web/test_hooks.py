"""Media servers elsewhere: who may publish, and how the picture is when only its playlist says."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.web.conftest import Served

TRIAL = Path(__file__).with_name("trial.toml")
# As the documentation of MediaMTX has it.
ASKED = {
    "user": "studio", "password": "", "token": "", "ip": "192.0.2.7", "action": "publish",
    "path": "show", "protocol": "rtmp", "id": "2f2b4f7a-…", "query": "", "userAgent": "obs",
}  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serves files of a folder, and says nothing of it."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Media(Served):
    """A house whose picture comes from a folder that is served over HTTP."""

    def __init__(self, data: Path, folder: Path) -> None:
        super().__init__(data, TRIAL)
        self.folder = folder
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.command = ("serve", "--media", f"mediamtx+{self.origin}")

    def publish(self, *numbers: int) -> None:
        """Serve a playlist of these segments."""
        lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:2"]
        for number in numbers:
            lines += ["#EXTINF:2.0,", f"{number}.mp4"]
        (self.folder / "show").mkdir(exist_ok=True)
        (self.folder / "show" / "main.m3u8").write_text("\n".join(lines))
        index = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmain.m3u8\n"
        (self.folder / "show" / "index.m3u8").write_text(index)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    """A house and its media server."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with Media(tmp_path_factory.mktemp("house"), folder) as house, house.server as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield house
        server.shutdown()


def ask(media: Served, document: object) -> int:
    """Ask as MediaMTX does, and return the status."""
    return httpx.post(f"{media.url}/hooks/mediamtx", content=json.dumps(document)).status_code


def test_only_the_key_lets_a_publisher_in(media: Media) -> None:
    ingest = media.links["ingest"]
    path, _, query = ingest["key"].partition("?")
    key = query.rpartition("pass=")[2]
    assert (path, ingest["rtmp"]) == ("show", "rtmp://127.0.0.1:1935")
    assert ask(media, ASKED | {"password": key}) == 204
    assert ask(media, ASKED | {"query": query}) == 204
    assert ask(media, ASKED) == 403
    assert ask(media, ASKED | {"password": key + "x"}) == 403
    assert ask(media, ASKED | {"password": key, "path": "other"}) == 403
    assert ask(media, ASKED | {"password": key, "action": "api"}) == 403
    assert ask(media, ASKED | {"action": "read"}) == 204


@pytest.mark.parametrize("document", [[], {}, {"action": "publish"}, {"action": 1, "path": "show"}])
def test_what_is_no_question_is_refused(media: Media, document: object) -> None:
    assert ask(media, document) == 400


def test_nginx_is_asked_back_for_the_key_too(media: Media) -> None:
    address = f"{media.url}/hooks/nginx-rtmp"
    for form in ({}, {"name": "show", "call": "publish_done"}, {"name": "show", "key": "x"}):
        assert httpx.post(address, data=form).status_code == 403


def test_a_house_with_its_own_ingest_answers_nobody(served: Served) -> None:
    assert ask(served, ASKED) == 404
    assert httpx.post(f"{served.url}/hooks/nginx-rtmp", data={"name": "show"}).status_code == 404


async def test_the_picture_is_live_while_its_playlist_moves(media: Media) -> None:
    def is_(wanted: str) -> bool:
        found = viewer.records.get("picture/main", {})
        return bool(found.get("state") == wanted)

    async with media.line() as viewer:
        await viewer.wait(lambda: is_("waiting"), 30)
        media.publish(1, 2)
        # What was there when we came may be of another day.
        await viewer.wait(lambda: is_("paused"), 30)
        media.publish(2, 3)
        await viewer.wait(lambda: is_("live"), 30)
        await viewer.wait(lambda: is_("paused"), 30)
    page = httpx.get(media.page)
    assert f'"playlist": "{media.origin}/show/index.m3u8"' in page.text
    assert f"connect-src 'self' {media.origin}" in page.headers["content-security-policy"]
