"""Every command, its rule and the roles that may give it: what stands here can be done, and
nothing else; and every kind of record."""

from collections.abc import Callable
from typing import Any, NamedTuple

from server.domain import (
    captions,
    delay,
    feedback,
    greenroom,
    hours,
    invitations,
    messages,
    notices,
    picture,
    questions,
    rearrange,
    sources,
    stage,
    windows,
    wishes,
)
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import CREW, DESK, EVERYONE, PLANNERS, Actor, Record, Role
from server.domain.rundown import AdjustCue, Cue, Segment, Slot
from server.domain.show import Command, Decision, Details, Draft


class Grant(NamedTuple):
    """One line of the table below; without a rule a command is a vote, and the Tally's."""

    rule: Callable[[Draft, Any, Actor, int], None] | None
    roles: frozenset[Role]


COMMANDS: dict[type[Command], Grant] = {
    stage.AdvanceStage: Grant(stage.advance, DESK),
    stage.HoldStage: Grant(stage.hold, DESK),
    stage.ResumeStage: Grant(stage.resume, DESK),
    stage.RecallCue: Grant(stage.recall, DESK),
    stage.ArmCue: Grant(stage.arm, DESK),
    rearrange.RearrangeRundown: Grant(rearrange.rearrange, PLANNERS | {Role.HOST}),
    stage.UndoStage: Grant(stage.undo, DESK),
    AdjustCue: Grant(stage.adjust, DESK),
    stage.TakeLowerThird: Grant(stage.take_lower_third, DESK),
    stage.ClearLowerThird: Grant(stage.clear_lower_third, DESK),
    sources.TakePicture: Grant(sources.take, DESK),
    questions.AskQuestion: Grant(questions.ask, EVERYONE),
    questions.EditQuestion: Grant(questions.edit, EVERYONE),
    questions.WithdrawQuestion: Grant(questions.withdraw, EVERYONE),
    questions.UpvoteQuestion: Grant(None, EVERYONE),
    questions.UnvoteQuestion: Grant(None, EVERYONE),
    questions.ApproveQuestion: Grant(questions.approve, CREW),
    questions.DismissQuestion: Grant(questions.dismiss, CREW),
    questions.ShowQuestion: Grant(questions.show, CREW),
    questions.AnswerQuestion: Grant(questions.answer, CREW),
    questions.ReplyToQuestion: Grant(questions.reply, CREW | {Role.PRESENTER}),
    questions.RestoreQuestion: Grant(questions.restore, CREW),
    windows.OpenQuestions: Grant(windows.open_questions, CREW),
    windows.CloseQuestions: Grant(windows.close_questions, CREW),
    feedback.WriteFeedback: Grant(feedback.write, frozenset({Role.COMMENTATOR})),
    feedback.ReleaseFeedback: Grant(feedback.release, frozenset({Role.COMMENTATOR})),
    greenroom.Report: Grant(greenroom.report, frozenset({Role.PRESENTER})),
    notices.PostNotice: Grant(notices.post, DESK),
    notices.ClearNotice: Grant(notices.clear, DESK),
    messages.SendMessage: Grant(messages.send, DESK),
    messages.AcknowledgeMessage: Grant(
        messages.acknowledge, frozenset({Role.PRESENTER, Role.COMMENTATOR})
    ),
    invitations.SendInvitations: Grant(invitations.send, PLANNERS),
    invitations.CancelInvitations: Grant(invitations.cancel, PLANNERS),
    invitations.AcceptInvitation: Grant(invitations.accept, frozenset({Role.PRESENTER})),
    invitations.MoveInvitation: Grant(invitations.move, frozenset({Role.PRESENTER})),
    hours.GiveAvailability: Grant(hours.give, PLANNERS | hours.NEEDED),
    wishes.WishPlan: Grant(wishes.wish, PLANNERS),
    captions.SayCaption: Grant(captions.say, DESK | {Role.INTERPRETER}),
    captions.ClearCaption: Grant(captions.clear, DESK | {Role.INTERPRETER}),
}

# Decisions that `stage.undo` takes back.
UNDOABLE = (
    stage.AdvanceStage,
    stage.HoldStage,
    stage.ResumeStage,
    stage.RecallCue,
    stage.ArmCue,
    AdjustCue,
    rearrange.RearrangeRundown,
)

# What only the house itself says. No frame can hold it, since frames are made from the table above.
REPORTS: dict[type[Command], Callable[[Draft, Any, int], None]] = {
    picture.ReportPicture: picture.report,
    picture.ReportCut: picture.report_cut,
    picture.ReportTrouble: picture.report_trouble,
    sources.ReportSource: sources.report,
    delay.ReportDelay: delay.report,
    invitations.ReportMail: invitations.mailed,
}

RECORDS: tuple[type[Record], ...] = (
    Details,
    Segment,
    Slot,
    Cue,
    stage.Stage,
    stage.LowerThird,
    Person,
    greenroom.GreenRoom,
    questions.Question,
    questions.Tally,
    windows.Window,
    feedback.Feedback,
    messages.Message,
    notices.Notice,
    picture.Picture,
    sources.Source,
    sources.Cut,
    captions.Caption,
    invitations.Invitation,
    hours.Availability,
    wishes.Wishes,
)


def permit(command: Command, actor: Actor) -> Grant:
    """Return the grant for a command, or refuse it: no grant, no command."""
    grant = COMMANDS.get(type(command))
    if grant is None or actor.role not in grant.roles:
        raise Refusal("role.may_not", "Your role ({role}) may not do this.", role=actor.role.value)
    return grant


def decide(draft: Draft, command: Command, actor: Actor) -> None:
    """Carry out one command on a draft: check the grant, then follow the rule."""
    rule = permit(command, actor).rule
    assert rule is not None, "votes go through the Tally"
    rule(draft, command, actor, draft.now)


def take_report(draft: Draft, report: Command) -> None:
    """Write down on a draft what a part of the house says of itself."""
    REPORTS[type(report)](draft, report, draft.now)


def decision_of(draft: Draft, command: Command) -> Decision | None:
    """Return what may still be undone after this turn: this decision, or the one before it."""
    if isinstance(command, UNDOABLE):
        return Decision(draft.seq, draft.before())
    if isinstance(command, stage.UndoStage):
        return None
    return draft.show.decision
