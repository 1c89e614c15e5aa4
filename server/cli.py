"""The command line of Luyan: one function for each `luyan` command."""

import argparse
import asyncio
import errno
import json
import logging
import re
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import msgspec
import uvloop

from server import __version__, folder
from server.app import OWN, now_ms, serve
from server.arguments import MEGABYTE, PORT, parser
from server.demo import ON_CAMERA, crowd
from server.demo.companion import Companion
from server.domain import clock
from server.domain.recording import WHOLE, takes
from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.domain.sources import camera_of
from server.edge import serve_edge
from server.integrations.export import export
from server.integrations.mail import MailServer, mail_server
from server.integrations.showfile import read
from server.media.archive import Archive
from server.media.cameras import Reach
from server.media.cutting import make
from server.media.elsewhere import Elsewhere, elsewhere
from server.media.playout import RESERVE_BYTES, Ingest, Secure, free_port, secure
from server.plan.show import of_records, problem_of
from server.proposal import propose
from server.service.links import read_secret, stream_key
from server.service.ports import Outlet, Store

T = TypeVar("T")

SAMPLES = Path(__file__).resolve().parent / "samples"
STARTS_IN_MS = 60_000
# A demo that ended so long ago is not taken up again, unless its folder was named.
STALE_MS = 12 * 3600 * 1000
SHOW_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DEMO_ID = re.compile(r"demo(-\d+)?")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not done, 2 not understood."""
    options = parser().parse_args(arguments)
    # Raised where uvicorn hands a signal on, so that what is open is closed; the runner's own
    # handler would cancel the closing too.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(COMMANDS[options.command](options))
    except KeyboardInterrupt:
        return 0 if options.command in SERVING else 130
    except (Refusal, OSError, ValueError) as problem:
        print(f"luyan: {_words(problem)}", file=sys.stderr)
        return 1
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _words(problem: Exception) -> str:
    """Say in words what went wrong."""
    if isinstance(problem, Refusal):
        return problem.text.format(**problem.details)
    if isinstance(problem, socket.gaierror):
        return f"This machine has no such address ({problem.strerror}). See --host."
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return "This port is taken. --port chooses another; 0 takes any free one."
    if isinstance(problem, OSError) and problem.filename is not None:
        return f"{problem.filename}: {problem.strerror}"
    return str(problem)


# ---- the commands ------------------------------------------------------------------------------


async def _demo(options: argparse.Namespace) -> None:
    """Serve the sample show, which starts in a minute; or go on with the one that was there."""
    data: Path = options.data or folder.default("demo")
    if options.audience and not crowd.is_loopback(f"http://{options.host}"):
        raise ValueError("--audience needs --host 127.0.0.1: it never leaves this machine.")
    async with folder.opened(data, new=True) as store:
        show = await _demo_show(store, options.fresh, options.data is not None)
        port = options.ingest or free_port(options.host)
        ingest = Ingest(
            show,
            options.host,
            port,
            reserve_bytes=options.reserve * MEGABYTE,
            low_latency=options.low_latency,
        )
        page = await folder.hand_out(store, data, show, ingest=ingest)
    audience, picture = crowd.Crowd(), Companion()

    def ready(url: str) -> None:
        starts = clock.local(page.details.starts_at, page.details.zone)
        links = page._replace(url=url)
        print(links.text())
        print(
            f"\n  The first cue is planned for {starts:%H:%M:%S} ({page.details.zone}); the caller"
        )
        print("  starts it with the space bar. Ctrl-C ends the server and keeps the show.")
        print(f"  These links again: luyan links --data {data}", flush=True)
        if options.audience:
            audience.start(url, show, options.audience)
        if options.picture and links.stream is not None:
            key = stream_key(read_secret(data), show, camera_of(ON_CAMERA))
            token = links.of(Role.INTERPRETER)[0].token
            told = f"{links.rtmp}/{links.stream.key}\n{links.rtmp}/{key}\n{token}\n"
            picture.run("server.demo.camera", url, show, told=told)

    try:
        await _serve_folder(options, data, logging.WARNING, None, ready, ingest=ingest)
    finally:
        audience.end()
        picture.end()


async def _demo_show(store: Store, fresh: bool, named: bool) -> str:
    """Return the id of the demo show to serve, made if there is none to go on with."""
    now = now_ms()
    shows = [row.id for row in await store.shows() if DEMO_ID.fullmatch(row.id)]
    if shows and not fresh:
        ends_at = (await folder.details(store, shows[-1])).ends_at
        if named or now < ends_at + STALE_MS:
            return shows[-1]
    show = f"demo-{len(shows) + 1}" if shows else "demo"
    text = (SAMPLES / "demo.toml").read_text(encoding="utf-8")
    await store.create(show, read(text, now + STARTS_IN_MS), now)
    return show


async def _new(options: argparse.Namespace) -> None:
    """Add the show of a show file."""
    path: Path = options.file
    show = options.id or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40]
    if not SHOW_ID.fullmatch(show):
        raise ValueError(f"“{show}” cannot be an id: small letters, digits and hyphens. See --id.")
    records = _from_file(path, read)
    async with folder.opened(_data(options), new=True) as store:
        await store.create(show, records, now_ms())
    folder_option = f" --data {options.data}" if options.data else ""
    print(f"Added the show “{show}”. Next: luyan serve{folder_option}")


def _from_file(path: Path, read: Callable[[str], T]) -> T:
    try:
        return read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text file in UTF-8.") from None
    except Refusal as refusal:
        place = f"{refusal.field}: " if refusal.field else ""
        raise ValueError(f"{path}: {place}{_words(refusal)}") from None


async def _plan(options: argparse.Namespace) -> None:
    """Print the fairest rundown of a show file."""
    show = _from_file(options.file, lambda text: problem_of(of_records(read(text))))
    proposal = propose(show, time.perf_counter)
    if options.json:
        print(json.dumps(proposal.document(), ensure_ascii=False, indent=2))
    if proposal.plan is None:
        raise ValueError(proposal.text())
    if not options.json:
        print(proposal.text())


async def _serve(options: argparse.Namespace) -> None:
    """Serve every show of the data folder."""
    data = _data(options)
    async with folder.opened(data, new=True) as store:
        shows = [row.id for row in await store.shows()]
    ingest, media = None, None
    if shows and options.media:
        if options.ingest is not None:
            raise ValueError("--media and --ingest: the picture comes from one of them.")
        delay_ms = options.media_delay * 1000 if options.media_delay is not None else None
        media = elsewhere(options.media, shows[-1], delay_ms)
    if shows and options.ingest is not None:
        port = options.ingest or free_port(options.host)
        reserve = options.reserve * MEGABYTE
        near = options.low_latency
        ingest = Ingest(shows[-1], options.host, port, _secure(options), reserve, near)

    def ready(url: str) -> None:
        print(f"Luyan {__version__} serves {data} at {url}")
        for show in shows:
            print(f"  {url}/s/{show}")
        if not shows:
            print("  There is no show yet: luyan new FILE")
        if ingest is not None:
            print(
                f"  “{ingest.show}” takes a stream at port {ingest.port}: luyan links has its key"
            )
        if mail is not None:
            print(f"  Invitations are mailed by {mail.host} from {mail.sender}")
        print("  Ctrl-C ends the server.", flush=True)

    mail = mail_server(options.mail, options.mail_from) if options.mail else None
    public_url = _public_url(options)
    outlet = OWN
    if options.playout:
        origin = _origin(options.playout)
        outlet = Outlet(origin + OWN.playlist, origin)
    await _serve_folder(
        options,
        data,
        logging.INFO,
        public_url,
        ready,
        options.restored,
        ingest,
        outlet,
        media,
        mail,
    )


async def _serve_folder(
    options: argparse.Namespace,
    data: Path,
    level: int,
    public_url: str | None,
    on_ready: Callable[[str], None],
    restored: bool = False,
    ingest: Ingest | None = None,
    outlet: Outlet = OWN,
    media: Elsewhere | None = None,
    mail: MailServer | None = None,
) -> None:
    """Serve a data folder until a signal ends it, and announce the address while it lasts."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=level)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def ready(url: str) -> None:
        url = folder.reachable(url)
        folder.announce(data, url, ingest, media)
        on_ready(url)

    try:
        await serve(
            data,
            options.host,
            options.port,
            public_url,
            ready,
            restored,
            ingest,
            outlet,
            media,
            Reach(tuple(options.webrtc_ice.split()), tuple(options.webrtc_address.split())),
            mail,
        )
    finally:
        folder.withdraw(data)


