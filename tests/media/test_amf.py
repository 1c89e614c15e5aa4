"""AMF0: what commands are made of comes back, what is no AMF0 is refused."""

import struct

import pytest

from server.media.amf import DEPTH, ITEMS, Malformed, Value, decode, encode

NESTED = bytes([3]) + b"\0\1a"


@pytest.mark.parametrize(
    "value", [None, 0.0, 1.5, "", "publish", "路演", {"app": "live", "n": 2.0}]
)
def test_what_is_written_is_read_back(value: float | str | dict[str, float | str] | None) -> None:
    assert decode(encode(value, "then")) == [value, "then"]


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ("0101", True),
        ("0100", False),
        ("06", None),
        ("08 00000007 000161 0101 0000 09", {"a": True}),
        ("0a 00000002 0101 05", [True, None]),
        ("0b 4059000000000000 0000", 100.0),
        ("0c 00000003 e8b7af", "路"),
    ],
)
def test_what_encoders_may_send(wire: str, value: Value) -> None:
    assert decode(bytes.fromhex(wire)) == [value]


@pytest.mark.parametrize(
    "wire",
    [
        b"\2\0\5abc",
        b"\0\0\0",
        b"\3\0\1a",
        b"\2\0\2\xff\xfe",
        b"\x11",
        b"\x0a\xff\xff\xff\xff",
        b"\x0c\xff\xff\xff\xff",
        NESTED * (DEPTH + 2),
        NESTED * 100_000,
        bytes([5]) * (ITEMS + 1),
        b"\3" + b"".join(struct.pack(">H3sB", 3, b"%03d" % i, 5) for i in range(ITEMS + 1)),
    ],
    ids=str,
)
def test_what_is_refused(wire: bytes) -> None:
    with pytest.raises(Malformed):
        decode(wire)
