"""What a view may not see is planted, and looked for in every way out of the house."""

import asyncio
import json

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect

from server.demo.client import Client
from tests.harness import luyan
from tests.web.conftest import Served

# Who may read each secret, as views; `ada` and `wu` are those two persons in their own pages.
SECRETS = {
    "SECRET-cue-note": {"caller", "host", "moderator"},
    "SECRET-show-notes": {"caller", "host", "moderator"},
    "SECRET-waiting": {"caller", "host", "moderator", "asker"},
    "SECRET-withdrawn": {"asker"},
    "SECRET-dismissed": {"caller", "host", "moderator", "asker"},
    "SECRET-reason": {"caller", "host", "moderator", "asker"},
    "SECRET-draft": {"wu"},
    "SECRET-released": {"wu", "ada"},
    "SECRET-message": {"caller", "host", "ada"},
}
VIEWS = ("attendee", "stage", "caller", "host", "moderator", "ada", "bo", "wu", "xi")


async def plant(served: Served) -> tuple[str, str]:
    """Plant every secret by real commands; return the asker's cookie and identity."""

    async def given(client: Client, command: dict[str, object]) -> int:
        answer = await client.do(command)
        assert answer["type"] == "done", answer
        return int(answer["seq"])

    async with (
        served.line() as asker,
        served.line("moderator") as moderator,
        served.line("wu") as wu,
        served.line("caller") as caller,
    ):
        ask = {"type": "question.ask", "lang": "en"}
        await given(asker, {**ask, "text": "SECRET-waiting"})
        gone = await given(asker, {**ask, "text": "SECRET-withdrawn"})
        await given(asker, {"type": "question.withdraw", "question": f"q{gone}"})
        no = await given(asker, {**ask, "text": "SECRET-dismissed"})
        await given(
            moderator,
            {"type": "question.dismiss", "question": f"q{no}", "reason": "SECRET-reason"},
        )
        shown = await given(asker, {**ask, "text": "for everybody"})
        await given(moderator, {"type": "question.approve", "question": f"q{shown}"})
        write = {"type": "feedback.write", "marks": {"novelty": 3}}
        await given(wu, {**write, "slot": "s2", "advice": "SECRET-draft"})
        await given(wu, {**write, "slot": "s1", "advice": "SECRET-released"})
        await given(wu, {"type": "feedback.release", "slot": "s1", "to": "presenter"})
        await given(caller, {"type": "message.send", "text": "SECRET-message", "to": "ada"})
        assert asker.cookie
        return asker.cookie, asker.you["person"]


@pytest.fixture(scope="module")
def planted(served: Served) -> tuple[str, str]:
    """The asker's cookie and identity, once every secret is in the house."""
    return asyncio.run(plant(served))


@pytest.mark.parametrize("view", [*VIEWS, "asker"])
async def test_the_socket_keeps_them(served: Served, planted: tuple[str, str], view: str) -> None:
    cookie, asker = planted
    async with served.line("attendee", cookie) if view == "asker" else served.line(view) as client:
        _check(view, json.dumps(client.records), exact=True)
        assert asker not in json.dumps(client.records)
        # And as news from the start of the show: that there is a secret is a secret too.
        # (But for feedback that was released to somebody: that it is there is no secret.)
        held = set(client.records) | {"feedback/s1.wu"}
        frame = {"type": "hello", "view": client.view, "since": 1, "epoch": client.epoch}
        async with connect(
            served.live,
            additional_headers={"Cookie": f"luyan={cookie}"}
            if view == "asker"
            else served.headers(view),
            compression=None,
        ) as line:
            await line.send(json.dumps(frame))
            await line.recv()
            patch = str(await line.recv())
        _check(view, patch)
        named = set(json.loads(patch)["records"])
        hidden = {key for key in named - held if not key.startswith("question/")}
        assert not hidden, f"{view} may know of {hidden}"
        if view in {"attendee", "stage", "ada", "bo"}:
            assert named <= held


@pytest.mark.parametrize("view", [*VIEWS, "asker"])
async def test_events_and_pages_keep_them(
    served: Served, planted: tuple[str, str], view: str
) -> None:
    cookie, asker = planted
    headers = {"Cookie": f"luyan={cookie}"} if view == "asker" else served.headers(view)
    role = "attendee" if view == "asker" else served.view(view)
    pages = ["", "/agenda", "/agenda.ics", "/presenter/ada.ics", "/stage", "/overlay/question"]
    pages += ["/caller", "/moderator", "/greenroom", "/commentator"]
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=20) as http:
        for page in pages:
            answer = await http.get(f"/s/{served.show}{page}", headers={"Accept": "text/html"})
            assert answer.status_code in {200, 403}, (page, answer.text)
            _check(view, answer.text)
            _no_tokens(served, answer.text)
        for path in ("/", "/metrics", "/healthz", "/docs/protocol", "/docs/asyncapi.json"):
            answer = await http.get(path)
            assert answer.status_code == 200
            _check("nobody", answer.text)
            assert asker not in answer.text
            _no_tokens(served, answer.text)
        address = f"/s/{served.show}/events?view={role}"
        async with http.stream("GET", address) as events:
            patch = ""
            async for patch in events.aiter_lines():
                if '"type":"patch"' in patch:
                    break
            _check(view, patch, exact=True)
            assert asker not in patch
            _no_tokens(served, patch)


async def test_a_view_of_others_is_refused_everywhere(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url, timeout=20) as http:
        for view in ("caller", "host", "moderator", "presenter", "commentator"):
            answer = await http.get(f"/s/{served.show}/events?view={view}")
            assert (answer.status_code, answer.json()["code"]) == (403, "view.not_yours")
        for page in ("caller", "moderator", "greenroom", "commentator"):
            answer = await http.get(f"/s/{served.show}/{page}", headers={"Accept": "text/html"})
            assert answer.status_code == 403
            assert 'id="boot"' not in answer.text


def test_the_export_names_no_attendee_and_no_link(served: Served, planted: tuple[str, str]) -> None:
    text = luyan("export", "--data", str(served.data), "--show", served.show)
    assert "SECRET-waiting" in text, "the export is empty: the test would prove nothing"
    assert planted[1] not in text
    assert "SECRET-draft" not in text
    _no_tokens(served, text)


def _check(view: str, text: str, *, exact: bool = False) -> None:
    for secret, readers in SECRETS.items():
        if view not in readers:
            assert secret not in text, f"{view} read {secret}"
        elif exact:
            assert secret in text, f"{view} cannot read {secret}: the test would prove nothing"


def _no_tokens(served: Served, text: str) -> None:
    for who, token in served.tokens.items():
        assert token not in text, f"the link of {who}"
