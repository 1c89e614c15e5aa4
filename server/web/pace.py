"""How fast one client may send: what comes faster waits in its own socket, and hurts nobody."""

import time
from collections.abc import Callable

# Far beyond any person, and any program that means well.
A_SECOND = 100.0
AT_ONCE = 1000.0


class Pace:
    """What one client has left to spend; it comes back by `A_SECOND`, up to `AT_ONCE`.

    `clock` is in seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = AT_ONCE
        self._at = clock()

    def spend(self, cost: float) -> float:
        """Take a cost, and return the seconds to wait until it has been earned."""
        now = self._clock()
        self._left = min(AT_ONCE, self._left + (now - self._at) * A_SECOND) - cost
        self._at = now
        return max(0.0, -self._left / A_SECOND)
