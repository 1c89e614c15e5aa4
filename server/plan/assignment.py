"""Assigning rows to columns at the least cost, with the prices that prove it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Priced(NamedTuple):
    """Prices that no assignment can beat: `rows[i] + columns[j]` is at most the cost of i at j.

    Prices of columns are never positive, so their sum with those of the rows is a lower bound even
    where columns stay empty.
    """

    rows: list[int]
    columns: list[int]
    chosen: list[int]  # the column of each row


Costs = Sequence[Sequence[int | None]]


def assign(costs: Costs) -> Priced | None:
    """Return an assignment of least cost and its prices; None: there is none.

    None in `costs` forbids a pair. Shortest augmenting paths (Jonker, Volgenant 1987), O(n² m).
    """
    width = len(costs[0]) if costs else 0
    if width < len(costs):
        return None
    known = [cost for row in costs for cost in row if cost is not None]
    never = (max(known, default=0) - min([0, *known]) + 1) * (len(costs) + 1)
    table = [[never if cost is None else cost for cost in row] for row in costs]
    rows, columns = [0] * len(table), [0] * (width + 1)
    owner = [-1] * (width + 1)
    for first in range(len(table)):
        owner[width] = first
        column = width
        least, came, closed = [never * 4] * width, [width] * width, [False] * (width + 1)
        while owner[column] != -1:
            closed[column] = True
            row = owner[column]
            price, line = rows[row], table[row]
            step, nearest = never * 8, -1
            for j in range(width):
                if not closed[j]:
                    reduced = line[j] - price - columns[j]
                    if reduced < least[j]:
                        least[j], came[j] = reduced, column
                    if least[j] < step:
                        step, nearest = least[j], j
            for j in range(width + 1):
                if closed[j]:
                    rows[owner[j]] += step
                    columns[j] -= step
                elif j < width:
                    least[j] -= step
            column = nearest
        while column != width:
            before = came[column]
            owner[column] = owner[before]
            column = before
    chosen = [-1] * len(table)
    for j in range(width):
        if owner[j] != -1:
            chosen[owner[j]] = j
    if any(costs[i][j] is None for i, j in enumerate(chosen)):
        return None
    return Priced(rows, columns[:width], chosen)


class Shortage(NamedTuple):
    """Rows that have fewer columns between them than they are (Hall 1935)."""

    rows: list[int]
    columns: list[int]


def shortage(open_to: Sequence[int]) -> Shortage | None:
    """Return rows that cannot all have a column, few if possible; None: all can.

    `open_to` holds the columns of each row as bits.
    """
    owner: dict[int, int] = {}
    column: dict[int, int] = {}
    free = 0
    for columns in open_to:
        free |= columns
    fewest: Shortage | None = None
    for first in range(len(open_to)):
        came: dict[int, int] = {}
        end = _grow(open_to, owner, free, came, first)
        if end is None:
            rows = [first, *(owner[j] for j in came)]
            if fewest is None or len(rows) < len(fewest.rows):
                fewest = Shortage(sorted(rows), sorted(came))
            continue
        free ^= 1 << end
        step: int | None = end
        while step is not None:
            row = came[step]
            left = column.get(row)
            owner[step], column[row] = row, step
            step = left
    return fewest


def _grow(
    open_to: Sequence[int], owner: dict[int, int], free: int, came: dict[int, int], first: int
) -> int | None:
    """Fill `came` with the columns that can be reached from a row; return a free one, if any."""
    queue, seen = [first], 0
    for row in queue:
        fits = open_to[row] & ~seen
        if ends := fits & free:
            end = ends.bit_length() - 1
            came[end] = row
            return end
        seen |= fits
        while fits:
            j = fits.bit_length() - 1
            fits ^= 1 << j
            came[j] = row
            queue.append(owner[j])
    return None


def bits(open_to: Iterable[bool]) -> int:
    """Return where a row is open as bits, the first of them lowest."""
    return sum(1 << j for j, fits in enumerate(open_to) if fits)
