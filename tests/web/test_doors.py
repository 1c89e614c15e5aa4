"""Links, cookies and languages: who is let in, as whom, and for how long."""

import asyncio
from typing import Any

import httpx2 as httpx
import pytest
import segno
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.harness import luyan
from tests.web.conftest import Served

HTML = {"Accept": "text/html"}


def browser(served: Served, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url, headers={**HTML, **headers}, timeout=20)


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("caller", "caller"),
        ("host", "caller"),
        ("moderator", "moderator"),
        ("interpreter", "captions"),
        ("stage", "stage"),
        ("ada", "greenroom"),
        ("wu", "commentator"),
    ],
)
async def test_a_link_opens_its_page_and_leaves_the_address(
    served: Served, who: str, page: str
) -> None:
    async with browser(served) as http:
        joined = await http.get(f"/join/{served.token(who)}")
        assert joined.status_code == 303
        assert joined.headers["location"] == f"/s/{served.show}/{page}"
        assert "httponly" in joined.headers["set-cookie"].lower()
        assert "samesite=lax" in joined.headers["set-cookie"].lower()
        assert served.token(who) not in joined.headers["set-cookie"]
        opened = await http.get(joined.headers["location"])
        assert opened.status_code == 200
        assert f'"view": "{served.view(who)}"' in opened.text


async def test_one_browser_holds_several_links_and_stays_an_attendee_besides(
    served: Served,
) -> None:
    async with browser(served) as http:
        for who in ("caller", "moderator"):
            await http.get(f"/join/{served.token(who)}")
        for page in ("caller", "moderator"):
            assert (await http.get(f"/s/{served.show}/{page}")).status_code == 200
        watching = await http.get(f"/s/{served.show}")
        assert '"view": "attendee"' in watching.text
        assert '"person": "caller"' not in watching.text


async def test_a_cookie_never_carries_the_name_of_a_link(served: Served) -> None:
    bearer = {"Authorization": f"Bearer {served.token('ada')}"}
    async with browser(served) as http:
        await http.get(f"/join/{served.token('ada')}", headers=bearer)
        watching = await http.get(f"/s/{served.show}")
    assert '"person": "~' in watching.text, "the name would outlive its link, in every show"


async def test_a_cookie_that_was_touched_is_nobody(served: Served) -> None:
    async with browser(served) as http:
        await http.get(f"/join/{served.token('caller')}")
        cookie = http.cookies["luyan"]
    forged = cookie[:10] + ("A" if cookie[10] != "A" else "B") + cookie[11:]
    async with browser(served, Cookie=f"luyan={forged}") as http:
        assert (await http.get(f"/s/{served.show}/caller")).status_code == 403


async def test_a_link_of_nobody_says_so_in_the_readers_language(served: Served) -> None:
    async with browser(served) as http:
        answer = await http.get("/join/nonsense", headers={"Accept-Language": "zh"})
        assert answer.status_code == 401
        assert any("\u4e00" <= char <= "\u9fff" for char in answer.text)


async def test_a_revoked_link_ends_what_it_opened(served: Served) -> None:
    token = served.token("xi")
    async with served.line("xi") as xi, browser(served, Authorization=f"Bearer {token}") as http:
        assert (await http.get(f"/s/{served.show}/commentator")).status_code == 200
        _revoke(served, "xi")
        await xi.wait(lambda: xi.bye is not None)
        assert xi.bye is not None
        assert (xi.bye["code"], xi.bye["retry_after"]) == (4502, None)
        assert (await http.get(f"/s/{served.show}/commentator")).status_code == 401
        assert (await http.get(f"/join/{token}")).status_code == 401
    with pytest.raises(InvalidStatus):
        await served.line("xi").open()


async def test_an_old_socket_does_not_lead_through_a_revoked_link(served: Served) -> None:
    async with browser(served) as http:
        await http.get(f"/join/{served.token('bo')}")
        cookie = {"Cookie": f"luyan={http.cookies['luyan']}"}
    async with asyncio.timeout(20), connect(served.live, additional_headers=cookie) as socket:
        await socket.send('{"type":"hello","view":"attendee"}')
        assert '"type":"welcome"' in str(await socket.recv())
        assert '"type":"patch"' in str(await socket.recv())
        _revoke(served, "bo")
        await socket.send('{"type":"hello","view":"presenter"}')
        heard = ""
        while '"type":"refused"' not in heard:
            heard = str(await socket.recv())
            assert '"type":"welcome"' not in heard
        assert '"code":"link.over"' in heard


