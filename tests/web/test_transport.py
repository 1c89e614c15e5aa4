"""An outbox over a real socket: who is slow, and who is not yet."""

import asyncio
import socket
from types import SimpleNamespace
from typing import cast

from server.live.outbox import Frame
from server.protocol.frames import Bye, Patch, Pulse
from server.web.transport import SLOW_BYTES, FanoutProtocol, TransportOutbox

PULSE = Frame(Pulse(time=1, seq=1, audience=1))


def patch(size: int) -> Frame:
    return Frame(Patch(after=0, seq=1, time=1, records={"question/q1": {"text": "x" * size}}))


def lent(transport: asyncio.Transport) -> tuple[TransportOutbox, asyncio.Event]:
    """Return an outbox over a transport, and whether there is room to write."""
    writable = asyncio.Event()
    writable.set()
    line = SimpleNamespace(transport=transport, close_sent=False, writable=writable)
    return TransportOutbox(cast("FanoutProtocol", line)), writable


async def test_a_client_that_reads_nothing_is_cut_off_at_the_goodbye() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, sock=ours
        )
        outbox, writable = lent(transport)
        assert outbox.send(patch(SLOW_BYTES // 2))
        writable.clear()
        outbox.close(Bye.REVOKED, None)
        assert transport.is_closing()
        assert transport.get_write_buffer_size() == 0, "it must not go on waiting for the reader"
        outbox.close(Bye.SLOW, 1.0)
        assert not outbox.send(PULSE)


async def test_a_large_snapshot_on_its_way_does_not_make_a_client_slow() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, sock=ours
        )
        outbox, _ = lent(transport)
        assert outbox.send(patch(8 * SLOW_BYTES))
        assert outbox.send(PULSE)
        more, sent = patch(SLOW_BYTES // 4), 0
        while outbox.send(more):
            sent += 1
            assert sent <= 8, "a client that never reads must be found slow in the end"
        transport.abort()
