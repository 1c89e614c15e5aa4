"""Server-sent events without a server: who hung up before they began was never there."""

from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from server.app import build
from server.integrations.showfile import read
from server.store.memory import MemoryStore

TRIAL = Path(__file__).with_name("trial.toml")


async def test_a_listener_who_hung_up_at_once_is_not_counted(tmp_path: Path) -> None:
    store = MemoryStore()
    await store.create("show", read(TRIAL.read_text(encoding="utf-8")), 0)
    app = build(store, bytes(32), "http://testserver", tmp_path)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise OSError("hung up")

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/s/show/events",
        "query_string": b"",
        "headers": [],
        "asgi": {"spec_version": "2.4"},
    }
    with pytest.raises(ClientDisconnect):
        await app(scope, receive, send)
    assert app.state.house.hub.followed()["show"].audience == 0
