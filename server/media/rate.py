"""How much a sender over WebRTC is asked to send: less when packets are lost, then slowly more.

What a receiver asks for is all the congestion control that there is on its side; a fixed figure
would drown a thin line.
"""

MOST = 3_000_000
LEAST = 250_000
FIRST = 1_500_000
# As Google's congestion control holds it (draft-ietf-rmcat-gcc-02, 6): below, more; above, less.
HARMLESS, HARMFUL = 0.02, 0.10
RISE = 1.08


class Rate:
    """`bits` a second are asked for; told once a second what came."""

    def __init__(self) -> None:
        self.bits = FIRST
        self._expected = self._received = 0

    def note(self, expected: int, received: int) -> int:
        """Return what to ask for, by the packets that were due and came since the beginning."""
        due, came = expected - self._expected, received - self._received
        self._expected, self._received = expected, received
        if due <= 0:
            return self.bits
        # What is sent again may come late, and then counts twice.
        lost = max(0.0, 1 - came / due)
        if lost > HARMFUL:
            self.bits = max(LEAST, round(self.bits * (1 - lost / 2)))
        elif lost < HARMLESS:
            self.bits = min(MOST, round(self.bits * RISE))
        return self.bits
