"""The commands around a show: adding, serving, going on after a crash, and words for mistakes."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from server.demo.client import Client
from tests.harness import SAMPLES, House, luyan


async def test_a_show_goes_on_where_the_power_was_cut(house: House) -> None:
    url = house.url
    async with house.client("caller") as caller:
        answer = await caller.do({"type": "stage.advance", "seen": caller.seq})
        assert answer["type"] == "done"
        await caller.wait(lambda: caller.records["stage/main"]["on_air"] is not None)
        before = caller.records
    house.kill()
    house.restart()
    assert house.url == url
    async with house.client("caller") as caller:
        assert caller.records == before


async def test_a_client_that_comes_back_gets_what_it_missed(house: House) -> None:
    async with house.client("caller") as caller, house.client() as attendee:
        person = attendee.you["person"]
        await attendee.close()
        await caller.do({"type": "stage.advance", "seen": caller.seq})
        await attendee.open()
        assert attendee.you["person"] == person
        assert attendee.records["stage/main"] == caller.records["stage/main"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_a_server_that_is_told_to_end_says_goodbye_and_leaves_in_order(
    house: House, by: signal.Signals
) -> None:
    running = json.loads((house.data / "server.json").read_text())
    assert running["url"] == house.url
    async with house.client() as attendee:
        assert await asyncio.to_thread(house.stop, by) == 0
        with pytest.raises(ConnectionError):
            await attendee.wait(lambda: False)
        assert attendee.bye is not None
        assert attendee.bye["code"] == 4000
    assert not (house.data / "server.json").exists()
    assert "Traceback" not in house.log


def test_two_servers_never_share_a_folder(house: House) -> None:
    said = luyan("serve", "--port", "0", "--data", str(house.data), code=1)
    assert "already" in said
    assert httpx.get(f"{house.url}/healthz").status_code == 200


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = luyan("serve", "--port", port, "--data", str(tmp_path), code=1)
    assert said.startswith("luyan: This port is taken.")


async def test_a_show_added_while_the_server_runs_is_served(house: House) -> None:
    luyan("new", str(SAMPLES / "changsha.toml"), "--data", str(house.data))
    async with Client(house.url, "changsha") as attendee:
        assert len(attendee.all("slot")) == 12
        assert attendee.records["details/show"]["zone"] == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new", "nowhere.toml"], "nowhere.toml: No such file"),
        (["links"], "There are no shows in"),
        (["export"], "There are no shows in"),
        (["new", str(SAMPLES / "demo.toml"), "--id", "Not An Id"], "cannot be an id"),
        (["new", str(Path(__file__).with_name("wrong.toml"))], "presenter[0].zone: There is no"),
        (["new", __file__], "not a TOML file"),
        (["serve", "--url", "show.example.org"], "not an address such as"),
        (["demo", "--audience", "5", "--host", "0.0.0.0"], "never leaves this machine"),
    ],
)
def test_a_mistake_is_said_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    said = luyan(*arguments, "--data", str(tmp_path), code=1)
    assert said.startswith("luyan: ")
    assert words in said
    assert "Traceback" not in said
    assert said.count("\n") == 1


def test_a_show_is_not_added_twice(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    luyan("new", str(SAMPLES / "changsha.toml"), *data)
    said = luyan("new", str(SAMPLES / "changsha.toml"), *data, code=1)
    assert "There already is a show called “changsha”" in said
    said = luyan("links", "--show", "shanghai", *data, code=1)
    assert "There is no show called “shanghai”" in said


@pytest.mark.parametrize(
    "arguments",
    [[], ["dance"], ["serve", "--port", "70000"], ["demo", "--audience", "2001"], ["new"]],
)
def test_what_is_not_understood_ends_with_2(arguments: list[str]) -> None:
    assert "usage: luyan" in luyan(*arguments, code=2)
