"""How many slots each sitting takes when any slot may be anywhere, and what no plan can cost less.

A sitting is filled from its start, so its places are used up to some length. Every place has a
rent: a slot goes where its cost and the rent are least, a sitting takes the length that earns most,
all lengths together what is needed. Whatever the rents are, that is a bound (Lagrange); they rise
where too many slots want to be, and fall where too few do, until the two sides nearly agree.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

ROUNDS = 500
# Steps of all rounds together, after which a bound would no longer come while one waits.
STEPS = 60_000_000
WITHOUT_GAIN = 10
DEFLECTED = 0.5
SHORTER = 1.3
NEVER = float("-inf")


class Filled(NamedTuple):
    """How many slots each sitting takes by the best rents, and the bound that these prove."""

    counts: list[int]
    bound: int


def fill(
    costs: Sequence[Sequence[int | None]],
    runs: list[list[int]],
    closes: list[list[bool]],
    prices: Mapping[int, int],
    target: int,
) -> Filled | None:
    """Return how full sittings are, and what no plan can cost less than; at most `target`.

    None: no lengths of the sittings are as many places as there are slots.

    `costs` are those of slots at places (None: never), `runs` the places of each sitting from its
    start, `closes` after how many slots it may end. `prices` are those of the places in an
    assignment (`assign`), to begin with; `target` is about what a plan costs.
    """
    used = sorted({place for run in runs for place in run})
    kinds: dict[tuple[int | None, ...], int] = {}
    kind = {p: kinds.setdefault(tuple(row[p] for row in costs), len(kinds)) for p in used}
    table = [[math.inf if c is None else float(c) for c in row] for row in zip(*kinds, strict=True)]
    lines = [[kind[place] for place in run] for run in runs]
    rents = [0.0] * len(kinds)
    for place in used:
        rents[kind[place]] = max(rents[kind[place]], float(-prices[place]))
    best, best_rents, counts = NEVER, rents, [0] * len(runs)
    step, since, moved = 1.0, 0, [0.0] * len(kinds)
    most = len(costs) * (len(kinds) + sum(map(len, runs)))
    for _ in range(max(20, min(ROUNDS, STEPS // most))):
        value, wanted = _wanted(table, rents)
        earned, lengths = _lengths(lines, closes, rents, len(costs))
        if earned == NEVER:
            return None
        value -= earned
        for line, length in zip(lines, lengths, strict=True):
            for k in line[:length]:
                wanted[k] -= 1
        since += 1
        if value > best:
            best, best_rents, counts, since = value, rents, lengths, 0
        elif since == WITHOUT_GAIN:
            step, since, rents, moved = step / SHORTER, 0, best_rents, [0.0] * len(kinds)
        moved = [DEFLECTED * m + (1 - DEFLECTED) * w for m, w in zip(moved, wanted, strict=True)]
        square = sum(m * m for m in moved)
        if not square or best >= target:
            break
        far = step * max(1.0, target - value) / square
        rents = [rent + far * m for rent, m in zip(rents, moved, strict=True)]
    # Costs are whole numbers, so a bound may be rounded up, once what floats lost is given back.
    return Filled(counts, min(target, math.ceil(best - 1e-3)))


def _wanted(table: list[list[float]], rents: list[float]) -> tuple[float, list[int]]:
    """Return what all slots pay, and how many want each kind of place."""
    value, wanted = 0.0, [0] * len(rents)
    for row in table:
        paid = [cost + rent for cost, rent in zip(row, rents, strict=True)]
        least = min(paid)
        value += least
        wanted[paid.index(least)] += 1
    return value, wanted


def _lengths(
    lines: list[list[int]], closes: list[list[bool]], rents: list[float], count: int
) -> tuple[float, list[int]]:
    """Return what sittings earn that take `count` slots between them, and how many each takes."""
    earned = [0.0] + [NEVER] * count
    chosen = []
    for line, may_end in zip(lines, closes, strict=True):
        rented = [0.0, *accumulate(rents[k] for k in line)]
        earns = [(length, rented[length]) for length, ends in enumerate(may_end) if ends]
        after, lengths = [NEVER] * (count + 1), [0] * (count + 1)
        for total, before in enumerate(earned):
            if before > NEVER:
                for length, more in earns:
                    if total + length > count:
                        break
                    if before + more > after[total + length]:
                        after[total + length] = before + more
                        lengths[total + length] = length
        earned = after
        chosen.append(lengths)
    found, left = [], count
    for lengths in reversed(chosen):
        found.append(lengths[left])
        left -= lengths[left]
    return earned[count], found[::-1]
