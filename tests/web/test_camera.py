"""A presenter's camera over its websocket: to the desk and the preview, and who may not."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.demo.client import Client
from server.media.ingest import PATIENCE_SECONDS
from tests.media.test_camera import recorded
from tests.web.conftest import Served

SECONDS = 4
CHUNKS_A_SECOND = 5


class Filmed(Served):
    """A house that takes a stream."""

    command: tuple[str, ...] = ("serve", "--ingest", "0")


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filmed]:
    trial = Path(__file__).with_name("trial.toml")
    with Filmed(tmp_path_factory.mktemp("house"), trial) as house:
        yield house


@asynccontextmanager
async def line(house: Served, who: str, **headers: str) -> AsyncIterator[ClientConnection]:
    """Open a camera's websocket."""
    address = f"{house.page.replace('http', 'ws', 1)}/camera"
    async with connect(
        address, additional_headers={**house.headers(who), **headers}, proxy=None
    ) as socket:
        yield socket


async def film(socket: ClientConnection, seconds: int = SECONDS) -> None:
    """Send a recording as a browser does, in chunks, at its own pace."""
    data = recorded("matroska", seconds)
    size = len(data) // (seconds * CHUNKS_A_SECOND) + 1
    for at in range(0, len(data), size):
        await socket.send(data[at : at + size])
        await asyncio.sleep(1 / CHUNKS_A_SECOND)


async def says(socket: ClientConnection) -> dict[str, Any]:
    """Return the next frame."""
    async with asyncio.timeout(PATIENCE_SECONDS * 3):
        frame: dict[str, Any] = json.loads(await socket.recv())
        return frame


async def ends(socket: ClientConnection) -> int:
    """Wait for the end, and return its code."""
    async with asyncio.timeout(PATIENCE_SECONDS * 3):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


def state(caller: Client) -> str | None:
    """Return whether Ada's camera is there, as the caller sees it."""
    return caller.records.get("source/camera-ada", {}).get("state")


async def test_a_camera_comes_to_the_desk_and_goes(filmed: Filmed) -> None:
    async with filmed.line("caller") as caller, filmed.line("bo") as other:
        async with line(filmed, "ada") as socket:
            filming = asyncio.create_task(film(socket))
            assert await says(socket) == {"type": "filming"}
            await caller.wait(lambda: state(caller) == "live")
            assert caller.records["source/camera-ada"]["person"] == "ada"
            assert "source/camera-ada" not in other.records
            await filming
            preview = f"{filmed.page}/hls/preview-camera-ada/live.m3u8"
            async with httpx.AsyncClient(trust_env=False) as web:
                for who, status in [("caller", 200), ("ada", 200), ("bo", 403), ("attendee", 403)]:
                    found = await web.get(preview, headers=filmed.headers(who))
                    assert found.status_code == status, who
        await caller.wait(lambda: state(caller) == "gone")


async def test_a_second_window_takes_the_camera_over(filmed: Filmed) -> None:
    async with filmed.line("caller") as caller, line(filmed, "ada") as first:
        filming = asyncio.create_task(film(first))
        assert await says(first) == {"type": "filming"}
        async with line(filmed, "ada") as second:
            again = asyncio.create_task(film(second))
            assert (await says(first))["code"] == "camera.elsewhere"
            assert await ends(first) >= 4500
            assert await says(second) == {"type": "filming"}
            await caller.wait(lambda: state(caller) == "live")
            await again
        await asyncio.gather(filming, return_exceptions=True)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"<html>" * 100, "camera.unreadable"),
        ("text", "camera.unreadable"),
        (b"\x1aE\xdf\xa3" + bytes((1 << 20) + 1), "camera.unreadable"),
        (recorded("webm", 1, codec="libvpx"), "camera.codec"),
    ],
    ids=["a page", "a text", "too large", "VP8"],
)
async def test_what_cannot_be_shown_is_refused_in_words(
    filmed: Filmed, sent: bytes | str, code: str
) -> None:
    async with line(filmed, "bo", **{"Accept-Language": "zh"}) as socket:
        await socket.send(sent)
        refused = await says(socket)
        assert (refused["type"], refused["code"]) == ("refused", code)
        assert not refused["text"].isascii()
        assert await ends(socket) >= 4500


async def test_only_presenters_have_a_camera_and_only_on_our_pages(filmed: Filmed) -> None:
    wrong: list[tuple[str, dict[str, str], int]] = [
        (who, {}, 403) for who in ("attendee", "caller", "wu", "stage")
    ]
    wrong.append(("ada", {"Origin": "https://elsewhere.example.org"}, 403))
    for who, headers, status in wrong:
        with pytest.raises(InvalidStatus) as refused:
            async with line(filmed, who, **headers):
                pass
        assert refused.value.response.status_code == status, who


async def test_a_show_without_a_stream_takes_no_camera(served: Served) -> None:
    async with line(served, "ada") as socket:
        assert (await says(socket))["code"] == "camera.nowhere"
        assert await ends(socket) >= 4500
