"""Invitations go out by mail through a real mail server, and it is known what became of them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from server.domain.invitations import (
    AcceptInvitation,
    CancelInvitations,
    Invitation,
    SendInvitations,
)
from server.domain.people import Person
from server.domain.roles import Actor, Role
from server.domain.show import Command, Show
from server.integrations import postman
from server.integrations.mail import Line, MailServer, mail_server
from server.integrations.postman import Postman
from server.service.desk import Desk
from server.store.memory import MemoryStore
from server.web.letters import letter
from tests.domain.rehearsal import PRESENTER, START_AT, records
from tests.integrations.post_office import PostOffice, post_office
from tests.media.studio import certificate

ORGANISER = Actor("organiser", Role.ORGANISER)
URL = "https://luyan.example"
SENDER = "office@luyan.example"
PATIENCE_SECONDS = 20.0


class Bureau:
    """A show with a desk and a postman; Ada has an address, Bo has none."""

    postman: Postman

    def __init__(
        self, store: MemoryStore, server: MailServer, trusted: ssl.SSLContext | None
    ) -> None:
        self.store = store
        self.server = server
        self.trusted = trusted
        self.desk = Desk(store, lambda: START_AT, self, tick_seconds=0)
        self._news = asyncio.Event()
        self._ids = 0

    def hire(self, report: Callable[[str, Command], Any] | None = None) -> None:
        """Begin to mail."""

        async def link(show: Show, person: str) -> str:
            return f"{URL}/join/token-of-{person}?to=invitation"

        self.postman = Postman(
            self.store,
            lambda: START_AT,
            Line(self.server, self.trusted),
            self.server,
            report or self.desk.report,
            letter,
            link,
            URL,
            retry_seconds=(0.05,),
        )
        self.postman.start()

    def hint(self, show: str, seq: int) -> None:
        """Be the bus."""
        self.postman.hint(show, seq)
        self._news.set()

    async def do(self, command: Command, actor: Actor = ORGANISER) -> None:
        """Give a command."""
        self._ids += 1
        await self.desk.do("trial", f"id {self._ids}", command, actor)

    async def invitation(self, slot: str = "s1") -> Invitation:
        """Return an invitation as it is in the store."""
        found = (await self.store.read("trial")).changes
        (one,) = (c.record for c in found if c.key == f"invitation/{slot}")
        assert isinstance(one, Invitation)
        return one

    async def until(self, holds: Callable[[Invitation], bool], slot: str = "s1") -> Invitation:
        """Wait until an invitation is so."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(found := await self.invitation(slot)):
                self._news.clear()
                await self._news.wait()
        return found


@asynccontextmanager
async def bureau(
    server: MailServer, trusted: ssl.SSLContext | None = None, ada: str = "ada@example.org"
) -> AsyncIterator[Bureau]:
    store = MemoryStore()
    people = {"ada": ada}
    first = [
        replace(one, email=people.get(one.id, "")) if isinstance(one, Person) else one
        for one in records()
    ]
    await store.create("trial", first, START_AT)
    found = Bureau(store, server, trusted)
    found.hire()
    try:
        yield found
    finally:
        await found.postman.close()
        await found.desk.close()


def plain(office: PostOffice, **more: Any) -> MailServer:
    return MailServer("127.0.0.1", office.port, SENDER, **more)


def mailed(invitation: Invitation) -> bool:
    return invitation.mail == "mailed"


def calendar(message: EmailMessage) -> tuple[str, Any]:
    """Return the method and the event that a mail brings, both as a part and as a file."""
    (part,) = (p for p in message.walk() if p.get_content_type() == "text/calendar")
    (file,) = message.iter_attachments()
    found = Calendar.from_ical(part.get_content())
    assert Calendar.from_ical(file.get_content()) == found
    method = part["Content-Type"].params["method"]
    assert str(found["METHOD"]) == method
    (event,) = found.events
    return method, event


async def test_an_invitation_is_mailed_with_words_a_page_and_a_calendar_file() -> None:
    async with post_office() as office, bureau(plain(office)) as house:
        await house.do(SendInvitations())
        invitation = await house.until(mailed)
        assert invitation.mailed_sequence == invitation.sequence
        (message,) = office.taken
    assert office.recipients == ["ada@example.org"]
    assert str(message["To"]) == "Ada <ada@example.org>"
    assert str(message["From"]) == f"Trial <{SENDER}>"
    assert str(message["Subject"]) == "Trial: your time is 01:05, Fri, Nov 13"
    text = message.get_body(("plain",))
    page = message.get_body(("html",))
    assert text is not None
    assert page is not None
    for part in (text, page):
        words = part.get_content()
        assert "Friday, November 13, 2020" in words
        assert f"{URL}/join/token-of-ada?to=invitation" in words
        assert "in the middle of the night" in words
    method, event = calendar(message)
    assert method == "REQUEST"
    assert (str(event["UID"]), event.sequence) == ("slot-s1.trial@luyan", invitation.sequence)
    assert event.start.astimezone(UTC) == datetime(2020, 11, 13, 6, 5, tzinfo=UTC)
    assert event.end - event.start == timedelta(minutes=13)
    assert str(event["ORGANIZER"]) == f"mailto:{SENDER}"
    assert str(event["ATTENDEE"]) == "mailto:ada@example.org"
    assert event["STATUS"] == "CONFIRMED"
    triggers = [alarm.TRIGGER for alarm in event.walk("VALARM")]
    assert triggers == [timedelta(days=-1), timedelta(hours=-2), timedelta(minutes=-30)]
    # Calendars are shown to others: whoever has the link could answer.
    assert b"join" not in event.to_ical()


