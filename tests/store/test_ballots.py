"""Ballots: one for each person and question."""

from server.service.ports import Ballot, Store
from tests.store.conftest import House
from tests.store.scribe import Scribe, write


async def test_one_person_has_one_vote_for_a_question(store: Store, scribe: Scribe) -> None:
    async with store.turn("test", 1) as turn:
        await turn.write([], [Ballot("q1", "ada", True), Ballot("q1", "ada", True)])
        await turn.write([], [Ballot("q1", "ada", True), Ballot("q1", "bo", True)])
        await turn.write([], [Ballot("q2", "bo", True), Ballot("q3", "bo", False)])
        assert await turn.votes(["q1", "q2", "q3"]) == {"q1": 2, "q2": 1, "q3": 0}
    assert await store.voted("test", "ada") == ["q1"]
    assert await store.voted("test", "bo") == ["q1", "q2"]
    assert await store.voted("test", "wu") == []


async def test_a_vote_is_taken_back_in_the_order_in_which_it_was_given(
    house: House, scribe: Scribe
) -> None:
    cast, back = Ballot("q1", "ada", True), Ballot("q1", "ada", False)
    for ballots, votes in [
        ((cast, back), 0),
        ((back, cast), 1),
        ((back,), 0),
        ((back,), 0),
        ((cast, back, cast), 1),
        ((cast,), 1),
    ]:
        store = await house.reopen()
        await write(store, ballots=ballots)
        async with store.turn("test", 1) as turn:
            assert await turn.votes(["q1"]) == {"q1": votes}
        assert await store.voted("test", "ada") == ["q1"] * votes
