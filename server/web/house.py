"""What every request handler needs of the house."""

from dataclasses import dataclass

from itsdangerous import URLSafeSerializer
from starlette.requests import HTTPConnection

from server.live.hub import Hub
from server.service.desk import Desk
from server.service.ports import (
    Cameras,
    Clock,
    Encoders,
    Outlet,
    Pictures,
    Planner,
    Publishing,
    Recordings,
    Store,
)
from server.service.rewind import Rewind


@dataclass(frozen=True)
class House:
    """The parts that `app.py` built; `secure` when the public address is https."""

    store: Store
    desk: Desk
    hub: Hub
    rewind: Rewind
    pictures: Pictures
    clock: Clock
    signer: URLSafeSerializer
    public_url: str
    recordings: Recordings
    cameras: Cameras
    outlet: Outlet
    publishing: Publishing | None
    encoders: Encoders
    planner: Planner

    @property
    def secure(self) -> bool:
        """Whether cookies may travel over https only."""
        return self.public_url.startswith("https:")


def house(connection: HTTPConnection) -> House:
    """Return the house that serves this request."""
    found: House = connection.app.state.house
    return found
