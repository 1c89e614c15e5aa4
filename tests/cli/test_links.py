"""`luyan links`: what is printed, what it opens, and what a lost link no longer opens."""

import json
import sqlite3
import stat
from pathlib import Path

import httpx
import pytest

from server.service.links import SECRET_FILE
from tests.harness import SAMPLES, House, luyan


def test_json_holds_an_absolute_link_for_everybody(shared_house: House) -> None:
    links = shared_house.links
    assert list(links) == [
        "show",
        "audience",
        "stage",
        "host",
        "caller",
        "moderator",
        "organiser",
        "interpreter",
        "presenters",
        "commentators",
        "interpreters",
    ]
    assert links["show"] == "show"
    assert links["audience"] == f"{shared_house.url}/s/show"
    assert len(links["presenters"]) == 12
    assert len(links["commentators"]) == 3
    grace = next(p for p in links["presenters"] if p["name"] == "Grace Hollander")
    assert list(grace) == ["name", "zone", "url"]
    assert grace["zone"] == "America/New_York"
    assert list(links["commentators"][0]) == ["name", "url"]
    roles = [links[role] for role in ("stage", "host", "caller", "moderator", "organiser")]
    people = [person["url"] for person in links["presenters"] + links["commentators"]]
    assert len({*roles, *people}) == 20
    assert all(url.startswith(f"{shared_house.url}/join/") for url in roles + people)


def test_the_same_links_are_printed_again(shared_house: House) -> None:
    again = luyan("links", "--json", "--data", str(shared_house.data))
    assert json.loads(again) == shared_house.links


def test_the_page_for_people_has_every_link_and_a_code(shared_house: House) -> None:
    page = luyan("links", "--data", str(shared_house.data))
    links = shared_house.links
    for person in links["presenters"] + links["commentators"]:
        assert person["name"] in page
        assert person["url"] in page
    assert all(
        links[role] in page
        for role in ("audience", "organiser", "stage", "host", "caller", "moderator")
    )
    assert "▀▀▀▀" in page
    assert len(luyan("links", "--qr", "--data", str(shared_house.data))) > 5 * len(page)


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("caller", "caller"),
        ("host", "caller"),
        ("moderator", "moderator"),
        ("organiser", "plan"),
        ("interpreter", "captions"),
        ("stage", "stage"),
        ("Grace Hollander", "greenroom"),
        ("Dr Eleanor Wardle", "commentator"),
    ],
)
def test_a_link_leads_to_its_page(shared_house: House, who: str, page: str) -> None:
    answer = httpx.get(shared_house.link(who))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/s/show/{page}"


async def test_a_token_is_its_persons_bearer(shared_house: House) -> None:
    async with shared_house.client("presenter", "Grace Hollander") as grace:
        assert (grace.you["person"], grace.you["role"]) == ("grace", "presenter")
    async with shared_house.client("host") as host:
        assert (host.you["person"], host.you["role"]) == ("su-yan", "host")


def test_a_revoked_link_opens_nothing_and_its_person_has_another(house: House) -> None:
    before = house.link("caller")
    said = luyan("links", "--revoke", "caller", "--data", str(house.data))
    after = json.loads(luyan("links", "--json", "--data", str(house.data)))
    assert after["caller"] in said
    assert after["caller"] != before
    assert {**after, "caller": ""} == {**house.links, "caller": ""}
    assert httpx.get(before).status_code >= 400
    assert httpx.get(after["caller"]).status_code == 303


def test_the_secret_is_its_owners_alone_and_the_database_holds_no_token(house: House) -> None:
    assert stat.S_IMODE((house.data / SECRET_FILE).stat().st_mode) == 0o600
    everything = b"".join(path.read_bytes() for path in house.data.glob("luyan.db*"))
    assert b"token_hash" in everything
    for who in ("caller", "stage", "Grace Hollander", "Tan Mei Xin"):
        assert house.token(who).encode() not in everything


def test_a_new_secret_ends_every_old_link(house: House) -> None:
    before = house.link("moderator")
    (house.data / SECRET_FILE).unlink()
    after = json.loads(luyan("links", "--json", "--data", str(house.data)))
    assert httpx.get(before).status_code >= 400
    assert httpx.get(after["moderator"]).status_code == 303


def test_of_several_shows_the_newest_is_meant(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    luyan("new", str(SAMPLES / "changsha.toml"), *data)
    luyan("new", str(SAMPLES / "demo.toml"), "--id", "second", *data)
    assert json.loads(luyan("links", "--json", *data))["show"] == "second"
    first = json.loads(luyan("links", "--json", "--show", "changsha", *data))
    assert first["audience"] == "http://127.0.0.1:8000/s/changsha"
    elsewhere = luyan("links", "--json", "--url", "https://Show.example.org:443/", *data)
    assert json.loads(elsewhere)["audience"] == "https://show.example.org/s/second"
    with sqlite3.connect(tmp_path / "luyan.db") as database:
        (count,) = database.execute("SELECT count(*) FROM link").fetchone()
    database.close()
    assert count == 2 * 21
