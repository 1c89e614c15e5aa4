"""The programme clock: which instant of the server's clock a moment of a source's media is.

The server cannot see when a picture was taken; it sees when it arrived. The least of these delays
over some seconds is the one without jams on the way, so: instant = media time + the least
(arrival - media time) - what the encoder needs for itself.
"""

from collections import deque

WINDOW_MS = 10_000
# Fast enough for any drift between two clocks, too slow for an eye.
SLEW_MS = 2.0


class ProgrammeClock:
    """Fed with each picture's time and arrival, both in ms; tells the instant of any media time.

    `encoder_delay_ms` may change at any time; the clock gets there as it follows a drift, so that
    for viewers the stage never goes back, and no player has to begin anew.
    """

    def __init__(self, encoder_delay_ms: int = 0) -> None:
        self.encoder_delay_ms = encoder_delay_ms
        # Rising in delay, so that the first is the least of the window.
        self._lags: deque[tuple[int, int]] = deque()
        self._anchor = 0.0
        self._held = False

    @property
    def runs(self) -> bool:
        """Whether it can tell anything yet."""
        return bool(self._lags)

    def note(self, media: int, arrival: int) -> None:
        """A picture of media time `media` has arrived."""
        lag = arrival - media
        while self._lags and self._lags[-1][1] >= lag:
            self._lags.pop()
        self._lags.append((arrival, lag))
        while self._lags[0][0] < arrival - WINDOW_MS:
            self._lags.popleft()
        wanted = float(self._lags[0][1] - self.encoder_delay_ms)
        if self._held:
            wanted = min(max(wanted, self._anchor - SLEW_MS), self._anchor + SLEW_MS)
        self._anchor = wanted

    def arrived(self, media: int) -> int:
        """Return when a media time came in, or would have without jams on the way."""
        return media + self._lags[0][1]

    def instant(self, media: int) -> int:
        """Return the instant of a media time; from the first answer on the clock only slews."""
        self._held = True
        return round(media + self._anchor)
