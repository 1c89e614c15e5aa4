"""Puts pictures and sound on one line of time, where each comes with a clock of its own.

Over RTP each begins anywhere. What took the least time to arrive took hardly any, of either: so
their earliest arrivals are held to be simultaneous.
"""

from typing import Literal

Kind = Literal["video", "audio"]

# What the receiver holds back before it gives anything: until the next picture comes, and until
# there are four more stretches of sound, of 20 ms each.
HELD_MS = {"video": 33, "audio": 80}


class LipSync:
    """Takes times and arrivals, both in ms; the first thing is at 0."""

    def __init__(self) -> None:
        self._least: dict[Kind, int] = {}
        self._origin = 0
        self._video: int | None = None

    def place(self, kind: Kind, time: int, arrival: int) -> int:
        """Return when something is seen or heard; pictures keep their distances, sound follows."""
        late = arrival - HELD_MS[kind] - time
        if not self._least:
            self._origin = late
        least = self._least[kind] = min(self._least.get(kind, late), late)
        if kind == "video":
            if self._video is None:
                self._video = least - self._origin
            return time + self._video
        if self._video is None:
            return time + least - self._origin
        return time + least - self._least["video"] + self._video
