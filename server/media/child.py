"""A show's media child: `python -m server.media.child`, told by lines what to do.

Its first line is `configure`; it ends with its standard input, in whatever way that came about.
"""

import asyncio
import os
import resource
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av.logging
import msgspec

from server.media.ingest import Ingest
from server.media.mux import Mux
from server.media.reels import Reels
from server.media.wire import (
    Calibrate,
    Configure,
    Notice,
    Order,
    Ready,
    Said,
    SetDelay,
    SetKeys,
    Stat,
    Take,
)

STAT_SECONDS = 1.0
# A parent that does not listen for minutes misses the small talk, not the news.
UNHEARD_BYTES = 64 << 10
HUNG_SECONDS = 10.0
LINE_BYTES = 1 << 20
LOOPBACK = "127.0.0.1"
PAGE_BYTES = resource.getpagesize()

_read = msgspec.json.Decoder(Order).decode
_write = msgspec.json.Encoder().encode


async def main() -> int:
    """Do as told until there is nobody left to tell; return the exit code."""
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    out, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout)

    def say(said: Said) -> None:
        if not isinstance(said, Stat) or out.get_write_buffer_size() < UNHEARD_BYTES:
            out.write(_write(said) + b"\n")

    def say_from_thread(said: Said) -> None:
        _call(loop, lambda: say(said))

    def send_away(publication: int, text: str) -> None:
        _call(loop, lambda: ingest.send_away(publication, text))

    config = await _next(orders)
    if not isinstance(config, Configure):
        return 2
    reels = Reels(
        Path(config.folder),
        config.segment_ms,
        config.reserve_bytes,
        say_from_thread,
        part_ms=config.part_ms,
    )
    mux = Mux(reels, say_from_thread, send_away, config.encoder_delay_ms)
    ingest = Ingest(config.keys, mux, say)
    try:
        if config.own_port is not None:
            await ingest.start(LOOPBACK, config.own_port)
        say(Ready(port=await ingest.start(config.host, config.port, _tls(config))))
    except ssl.SSLError as problem:
        say(Notice(code="no_certificate", text=f"{config.certificate}: {problem.reason}"))
        return 1
    except OSError as problem:
        say(Notice(code="no_port", text=f"port {config.port}: {problem.strerror or problem}"))
        return 1
    beating = asyncio.create_task(_beat(mux, say))
    obeying = asyncio.create_task(_obey(orders, mux, ingest))
    await asyncio.wait([beating, obeying], return_when=asyncio.FIRST_COMPLETED)
    await ingest.close()
    await asyncio.to_thread(mux.close)
    # What the thread said last is written when the loop next turns.
    await asyncio.sleep(0)
    return 1 if beating.done() else 0


async def _next(orders: asyncio.StreamReader) -> Order | None:
    """Return the next thing to do, None when there will be none."""
    line = await orders.readline()
    return _read(line) if line.endswith(b"\n") else None


async def _obey(orders: asyncio.StreamReader, mux: Mux, ingest: Ingest) -> None:
    while (order := await _next(orders)) is not None:
        match order:
            case SetKeys():
                ingest.change_keys(order.keys)
            case Take():
                mux.take(order.source)
            case SetDelay():
                mux.delay(order.source, order.ms)
            case Calibrate():
                mux.calibrate(order.source)


async def _beat(mux: Mux, say: Callable[[Said], None]) -> None:
    """Tell each second that all is well; return when the mux thread died or hangs."""
    idle_seconds, muxed_jobs = 0.0, 0
    while mux.alive and idle_seconds < HUNG_SECONDS:
        hangs = mux.waiting_tags > 0 and mux.muxed_jobs == muxed_jobs
        idle_seconds = idle_seconds + STAT_SECONDS if hangs else 0.0
        muxed_jobs = mux.muxed_jobs
        usage = resource.getrusage(resource.RUSAGE_SELF)
        say(
            Stat(
                cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
                rss_bytes=_rss_bytes(usage),
                received_bytes=mux.received_bytes,
                waiting_tags=mux.waiting_tags,
            )
        )
        await asyncio.sleep(STAT_SECONDS)


def _rss_bytes(usage: resource.struct_rusage) -> int:
    """Return the memory in use, or the most that ever was where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _tls(config: Configure) -> ssl.SSLContext | None:
    if config.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(config.certificate, config.private_key)
    return context


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    """Do something in the loop, from another thread; nobody listens any more when it is closed."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(what)


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    code = asyncio.run(main())
    # A thread that hangs on a dead disk must not keep the process.
    sys.stdout.flush()
    os._exit(code)
