"""A frame that is wrong is refused by the name of what is wrong with it."""

import json
from typing import Any

import pytest

from server.domain.refusal import Refusal
from server.protocol.frames import FRAME_LIMIT, Do, Hello, Ping, read


def do(**command: Any) -> str:
    """A `do` frame with this command."""
    return json.dumps({"type": "do", "id": "1", "command": command})


BAD: dict[str, tuple[str | bytes, str, str | None]] = {
    "nothing": ("", "frame.not_json", None),
    "words": ("hello", "frame.not_json", None),
    "half a frame": ('{"type":"ping","sent":', "frame.not_json", None),
    "two frames": ('{"type":"ping","sent":1}{}', "frame.not_json", None),
    "no number": ('{"type":"ping","sent":NaN}', "frame.not_json", None),
    "broken utf-8": (b'{"type":"do","id":"\xff"}', "frame.not_json", None),
    "half a surrogate": ('{"type":"do","id":"\\ud800","command":{}}', "frame.not_json", None),
    "deep arrays": ('{"type":"ping","x":' + "[" * 10_000, "frame.too_deep", None),
    "deep objects": ('{"type":"ping","x":' + '{"a":' * 10_000, "frame.too_deep", None),
    "nothing but depth": ("[" * 10_000, "frame.invalid", None),
    "a deep value": ('{"type":"hello","since":' + "[" * 10_000, "frame.invalid", "since"),
    "a megabyte": ('"' + "x" * 1_000_000 + '"', "frame.too_long", None),
    "a list": ("[]", "frame.invalid", None),
    "null": ("null", "frame.invalid", None),
    "no type": ("{}", "frame.invalid", None),
    "unknown type": ('{"type":"tick"}', "frame.invalid", "type"),
    "type of a wrong type": ('{"type":7}', "frame.invalid", "type"),
    "a server's frame": ('{"type":"done","id":"1","seq":1}', "frame.invalid", "type"),
    "hello to no view": ('{"type":"hello","view":"emperor"}', "frame.invalid", "view"),
    "hello without a view": ('{"type":"hello","since":0}', "frame.invalid", None),
    "since of a wrong type": (
        '{"type":"hello","view":"stage","since":"0"}',
        "frame.invalid",
        "since",
    ),
    "no command": ('{"type":"do","id":"1"}', "frame.invalid", None),
    "no id": ('{"type":"do","command":{"type":"stage.hold"}}', "frame.invalid", None),
    "unknown command": (do(type="stage.explode"), "frame.invalid", "type"),
    "command without a field": (do(type="question.upvote"), "frame.invalid", "command"),
    "field of a wrong type": (do(type="question.upvote", question=1), "frame.invalid", "question"),
    "a field too many": (
        do(type="question.upvote", question="q1", person="ada"),
        "frame.invalid",
        "command",
    ),
    "no language": (do(type="question.ask", text="Why?", lang="!"), "frame.invalid", "lang"),
    "mark too high": (
        do(type="feedback.write", slot="s1", marks={"attend": 11}),
        "frame.invalid",
        "marks.attend",
    ),
    "a huge number": (do(type="cue.adjust", cue="c1", seconds=10**400), "frame.invalid", "seconds"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_frame_is_refused_by_name(name: str) -> None:
    text, code, field = BAD[name]
    with pytest.raises(Refusal) as refused:
        read(text)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert len(str(refused.value)) < 500


def test_a_frame_as_long_as_may_be_is_read() -> None:
    frame = do(type="question.ask", text="", lang="en")
    text = "x" * (FRAME_LIMIT - len(frame))
    assert isinstance(read(do(type="question.ask", text=text, lang="en")), Do)
    with pytest.raises(Refusal, match=r"frame\.too_long"):
        read(do(type="question.ask", text=text + "x", lang="en"))


def test_frames_are_read_from_text_and_from_bytes() -> None:
    assert isinstance(read('{"type":"ping","sent":1}'), Ping)
    assert isinstance(read(b'{"type":"hello","view":"attendee"}'), Hello)


def test_what_a_newer_client_adds_to_a_frame_is_let_pass() -> None:
    assert read('{"type":"ping","sent":1,"battery":0.5}') == Ping(sent=1)
