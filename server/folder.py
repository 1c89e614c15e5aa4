"""A data folder from outside: where it is, which server runs on it, and the links of its shows."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from server.app import DATABASE, now_ms, open_store, read_show
from server.domain.people import Person
from server.domain.show import Details, Show
from server.domain.sources import sound_of
from server.handout import Handout, Personal, Stream
from server.media.elsewhere import Elsewhere
from server.media.playout import Ingest
from server.service.links import make_links, read_secret, revoke, stream_key, token_of
from server.service.ports import Store
from server.store.faults import unknown

SERVER_FILE = "server.json"
ANY_ADDRESS = ("0.0.0.0", "::")


class Running(msgspec.Struct, frozen=True):
    """What a server writes into its data folder: its public address, its process, and the show
    that takes a stream."""

    url: str
    pid: int
    ingest: Ingest | None = None
    media: Elsewhere | None = None


def default(name: str) -> Path:
    """Return the folder of this user that is called `name`."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "luyan" / name


@asynccontextmanager
async def opened(data: Path, *, new: bool = False) -> AsyncIterator[Store]:
    """Open the shows of a folder for a while; raises OSError if there are none, unless `new`."""
    if not new and not (data / DATABASE).is_file():
        raise FileNotFoundError(
            f"There are no shows in {data}. `luyan new` adds one; `--data` names another folder."
        )
    store = await open_store(data)
    try:
        yield store
    finally:
        await store.close()


async def choose(store: Store, show: str | None) -> str:
    """Return the id of a show, the newest if none is named; refuse `show.unknown`."""
    shows = [row.id for row in await store.shows()]
    if show is None and shows:
        return shows[-1]
    if show is None or show not in shows:
        raise unknown(show or "")
    return show


async def read(store: Store, name: str | None) -> Show:
    """Return a show as it stands, the newest if none is named; refuse `show.unknown`."""
    return await read_show(store, await choose(store, name))


async def details(store: Store, show: str) -> Details:
    """Return what the whole show is called and when it is; refuse `show.unknown`."""
    changes = (await store.read(show)).changes
    (found,) = (c.record for c in changes if isinstance(c.record, Details))
    return found


async def hand_out(
    store: Store,
    data: Path,
    show: str,
    url: str = "",
    ingest: Ingest | None = None,
    media: Elsewhere | None = None,
) -> Handout:
    """Return the links of a show, made where they lack; `ingest`: where a stream is taken;
    `media`: where else."""
    secret = read_secret(data)
    changes = (await store.read(show)).changes
    records = [change.record for change in changes if change.record is not None]
    links = await make_links(store, secret, show, records, now_ms())
    found = next(record for record in records if isinstance(record, Details))
    stream = None
    if ingest is not None and ingest.show == show:
        sound = {lang: stream_key(secret, show, sound_of(lang)) for lang in found.languages}
        key = stream_key(secret, show)
        stream = Stream(ingest.port, key, sound, ingest.secure is not None)
    if media is not None and media.show == show:
        published = media.publishing(stream_key(secret, show))
        stream = Stream(0, published[1], {}, server=published[0]) if published else None
    return Handout(
        show=show,
        details=found,
        links=[Personal(link.role, link.person, token_of(secret, link.id)) for link in links],
        people={record.id: record for record in records if isinstance(record, Person)},
        url=url,
        stream=stream,
    )


async def renew(store: Store, data: Path, show: str, person: str) -> None:
    """Close the link of a role or person; `hand_out` then has another. ValueError: no such link."""
    now = now_ms()
    found = [link for link in await store.links(show) if link.person == person and link.holds(now)]
    if not found:
        raise ValueError(f"No link of the show “{show}” is for “{person}”; `luyan links` has all.")
    for link in found:
        await revoke(store, read_secret(data), link, now)


def announce(
    data: Path, url: str, ingest: Ingest | None = None, media: Elsewhere | None = None
) -> None:
    """Write down that this process serves the folder at a public address."""
    running = Running(url, os.getpid(), ingest, media)
    unfinished = data / f".{SERVER_FILE}.{os.getpid()}"
    unfinished.write_bytes(msgspec.json.encode(running) + b"\n")
    unfinished.replace(data / SERVER_FILE)


def announced(data: Path) -> Running | None:
    """Return who serves the folder, or served it last and did not end well."""
    with suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode((data / SERVER_FILE).read_bytes(), type=Running)
    return None


def withdraw(data: Path) -> None:
    """Take back what this process announced."""
    running = announced(data)
    if running is not None and running.pid == os.getpid():
        (data / SERVER_FILE).unlink(missing_ok=True)


def reachable(url: str) -> str:
    """Return an address that other machines can use, for a server that listens on all of ours."""
    parts = urlsplit(url)
    if parts.netloc.rpartition(":")[0].strip("[]") not in ANY_ADDRESS:
        return url
    # Connecting a datagram socket sends nothing; it only asks which way we would go.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(("192.0.2.1", 9))
            host = str(way.getsockname()[0])
        except OSError:
            host = "127.0.0.1"
    return f"{parts.scheme}://{host}:{parts.port}"
