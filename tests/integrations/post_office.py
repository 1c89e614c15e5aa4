"""A mail server for tests: a real one on loopback, which keeps what it takes, or is difficult."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice:
    """Takes mail by SMTP; `answers` holds what it says to each next recipient, if not yes;
    a `silent` one says nothing at all.

    With `tls` it offers STARTTLS; with `password` it wants that of `office` first.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, password: str = "") -> None:
        self.tls = tls
        self.password = password
        self.answers: list[str] = []
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.silent = False
        self.lines = 0
        self.called = asyncio.Event()
        self.secured = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Take connections, at the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        self.called.set()
        self._writers.add(writer)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(words: str) -> None:
            writer.write(f"{words}\r\n".encode())

        if self.silent:
            await reader.read()
            return
        say("220 post office")
        known, secure = not self.password, False
        while line := (await reader.readline()).decode().strip():
            match line.split(maxsplit=1)[0].upper():
                case "EHLO":
                    say("250-post office")
                    if self.tls is not None and not secure:
                        say("250-STARTTLS")
                    if self.password:
                        say("250-AUTH PLAIN")
                    say("250 8BITMIME")
                case "STARTTLS":
                    assert self.tls is not None
                    say("220 go ahead")
                    await writer.start_tls(self.tls)
                    secure = True
                    self.secured += 1
                case "AUTH":
                    given = base64.b64decode(line.split()[2]).decode()
                    known = given == f"\0office\0{self.password}"
                    say("235 welcome" if known else "535 authentication failed")
                case "MAIL":
                    say("250 yes" if known else "530 who are you?")
                case "RCPT":
                    answer = self.answers.pop(0) if self.answers else "250 yes"
                    if answer.startswith("250"):
                        self.recipients.append(line.partition("<")[2].rstrip(">"))
                    say(answer)
                case "DATA":
                    say("354 go on")
                    data = await reader.readuntil(b"\r\n.\r\n")
                    message = message_from_bytes(data[:-3], policy=policy.default)
                    assert isinstance(message, EmailMessage)
                    self.taken.append(message)
                    say("250 taken")
                case "QUIT":
                    say("221 goodbye")
                    return
                case _:
                    say("250 yes")


@asynccontextmanager
async def post_office(
    tls: ssl.SSLContext | None = None, password: str = ""
) -> AsyncIterator[PostOffice]:
    """Yield a mail server that is open."""
    office = PostOffice(tls, password)
    await office.open()
    try:
        yield office
    finally:
        await office.close()
