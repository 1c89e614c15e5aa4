"""Films: what the cutter is told, and what it says it made: a line of JSON each."""

import msgspec


class Chapter(msgspec.Struct, frozen=True):
    """A chapter of a film: the instant of its start, ms UTC, and what it is called."""

    at: int
    title: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A film to be cut: from which programme, which stretches of it (ms UTC), and into which file.

    `reserve_bytes` of the disk are left to others.
    """

    folder: str
    target: str
    spans: tuple[tuple[int, int], ...]
    title: str
    artist: str = ""
    album: str = ""
    chapters: tuple[Chapter, ...] = ()
    reserve_bytes: int = 0


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was cut: its name, its size in bytes and its length.

    `pieces` hold start, end (ms UTC) and place (ms of the film) of what it shows.
    """

    file: str
    size: int
    ms: int
    pieces: tuple[tuple[int, int, int], ...]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order: its films, or the problem; `hopeless`: it will stay one."""

    films: tuple[Film, ...] = ()
    problem: str | None = None
    hopeless: bool = False
