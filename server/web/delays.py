"""What encoders need for themselves: measured by a clock in the picture, or set by hand."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.refusal import Refusal
from server.domain.roles import DESK, Role
from server.domain.sources import Source
from server.protocol.frames import FRAME_LIMIT
from server.web import session
from server.web.body import body
from server.web.house import house
from server.web.pages import live
from server.web.refusals import answering

# A negative one is for a clock in the picture that is itself late.
LEAST_MS, MOST_MS = -5_000, 60_000
# Pictures that disagree by more say nothing.
STEADY_MS = 250


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the desk asks for: `ms` is counted with from now on; None: measure it first."""

    source: str
    ms: int | None = None


_read = msgspec.json.Decoder(Change).decode


async def page(request: Request) -> Response:
    """Serve `/s/{show}/delays`: how late each encoder is."""
    show_id = request.path_params["show"]
    who = await session.visitor(request, show_id)
    host_only = {link.role for link in who.links} & DESK == {Role.HOST}
    delays = dict(house(request).encoders.delays(show_id))
    view = Role.HOST if host_only else Role.CALLER
    return await live(request, "delays.html", view, delays=delays)


@answering
async def change(request: Request) -> Response:
    """Serve `POST /s/{show}/delays`: `{"source", "ms"}` sets a delay, without `ms` it is measured.

    The answer holds `source` and `delay_ms`, and `spread_ms` of a measured one.
    """
    home, show_id = house(request), request.path_params["show"]
    session.check_origin(request)
    show = await home.hub.show(show_id)
    if not any(link.role in DESK for link in (await session.visitor(request, show_id)).links):
        raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")
    try:
        wanted = _read(await body(request, FRAME_LIMIT))
    except msgspec.MsgspecError as problem:
        reason = str(problem)
        raise Refusal("frame.invalid", "This frame is not valid: {reason}", reason=reason) from None
    if not isinstance(show.find_key(f"{Source.noun()}/{wanted.source}"), Source):
        raise Refusal("source.unknown", "There is no such source.", field="source")
    if wanted.ms is None:
        found = await _measure(request, wanted.source)
    else:
        found = {"delay_ms": wanted.ms}
    if not LEAST_MS <= found["delay_ms"] <= MOST_MS:
        raise Refusal("delay.too_long", "A delay is 60 seconds at most.", field="ms")
    if not home.encoders.set_delay(show_id, wanted.source, found["delay_ms"]):
        raise Refusal("source.gone", "This source is not there now.", field="source")
    return JSONResponse({"source": wanted.source, **found})


async def _measure(request: Request, source: str) -> dict[str, int]:
    match await house(request).encoders.measure(request.path_params["show"], source):
        case "gone":
            raise Refusal("source.gone", "This source is not there now.", field="source")
        case "no_picture":
            raise Refusal("delay.no_picture", "This source sends no picture that can be looked at.")
        case "no_clock":
            raise Refusal("delay.no_clock", "The clock does not show in this source's picture.")
        case found:
            if found.spread_ms > STEADY_MS:
                raise Refusal("delay.unsteady", "The clock in the picture does not run evenly.")
            return {"delay_ms": found.delay_ms, "spread_ms": found.spread_ms}