async def test_the_language_is_kept_and_leads_back_home_only(served: Served) -> None:
    async with browser(served, **{"Accept-Language": "zh-CN"}) as http:
        assert ' lang="zh-Hans"' in (await http.get("/")).text
        back = await http.post("/language", data={"lang": "en", "next": f"/s/{served.show}"})
        assert (back.status_code, back.headers["location"]) == (303, f"/s/{served.show}")
        assert ' lang="en"' in (await http.get("/")).text
        away = await http.post("/language", data={"lang": "en", "next": "//elsewhere.example/"})
        assert away.headers["location"] == "/"
        odd = await http.post("/language", content=b"lang=%ff&next=%00")
        assert odd.status_code == 303
        much = await http.post("/language", content=b"lang=zh&next=/" + b"x" * 1_000_000)
        assert much.status_code == 303


async def test_a_foreign_page_may_not_post(served: Served) -> None:
    command = {"id": "1", "command": {"type": "question.ask", "text": "hi", "lang": "en"}}
    async with browser(served) as http:
        answer = await http.post(
            f"/s/{served.show}/commands", json=command, headers={"Origin": "https://else.example"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "origin.wrong")


async def test_commands_by_http_are_the_same_commands(served: Served) -> None:
    async def post(http: httpx.AsyncClient, command: dict[str, Any], **more: Any) -> Any:
        answer = await http.post(
            f"/s/{served.show}/commands", json={"id": "h1", **more, "command": command}
        )
        return answer.status_code, answer.json()

    ask = {"type": "question.ask", "text": "By post?", "lang": "en"}
    async with browser(served) as http, served.line("moderator") as moderator:
        # The first answer gives the cookie, so the second sending is the same person's.
        code, first = await post(http, ask)
        assert (code, first["type"]) == (200, "done")
        assert await post(http, ask) == (200, first)
        await moderator.wait(lambda: moderator.seq >= first["seq"])
        assert [q["text"] for q in moderator.all("question")].count("By post?") == 1
        assert (await post(http, {"type": "stage.advance", "seen": 1}))[0] == 403
        code, refused = await post(http, {**ask, "text": ""}, id="h2")
        assert (code, refused["id"], refused["field"]) == (422, "h2", "text")
        answer = await http.post(f"/s/{served.show}/commands", content=b"[" * 100_000)
        assert (answer.status_code, answer.json()["code"]) == (400, "frame.too_long")
        assert (
            await http.post("/s/nowhere/commands", json={"id": "1", "command": ask})
        ).status_code == 404


async def test_events_say_what_the_socket_says(served: Served) -> None:
    async with served.line() as line, browser(served) as http:
        address = f"/s/{served.show}/events?view=attendee&since=0"
        async with http.stream("GET", address) as events:
            frames = events.aiter_lines()
            assert '"type":"welcome"' in await anext(frames)
            assert await anext(frames) == ""
            patch = await anext(frames)
            assert patch.startswith('data: {"type":"patch","after":0')
            await line.do({"type": "question.ask", "text": "Unseen", "lang": "en"})
            async with served.line("moderator") as moderator:
                question = next(q for q in moderator.all("question") if q["text"] == "Unseen")
                await moderator.do({"type": "question.approve", "question": question["id"]})
            async with asyncio.timeout(10):
                while "Unseen" not in patch:
                    patch = await anext(frames)
            assert '"state":"approved"' in patch


async def test_pages_carry_the_headers_that_keep_others_out(served: Served) -> None:
    async with browser(served) as http:
        for path in ("/", f"/s/{served.show}", "/nowhere", "/static/lib/live.js"):
            headers = (await http.get(path)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"


async def test_nobody_keeps_an_answer_that_was_for_one_person(served: Served) -> None:
    async with browser(served) as http:
        for path in ("/", f"/s/{served.show}", f"/join/{served.token('caller')}", "/join/nobody"):
            assert (await http.get(path)).headers["cache-control"] == "no-store"
        programs = {"Accept": "application/json"}
        page = f"/s/{served.show}/moderator"
        assert (await http.get(page, headers=programs)).headers["cache-control"] == "no-store"
        assert (await http.get("/static/lib/live.js")).headers["cache-control"] == "no-cache"


def _revoke(served: Served, who: str) -> None:
    """Revoke by the id that the command line prints beside the link."""
    luyan("links", "--data", str(served.data), "--show", served.show, "--revoke", who)


async def test_the_stage_shows_the_hall_the_way_to_ask(served: Served) -> None:
    async with browser(served) as http:
        page = (await http.get(f"/s/{served.show}/stage")).text
    code = segno.make(f"{served.url}/s/{served.show}", error="m", micro=False)
    assert code.svg_inline(border=2, omitsize=True) in page
