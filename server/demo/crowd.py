"""The simulated audience as the demo holds it: a process of its own, never leaving this machine."""

import ipaddress
from urllib.parse import urlsplit

from server.demo.companion import Companion

LIMIT = 2000


class Crowd(Companion):
    """Starts the audience, and ends it."""

    def start(self, url: str, show: str, number: int) -> None:
        """Let `number` attendees come to a show of this machine.

        Raises ValueError if there are too many, or the address is not of this machine.
        """
        if not 0 < number <= LIMIT:
            raise ValueError(f"An audience has 1 to {LIMIT} attendees, not {number}.")
        if not is_loopback(url):
            raise ValueError("The simulated audience only ever visits this machine.")
        self.run("server.demo.audience", url, show, str(number))


def is_loopback(url: str) -> bool:
    """Tell whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
