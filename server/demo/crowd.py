"""The simulated audience as the demo holds it: a process of its own that ends with its parent."""

import ipaddress
import subprocess
import sys
from urllib.parse import urlsplit

LIMIT = 2000
END_SECONDS = 5.0


class Crowd:
    """Starts the audience, and ends it.

    The child reads its standard input, which closes when this process ends in any way.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, url: str, show: str, number: int) -> None:
        """Let `number` attendees come to a show of this machine.

        Raises ValueError if there are too many, or the address is not of this machine.
        """
        if not 0 < number <= LIMIT:
            raise ValueError(f"An audience has 1 to {LIMIT} attendees, not {number}.")
        if not is_loopback(url):
            raise ValueError("The simulated audience only ever visits this machine.")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server.demo.audience", url, show, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end(self) -> None:
        """Send everybody home; ending an audience that never came is fine."""
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


def is_loopback(url: str) -> bool:
    """Tell whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
