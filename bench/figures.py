"""What a row of the table says, and how many seconds become words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table."""

    row: str
    scale: str
    figure: str
    beside: str = ""


@dataclass(frozen=True)
class Size:
    """How much each row does."""

    screens: tuple[int, ...] = (1_000, 5_000)
    advances: int = 100
    seconds: float = 4.0
    askers: int = 640
    asks: int = 12_800
    asks_at_once: int = 64
    voters: int = 1_000
    questions: int = 30
    votes: int = 30_000
    votes_at_once: int = 8_000
    joins: tuple[int, ...] = (250, 1_000)
    join_seconds: float = 0.5
    idle: int = 1_000
    idle_seconds: float = 20.0
    commands: tuple[int, ...] = (10_000, 100_000)
    aligned: int = 20
    rewind_seconds: float = 20.0
    latencies: tuple[tuple[str, ...], ...] = ((), ("--low-latency",))
    viewings: int = 5
    viewing_seconds: float = 3.0
    cost_seconds: float = 20.0
    viewers: tuple[int, ...] = (100, 200, 400, 800)
    viewers_seconds: float = 8.0
    clip_seconds: int = 480
    clips: int = 5
    readers: int = 1


TINY = Size(
    screens=(5,),
    clip_seconds=8,
    clips=1,
    advances=3,
    seconds=0.3,
    askers=4,
    asks=12,
    asks_at_once=2,
    voters=4,
    questions=2,
    votes=16,
    votes_at_once=8,
    joins=(2, 4),
    join_seconds=0.02,
    idle=3,
    idle_seconds=0.5,
    commands=(50,),
    aligned=2,
    rewind_seconds=0,
    latencies=((),),
    viewings=1,
    viewing_seconds=0.5,
    cost_seconds=0.5,
    viewers=(2,),
    viewers_seconds=2.5,
)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def ms(seconds: float) -> str:
    """Return seconds as milliseconds: two digits at least, no more decimals than they carry."""
    value = seconds * 1000
    return f"{value:,.1f} ms" if value < 100 else f"{value:,.0f} ms"


def spread(seconds: Sequence[float]) -> str:
    """Return median and p99 of some seconds."""
    return f"median {ms(median(seconds))}, p99 {ms(percentile(seconds, 99))}"
