"""The command line of Luyan: one function for each `luyan` command."""

import argparse
import asyncio
import errno
import json
import logging
import os
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

PORT = 8000
MEGABYTE = 1_000_000
SAMPLES = Path(__file__).resolve().parent / "samples"
STARTS_IN_MS = 60_000
# A demo that ended so long ago is not taken up again, unless its folder was named.
STALE_MS = 12 * 3600 * 1000
SHOW_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DEMO_ID = re.compile(r"demo(-\d+)?")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not done, 2 not understood."""
    options = _parser().parse_args(arguments)
    # Raised where uvicorn hands a signal on, so that what is open is closed; the runner's own
    # handler would cancel the closing too.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    run: Callable[[argparse.Namespace], Coroutine[Any, Any, None]] = options.run
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(options))
    except KeyboardInterrupt:
        return 0 if run in (_demo, _serve, _playout) else 130
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


# ---- what may be typed -------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="luyan",
        description="Luyan (路演) holds a live-streamed roadshow together.",
        epilog="LUYAN_DATA, LUYAN_URL, LUYAN_PLAYOUT, LUYAN_MEDIA, LUYAN_MAIL and LUYAN_MAIL_FROM "
        "stand for --data, --url, --playout, --media, --mail and --mail-from.",
    )
    parser.add_argument("--version", action="version", version=f"luyan {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    demo = _command(commands, _demo, "demo", "serve a sample show that starts in a minute")
    _listen(demo)
    demo.add_argument(
        "--audience",
        type=_number(crowd.LIMIT),
        default=0,
        metavar="N",
        help=f"let N simulated attendees ask and vote (at most {crowd.LIMIT})",
    )
    _ingest(demo, 0, "RTMP port for the show's picture (default: any free one)")
    demo.add_argument(
        "--no-picture",
        dest="picture",
        action="store_false",
        help="leave out the test picture, so that another can be published",
    )
    _webrtc(demo)
    demo.add_argument("--fresh", action="store_true", help="begin anew, not where it was left")

    new = _command(commands, _new, "new", "add the show of a show file")
    new.add_argument("file", type=Path, metavar="FILE", help="a show file, such as show.toml")
    new.add_argument("--id", help="the show's name in addresses (default: the file's name)")

    planning = _command(commands, _plan, "plan", "find the fairest rundown of a show file")
    planning.add_argument("file", type=Path, metavar="FILE", help="a show file, such as show.toml")
    planning.add_argument("--json", action="store_true", help="print it for programs")

    serving = _command(commands, _serve, "serve", "serve every show of the data folder")
    _listen(serving)
    _url(serving)
    _ingest(serving, None, "take the newest show's picture by RTMP at this port; 0: any free one")
    words = "take the picture by RTMPS, with this certificate (PEM)"
    serving.add_argument("--ingest-certificate", type=Path, metavar="FILE", help=words)
    words = "the certificate's private key (PEM)"
    serving.add_argument("--ingest-key", type=Path, metavar="FILE", help=words)
    _webrtc(serving)
    serving.add_argument(
        "--restored", action="store_true", help="the folder was put back from a backup: once"
    )

    serving.add_argument(
        "--playout",
        default=os.environ.get("LUYAN_PLAYOUT"),
        metavar="URL",
        help="where `luyan playout` serves the pictures, if not here",
    )

    serving.add_argument(
        "--media",
        default=os.environ.get("LUYAN_MEDIA"),
        metavar="ADDRESS",
        help="take the newest show's picture from elsewhere: mediamtx+http://…, "
        "nginx-rtmp+http://… or a playlist's address",
    )
    serving.add_argument(
        "--media-delay",
        type=_number(600),
        metavar="SECONDS",
        help="how late that is, if its playlist has no dates",
    )

    _mail(serving)

    playing = _command(commands, _playout, "playout", "serve the pictures alone, to many viewers")
    _listen(playing)
    _url(playing)

    links = _command(commands, _links, "links", "print the personal links of a show")
    _show(links)
    _url(links)
    links.add_argument("--json", action="store_true", help="print them for programs")
    links.add_argument("--qr", action="store_true", help="print a QR code for each")
    links.add_argument(
        "--revoke", metavar="ID", help="close the link of a role or person, and make another"
    )

    cutting = _command(commands, _recording, "recording", "cut a show's films now")
    _show(cutting)
    cutting.add_argument("--clips", action="store_true", help="the pitches, without the whole show")

    exporting = _command(commands, _export, "export", "write a show down as JSON")
    _show(exporting)
    exporting.add_argument("--output", type=Path, metavar="FILE", help="where to (default: here)")
    return parser


def _command(
    commands: Any, run: Callable[[argparse.Namespace], Any], name: str, words: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.set_defaults(run=run)
    data = os.environ.get("LUYAN_DATA")
    command.add_argument(
        "--data",
        type=Path,
        default=Path(data) if data else None,
        metavar="DIR",
        help=f"the data folder (default: {folder.default('demo' if run is _demo else 'shows')})",
    )
    return command


def _listen(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--port", type=_number(65535), default=PORT, help=f"default {PORT}; 0: any free one"
    )
    command.add_argument("--host", default="127.0.0.1", help="0.0.0.0: let other machines in")


def _ingest(command: argparse.ArgumentParser, default: int | None, words: str) -> None:
    command.add_argument(
        "--ingest", type=_number(65535), default=default, metavar="PORT", help=words
    )
    command.add_argument(
        "--reserve",
        type=_number(10**9),
        default=RESERVE_BYTES // MEGABYTE,
        metavar="MB",
        help="stop recording when so little is free on the disk (default %(default)s)",
    )
    command.add_argument(
        "--low-latency",
        action="store_true",
        help="viewers see the picture after two seconds, not five, if their lines are good",
    )


def _webrtc(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--webrtc-ice",
        default=os.environ.get("LUYAN_WEBRTC_ICE", ""),
        metavar="ADDRESSES",
        help="STUN and TURN servers for WHIP: stun:host:port turn:user:password@host:port",
    )
    command.add_argument(
        "--webrtc-address",
        default=os.environ.get("LUYAN_WEBRTC_ADDRESS", ""),
        metavar="ADDRESSES",
        help="addresses of this machine where WHIP takes pictures (default: all but loopback)",
    )


def _mail(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--mail",
        default=os.environ.get("LUYAN_MAIL"),
        metavar="ADDRESS",
        help="mail invitations by smtps://user:password@host, or smtp:// (TLS where offered)",
    )
    command.add_argument(
        "--mail-from",
        default=os.environ.get("LUYAN_MAIL_FROM", ""),
        metavar="ADDRESS",
        help="the address from which they come, and to which answers by mail go",
    )


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("--show", metavar="ID", help="which show (default: the newest)")


def _url(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--url", default=os.environ.get("LUYAN_URL"), help="the public address of the server"
    )


def _number(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) > most:
            raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to {most}")
        return int(text)

    return number
