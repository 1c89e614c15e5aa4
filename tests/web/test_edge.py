"""The pictures from a process of their own: all that everybody may see, and nothing else."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from server.app import now_ms
from server.media.index import IndexWriter, MediaSegment, Pause
from tests.harness import LUYAN, ROOT, environment
from tests.web.conftest import Served

PIECE = "seg-0001-000000.m4s"
BYTES = bytes(range(256)) * 4
PAGES = "https://show.example.org"


def record(folder: Path) -> None:
    """Write a reel of one segment."""
    writer, now = IndexWriter(folder, 0), now_ms()
    segment = MediaSegment(
        number=0, run=0, file=PIECE, init="init-0001.mp4", pdt=now, ms=2000, size=1, source="x"
    )
    writer.append(segment)
    writer.append(Pause(at=now))
    writer.close()
    for name in (PIECE, segment.init):
        (folder / name).write_bytes(BYTES)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `luyan playout` over a show's reels."""
    data = tmp_path_factory.mktemp("edge")
    for reel in ("", "sound-zh", "preview-studio"):
        record(data / "media" / "show" / reel)
    (data / "secret.key").write_text("SECRET")
    command = [*LUYAN, "playout", "--data", str(data), "--port", "0", "--url", PAGES]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield f"{found[0]}/s/show/hls"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_programme_and_sounds_are_for_every_page_of_the_show(edge: str) -> None:
    for reel in ("", "/sound-zh"):
        playlist = httpx.get(f"{edge}{reel}/live.m3u8", headers={"Origin": PAGES})
        assert playlist.status_code == 200
        assert PIECE in playlist.text
        assert playlist.headers["cache-control"] == "max-age=1"
        assert playlist.headers["access-control-allow-origin"] == PAGES
        piece = httpx.get(f"{edge}{reel}/{PIECE}", headers={"Origin": PAGES})
        assert piece.content == BYTES
        assert piece.headers["cache-control"] == "public, max-age=31536000, immutable"
    other = httpx.get(f"{edge}/live.m3u8", headers={"Origin": "https://other.example.org"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    "name",
    [
        "preview-studio/live.m3u8",
        f"preview-studio/{PIECE}",
        "sound-fr/live.m3u8",
        "index.jsonl",
        "..%2f..%2fsecret.key",
        "../../../healthz/live.m3u8",
    ],
)
def test_nothing_else_is_served(edge: str, name: str) -> None:
    answer = httpx.get(f"{edge}/{name}")
    assert answer.status_code == 404
    assert "SECRET" not in answer.text


def test_what_is_no_number_is_refused_by_name(edge: str) -> None:
    answer = httpx.get(f"{edge}/live.m3u8?_HLS_msn=x")
    assert answer.status_code == 400
    assert "_HLS_msn" in answer.text


class Elsewhere(Served):
    """A house whose pictures come from another process."""

    command = ("serve", "--playout", "https://pictures.example.org")


def test_pages_lead_players_there(tmp_path: Path) -> None:
    with Elsewhere(tmp_path / "data", Path(__file__).with_name("trial.toml")) as house:
        page = httpx.get(house.page)
    assert '"playlist": "https://pictures.example.org/s/show/hls/live.m3u8"' in page.text
    policy = page.headers["content-security-policy"]
    assert "media-src 'self' https://pictures.example.org blob:" in policy
    assert "connect-src 'self' https://pictures.example.org" in policy
    assert policy.count("pictures.example.org") == 2
