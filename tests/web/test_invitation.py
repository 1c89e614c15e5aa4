"""Invitations over HTTP: mailed by a server as it runs, opened by their link, kept from others."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest
import pytest_asyncio
from icalendar import Calendar

from tests.harness import luyan
from tests.integrations.post_office import PostOffice, post_office
from tests.web.conftest import Served

SENDER = "office@luyan.example"
LINK = re.compile(r"http\S+/join/\S+\?to=invitation")


class Mailing(Served):
    """A house that mails what it has to say; Ada has an address."""

    def __init__(self, data: Path, office: PostOffice) -> None:
        trial = Path(__file__).with_name("trial.toml").read_text(encoding="utf-8")
        file = data.with_suffix(".toml")
        file.write_text(
            trial.replace('name = "Ada"\n', 'name = "Ada"\nemail = "ada@example.org"\n')
        )
        super().__init__(data, file)
        self.command = (
            *("serve", "--mail", f"smtp://127.0.0.1:{office.port}", "--mail-from", SENDER),
        )


@pytest_asyncio.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


@pytest_asyncio.fixture
async def mailing(tmp_path: Path, office: PostOffice) -> AsyncIterator[Mailing]:
    with Mailing(tmp_path / "house", office) as house:
        yield house


async def test_an_invitation_goes_from_the_organiser_to_the_presenter_and_back(
    mailing: Mailing, office: PostOffice
) -> None:
    async with mailing.line("organiser") as organiser, mailing.line("ada") as ada:
        assert (await organiser.do({"type": "invitation.send"}))["type"] == "done"
        await organiser.wait(
            lambda: organiser.records.get("invitation/s1", {}).get("mail") == "mailed"
        )
        await organiser.wait(lambda: organiser.records["invitation/s2"]["mail"] == "no_address")
        (message,) = office.taken
        body = message.get_body(("plain",))
        assert body is not None
        (link,) = LINK.findall(body.get_content())
        assert link.startswith(f"{mailing.url}/join/{mailing.token('ada')}")
        before = organiser.seq
        # Programs that look for evil in mail open every link.
        async with httpx.AsyncClient(follow_redirects=True, timeout=20) as http:
            opened = await http.get(link, headers={"Accept": "text/html"})
        assert opened.status_code == 200
        assert str(opened.url) == f"{mailing.page}/invitation"
        assert mailing.token("ada") not in opened.text
        invitation = ada.records["invitation/s1"]
        assert (organiser.seq, invitation["state"]) == (before, "sent")
        assert "mail" not in invitation
        accepted = {"type": "invitation.accept", "slot": "s1", "sequence": invitation["sequence"]}
        assert (await ada.do(accepted))["type"] == "done"
        await organiser.wait(lambda: organiser.records["invitation/s1"]["state"] == "accepted")
    assert "ada@example.org" not in mailing.log


async def test_an_invitation_is_for_its_presenter_and_those_who_plan(mailing: Mailing) -> None:
    async with mailing.line("organiser") as organiser:
        await organiser.do({"type": "invitation.send"})
    calendar, words = (f"{mailing.page}/invitation/s1.{kind}" for kind in ("ics", "txt"))
    async with httpx.AsyncClient(timeout=20) as http:

        async def get(address: str, who: str) -> httpx.Response:
            return await http.get(address, headers=mailing.headers(who))

        for who in ("attendee", "bo", "wu", "moderator"):
            for address in (calendar, words):
                refused = await get(address, who)
                assert refused.status_code == 403, (who, address)
                assert "Looms" not in refused.text
        assert (await get(words, "ada")).status_code == 403
        by_hand = await get(words, "organiser")
        assert f"/join/{mailing.token('ada')}?to=invitation" in by_hand.text
        assert "your mail program" not in by_hand.text
        assert by_hand.headers["cache-control"] == "no-store"
        own, asked = [
            Calendar.from_ical((await get(calendar, who)).content) for who in ("ada", "organiser")
        ]
        assert (str(own["METHOD"]), str(asked["METHOD"])) == ("PUBLISH", "REQUEST")
        assert own.events[0]["UID"] == asked.events[0]["UID"] == "slot-s1.show@luyan"
        assert "ATTENDEE" not in own.events[0]
        missing = await get(f"{mailing.page}/invitation/s9.ics", "organiser")
        assert missing.json()["code"] == "invitation.none"


@pytest.mark.parametrize("who", ["ada", "wu"])
async def test_whoever_is_needed_on_stage_has_a_page_for_their_hours(
    served: Served, who: str
) -> None:
    async with httpx.AsyncClient(follow_redirects=True, timeout=20) as http:
        html = {"Accept": "text/html"}
        opened = await http.get(
            f"{served.url}/join/{served.token(who)}?to=invitation", headers=html
        )
        assert str(opened.url) == f"{served.page}/invitation"
        assert "Save my hours" in opened.text
        elsewhere = await http.get(
            f"{served.url}/join/{served.token(who)}?to=//evil.example", headers=html
        )
        assert elsewhere.url.host == opened.url.host
    async with httpx.AsyncClient(timeout=20) as http:
        for nobody in ("attendee", "host"):
            refused = await http.get(f"{served.page}/invitation", headers=served.headers(nobody))
            assert refused.status_code == 403


def test_mail_that_cannot_go_out_is_said_before_the_server_starts(tmp_path: Path) -> None:
    said = luyan("serve", "--data", str(tmp_path), "--mail", "smtp://u:secret@host", code=1)
    assert "--mail-from" in said
    assert "secret" not in said