async def _playout(options: argparse.Namespace) -> None:
    """Serve the pictures of the data folder, and nothing else."""
    data = _data(options)

    def ready(url: str) -> None:
        print(f"Luyan {__version__} serves the pictures of {data} at {url}")
        print(f"  luyan serve --playout {url}    leads viewers here")
        print("  Ctrl-C ends it.", flush=True)

    origin = _public_url(options) or "*"
    await serve_edge(data, options.host, options.port, origin, ready)


async def _links(options: argparse.Namespace) -> None:
    """Print the links of a show, after closing one if so told."""
    data = _data(options)
    running = folder.announced(data)
    url = _public_url(options) or (running.url if running else f"http://127.0.0.1:{PORT}")
    async with folder.opened(data) as store:
        show = await folder.choose(store, options.show)
        if options.revoke is not None:
            await folder.renew(store, data, show, options.revoke)
        taken = (running.ingest, running.media) if running else ()
        page = await folder.hand_out(store, data, show, url, *taken)
    if options.json:
        print(json.dumps(page.document(), ensure_ascii=False, indent=2))
    elif options.revoke is not None:
        (link,) = (link for link in page.links if link.person == options.revoke)
        print(f"The old link of “{link.person}” is closed. The new one:\n{page.address(link)}")
    else:
        print(page.text(options.qr))
    if running is None:
        print("luyan: no server runs on this folder now: luyan serve", file=sys.stderr)


