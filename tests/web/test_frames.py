"""Bad frames, words and doors: each is refused by name, and the line goes on as if nothing was."""

import asyncio
from typing import Any

import httpx2 as httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from tests.web.conftest import Served

ASK = {"type": "question.ask", "text": "Who pays?", "lang": "en"}


def do(command: object, command_id: object = "x") -> bytes:
    return msgspec.json.encode({"type": "do", "id": command_id, "command": command})


BAD = [
    ("not JSON", b"hello", "frame.not_json", None),
    ("half a frame", b'{"type":"do"', "frame.not_json", None),
    ("an array", b"[]", "frame.invalid", None),
    ("no type", b"{}", "frame.invalid", None),
    ("unknown type", b'{"type":"explode"}', "frame.invalid", "type"),
    ("unknown command", do({"type": "stage.explode"}), "frame.invalid", "type"),
    ("no command", b'{"type":"do","id":"x"}', "frame.invalid", None),
    ("an id that is a number", do(ASK, 7), "frame.invalid", "id"),
    ("an empty id", do(ASK, ""), "text.empty", "id"),
    ("a long id", do(ASK, "x" * 100), "text.too_long", "id"),
    ("a missing field", do({"type": "question.ask", "lang": "en"}), "frame.invalid", "command"),
    ("a wrong type", do({**ASK, "text": 7}), "frame.invalid", "text"),
    ("an unknown field", do({**ASK, "asker": "somebody"}), "frame.invalid", "command"),
    ("no language", do({**ASK, "lang": "<b>"}), "frame.invalid", "lang"),
    ("empty words", do({**ASK, "text": " \n "}), "text.empty", "text"),
    ("too many words", do({**ASK, "text": "x" * 501}), "text.too_long", "text"),
    ("a control character", do({**ASK, "text": "a\x07b"}), "text.control_character", "text"),
    ("a bidi override", do({**ASK, "text": "a\u202eb"}), "text.control_character", "text"),
    ("half a character", b'{"type":"do","id":"x","command":{"type":"question.ask",'
     b'"text":"\\ud800","lang":"en"}}', "frame.not_json", None),
    ("a slot that is not there", do({**ASK, "slot": "nope"}), "slot.unknown", "slot"),
    ("one megabyte", do({**ASK, "text": "x" * 1_000_000}), "frame.too_long", None),
    ("ten thousand deep", b'{"type":"ping","sent":' + b"[" * 10_000, "frame.invalid", "sent"),
    ("nothing but depth", b"[" * 10_000, "frame.invalid", None),
    ("deep where nobody looks", b'{"type":"ping","sent":1,"x":' + b"[" * 10_000 + b"]" * 10_000
     + b"}", "frame.too_deep", None),
    ("a view that is not there", b'{"type":"hello","view":"director"}', "frame.invalid", "view"),
    ("a view of others", b'{"type":"hello","view":"caller"}', "view.not_yours", "view"),
    ("what others may do", do({"type": "stage.advance", "seen": 1}), "role.may_not", None),
    ("a picture ahead of the stage", b'{"type":"ping","sent":1,"behind":-1}', "frame.invalid",
     "behind"),
    ("a number beyond all", do({"type": "cue.adjust", "cue": "x", "seconds": 10**40}),
     "frame.invalid", "seconds"),
]  # fmt: skip


async def heard(line: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next frame of one type; what else comes is none of this test's business."""
    async with asyncio.timeout(10):
        while True:
            frame: dict[str, Any] = msgspec.json.decode(await line.recv())
            if frame["type"] == kind:
                return frame


@pytest.mark.parametrize(
    ("frame", "code", "field"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD]
)
async def test_a_bad_frame_is_refused_by_name_and_the_line_goes_on(
    served: Served, frame: bytes, code: str, field: str | None
) -> None:
    async with connect(served.live, compression=None) as line:
        await line.send('{"type":"hello","view":"attendee"}')
        await heard(line, "patch")
        await line.send(frame, text=True)
        refused = await heard(line, "refused")
        assert (refused["code"], refused.get("field")) == (code, field)
        assert refused["text"]
        await line.send('{"type":"ping","sent":5}')
        assert (await heard(line, "pong"))["sent"] == 5


async def test_how_late_the_viewers_are_can_be_measured(served: Served) -> None:
    async with connect(served.live, compression=None) as line:
        await line.send('{"type":"hello","view":"attendee"}')
        await line.send('{"type":"ping","sent":1,"behind":4200.7}')
        await heard(line, "pong")
        metrics = (await asyncio.to_thread(httpx.get, f"{served.url}/metrics")).text
    assert 'luyan_behind_seconds{show="show",quantile="0.95"} 4.201' in metrics
    assert 'luyan_behind_viewers{show="show"} 1' in metrics


async def test_a_binary_frame_is_refused(served: Served) -> None:
    async with connect(served.live, compression=None) as line:
        await line.send(do(ASK))
        assert (await heard(line, "refused"))["code"] == "frame.binary"


async def test_a_command_before_hello_is_refused(served: Served) -> None:
    async with connect(served.live, compression=None) as line:
        await line.send(do(ASK), text=True)
        assert (await heard(line, "refused"))["code"] == "frame.no_hello"


async def test_who_may_not_look_at_all_is_told_to_stay_away(served: Served) -> None:
    async with connect(served.live, compression=None) as line:
        await line.send('{"type":"hello","view":"caller"}')
        assert (await heard(line, "refused"))["code"] == "view.not_yours"
        bye = await heard(line, "bye")
        assert (bye["code"], bye["retry_after"]) == (4501, None)


async def test_a_refusal_speaks_the_language_of_its_reader(served: Served) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
    async with connect(served.live, compression=None, additional_headers=headers) as line:
        await line.send('{"type":"hello","view":"attendee"}')
        await line.send(do({**ASK, "text": ""}), text=True)
        text = (await heard(line, "refused"))["text"]
        assert any("\u4e00" <= char <= "\u9fff" for char in text), text


@pytest.mark.parametrize(
    ("headers", "path", "code"),
    [
        ({"Origin": "https://elsewhere.example"}, "", "origin.wrong"),
        ({"Origin": "null"}, "", "origin.wrong"),
        ({"Authorization": "Bearer nonsense"}, "", "link.unknown"),
        ({}, "/s/nowhere/live", "show.unknown"),
    ],
)
async def test_a_door_that_stays_shut_says_why(
    served: Served, headers: dict[str, str], path: str, code: str
) -> None:
    address = served.url.replace("http", "ws", 1) + path if path else served.live
    with pytest.raises(InvalidStatus) as shut:
        await connect(address, additional_headers=headers)
    assert msgspec.json.decode(shut.value.response.body)["code"] == code


async def test_our_own_page_may_come_in(served: Served) -> None:
    async with connect(served.live, origin=served.url, compression=None) as line:  # type: ignore[arg-type]
        await line.send('{"type":"hello","view":"attendee"}')
        assert await heard(line, "welcome")
