"""The bus within one process: a hint reaches everybody who follows the shows."""

from server.service.ports import Bus


class LocalBus:
    """Passes hints on, in the order in which the listeners were added."""

    def __init__(self) -> None:
        self._listeners: list[Bus] = []

    def add(self, listener: Bus) -> None:
        """Let somebody hear every hint from now on."""
        self._listeners.append(listener)

    def hint(self, show: str, seq: int) -> None:
        """Tell whoever shows this show that it is at `seq` now."""
        for listener in self._listeners:
            listener.hint(show, seq)
