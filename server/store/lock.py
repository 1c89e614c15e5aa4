"""One server process for one data folder."""

import fcntl
import os
from pathlib import Path
from typing import IO

from server.store.faults import StoreFault


def hold(data: Path) -> IO[str]:
    """Hold a data folder until the returned file is closed, or the process ends in any way.

    StoreFault: another process holds it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (data / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            lock.seek(0)
            process = lock.read().strip() or "unknown"
        raise StoreFault(
            f"The data folder {data} is already being served by another process ({process})."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
