"""The order of fields that stay together: which blocks follow one another on which stage.

Exchanges of blocks, for as long as they help, from many starts. No chance and no clock: the same
problem has the same order.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from server.plan.lines import Line, Node, Prices, TooManyError, ways

KICKS = 60

Orders = list[tuple[int, ...]]  # for each line, its blocks


class NoPlanError(Exception):
    """There was no place for all."""


class Reached(NamedTuple):
    """The cheapest way to a node: what it costs, from where it came, over which places."""

    cost: int
    came: Node
    span: list[int]


START = Reached(0, (0, 0), [])


class Blocks:
    """Orders of the blocks on the lines, and what they cost.

    `never` is more than any plan costs. At first every sitting is filled before the next is begun,
    which is quick; then each may end early.
    """

    def __init__(self, lines: list[Line], prices: Prices, never: int) -> None:
        self.lines = lines
        self.prices = prices
        self.never = never
        self._sizes = [len(block) for block in prices.blocks]
        self._early = False
        self._reached: dict[tuple[int, tuple[int, ...]], dict[Node, Reached]] = {}
        self._known: dict[tuple[int, int, Node], list[tuple[Node, list[int], int]]] = {}

    def best(self) -> Orders:
        """Return an order that no exchange makes better."""
        order = self._kick(self._descend(self._first_fit()))
        try:
            self._let_end_early(True)
            return self._kick(self._descend(order))
        except TooManyError:
            self._let_end_early(False)
            return order

    def _kick(self, order: Orders) -> Orders:
        """Return an order that is no worse, from where some kicks led."""
        value = self._value(order)
        for kick in range(1, KICKS if self._sizes else 0):
            other = self._descend(self._kicked(order, kick))
            found = self._value(other)
            if found < value:
                order, value = other, found
        return order

    def _let_end_early(self, early: bool) -> None:
        self._early = early
        self._reached.clear()
        self._known.clear()

    def _kicked(self, order: Orders, kick: int) -> Orders:
        """Return an order in which three blocks change places round about, others each time."""
        spots = [(line, n) for line, blocks in enumerate(order) for n in range(len(blocks))]
        # Strides without a common divisor with the number of spots would do; primes mostly are.
        chosen = [spots[(kick * stride + stride) % len(spots)] for stride in (7, 31, 101)]
        other = [list(blocks) for blocks in order]
        (a, m), (b, n), (c, o) = chosen
        other[a][m], other[b][n] = other[b][n], other[a][m]
        other[b][n], other[c][o] = other[c][o], other[b][n]
        return [tuple(blocks) for blocks in other]

    def _first_fit(self) -> Orders:
        """Return which blocks go on which line, the largest first, where there is most room."""
        order: list[list[int]] = [[] for _ in self.lines]
        room = [sum(map(len, line.places)) for line in self.lines]
        for block in sorted(range(len(self._sizes)), key=lambda b: -self._sizes[b]):
            line = max(range(len(room)), key=lambda n: (room[n], -n))
            order[line].append(block)
            room[line] -= self._sizes[block]
        return [tuple(blocks) for blocks in order]

    def _descend(self, order: Orders) -> Orders:
        """Exchange and move blocks for as long as it helps."""
        value = self._value(order)
        better = True
        while better:
            better = False
            for other in self._neighbours(order):
                found = self._value(other)
                if found < value:
                    order, value, better = other, found, True
                    break
        return order

    def _neighbours(self, order: Orders) -> Iterator[Orders]:
        """Yield the orders in which two blocks change places, or one goes somewhere else."""
        spots = [(line, n) for line, blocks in enumerate(order) for n in range(len(blocks))]
        for (a, m), (b, n) in combinations(spots, 2):
            other = [list(blocks) for blocks in order]
            other[a][m], other[b][n] = other[b][n], other[a][m]
            yield [tuple(blocks) for blocks in other]
        for a, m in spots:
            for b in range(len(order)):
                for n in range(len(order[b]) + (a != b)):
                    other = [list(blocks) for blocks in order]
                    moved = other[a].pop(m)
                    other[b].insert(n, moved)
                    yield [tuple(blocks) for blocks in other]

    def _value(self, order: Orders) -> int:
        """Return what blocks in this order cost."""
        return sum(self._cost(line, blocks) for line, blocks in enumerate(order))

    def _cost(self, line: int, blocks: tuple[int, ...]) -> int:
        """Return what blocks in this order cost on a line, on the cheapest way."""
        ends = self._reach(line, blocks)
        most = self.never * sum(self._sizes[block] for block in blocks)
        return min((reached.cost for reached in ends.values()), default=most)

    def _reach(self, line: int, blocks: tuple[int, ...]) -> dict[Node, Reached]:
        """Return the nodes to which blocks in this order may lead, each on its cheapest way."""
        key = (line, blocks)
        if key not in self._reached:
            self._reached[key] = self._extended(line, blocks) if blocks else {(0, 0): START}
        return self._reached[key]

    def _extended(self, line: int, blocks: tuple[int, ...]) -> dict[Node, Reached]:
        found: dict[Node, Reached] = {}
        *before, block = blocks
        for node, reached in self._reach(line, tuple(before)).items():
            for end, span, price in self._runs(line, block, node):
                cost = reached.cost + price
                if end not in found or cost < found[end].cost:
                    found[end] = Reached(cost, node, span)
        return found

    def _runs(self, line: int, block: int, node: Node) -> list[tuple[Node, list[int], int]]:
        """Return the runs of a block from a node on, or from the next sitting."""
        key = (line, block, node)
        if key not in self._known:
            count = self._sizes[block]
            self._known[key] = [
                (end, span, price)
                for end, span in ways(self.lines[line], node, count, early=self._early)
                if (price := self.prices.of(block, span)) is not None
            ]
        return self._known[key]

    def spans(self, line: int, blocks: tuple[int, ...]) -> tuple[Node, list[list[int]]]:
        """Return the places of each block on the cheapest way, and where that ends."""
        ends = self._reach(line, blocks)
        if not ends:
            raise NoPlanError
        end = node = min(ends, key=lambda node: ends[node].cost)
        spans = []
        for count in range(len(blocks), 0, -1):
            reached = self._reach(line, blocks[:count])[node]
            spans.append(reached.span)
            node = reached.came
        return end, spans[::-1]
