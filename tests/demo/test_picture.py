"""`luyan demo` has a picture: published by the same road as any other, and gone with the demo."""

import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import pytest
from av.video.frame import VideoFrame
from httpx import get

from server.app import now_ms
from server.demo import camera
from server.demo.client import Client
from server.media import bars
from server.media.programme import Programme
from tests.harness import DemoHouse, Filmed, House, luyan
from tests.media.studio import SMALL, certificate

PATIENCE_SECONDS = 40.0

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="finds the children in /proc"
)


@pytest.fixture
def filmed(tmp_path: Path) -> Iterator[Filmed]:
    with Filmed(tmp_path / "data") as filmed:
        yield filmed


async def live(client: Client, state: str = "live") -> None:
    """Wait until the page is told of this state."""
    await client.wait(
        lambda: client.records.get("picture/main", {}).get("state") == state, PATIENCE_SECONDS
    )


def playlist(house: House) -> list[str]:
    return get(house.links["playlist"]).raise_for_status().text.splitlines()


async def test_the_picture_is_live_shows_the_servers_clock_and_survives_its_child(
    filmed: Filmed,
) -> None:
    assert filmed.links["ingest"]["rtmp"].startswith("rtmp://127.0.0.1:")
    async with filmed.client() as attendee:
        await live(attendee)
        # Who is told that there is a picture finds it.
        lines = playlist(filmed)
        date = next(line for line in lines if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"))
        piece = next(line for line in lines if line.endswith(".m4s"))
        shown, pdt = first_picture(filmed, piece), instant(date)
        assert abs(shown - pdt) < 500
        last = lines[-1]
        os.kill(filmed.children()["server.media.child"], signal.SIGKILL)
        await live(attendee, "paused")
        await live(attendee)
        lines = playlist(filmed)
        assert "#EXT-X-DISCONTINUITY" in lines[lines.index(last) :]
        assert lines.index(last) < len(lines) - 1
    async with filmed.client("caller", "caller") as caller:
        # One presenter is on camera, so that an advance cuts to them.
        await caller.wait(
            lambda: caller.records.get("source/camera-lukas", {}).get("state") == "live",
            PATIENCE_SECONDS,
        )
        assert caller.records["picture/main"]["source"] == "studio"
    children = filmed.children()
    assert set(children) == {"server.media.child", "server.demo.camera"}
    filmed.kill()
    expect_gone(children)


def instant(line: str) -> int:
    """Return the instant (ms UTC) of a programme date."""
    return round(datetime.fromisoformat(line.partition(":")[2]).timestamp() * 1000)


def first_picture(house: House, piece: str) -> int:
    """Return the instant that the first picture of a piece shows."""
    folder = f"{house.page}/hls"
    data = get(f"{folder}/init-0001.mp4").content + get(f"{folder}/{piece}").content
    with av.open(io.BytesIO(data), "r") as container:
        frame = next(container.decode(video=0))
        assert isinstance(frame, VideoFrame)
        plane = frame.planes[0]
        shown = bars.read(bytes(plane), frame.width, frame.height, now_ms(), plane.line_size)
    assert shown is not None
    return shown


def has_playlist(house: House) -> bool:
    return get(house.links["playlist"]).status_code != 404


def expect_gone(children: dict[str, int]) -> None:
    """Fail if one of these processes stays."""
    until = time.monotonic() + 20
    while stay := [module for module, pid in children.items() if running(pid)]:
        assert time.monotonic() < until, stay
        time.sleep(0.05)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_without_the_test_picture_another_may_come(tmp_path: Path) -> None:
    with DemoHouse(tmp_path / "data") as demo:
        async with demo.client() as attendee:
            await live(attendee, "waiting")
        assert not has_playlist(demo)


def test_the_picture_is_called_as_the_cue_on_air() -> None:
    client = Client("http://127.0.0.1:1", "show")
    assert camera.title(client) == camera.name(client) == camera.NO_CUE
    held: dict[str, dict[str, Any]] = {
        "stage/main": {"on_air": "c1"},
        "cue/c1": {"slot": "s1", "kind": "pitch", "title": ""},
    }
    client.records = held
    assert camera.title(client) == "pitch"
    held["slot/s1"] = {"topic": "Looms"}
    assert camera.title(client) == "Looms"
    held["person/lukas"] = {"name": "Lukas"}
    assert camera.name(client) == "Lukas"
    held["cue/c1"]["title"] = "Opening"
    assert camera.title(client) == "Opening"


def test_the_links_name_a_stream_while_one_is_taken(house: House) -> None:
    assert "ingest" not in house.links
    assert "Stream key" not in luyan("links", "--data", str(house.data))
    house.kill()
    house.command = ("serve", "--ingest", "0")
    house.restart()
    links = json.loads(luyan("links", "--json", "--data", str(house.data)))
    assert set(links) - set(house.links) == {"ingest", "playlist"}
    assert {"en", "zh", "ja"} <= set(links["ingest"]["sound"])
    assert links["ingest"]["key"] in luyan("links", "--data", str(house.data))
    before = links["ingest"]["key"]
    house.kill()
    house.restart()
    links = json.loads(luyan("links", "--json", "--data", str(house.data)))
    assert links["ingest"]["key"] == before


def test_a_stream_is_taken_by_rtmps(house: House, tmp_path: Path) -> None:
    files = certificate(tmp_path)
    pair = ("--ingest-certificate", str(files["certificate"]), "--ingest-key")
    house.kill()
    house.command = ("serve", "--ingest", "0", *pair, str(files["private_key"]))
    house.restart()
    links = json.loads(luyan("links", "--json", "--data", str(house.data)))
    assert links["ingest"]["rtmp"].startswith("rtmps://127.0.0.1:")
    programme = Programme(SMALL)
    address = f"{links['ingest']['rtmp']}/{links['ingest']['key']}"
    publishing = threading.Thread(target=programme.publish, args=(address,))
    publishing.start()
    try:
        patience = time.monotonic() + PATIENCE_SECONDS
        while get(links["playlist"]).status_code != 200:
            assert time.monotonic() < patience
            time.sleep(0.2)
    finally:
        programme.ended.set()
        publishing.join()
    house.kill()
    serve = ("serve", "--data", str(house.data), "--ingest", "0")
    assert "go together" in luyan(*serve, *pair[:2], code=1)
    assert "not a certificate" in luyan(*serve, *pair, str(files["certificate"]), code=1)
    assert "missing.pem" in luyan(*serve, *pair, "missing.pem", code=1)
