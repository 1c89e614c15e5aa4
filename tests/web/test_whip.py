"""A presenter's encoder by WHIP over HTTP: to the desk and back, and who may not."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx2 as httpx
import pytest

from server.demo.client import Client
from tests.web.conftest import Served
from tests.web.test_camera import Filmed, film, line, says

LOOPBACK = "127.0.0.1"
SDP = {"Content-Type": "application/sdp"}
# What is no offer at all is refused only after everything else was looked at.
EMPTY = "v=0\r\n"
needs_aiortc = pytest.mark.skipif(
    find_spec("aiortc") is None, reason="aiortc is not installed (the extra luyan[webrtc])"
)


class Encoded(Filmed):
    """A house that takes a stream, and WebRTC on the loopback alone."""

    command = (*Filmed.command, "--webrtc-address", LOOPBACK)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoded]:
    trial = Path(__file__).with_name("trial.toml")
    with Encoded(tmp_path_factory.mktemp("house"), trial) as made:
        yield made


async def post(house: Served, who: str, sdp: str = EMPTY, **headers: str) -> httpx.Response:
    """Offer something."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as web:
        sent = {**SDP, **house.headers(who), **headers}
        return await web.post(f"{house.page}/whip", content=sdp, headers=sent)


async def ask(house: Served, method: str, path: str, who: str = "ada") -> httpx.Response:
    """Ask for something else."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as web:
        return await web.request(method, f"{house.url}{path}", headers=house.headers(who))


def state(caller: Client) -> str | None:
    """Return whether Ada's camera is there, as the caller sees it."""
    return caller.records.get("source/camera-ada", {}).get("state")


@needs_aiortc
async def test_an_encoder_comes_to_the_desk_and_goes(
    house: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.media.encoder import encoder  # noqa: PLC0415 - it skips whoever imports it

    async with house.line("caller") as caller, encoder(monkeypatch) as sender:
        answer = await post(house, "ada", await sender.offer())
        assert (answer.status_code, answer.headers["content-type"]) == (201, SDP["Content-Type"])
        place = answer.headers["location"]
        assert place.startswith(f"/s/{house.show}/whip/")
        assert answer.headers["etag"] == f'"{place.rpartition("/")[2]}"'
        await sender.answered(answer.text)
        await caller.wait(lambda: state(caller) == "live")
        assert (await ask(house, "PATCH", place)).status_code == 405
        assert (await ask(house, "GET", place)).status_code == 405
        assert (await ask(house, "DELETE", place, "attendee")).status_code == 401
        assert (await ask(house, "DELETE", place, "caller")).status_code == 403
        assert (await ask(house, "DELETE", place, "bo")).status_code == 404
        assert state(caller) == "live"
        assert (await ask(house, "DELETE", place)).status_code == 200
        await caller.wait(lambda: state(caller) == "gone")
        assert (await ask(house, "DELETE", place)).status_code == 404


@needs_aiortc
async def test_one_camera_each_by_whichever_road(
    house: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.media.encoder import encoder  # noqa: PLC0415 - it skips whoever imports it

    async with house.line("caller") as caller:
        async with encoder(monkeypatch) as sender, line(house, "ada") as socket:
            filming = film(socket)
            first = await post(house, "ada", await sender.offer())
            assert first.status_code == 201
            assert (await says(socket))["code"] == "camera.elsewhere"
            filming.close()
            await sender.answered(first.text)
            await caller.wait(lambda: state(caller) == "live")
            async with encoder(monkeypatch) as other:
                second = await post(house, "ada", await other.offer())
                assert second.status_code == 201
                await other.answered(second.text)
                assert (await ask(house, "DELETE", first.headers["location"])).status_code == 404
                assert (await ask(house, "DELETE", second.headers["location"])).status_code == 200
        await caller.wait(lambda: state(caller) == "gone")


@needs_aiortc
async def test_what_cannot_be_shown_is_refused_in_words(
    house: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.media.encoder import encoder  # noqa: PLC0415 - it skips whoever imports it

    async with encoder(monkeypatch, "video/VP8") as sender:
        offer = await sender.offer()
    for sdp, status, code in [
        (offer, 406, "camera.codec"),
        (EMPTY, 400, "camera.unreadable"),
    ]:
        refused = await post(house, "bo", sdp, **{"Accept-Language": "zh"})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert not refused.json()["text"].isascii()


@pytest.mark.parametrize(
    ("who", "headers", "status", "code"),
    [
        ("attendee", {}, 401, "whip.who"),
        ("attendee", {"Authorization": "Bearer guessed"}, 401, "link.unknown"),
        ("caller", {}, 403, "view.not_yours"),
        ("wu", {}, 403, "view.not_yours"),
        ("ada", {"Origin": "https://elsewhere.example.org"}, 403, "origin.wrong"),
        ("ada", {"Content-Type": "application/json"}, 415, "whip.type"),
        ("ada", {"Accept": "text/html"}, 406, "whip.accept"),
    ],
)
async def test_who_and_what_is_not_taken(
    house: Encoded, who: str, headers: dict[str, str], status: int, code: str
) -> None:
    refused = await post(house, who, **headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert ("www-authenticate" in refused.headers) == (status == 401)


@pytest.mark.parametrize("sdp", ["{}", "v=0\r\n" + "a" * (1 << 16)], ids=["JSON", "too large"])
async def test_what_is_no_offer(house: Encoded, sdp: str) -> None:
    refused = await post(house, "ada", sdp)
    assert (refused.status_code, refused.json()["code"]) == (400, "camera.unreadable")


async def test_an_encoder_may_ask_what_is_taken(house: Encoded) -> None:
    asked = await ask(house, "OPTIONS", f"/s/{house.show}/whip", "attendee")
    assert (asked.status_code, asked.headers["accept-post"]) == (204, "application/sdp")
    assert (await ask(house, "GET", f"/s/{house.show}/whip")).status_code == 405


@pytest.mark.skipif(find_spec("aiortc") is not None, reason="aiortc is installed")
async def test_without_the_extra_it_says_so(house: Encoded) -> None:
    refused = await post(house, "ada")
    assert (refused.status_code, refused.json()["code"]) == (501, "whip.absent")
    assert "luyan[webrtc]" in refused.json()["text"]


@needs_aiortc
async def test_a_show_without_a_stream_takes_nothing(served: Served) -> None:
    refused = await post(served, "ada")
    assert (refused.status_code, refused.json()["code"]) == (409, "camera.nowhere")
