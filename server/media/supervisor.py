"""Keeps a show's media child alive; the web process holds one of these and never imports `av`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from server.media.wire import Command, Event, Wrote

Phase = Literal["off", "waiting", "live", "paused"]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a page may say of the picture.

    `off`: publishers cannot come; `waiting`: they can, and there was no picture yet; `live`;
    `paused`: there was one, and it stopped. `since` is ms UTC; `port` is where publishers come.
    """

    phase: Phase
    since: int
    port: int
    on_air: str | None = None
    last: Wrote | None = None


class Supervisor:
    """One media child for one show: started, listened to, started again when it dies.

    `keys` leads from stream keys to the names of sources; `port` 0 takes a free one and keeps it.
    `on_event(event, state)` is called in the event loop; event None: only the state is new.
    """

    def __init__(
        self,
        data_dir: Path,
        show_id: str,
        port: int,
        keys: Mapping[str, str],
        on_event: Callable[[Event | None, State], None],
    ) -> None:
        raise NotImplementedError

    @property
    def state(self) -> State:
        """How the picture is now."""
        raise NotImplementedError

    @property
    def folder(self) -> Path:
        """Where the index and its files are: `data_dir/media/show_id`."""
        raise NotImplementedError

    async def start(self) -> None:
        """Start the child; it need not be ready when this returns."""
        raise NotImplementedError

    def send(self, command: Command) -> None:
        """Tell the child something; what it was told is told again to the one after it."""
        raise NotImplementedError

    async def close(self) -> None:
        """End the child."""
        raise NotImplementedError
