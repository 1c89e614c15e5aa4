"""Processes of our own: each runs one module, and is spoken to over its standard streams."""

import asyncio
import os
import sys
from pathlib import Path

import server

LINE_BYTES = 1 << 16


async def begin(module: str, *, limit: int = LINE_BYTES, **told: str) -> asyncio.subprocess.Process:
    """Start a module in a process; raises OSError if there cannot be another.

    `limit` is how long a line that it says may be, in bytes; `told` is added to its environment,
    which others cannot read. A Ctrl-C is for us alone: whoever begins a process ends it.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=limit,
        start_new_session=True,
        env={**os.environ, **_found(), **told},
    )


def _found() -> dict[str, str]:
    """Return what lets a child find the same `server` that we are."""
    ours = str(Path(server.__file__).resolve().parents[1])
    theirs = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([ours, theirs] if theirs else [ours])}
