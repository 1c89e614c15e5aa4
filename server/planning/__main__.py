"""Finds the fairest order: `python -m server.planning`.

It reads one `Errand` as a line of JSON, writes a line of `Findings` whenever more is known, and
ends; earlier if its standard input does. Runs with the least priority: no plan is worth a late cue.
"""

import os
import sys
import threading
import time
from contextlib import suppress

from server.plan.findings import findings
from server.plan.planner import plan
from server.planning.wire import line, read_errand

IDLE_PRIORITY = 19
ORPHANED = 3


def main() -> None:
    """Run the errand of the first line of standard input."""
    with suppress(OSError):
        os.nice(IDLE_PRIORITY)
    errand = read_errand(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for found in findings(errand, time.perf_counter, plan):
        sys.stdout.buffer.write(line(found))
        sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
