"""H.264 in the form that FLV and MP4 hold it, made of whichever form a recorder gives.

A unit of it is either behind a start code (ITU-T H.264, Annex B) or behind its length (ISO/IEC
14496-15); what describes the pictures (SPS and PPS) comes beforehand, among them, or both.
"""

from collections.abc import Iterator
from typing import NamedTuple

START = b"\0\0\1"
KEY, SPS, PPS, DELIMITER = 5, 7, 8, 9
FORM = 31


class Coded(NamedTuple):
    """One picture, each unit behind its length in four bytes; `key`: others may build on it."""

    data: bytes
    key: bool


class Pictures:
    """Takes coded pictures; `config` is what describes them now (an AVC decoder configuration).

    `extradata` is what the container said of them; raises ValueError if it is cut off.
    """

    def __init__(self, extradata: bytes) -> None:
        self.config: bytes | None = None
        self._length_size = 0
        self._sps = self._pps = b""
        units: list[bytes] = []
        if extradata[:1] == b"\1":
            self._length_size = (extradata[4] & 3) + 1 if len(extradata) > 6 else 4
            units = list(_described(extradata))
        else:
            units = list(_behind_start_codes(extradata))
        self._describe(units)

    def take(self, data: bytes) -> Coded:
        """Return a picture in our form; raises ValueError if it is cut off."""
        if self._length_size:
            units = list(_behind_lengths(data, self._length_size))
        else:
            units = list(_behind_start_codes(data))
        self._describe(units)
        slices = [unit for unit in units if unit[0] & FORM not in (SPS, PPS, DELIMITER)]
        key = any(unit[0] & FORM == KEY for unit in slices)
        return Coded(b"".join(len(unit).to_bytes(4) + unit for unit in slices), key)

    def _describe(self, units: list[bytes]) -> None:
        for unit in units:
            match unit[0] & FORM:
                case 7:
                    self._sps = unit
                case 8:
                    self._pps = unit
        if len(self._sps) >= 4 and self._pps:
            self.config = (
                bytes([1, *self._sps[1:4], 0xFF, 0xE1])
                + len(self._sps).to_bytes(2)
                + self._sps
                + bytes([1])
                + len(self._pps).to_bytes(2)
                + self._pps
            )


def _behind_start_codes(data: bytes) -> Iterator[bytes]:
    at = data.find(START)
    while at >= 0:
        begin = at + len(START)
        at = data.find(START, begin)
        if unit := data[begin : at if at >= 0 else len(data)].rstrip(b"\0"):
            yield unit


def _behind_lengths(data: bytes, size: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + size + int.from_bytes(data[at : at + size])
        if end > len(data):
            raise ValueError("a picture that is cut off")
        if end > at + size:
            yield data[at + size : end]
        at = end


def _described(record: bytes) -> Iterator[bytes]:
    """Return the units in an AVC decoder configuration."""
    at = 5
    for mask in (31, 255):
        if at >= len(record):
            raise ValueError("a description that is cut off")
        count, at = record[at] & mask, at + 1
        for _ in range(count):
            end = at + 2 + int.from_bytes(record[at : at + 2])
            if end > len(record) or end == at + 2:
                raise ValueError("a description that is cut off")
            yield record[at + 2 : end]
            at = end
