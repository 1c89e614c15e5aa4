"""Links: found by the hash of their token, by the server and beside it."""

import asyncio

import pytest
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.service.ports import Link, Store
from tests.domain.rehearsal import START_AT
from tests.store.conftest import House
from tests.store.scribe import Scribe


def link(name: str, created_at: int = START_AT, show: str = "test") -> Link:
    return Link(
        id=name,
        show=show,
        role=Role.PRESENTER,
        person=name,
        token_hash=f"hash of {name}",
        created_at=created_at,
    )


async def test_links_are_found_by_the_hash_of_their_token(house: House, scribe: Scribe) -> None:
    store = house.opened[0]
    await store.create("other", [], START_AT)
    ada, bo = link("ada", START_AT + 1), link("bo", START_AT)
    other = link("wu", START_AT + 2, "other")
    for each in ada, bo, other:
        await store.put_link(each)
    store = await house.reopen()
    assert await store.link("hash of ada") == ada
    assert await store.link("no such hash") is None
    assert await store.links("test") == [bo, ada]
    assert await store.links() == [bo, ada, other]
    assert await store.links("nowhere") == []


async def test_a_link_to_a_show_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(Refusal, match=r"show\.unknown"):
        await store.put_link(link("ada", show="nowhere"))
    assert await store.links() == []


async def test_a_link_can_be_revoked(house: House, scribe: Scribe) -> None:
    ours, theirs = house.opened[0], await house.open()
    await ours.put_link(link("ada"))
    await ours.put_link(link("bo"))
    revoked = replace(link("ada"), expires_at=START_AT + 1, revoked_at=START_AT + 2)
    await theirs.put_link(revoked)
    assert await ours.link("hash of ada") == revoked
    assert await ours.links() == [revoked, link("bo")]


async def test_two_links_never_share_a_token(store: Store, scribe: Scribe) -> None:
    await store.put_link(link("ada"))
    twin = replace(link("ada"), id="twin")
    with pytest.raises(OSError, match=r"."):
        await store.put_link(twin)
    assert await store.link("hash of ada") == link("ada")


async def test_links_are_read_and_written_beside_an_open_turn(house: House, scribe: Scribe) -> None:
    server, desk = house.opened[0], await house.open()
    await desk.put_link(link("ada"))
    async with server.turn("test", 1) as turn:
        await turn.write([scribe.ask()])
        assert await desk.links("test") == [link("ada")]
        writing = asyncio.create_task(desk.put_link(link("bo")))
        await turn.write([scribe.ask()])
    await writing
    assert [each.id for each in await server.links("test")] == ["ada", "bo"]
    assert (await desk.read("test")).seq == 3