async def test_who_has_no_address_is_reported_and_nobody_is_written_to_twice() -> None:
    async with post_office() as office, bureau(plain(office)) as house:
        await house.do(SendInvitations())
        await house.until(mailed)
        await house.until(lambda found: found.mail == "no_address", "s2")
        invitation = await house.invitation()
        await house.do(AcceptInvitation(slot="s1", sequence=invitation.sequence), PRESENTER)
        await house.postman.close()
        house.hire()
        await house.do(SendInvitations(slots=("s1",)))
        await house.until(mailed)
        assert len(office.taken) == 2


async def test_the_end_of_an_invitation_is_mailed_under_the_same_uid() -> None:
    async with post_office() as office, bureau(plain(office)) as house:
        await house.do(SendInvitations())
        first = await house.until(mailed)
        await house.do(CancelInvitations(slots=("s1", "s2")))
        await house.until(lambda found: mailed(found) and found.state == "cancelled")
        # Bo was never mailed to, so there is nothing to take back.
        assert len(office.taken) == 2
        (_, invited), (method, cancelled) = map(calendar, office.taken)
    assert method == "CANCEL"
    assert cancelled["UID"] == invited["UID"]
    assert cancelled.sequence > invited.sequence == first.sequence
    assert cancelled["STATUS"] == "CANCELLED"
    assert not cancelled.walk("VALARM")


async def test_a_mail_server_that_is_away_is_tried_again() -> None:
    async with post_office() as office:
        server = plain(office)
        await office.close()
        async with bureau(server) as house:
            await house.do(SendInvitations())
            waiting = await house.until(lambda found: found.mail == "waiting")
            assert waiting.mail_words
            await office.open()
            await house.until(mailed)
            assert len(office.taken) == 1


async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_written_down() -> None:
    async with post_office() as office, bureau(plain(office)) as house:
        office.answers = ["451 4.7.1 come back later", "550 5.1.1 nobody\x07 here"]
        await house.do(SendInvitations())
        refused = await house.until(lambda found: found.mail == "refused")
        assert refused.mail_words == "550 5.1.1 nobody here"
        assert not office.taken
        assert office.answers == []


async def test_what_was_mailed_but_not_reported_is_mailed_once_more_under_the_same_id() -> None:
    async with post_office() as office, bureau(plain(office)) as house:
        await house.postman.close()
        crashed = asyncio.Event()

        async def crash(show: str, report: Command) -> None:
            crashed.set()
            raise OSError("the power is gone")

        house.hire(crash)
        await house.do(SendInvitations(slots=("s1",)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await crashed.wait()
        await house.postman.close()
        house.hire()
        await house.until(mailed)
        first, second = office.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert calendar(first) == calendar(second)


async def test_the_line_is_encrypted_and_the_mail_server_must_prove_who_it_is(
    tmp_path: Path,
) -> None:
    files = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(files["certificate"], files["private_key"])
    trusting = ssl.create_default_context(cafile=str(files["certificate"]))
    trusting.check_hostname = False
    async with post_office(tls, "secret") as office:
        server = plain(office, user="office", password="secret")
        async with bureau(server) as house:
            await house.do(SendInvitations(slots=("s1",)))
            distrusted = await house.until(lambda found: found.mail == "waiting")
            assert "certificate" in distrusted.mail_words.lower()
            assert not office.taken
        async with bureau(server, trusting) as house:
            await house.do(SendInvitations(slots=("s1",)))
            await house.until(mailed)
            assert office.secured > 0
        async with bureau(server._replace(password="wrong"), trusting) as house:
            await house.do(SendInvitations(slots=("s1",)))
            unknown = await house.until(lambda found: found.mail == "waiting")
            assert unknown.mail_words.startswith("535")
        assert len(office.taken) == 1


async def test_a_mail_server_that_says_nothing_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "CLOSE_SECONDS", 0.1)
    async with post_office() as office:
        office.silent = True
        async with bureau(plain(office)) as house:
            await house.do(SendInvitations())
            async with asyncio.timeout(PATIENCE_SECONDS):
                await office.called.wait()
                await house.postman.close()
            assert (await house.invitation()).mail == ""
            office.silent = False
            house.hire()
            await house.until(mailed)


async def test_an_address_that_cannot_be_written_to_is_said_to_be_so() -> None:
    async with (
        post_office() as office,
        bureau(plain(office), ada="ada l@b.org") as house,
    ):
        await house.do(SendInvitations())
        refused = await house.until(lambda found: found.mail == "refused")
        assert refused.mail_words
        assert office.lines == 0


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, SENDER)),
        (
            "smtps://o%40x:a%2Fb@mail.example.org",
            MailServer("mail.example.org", 465, SENDER, True, "o@x", "a/b"),
        ),
        ("smtp://[::1]:25", MailServer("::1", 25, SENDER)),
    ],
)
def test_a_mail_server_is_one_address(address: str, server: MailServer) -> None:
    assert mail_server(address, SENDER) == server


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("mail.example.org", SENDER),
        ("https://mail.example.org", SENDER),
        ("smtp://", SENDER),
        ("smtp://u:secret@host:port", SENDER),
        ("smtp://host/path", SENDER),
        ("smtp://host", ""),
        ("smtp://host", "nobody"),
        ("smtp://host", "a@b.org\r\nBcc: c@d.org"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(
    address: str, sender: str
) -> None:
    with pytest.raises(ValueError, match="--mail") as refused:
        mail_server(address, sender)
    assert "secret" not in str(refused.value)
