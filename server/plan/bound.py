"""How good a plan of blocks could be at most: a bound that proves how near the best one is.

A stage is a path of runs (`lines.py`) from its first place to its last. That each field comes just
once is left out and paid for instead (Lagrange; Held and Karp 1971): what is too often in the paths
becomes dearer, what is not in them cheaper, until the paths cost nearly what a plan must.
"""

import math
from typing import NamedTuple

from server.plan.lines import Line, Node, Prices, ways

ROUNDS = 300


class Run(NamedTuple):
    """A block's way over a line: from a node to a node, and what it costs."""

    start: Node
    end: Node
    block: int
    cost: int


def bound(lines: list[Line], prices: Prices, paid: list[int], target: int) -> int:
    """Return what no plan of these blocks can cost less than; at most `target`.

    Every slot is in one of the blocks and every place has one start. `target` is what the best
    known plan costs, `paid` what each block is worth to begin with, by the prices of an assignment.
    Raises TooManyError.
    """
    runs = [_runs(line, prices) for line in lines]
    worth = [float(price) for price in paid]
    best, step, since = 0.0, 1.0, 0
    for _ in range(ROUNDS):
        value, used = sum(worth), [0] * len(worth)
        for line, mine in zip(lines, runs, strict=True):
            cost, path = _cheapest(line, mine, worth)
            value += cost
            for block in path:
                used[block] += 1
        since += 1
        if value > best:
            best, since = value, 0
        elif since == 10:
            step, since = step / 2, 0
        wrong = [1 - count for count in used]
        length = sum(off * off for off in wrong)
        if not length or best >= target:
            break
        move = step * max(1.0, target - value) / length
        worth = [price + move * off for price, off in zip(worth, wrong, strict=True)]
    # Costs are whole numbers, so a bound may be rounded up, once what floats lost is given back.
    return min(target, math.ceil(best - 1e-3))


def _runs(line: Line, prices: Prices) -> list[Run]:
    """Return the runs of a line, by their starts."""
    return [
        Run(node, end, block, cost)
        for node in line.nodes()
        for block, slots in enumerate(prices.blocks)
        for end, span in ways(line, node, len(slots))
        if (cost := prices.of(block, span)) is not None
    ]


def _cheapest(line: Line, runs: list[Run], paid: list[float]) -> tuple[float, list[int]]:
    """Return the cheapest path over a line at what is paid for each block, and the blocks on it."""
    cost: dict[Node, float] = {(0, 0): 0.0}
    came: dict[Node, tuple[Node, int]] = {}
    last = len(line.sittings) - 1
    position = 0
    for node in line.nodes():
        here = cost.get(node)
        while position < len(runs) and runs[position].start == node:
            run = runs[position]
            position += 1
            if here is not None:
                found = here + run.cost - paid[run.block]
                if found < cost.get(run.end, float("inf")):
                    cost[run.end], came[run.end] = found, (node, run.block)
        sitting, done = node
        if here is not None and sitting < last and line.closes[sitting][done]:
            following = (sitting + 1, 0)
            if here < cost.get(following, float("inf")):
                cost[following], came[following] = here, (node, -1)
    ends = [(last, done) for done, closes in enumerate(line.closes[last]) if closes]
    end = min((node for node in ends if node in cost), key=cost.__getitem__)
    value, path = cost[end], []
    while end in came:
        end, block = came[end]
        if block >= 0:
            path.append(block)
    return value, path