async def _recording(options: argparse.Namespace) -> None:
    """Cut every film of a show that can be cut by now."""
    data = _data(options)
    async with folder.opened(data) as store:
        show = await folder.read(store, options.show)
    archive, made = Archive(data, now_ms), 0
    for take in takes(show, now_ms()):
        if options.clips and take.name == WHOLE:
            continue
        clip = await make(archive, show, take, RESERVE_BYTES)
        made += len(clip.films)
        for film in clip.films:
            print(archive.clips_of(show.id) / film.file)
    if not made:
        raise ValueError(f"There is no picture of “{show.id}” that a film could be made of.")


async def _export(options: argparse.Namespace) -> None:
    """Write a show down as JSON."""
    async with folder.opened(_data(options)) as store:
        show = await folder.choose(store, options.show)
        document = await export(store, show, now_ms())
    text = msgspec.json.format(msgspec.json.encode(document)).decode() + "\n"
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.write_text(text, encoding="utf-8")


def _data(options: argparse.Namespace) -> Path:
    data: Path | None = options.data
    return data or folder.default("shows")


def _secure(options: argparse.Namespace) -> Secure | None:
    """Return what makes the ingest RTMPS, None if nothing was asked; raises ValueError."""
    certificate: Path | None = options.ingest_certificate
    private_key: Path | None = options.ingest_key
    if certificate is None or private_key is None:
        if certificate is not private_key:
            raise ValueError("--ingest-certificate and --ingest-key go together.")
        return None
    return secure(certificate, private_key)


def _public_url(options: argparse.Namespace) -> str | None:
    url: str | None = options.url
    return _origin(url) if url else None


def _origin(url: str) -> str:
    """Return an origin as a browser writes it: in small letters, without the port that goes
    unsaid."""
    if not re.fullmatch(r"https?://[^/?#;,\s]+/?", url):
        raise ValueError(f"“{url}” is not an address such as https://show.example.org")
    return re.sub(r"^(http:.*):80$|^(https:.*):443$", r"\1\2", url.rstrip("/").lower())


COMMANDS: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "demo": _demo,
    "new": _new,
    "plan": _plan,
    "serve": _serve,
    "playout": _playout,
    "links": _links,
    "recording": _recording,
    "export": _export,
}
# These go on until they are told to stop.
SERVING = frozenset({"demo", "serve", "playout"})
