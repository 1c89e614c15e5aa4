"""A process that keeps the demo company: it ends with its parent, however that ends."""

import subprocess
import sys

END_SECONDS = 5.0


class Companion:
    """Starts one of our modules beside this process, and ends it.

    The child reads its standard input, which closes when this process ends in any way.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, module: str, *arguments: str, told: str = "") -> None:
        """Start a module; `told` is what it reads first, and nobody else on this machine."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(told.encode())
        self._process.stdin.flush()

    def end(self) -> None:
        """Send it home; ending one that never came is fine."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
