"""The postman: mails each invitation once it is committed, and reports what became of the mail.

A mail goes out before its report is written. Should the server end in between, the same mail goes
out once more when it is back: under the same message id and calendar uid, so that mail programs
and calendars can tell that it is the same.
"""

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.message import EmailMessage
from typing import NamedTuple

from server.domain.invitations import Invitation, Mail, ReportMail
from server.domain.people import Person
from server.domain.show import Command, Details, Show
from server.integrations.invitation import invitation_calendar
from server.integrations.mail import Delayed, Down, Line, MailServer, Refused, compose, fits
from server.service.ports import Clock, Store, Writer

# How long to wait after a mail that did not go out; then as long as the last, again and again.
RETRY_SECONDS = (15.0, 60.0, 300.0, 900.0)
FAULT_SECONDS = 30.0
# A mail under way is waited for: broken off, it would go out twice.
CLOSE_SECONDS = 5.0
INVITATION = f"{Invitation.noun()}/"

log = logging.getLogger("luyan.mail")

Key = tuple[str, str]


class Due(NamedTuple):
    """An invitation to be mailed, from when on (monotonic seconds), and how often it was tried."""

    invitation: Invitation
    at: float = 0.0
    tries: int = 0


class Postman:
    """Follows the invitations of all shows; a bus that hints keeps it awake.

    `report` is the Desk's; `link` returns the address at which a person of a show answers, and
    `retry_seconds` are the pauses after what did not go out.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        line: Line,
        server: MailServer,
        report: Callable[[str, Command], Awaitable[None]],
        write: Writer,
        link: Callable[[Show, str], Awaitable[str]],
        url: str,
        retry_seconds: tuple[float, ...] = RETRY_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._line = line
        self._server = server
        self._report = report
        self._write = write
        self._link = link
        self._url = url
        self._retry_seconds = retry_seconds
        self._seqs: dict[str, int] = {}
        self._hinted: set[str] = set()
        self._due: dict[Key, Due] = {}
        # While the mail server is down, nobody is tried until then (monotonic seconds).
        self._rests_until = 0.0
        self._failures = 0
        self._news = asyncio.Event()
        self._closing = False
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take up what was left to mail, and what comes."""
        self._working = asyncio.create_task(self._work(), name="postman")

    async def close(self) -> None:
        """Stop; the mail that is just going out is waited for, but not for long."""
        self._closing = True
        self._news.set()
        if self._working is None:
            return
        _, late = await asyncio.wait([self._working], timeout=CLOSE_SECONDS)
        if late:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    def hint(self, show: str, seq: int) -> None:
        """Take the bus's word that a show is at `seq`."""
        if seq > self._seqs.get(show, 0):
            self._hinted.add(show)
            self._news.set()

    # ---- what there is to mail -----------------------------------------------------------------

    async def _work(self) -> None:
        self._hinted.update([row.id for row in await self._store.shows()])
        while not self._closing:
            self._news.clear()
            try:
                await self._look()
                await self._deliver()
            except Exception:
                log.exception("the invitations are not mailed")
                await self._pause(FAULT_SECONDS)
            else:
                await self._pause(self._until_next())

    async def _look(self) -> None:
        """Read which invitations have changed."""
        while self._hinted:
            show_id = self._hinted.pop()
            try:
                reading = await self._store.read(show_id, self._seqs.get(show_id, 0))
            except BaseException:
                self._hinted.add(show_id)
                raise
            self._seqs[show_id] = reading.seq
            for change in reading.changes:
                if not change.key.startswith(INVITATION):
                    continue
                key = (show_id, change.key.removeprefix(INVITATION))
                invitation = change.record
                if isinstance(invitation, Invitation) and _wants_mail(invitation):
                    known = self._due.get(key)
                    if known is None or _told(known.invitation) != _told(invitation):
                        # Somebody has just asked for it: there is no better time to try.
                        self._due[key] = Due(invitation)
                        self._rests_until = 0.0
                    else:
                        self._due[key] = known._replace(invitation=invitation)
                else:
                    self._due.pop(key, None)

    async def _deliver(self) -> None:
        """Mail what is due, one after the other over one line."""
        shows: dict[str, Show] = {}
        try:
            for key, due in sorted(self._due.items(), key=lambda item: item[1].at):
                if self._closing or self._hinted or time.monotonic() < self._rests_until:
                    return
                if due.at > time.monotonic():
                    continue
                if key[0] not in shows:
                    shows[key[0]] = await self._read(key[0])
                try:
                    await self._mail(shows[key[0]], key, due)
                    self._failures = 0
                except Down as down:
                    self._rests_until = time.monotonic() + self._pause_after(self._failures)
                    self._failures += 1
                    log.error("no mail goes out: %s", down)
                    for waits, other in list(self._due.items()):
                        await self._tell(waits[0], other.invitation, "waiting", str(down))
        finally:
            await _in_thread(self._line.close)

    async def _read(self, show_id: str) -> Show:
        show, reading = Show(show_id), await self._store.read(show_id)
        show.take(reading.changes, reading.seq, 0)
        return show

    async def _mail(self, show: Show, key: Key, due: Due) -> None:
        """Mail one invitation, and say what became of it."""
        invitation = due.invitation
        person = show.find_key(f"{Person.noun()}/{invitation.person}")
        mail: Mail = "mailed"
        words = ""
        if not isinstance(person, Person) or not person.email:
            mail = "no_address"
        elif not fits(person.email):
            mail, words = "refused", "No mail can be addressed so."
        else:
            try:
                message = await self._message(show, person, invitation)
                await _in_thread(lambda: self._line.send(message))
            except Refused as refused:
                mail, words = "refused", str(refused)
            except Down:
                raise
            except Delayed as delayed:
                mail, words = "waiting", str(delayed)
        if mail == "waiting" and self._clock() < invitation.ends_at:
            again = time.monotonic() + self._pause_after(due.tries)
            self._due[key] = Due(invitation, again, due.tries + 1)
        else:
            self._due.pop(key, None)
        level = logging.INFO if mail in ("mailed", "no_address") else logging.WARNING
        # The mail server's words may name a person's address: they stand in the record alone.
        log.log(level, "show=%s slot=%s mail=%s try=%d", *key, mail, due.tries + 1)
        await self._tell(show.id, invitation, mail, words)

    async def _tell(self, show: str, invitation: Invitation, mail: Mail, words: str = "") -> None:
        slot, sequence = invitation.slot, invitation.sequence
        await self._report(show, ReportMail(slot=slot, sequence=sequence, mail=mail, words=words))

    async def _message(self, show: Show, person: Person, invitation: Invitation) -> EmailMessage:
        letter = self._write(show, invitation, await self._link(show, person.id))
        page = f"{self._url}/s/{show.id}/invitation"
        calendar = invitation_calendar(show, invitation, letter, page, self._server.sender)
        details = show.find_key("details/show")
        assert isinstance(details, Details), "every show has its details"
        message = compose(
            self._server,
            (person.name, person.email),
            letter,
            calendar,
            details.title,
            invitation.sent_at,
        )
        message["Message-ID"] = self._message_id(show.id, invitation)
        return message

    def _message_id(self, show: str, invitation: Invitation) -> str:
        """Return an id that the same mail has each time, also if it goes out twice."""
        what = f"{show}/{invitation.slot}/{invitation.sequence}/{invitation.sent_at}"
        number = hashlib.sha256(what.encode()).hexdigest()[:24]
        return f"<{number}@{self._server.sender.rpartition('@')[2]}>"

    def _pause_after(self, failures: int) -> float:
        return self._retry_seconds[min(failures, len(self._retry_seconds) - 1)]

    def _until_next(self) -> float | None:
        """Return the seconds until something is due; None: nothing is."""
        if not self._due:
            return None
        first = max(self._rests_until, min(due.at for due in self._due.values()))
        return max(0.0, first - time.monotonic())

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass


async def _in_thread(work: Callable[[], None]) -> None:
    """Wait for what blocks, in a thread that ends with the process: a mail server that says nothing
    must not keep this one from ending, as a thread of the loop's own would."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(problem: BaseException | None) -> None:
        if done.done():
            return  # nobody waits any more
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(problem)

    def run() -> None:
        problem: BaseException | None = None
        try:
            work()
        except BaseException as found:
            problem = found
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, problem)

    threading.Thread(target=run, name="mail", daemon=True).start()
    await done


def _wants_mail(invitation: Invitation) -> bool:
    """Tell whether a mail is to go out; who was mailed nothing needs no word of its end."""
    if invitation.mail not in ("", "waiting"):
        return False
    return invitation.state != "cancelled" or invitation.mailed_sequence is not None


def _told(invitation: Invitation) -> tuple[int, int]:
    """Return what tells one telling of an invitation from another."""
    return invitation.sequence, invitation.sent_at
