"""WebVTT: what a player shows beside a film, such as its chapters."""

from collections.abc import Iterable


def webvtt(cues: Iterable[tuple[int, int, str]]) -> str:
    """Return a WebVTT file of cues: start and end in ms, and the words."""
    blocks = ["WEBVTT"]
    for start, end, words in cues:
        # An empty line would end the cue, and an arrow begin another.
        text = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;")
        blocks.append(f"{_time(start)} --> {_time(end)}\n{text.replace('>', '&gt;')}")
    return "\n\n".join(blocks) + "\n"


def _time(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
