"""Captions over HTTP: a machine pushes them with its link's token, and every viewer has them."""

from typing import Any

import httpx2 as httpx

from tests.web.conftest import Served


async def push(served: Served, who: str, command: dict[str, Any], number: int) -> Any:
    """Post a command as somebody, as the README shows it, and return the answer."""
    async with httpx.AsyncClient(timeout=20) as http:
        answer = await http.post(
            f"{served.page}/commands",
            headers=served.headers(who),
            json={"id": f"{who}-{number}", "command": command},
        )
    return answer.json()


async def test_a_machine_pushes_captions_and_viewers_have_them(served: Served) -> None:
    async with served.line() as viewer:
        said = await push(
            served, "interpreter", {"type": "caption.say", "lang": "zh", "text": "欢迎"}, 1
        )
        assert said["type"] == "done"
        await viewer.wait(lambda: viewer.seq >= said["seq"])
        caption = viewer.records["caption/zh"]
        assert (caption["id"], caption["text"]) == ("zh", "欢迎")
        cleared = await push(served, "caller", {"type": "caption.clear", "lang": "zh"}, 2)
        await viewer.wait(lambda: viewer.seq >= cleared["seq"])
        assert viewer.records["caption/zh"]["text"] == ""


async def test_others_may_not(served: Served) -> None:
    for number, who in enumerate(("attendee", "moderator", "ada", "wu")):
        answer = await push(
            served, who, {"type": "caption.say", "lang": "en", "text": "Hello"}, number
        )
        assert answer["code"] == "role.may_not"
