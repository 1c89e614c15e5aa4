"""The bench measures what it says, at sizes that prove nothing about speed."""

import re
from pathlib import Path

import pytest

from bench import wire
from bench.figures import percentile
from bench.run import ROWS, main

DOCUMENT = Path(__file__).resolve().parents[2] / "bench" / "README.md"


IN_A_BROWSER = {"alignment", "picture"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=pytest.mark.browser) if row in IN_A_BROWSER else row for row in ROWS],
)
def test_each_row_runs_alone(row: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny", row]) == 0
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(table) > 2
    assert {line.count(" | ") for line in table if "---" not in line} == {4}


def test_every_row_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == list(ROWS)


def frame(payload: bytes, first: int = wire.TEXT) -> bytes:
    """A server's frame: it has no mask."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_frames_of_every_length_are_found_wherever_the_pieces_end(size: int) -> None:
    stream = frame(b"a" * size) + frame(b"?", wire.PING) + frame(b"b" * size)
    for cut in {0, 1, 2, 3, 9, 10, size, len(stream) - 1, len(stream)}:
        texts, pings, rest = wire.split(stream[:cut])
        more, more_pings, rest = wire.split(rest + stream[cut:])
        assert [*texts, *more] == [b"a" * size, b"b" * size]
        assert [*pings, *more_pings] == [b"?"]
        assert rest == b""


def test_a_closed_socket_is_not_taken_for_a_quiet_one() -> None:
    with pytest.raises(ConnectionError):
        wire.split(frame(b"", 0x88))
    with pytest.raises(ConnectionError):
        wire.header(b"HTTP/1.1 403 Forbidden\r\nA: b", b"a")


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile(list(range(1, 101)), 99) == 99
    assert percentile([7.0], 99) == 7.0
