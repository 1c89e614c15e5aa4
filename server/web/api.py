"""The HTTP side of the wire: commands by POST, the same frames as server-sent events."""

from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from server.domain.commands import COMMANDS
from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.domain.stage import drift
from server.live.outbox import QueueOutbox
from server.protocol import frames
from server.protocol.frames import Do, Done, You, encode
from server.web import session
from server.web.body import body
from server.web.house import house
from server.web.refusals import answer, answering


async def command(request: Request) -> Response:
    """Serve `POST /s/{show}/commands`: a `do` frame in, `done` or `refused` out."""
    home, lang, sent = house(request), session.language(request), b""
    try:
        session.check_origin(request)
        sent = await body(request, frames.FRAME_LIMIT)
        do = _do(sent)
        show_id = request.path_params["show"]
        await home.hub.show(show_id)
        who = await session.visitor(request, show_id)
        view = request.query_params.get("view")
        if view is not None:
            actor = who.through(_role(view))[0]
        else:
            actor = who.acting(COMMANDS[type(do.command)].roles)
        seq = await home.desk.do(show_id, do.id, do.command, actor, do.by)
    except Refusal as refusal:
        return answer(refusal, lang, frames.id_of(sent))
    response = Response(encode(Done(id=do.id, seq=seq)), media_type="application/json")
    session.introduce(home, response, who)
    return response


@answering
async def events(request: Request) -> Response:
    """Serve `/s/{show}/events?view=&since=&epoch=`: what the socket says after `hello`."""
    home, show_id = house(request), request.path_params["show"]
    query = request.query_params
    await home.hub.show(show_id)
    who = await session.visitor(request, show_id)
    view = _role(query.get("view", Role.ATTENDEE))
    actor, link = who.through(view)
    try:
        since = int(query.get("since", "0"))
    except ValueError:
        raise Refusal("frame.invalid", "This is not a whole number.", field="since") from None
    votes = [] if who.new else await home.store.voted(show_id, actor.person)
    you = You(person=actor.person, role=actor.role, view=view, votes=votes)

    async def stream() -> AsyncIterator[bytes]:
        # Joined here: of an answer that nobody waits for any more, this is never begun.
        outbox = QueueOutbox()
        connection = await home.hub.join(
            show_id, you, since, query.get("epoch"), outbox, link.id if link else None
        )
        try:
            while (frame := await outbox.next()) is not None:
                yield frame.event
        finally:
            home.hub.leave(show_id, connection)

    response = StreamingResponse(
        stream(),
        media_type="text/event-stream",
        # nginx gathers answers into buffers unless told not to.
        headers={"X-Accel-Buffering": "no"},
    )
    session.introduce(home, response, who)
    return response


async def health(request: Request) -> Response:
    """Serve `/healthz`: 200 when the store answers."""
    shows = await house(request).store.shows()
    return JSONResponse({"ok": True, "shows": len(shows)})


async def metrics(request: Request) -> Response:
    """Serve `/metrics` in the Prometheus text format."""
    now = house(request).clock()
    lines = ["# TYPE luyan_connections gauge"]
    seqs = ["# TYPE luyan_seq counter"]
    drifts = ["# TYPE luyan_drift_seconds gauge"]
    delays = ["# TYPE luyan_behind_seconds gauge"]
    reports = ["# TYPE luyan_behind_viewers gauge"]
    for show_id, following in house(request).hub.followed().items():
        for role, view in following.views.items():
            labels = f'show="{show_id}",view="{role}"'
            lines.append(f"luyan_connections{{{labels}}} {len(view.connections)}")
        seqs.append(f'luyan_seq{{show="{show_id}"}} {following.show.seq}')
        drifts.append(f'luyan_drift_seconds{{show="{show_id}"}} {drift(following.show, now)}')
        if behind := following.behind():
            for quantile, ms in (("0.5", behind.median), ("0.95", behind.p95)):
                labels = f'show="{show_id}",quantile="{quantile}"'
                delays.append(f"luyan_behind_seconds{{{labels}}} {ms / 1000}")
            reports.append(f'luyan_behind_viewers{{show="{show_id}"}} {behind.viewers}')
    free = ["# TYPE luyan_free_bytes gauge"]
    free.append(f"luyan_free_bytes {house(request).recordings.free_bytes()}")
    return PlainTextResponse(
        "\n".join(lines + seqs + drifts + delays + reports + free) + "\n",
        media_type="text/plain; version=0.0.4",
    )


def _do(sent: bytes) -> Do:
    """Read a `do` frame; `type` may be left out, since nothing else can be posted."""
    if len(sent) <= frames.FRAME_LIMIT:
        try:
            fields = msgspec.json.decode(sent, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            pass  # `frames.read` refuses it by name
        else:
            fields["type"] = msgspec.Raw(b'"do"')
            sent = msgspec.json.encode(fields)
    frame = frames.read(sent)
    if not isinstance(frame, Do):
        raise Refusal("frame.invalid", "Only commands can be posted here.", field="type")
    return frame


def _role(view: str) -> Role:
    try:
        return Role(view)
    except ValueError:
        raise Refusal("view.unknown", "There is no view of this name.", field="view") from None
