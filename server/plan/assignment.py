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

    None in `costs` forbids a pair. Shortest augmenting paths (Jonker, Volgenant 1987) between kinds
    of columns: those that cost all rows the same are one, and take as many rows as they are.
    """
    width = len(costs[0]) if costs else 0
    if width < len(costs):
        return None
    known = [cost for row in costs for cost in row if cost is not None]
    never = (max(known, default=0) - min([0, *known]) + 1) * (len(costs) + 1)
    kinds: dict[tuple[int | None, ...], list[int]] = {}
    for number, column in enumerate(zip(*costs, strict=True)):
        kinds.setdefault(column, []).append(number)
    table = [[never if c is None else c for c in row] for row in zip(*kinds, strict=True)]
    kind_of, prices = _transported(table, [len(columns) for columns in kinds.values()])
    columns, chosen = [0] * width, []
    for kind, numbers in enumerate(kinds.values()):
        for number in numbers:
            columns[number] = prices[kind]
    free = [numbers[::-1] for numbers in kinds.values()]
    for row, kind in enumerate(kind_of):
        chosen.append(free[kind].pop())
        if costs[row][chosen[-1]] is None:
            return None
    rows = [table[row][kind] - prices[kind] for row, kind in enumerate(kind_of)]
    return Priced(rows, columns, chosen)


def _transported(table: list[list[int]], most: list[int]) -> tuple[list[int], list[int]]:
    """Return the kind of each row at the least cost, and the price of each kind.

    No more rows have a kind than `most` says; kinds that are not full have no price.
    """
    every = range(len(most))
    prices = [0] * len(most)
    kind_of: list[int] = []
    held: list[list[int]] = [[] for _ in every]
    # What it costs at least to send one of a kind's rows to another kind, and which row that is.
    leave: list[list[tuple[int, int]]] = [[] for _ in every]
    for first, line in enumerate(table):
        kind_of.append(-1)
        least = [cost - price for cost, price in zip(line, prices, strict=True)]
        came, closed = [-1] * len(most), [False] * len(most)
        order: list[int] = []
        while True:
            kind, here = -1, 0
            for j in every:
                if not closed[j] and (kind < 0 or least[j] < here):
                    kind, here = j, least[j]
            if len(held[kind]) < most[kind]:
                break
            closed[kind] = True
            order.append(kind)
            base = here + prices[kind]
            for j in every:
                if not closed[j]:
                    found = base + leave[kind][j][0] - prices[j]
                    if found < least[j]:
                        least[j], came[j] = found, kind
        for j in order:
            prices[j] += least[j] - here
        changed = [kind]
        while came[kind] >= 0:
            before = came[kind]
            row = leave[before][kind][1]
            held[before].remove(row)
            held[kind].append(row)
            kind_of[row] = kind
            changed.append(before)
            kind = before
        held[kind].append(first)
        kind_of[first] = kind
        for k in changed:
            leave[k] = [min((table[row][j] - table[row][k], row) for row in held[k]) for j in every]
    return kind_of, prices


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
