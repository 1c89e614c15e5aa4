"""Mail over SMTP: one message with words, a page and a calendar file, and a line to send it by."""

import smtplib
import ssl
import unicodedata
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from server.service.ports import Letter

TIMEOUT_SECONDS = 30.0
WORDS_LIMIT = 200
PORTS = {"smtp": 587, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")


class MailServer(NamedTuple):
    """By which server mail goes out, and from which address.

    `secure`: TLS from the first byte. Without it TLS begins by STARTTLS, where the server has it;
    a password goes to no other machine in the clear.
    """

    host: str
    port: int
    sender: str
    secure: bool = False
    user: str = ""
    password: str = ""


class Refused(Exception):
    """This message will not be taken, today or tomorrow; the words are the mail server's."""


class Delayed(Exception):
    """Mail does not go out now, and may later; the words say why."""


class Down(Delayed):
    """The mail server itself cannot be used now, whoever is written to."""


def mail_server(address: str, sender: str) -> MailServer:
    """Return the server at `smtp(s)://user:password@host:port`; raises ValueError by its words."""
    parts = urlsplit(address)
    try:
        port = parts.port or PORTS[parts.scheme]
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError
    except (KeyError, ValueError):
        # The address holds a password: it is not said again.
        raise ValueError(
            "--mail: this is not an address such as smtps://user:password@mail.example.org"
        ) from None
    if not fits(sender):
        raise ValueError("--mail-from: with --mail, say from which address, such as a@example.org")
    return MailServer(
        parts.hostname,
        port,
        sender,
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def fits(address: str) -> bool:
    """Tell whether a message can be addressed so."""
    try:
        found = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        return False
    return bool(found.username and found.domain) and address.isprintable()


def compose(
    server: MailServer,
    to: tuple[str, str],
    letter: Letter,
    calendar: tuple[str, bytes],
    name: str,
    sent_at: int,
) -> EmailMessage:
    """Return the message to `to` (name and address) from `name`, as told at `sent_at` (ms UTC).

    `calendar` is the method and the file. The caller sets the message's id.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _line(letter.subject)
    message["From"] = Address(_line(name), addr_spec=server.sender)
    message["To"] = Address(_line(to[0]), addr_spec=to[1])
    message["Date"] = formatdate(sent_at / 1000)
    # No out-of-office answers to what a program sent (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.lang
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    method, file = calendar
    # Shown with its buttons by mail programs that know what it is, and kept by the others.
    message.add_alternative(
        file.decode(), subtype="calendar", params={"method": method}, cte="base64"
    )
    message.add_attachment(file, maintype="application", subtype="ics", filename="invitation.ics")
    return message


class Line:
    """A connection to the mail server; `send` blocks, so it is for a thread."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Send one message; raises Refused or Delayed."""
        try:
            if self._smtp is None:
                self._smtp = self._open()
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            self._reset()
            raise _verdict(code, words) from None
        except smtplib.SMTPDataError as refused:
            self._reset()
            raise _verdict(refused.smtp_code, refused.smtp_error) from None
        except smtplib.SMTPNotSupportedError as problem:
            self.close()
            raise Refused(_said(str(problem))) from None
        except smtplib.SMTPResponseException as refused:
            # About us, not about whom we write to: our password, or the address we write from.
            self.close()
            raise Down(_coded(refused.smtp_code, refused.smtp_error)) from None
        except (smtplib.SMTPException, OSError, UnicodeError) as problem:
            self.close()
            raise Down(_said(str(problem) or type(problem).__name__)) from None

    def close(self) -> None:
        """Hang up."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.secure:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=self._context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.secure and smtp.has_extn("starttls"):
                smtp.starttls(context=self._context)
                smtp.ehlo()
            elif not server.secure and server.user and server.host not in LOCAL:
                raise Down("No TLS here: the password is not sent in the clear.")
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _reset(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self.close()


def _verdict(code: int, words: bytes | str) -> Exception:
    return (Refused if code >= 500 else Delayed)(_coded(code, words))


def _coded(code: int, words: bytes | str) -> str:
    return _said(f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}")


def _said(words: str) -> str:
    """Return a mail server's words as one short line that can be shown."""
    shown = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in words)
    return " ".join(shown.split())[:WORDS_LIMIT]


def _line(words: str) -> str:
    """Return words as a header takes them: a header is one line."""
    return " ".join(words.split())
