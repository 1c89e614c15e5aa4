"""AMF0, the little of it that RTMP commands are made of."""

import struct
from collections.abc import Mapping
from enum import IntEnum

Value = bool | float | str | dict[str, "Value"] | list["Value"] | None
Simple = float | str | Mapping[str, float | str] | None

DEPTH = 8
ITEMS = 256


class Mark(IntEnum):
    """The byte before a value that says what it is."""

    NUMBER = 0
    BOOLEAN = 1
    STRING = 2
    OBJECT = 3
    NULL = 5
    UNDEFINED = 6
    MAP = 8
    END = 9
    ARRAY = 10
    DATE = 11
    LONG = 12


class Malformed(ValueError):
    """These bytes are not AMF0, or more of it than anybody needs."""


def decode(data: bytes) -> list[Value]:
    """Return the values that stand one after another in `data`; raises `Malformed`."""
    reader = _Reader(data)
    values = []
    try:
        while reader.at < len(data):
            values.append(reader.value(0))
            _check(len(values))
    except (struct.error, IndexError, UnicodeDecodeError) as problem:
        raise Malformed(f"broken AMF0: {problem}") from None
    return values


def encode(*values: Simple) -> bytes:
    """Return values as AMF0, one after another."""
    return b"".join(map(_encode, values))


def _encode(value: Simple) -> bytes:
    match value:
        case None:
            return bytes([Mark.NULL])
        case str():
            return bytes([Mark.STRING]) + _name(value)
        case float() | int():
            return struct.pack(">Bd", Mark.NUMBER, value)
        case _:
            inside = b"".join(_name(name) + _encode(v) for name, v in value.items())
            return bytes([Mark.OBJECT]) + inside + _name("") + bytes([Mark.END])


def _name(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _check(items: int) -> None:
    if items > ITEMS:
        raise Malformed(f"more than {ITEMS} values")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def value(self, depth: int) -> Value:
        if depth > DEPTH:
            raise Malformed(f"deeper than {DEPTH}")
        kind = self._byte()
        match kind:
            case Mark.NUMBER:
                return float(self._unpack(">d"))
            case Mark.BOOLEAN:
                return self._byte() != 0
            case Mark.STRING:
                return self._text(int(self._unpack(">H")))
            case Mark.OBJECT:
                return self._pairs(depth)
            case Mark.NULL | Mark.UNDEFINED:
                return None
            case Mark.MAP:
                # The count is a hint that encoders get wrong; the end marker holds.
                self._unpack(">I")
                return self._pairs(depth)
            case Mark.ARRAY:
                count = int(self._unpack(">I"))
                _check(count)
                return [self.value(depth + 1) for _ in range(count)]
            case Mark.DATE:
                at = float(self._unpack(">d"))
                self._unpack(">h")
                return at
            case Mark.LONG:
                return self._text(int(self._unpack(">I")))
            case _:
                raise Malformed(f"unknown kind {kind}")

    def _pairs(self, depth: int) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        while True:
            name = self._text(int(self._unpack(">H")))
            if not name and self._data[self.at] == Mark.END:
                self.at += 1
                return pairs
            pairs[name] = self.value(depth + 1)
            _check(len(pairs))

    def _byte(self) -> int:
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _unpack(self, form: str) -> float:
        (value,) = struct.unpack_from(form, self._data, self.at)
        self.at += struct.calcsize(form)
        return float(value)

    def _text(self, length: int) -> str:
        raw = self._data[self.at : self.at + length]
        if len(raw) < length:
            raise Malformed("cut off")
        self.at += length
        return raw.decode()
