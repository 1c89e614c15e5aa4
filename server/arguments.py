"""What may be typed after `luyan`: the commands, and the options of each."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server import __version__, folder
from server.demo import crowd
from server.media.playout import RESERVE_BYTES

PORT = 8000
MEGABYTE = 1_000_000


def parser() -> argparse.ArgumentParser:
    """Return what takes a command line apart; `command` is then the name of one."""
    line = argparse.ArgumentParser(
        prog="luyan",
        description="Luyan (路演) holds a live-streamed roadshow together.",
        epilog="LUYAN_DATA, LUYAN_URL, LUYAN_PLAYOUT, LUYAN_MEDIA, LUYAN_MAIL and LUYAN_MAIL_FROM "
        "stand for --data, --url, --playout, --media, --mail and --mail-from.",
    )
    line.add_argument("--version", action="version", version=f"luyan {__version__}")
    commands = line.add_subparsers(metavar="COMMAND", required=True)

    demo = _command(commands, "demo", "serve a sample show that starts in a minute")
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

    new = _command(commands, "new", "add the show of a show file")
    new.add_argument("file", type=Path, metavar="FILE", help="a show file, such as show.toml")
    new.add_argument("--id", help="the show's name in addresses (default: the file's name)")

    planning = _command(commands, "plan", "find the fairest rundown of a show file")
    planning.add_argument("file", type=Path, metavar="FILE", help="a show file, such as show.toml")
    planning.add_argument("--json", action="store_true", help="print it for programs")

    serving = _command(commands, "serve", "serve every show of the data folder")
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

    playing = _command(commands, "playout", "serve the pictures alone, to many viewers")
    _listen(playing)
    _url(playing)

    links = _command(commands, "links", "print the personal links of a show")
    _show(links)
    _url(links)
    links.add_argument("--json", action="store_true", help="print them for programs")
    links.add_argument("--qr", action="store_true", help="print a QR code for each")
    links.add_argument(
        "--revoke", metavar="ID", help="close the link of a role or person, and make another"
    )

    cutting = _command(commands, "recording", "cut a show's films now")
    _show(cutting)
    cutting.add_argument("--clips", action="store_true", help="the pitches, without the whole show")

    exporting = _command(commands, "export", "write a show down as JSON")
    _show(exporting)
    exporting.add_argument("--output", type=Path, metavar="FILE", help="where to (default: here)")
    return line


def _command(commands: Any, name: str, words: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.set_defaults(command=name)
    data = os.environ.get("LUYAN_DATA")
    command.add_argument(
        "--data",
        type=Path,
        default=Path(data) if data else None,
        metavar="DIR",
        help=f"the data folder (default: {folder.default('demo' if name == 'demo' else 'shows')})",
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
