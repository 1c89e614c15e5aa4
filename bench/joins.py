"""Row `joins`: an audience that comes in all at once."""

from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Crowd
from bench.figures import Figure, Size, ms, spread
from bench.subject import Subject


def joins(data: Path, size: Size) -> Iterator[Figure]:
    """Time, memory and bytes until everybody has the snapshot: strangers, then with cookies."""
    for clients in size.joins:
        with Subject(data) as server, Crowd(server.port, size.readers) as crowd:
            for who in ("strangers", "everybody back, with cookies"):
                before = server.usage()
                joined = crowd.join(clients, size.join_seconds)
                after = server.usage()
                cost = (after.cpu - before.cpu) / clients
                grown = after.memory - before.memory
                yield Figure(
                    f"joins within {size.join_seconds:g} s: {who}",
                    f"{clients:,} clients",
                    f"all in after {ms(joined.seconds)}; each: {spread(joined.each)}",
                    f"{joined.bytes_each:,.0f} bytes and {ms(cost)} CPU each; memory"
                    f" {before.memory / 1024:.0f} → {after.memory / 1024:.0f} MiB"
                    f" (peak {after.peak / 1024:.0f}), {grown / clients:.1f} KiB each",
                )
                crowd.leave()
