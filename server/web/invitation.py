"""Where somebody who is needed on stage reads their time, answers, and gives their hours."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.domain.invitations import Invitation
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import PLANNERS, Role
from server.domain.show import Show
from server.service.ports import Letter
from server.web import pages, session
from server.web.house import house
from server.web.letters import letter, levels
from server.web.refusals import answering

Endpoint = Callable[[Request], Awaitable[Response]]
Link = Callable[[Show, str], Awaitable[str]]

# Whose hours the plan needs to know; somebody with several links is first of all a presenter.
INVITED = (Role.PRESENTER, Role.COMMENTATOR, Role.HOST)


async def page(request: Request) -> Response:
    """Serve `/s/{show}/invitation`, by the personal link of whoever is needed on stage."""
    show_id = request.path_params["show"]
    show, who = await house(request).hub.show(show_id), await session.visitor(request, show_id)
    # A link that several share, as a host's may be, is nobody's clock.
    named = show.of_kind(Person.noun())
    held = {link.role for link in who.links if link.person in named}
    role = next((role for role in INVITED if role in held), Role.PRESENTER)
    return await pages.live(request, "invitation.html", role, levels=levels(show))


def calendar(
    write: Callable[[Show, Invitation, Letter, str, str], tuple[str, bytes]], sender: str
) -> Endpoint:
    """Return what serves `/s/{show}/invitation/{slot}.ics`, to be kept or handed on.

    `write` takes the show, the invitation, its words, the address of the page, and who invites:
    for the presenter nobody, since a calendar would ask that address about what they keep.
    """

    @answering
    async def serve(request: Request) -> Response:
        show, invitation, own = await _invitation(request)
        home = house(request)
        at = f"{home.public_url}/s/{show.id}/invitation"
        _, file = write(show, invitation, letter(show, invitation, at), at, "" if own else sender)
        name = quote(f"{show.id}-{invitation.slot}", safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.ics"}
        return Response(file, media_type="text/calendar; charset=utf-8", headers=headers)

    return serve


def words(link: Link) -> Endpoint:
    """Return what serves `/s/{show}/invitation/{slot}.txt`: a mail's words, to be sent by hand.

    `link` returns somebody's personal address: so this is for those who plan, and nobody else.
    """

    @answering
    async def serve(request: Request) -> Response:
        show, invitation, own = await _invitation(request)
        if own:
            raise _not_yours()
        written = letter(show, invitation, await link(show, invitation.person), mailed=False)
        return PlainTextResponse(f"{written.subject}\n\n{written.text}")

    return serve


async def _invitation(request: Request) -> tuple[Show, Invitation, bool]:
    """Return an invitation, and whether whoever asks is the one invited; refuse all others."""
    show_id, slot = request.path_params["show"], request.path_params["slot"]
    show = await house(request).hub.show(show_id)
    who = await session.visitor(request, show_id)
    invitation = show.find_key(f"{Invitation.noun()}/{slot}")
    if any(link.role in PLANNERS for link in who.links):
        if not isinstance(invitation, Invitation):
            raise Refusal(
                "invitation.none", "There is no invitation for the slot “{slot}”.",
                field="slots", slot=slot[:80],
            )  # fmt: skip
        return show, invitation, False
    persons = {link.person for link in who.links}
    if isinstance(invitation, Invitation) and invitation.person in persons:
        return show, invitation, True
    raise _not_yours()


def _not_yours() -> Refusal:
    return Refusal("view.not_yours", "This page needs a personal link for it.", field="view")
