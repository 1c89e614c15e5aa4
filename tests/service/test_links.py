"""Personal links: who has one, what the store knows of it, and how it ends."""

import stat
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from server.domain.people import Person
from server.domain.roles import Record, Role
from server.domain.show import Details
from server.service.links import (
    LASTS_MS,
    SECRET_FILE,
    make_links,
    read_secret,
    revoke,
    stream_key,
    stream_keys,
    token_hash,
    token_of,
)
from server.store.memory import MemoryStore

NOW = 1_605_247_200_000
ENDS_AT = NOW + 86_400_000
SECRET, OTHER = b"s" * 32, b"o" * 32
PEOPLE: list[Record] = [
    Details(id="show", title="T", zone="UTC", date="2020-11-13", ends_at=ENDS_AT),
    Person(id="ada", role="presenter", name="Ada", zone="UTC"),
    Person(id="cy", role="commentator", name="Cy", zone="UTC"),
]
HOST: list[Record] = [Person(id="su", role="host", name="Su", zone="UTC")]
SHARED_ROLES = ("caller", "host", "moderator", "organiser", "interpreter", "stage")
SHARED = [(role, role) for role in SHARED_ROLES]


@pytest.fixture
async def store() -> MemoryStore:
    store = MemoryStore()
    await store.create("s", PEOPLE, NOW)
    return store


async def test_every_role_and_person_has_one_link(store: MemoryStore) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE, NOW)
    held = [(link.role.value, link.person) for link in links]
    assert held == [*SHARED, ("presenter", "ada"), ("commentator", "cy")]
    assert len({link.token_hash for link in links}) == len(links)
    for link in links:
        assert await store.link(token_hash(token_of(SECRET, link.id))) == link


async def test_a_named_host_has_the_hosts_link(store: MemoryStore) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE + HOST, NOW)
    assert [link.person for link in links if link.role == Role.HOST] == ["su"]


async def test_a_second_time_the_same_links_come_back(store: MemoryStore) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE, NOW)
    assert await make_links(store, SECRET, "s", PEOPLE, NOW + 1) == links
    assert len(await store.links("s")) == len(links)


async def test_whoever_joins_later_gets_a_link_and_the_others_keep_theirs(
    store: MemoryStore,
) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE, NOW)
    bo = Person(id="bo", role="presenter", name="Bo", zone="UTC")
    assert (await make_links(store, SECRET, "s", [*PEOPLE, bo], NOW))[:-1] == links


async def test_a_link_ends_some_time_after_the_show_and_is_then_made_anew(
    store: MemoryStore,
) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE, NOW)
    assert all(link.expires_at == ENDS_AT + LASTS_MS for link in links)
    late = ENDS_AT + LASTS_MS
    assert not any(link.holds(late) for link in links)
    renewed = await make_links(store, SECRET, "s", PEOPLE, late)
    assert all(link.holds(late) for link in renewed)


async def test_a_revoked_link_has_a_successor(store: MemoryStore) -> None:
    links = await make_links(store, SECRET, "s", PEOPLE, NOW)
    renewed = await revoke(store, SECRET, links[0], NOW + 5)
    gone = await store.link(links[0].token_hash)
    assert gone is not None
    assert gone.revoked_at == NOW + 5
    assert (renewed.role, renewed.person) == (links[0].role, links[0].person)
    assert await make_links(store, SECRET, "s", PEOPLE, NOW + 6) == [renewed, *links[1:]]


async def test_another_secret_ends_every_link(store: MemoryStore) -> None:
    old = await make_links(store, SECRET, "s", PEOPLE, NOW)
    new = await make_links(store, OTHER, "s", PEOPLE, NOW + 5)
    by_hash = {link.token_hash: link for link in await store.links("s")}
    assert all(by_hash[link.token_hash].revoked_at == NOW + 5 for link in old)
    assert all(link.holds(NOW + 5) for link in new)


def test_a_token_is_long_and_fits_an_address() -> None:
    token = token_of(SECRET, "abc")
    assert len(urlsafe_b64decode(token + "=")) == 32
    assert token != token_of(OTHER, "abc") != token_of(OTHER, "abd")
    assert token not in token_hash(token)
    token_hash("\ud800 not a token")  # whatever an address holds has a hash


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "new"
    secret = read_secret(data)
    assert len(secret) == 32
    assert read_secret(data) == secret
    assert stat.S_IMODE((data / SECRET_FILE).stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == [SECRET_FILE]
    assert read_secret(tmp_path / "other") != secret


def test_a_damaged_secret_is_said_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_bytes(b"short")
    with pytest.raises(ValueError, match=r"secret\.key is not a secret"):
        read_secret(tmp_path)
    assert (tmp_path / SECRET_FILE).read_bytes() == b"short"


def test_each_source_has_a_key_of_its_own() -> None:
    keys = stream_keys(SECRET, "s", PEOPLE)
    assert sorted(keys.values()) == ["camera-ada", "sound-en", "sound-zh", "studio"]
    assert keys[stream_key(SECRET, "s")] == "studio"
    others = [stream_keys(OTHER, "s", PEOPLE), stream_keys(SECRET, "t", PEOPLE)]
    assert not keys.keys() & {key for other in others for key in other}
