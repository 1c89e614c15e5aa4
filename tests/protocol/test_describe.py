"""The documents of the wire are true, whole and fresh."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from server import resources
from server.domain.commands import COMMANDS, RECORDS
from server.domain.roles import Role, Viewer, look
from server.protocol import describe, frames
from server.protocol.frames import CLIENT_FRAMES, SERVER_FRAMES, Bye
from server.protocol.records import GROUPS, seen
from server.protocol.refusals import refusals
from tests.domain.rehearsal import records
from tests.domain.test_grants import GRANTS, smallest
from tests.domain.test_visibility import TABLE

VALIDATOR = Draft202012Validator(describe.json_schema())


def wire(frame: msgspec.Struct) -> Any:
    """The frame as a client that reads JSON has it."""
    return json.loads(frames.encode(frame))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(describe.json_schema())


@pytest.mark.parametrize("name", GRANTS)
def test_every_command_fits_the_schema_and_is_read_back(name: str) -> None:
    frame = frames.Do(id="1", command=smallest(name))
    VALIDATOR.validate(wire(frame))
    assert frames.read(frames.encode(frame)) == frame


@pytest.mark.parametrize(
    "frame",
    [
        frames.Hello(view=Role.ATTENDEE),
        frames.Hello(view=Role.CALLER, since=7, epoch="e"),
        frames.Ping(sent=12.5),
        frames.Welcome(
            you=frames.You(person="p", role=Role.CALLER, view=Role.HOST), epoch="e", seq=1, time=2
        ),
        frames.Patch(after=0, seq=1, time=2, records={"question/q1": None}),
        frames.Done(id="1", seq=2),
        frames.Refused(id=None, code="frame.not_json", text="No"),
        frames.Refused(id="1", code="text.empty", text="No", field="text"),
        frames.Pulse(time=1, seq=2, audience=3),
        frames.Pong(sent=1.5, time=2),
        frames.Whisper(present=["ada"]),
        frames.ByeFrame(code=Bye.RESTART, retry_after=None),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_every_frame_fits_the_schema(frame: msgspec.Struct) -> None:
    VALIDATOR.validate(wire(frame))


@pytest.mark.parametrize("role", Role)
def test_a_whole_show_fits_the_schema_as_each_role_sees_it(role: Role) -> None:
    kept = [*records(), *(row.record for row in TABLE)]
    viewers = [Viewer(role), Viewer(role, "ada"), Viewer(role, "ann"), Viewer(role, "wu")]
    for viewer in viewers:
        patch = frames.Patch(
            after=0, seq=1, time=2, records={record.key: look(record, viewer) for record in kept}
        )
        VALIDATOR.validate(wire(patch))


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "patch", "after": 0, "seq": 1, "time": 2, "records": {"secret/1": {"id": "1"}}},
        {"type": "patch", "after": 0, "seq": 1, "time": 2, "records": {"tally/1": {"votes": 1}}},
        {
            "type": "patch",
            "after": 0,
            "seq": 1,
            "time": 2,
            "records": {"cue/1": {"id": "1", "wall": "14:00"}},
        },
        {"type": "do", "id": "1", "command": {"type": "stage.explode"}},
        {"type": "do", "id": "1", "command": {"type": "question.ask", "text": "", "lang": "?"}},
        {"type": "do", "id": "1", "command": {"type": "message.send", "text": "x" * 301}},
        {"type": "hello", "view": "emperor"},
        {"type": "tick"},
        [],
    ],
)  # fmt: skip
def test_what_is_no_frame_does_not_fit_the_schema(frame: Any) -> None:
    assert not VALIDATOR.is_valid(frame)


def test_the_type_declarations_are_fresh() -> None:
    kept = (resources.static() / describe.DECLARATIONS).read_text(encoding="utf-8")
    assert kept == describe.declarations(), "rewrite them: python -m server.protocol.describe"


def test_every_frame_command_and_record_says_what_it_is() -> None:
    kinds: list[type] = [*CLIENT_FRAMES, *SERVER_FRAMES, *COMMANDS, *RECORDS]
    for kind in kinds:
        assert describe.doc(kind).endswith("."), kind
        assert kind.__doc__ not in {base.__doc__ for base in kind.__mro__[1:]}, kind


def test_every_goodbye_says_why() -> None:
    assert set(describe.FAREWELLS) == set(Bye)


def test_the_groups_of_viewers_stand_for_all_roles() -> None:
    stands_for = {"everybody": {"presenter", "commentator", "stage"}}
    for row in TABLE:
        for group, roles in stands_for.items():
            fields = row.record.seen_by(Viewer(GROUPS[group]))
            for role in roles:
                assert row.record.seen_by(Viewer(Role(role))) == fields


def test_who_sees_a_field_is_told_as_it_is() -> None:
    told = {each.kind.noun(): each.fields for each in seen()}
    assert told["cue"]["note"] == {
        "everybody": "never",
        "moderator": "always",
        "organiser": "always",
        "host": "always",
        "caller": "always",
    }
    assert told["question"]["reason"] == {
        "everybody": "never",
        "moderator": "sometimes",
        "organiser": "sometimes",
        "host": "sometimes",
        "caller": "sometimes",
        "asker": "always",
    }
    assert told["feedback"]["advice"] == {
        "everybody": "sometimes",
        "moderator": "sometimes",
        "organiser": "sometimes",
        "host": "sometimes",
        "caller": "sometimes",
        "author": "always",
        "presenter": "sometimes",
    }
    assert "asker" not in told["question"]


def test_refusals_that_are_raised_are_listed() -> None:
    listed = refusals()
    assert listed["stage.moved_on"] == ("The stage has already moved on.",)
    assert {"slot.unknown", "frame.not_json", "text.empty", "show.unknown"} <= set(listed)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = describe.asyncapi()

    def follow(ref: str) -> Any:
        place: Any = document
        for step in ref.removeprefix("#/").split("/"):
            place = place[step]
        return place

    def references(place: Any) -> list[str]:
        if isinstance(place, dict):
            own = [place["$ref"]] if isinstance(place.get("$ref"), str) else []
            return own + [ref for inner in place.values() for ref in references(inner)]
        return (
            [ref for inner in place for ref in references(inner)] if isinstance(place, list) else []
        )

    found = references(document)
    assert len(found) > 100
    assert all(follow(ref) for ref in found)
    messages = document["components"]["messages"]
    assert set(messages) == {kind.__name__ for kind in (*CLIENT_FRAMES, *SERVER_FRAMES)}
    assert json.loads(json.dumps(document)) == document
