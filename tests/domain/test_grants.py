"""Who may give which command: no line here, no command."""

import msgspec
import pytest

from server.domain.commands import COMMANDS, decide, permit
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role, may_view
from server.domain.show import Command, Draft, Show
from tests.domain.rehearsal import Rehearsal

ALL = "caller host moderator organiser commentator presenter interpreter attendee stage"

GRANTS = {
    "stage.advance": "caller host",
    "stage.hold": "caller host",
    "stage.resume": "caller host",
    "stage.recall": "caller host",
    "stage.arm": "caller host",
    "stage.undo": "caller host",
    "cue.adjust": "caller host",
    "rundown.rearrange": "caller host organiser",
    "lower_third.take": "caller host",
    "lower_third.clear": "caller host",
    "picture.take": "caller host",
    "question.ask": ALL,
    "question.edit": ALL,
    "question.withdraw": ALL,
    "question.upvote": ALL,
    "question.unvote": ALL,
    "question.approve": "caller host moderator organiser",
    "question.dismiss": "caller host moderator organiser",
    "question.show": "caller host moderator organiser",
    "question.answer": "caller host moderator organiser",
    "question.reply": "caller host moderator organiser presenter",
    "question.restore": "caller host moderator organiser",
    "questions.open": "caller host moderator organiser",
    "questions.close": "caller host moderator organiser",
    "notice.post": "caller host",
    "notice.clear": "caller host",
    "feedback.write": "commentator",
    "feedback.release": "commentator",
    "greenroom.report": "presenter",
    "message.send": "caller host",
    "message.acknowledge": "presenter commentator",
    "invitation.send": "caller organiser",
    "invitation.cancel": "caller organiser",
    "invitation.accept": "presenter",
    "invitation.move": "presenter",
    "availability.give": "caller organiser host commentator presenter",
    "plan.wish": "caller organiser",
    "caption.say": "caller host interpreter",
    "caption.clear": "caller host interpreter",
}

# A command of each kind, as small as it can be.
SMALLEST = {
    "order": {},
    "seen": 1,
    "cue": "c1",
    "seconds": 1,
    "person": "ada",
    "text": "Why?",
    "lang": "en",
    "question": "q1",
    "reason": "No",
    "slot": "s1",
    "to": "presenter",
    "state": "ready",
    "message": "m1",
    "source": "studio",
    "slots": ("s1",),
    "sequence": 1,
}

BY_NAME = {str(kind.__struct_config__.tag): kind for kind in COMMANDS}


def smallest(name: str) -> Command:
    """A valid command of this name."""
    kind = BY_NAME[name]
    needed = {
        field.name: SMALLEST[field.name] for field in msgspec.structs.fields(kind) if field.required
    }
    return msgspec.convert(needed | {"type": name}, kind)


def test_the_table_names_every_command() -> None:
    assert set(GRANTS) == set(BY_NAME)


@pytest.mark.parametrize("name", GRANTS)
def test_every_command_for_every_role(name: str) -> None:
    command = smallest(name)
    for role in Role:
        actor = Actor("somebody", role)
        if role in GRANTS[name].split():
            assert permit(command, actor) == COMMANDS[type(command)]
            continue
        with pytest.raises(Refusal) as refused:
            Rehearsal().do(command, actor)
        assert refused.value.code == "role.may_not"
        assert refused.value.details == {"role": role.value}


def test_a_command_that_has_no_grant_is_refused() -> None:
    class Explode(Command, frozen=True, tag="stage.explode"):
        """Nothing grants this."""

    with pytest.raises(Refusal, match=r"role\.may_not"):
        decide(Draft(Show("trial"), 0), Explode(), Actor("caller", Role.CALLER))


VIEWS = {
    "caller": "caller host moderator organiser attendee stage",
    "host": "host moderator attendee stage",
    "moderator": "moderator attendee stage",
    "organiser": "organiser moderator attendee stage",
    "commentator": "commentator attendee stage",
    "presenter": "presenter attendee stage",
    "interpreter": "interpreter attendee stage",
    "attendee": "attendee stage",
    "stage": "attendee stage",
}


@pytest.mark.parametrize("role", Role)
def test_the_views_a_role_may_look_through(role: Role) -> None:
    assert {view.value for view in Role if may_view(role, view)} == set(VIEWS[role].split())
