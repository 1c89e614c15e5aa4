"""The organiser's page: what an order costs whom, and what the planner proposes instead."""

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain import clock
from server.domain.refusal import Refusal
from server.domain.roles import PLANNERS, Role
from server.domain.rundown import Cue
from server.domain.show import Show
from server.plan.discomfort import CURVES, HOUR, Curve
from server.plan.findings import Errand, Findings
from server.plan.problem import Order
from server.plan.score import breaches, score
from server.plan.show import ShowPlan, problem_of
from server.plan.start import Start
from server.planning.wire import line
from server.proposal import Proposal, duration
from server.protocol.frames import FRAME_LIMIT
from server.service.ports import Unplanned
from server.web import session
from server.web.agenda import day, zone_name
from server.web.body import body
from server.web.house import house
from server.web.pages import live, public, templates
from server.web.planasked import (
    Costs,
    Propose,
    Weigh,
    order_of,
    pinned,
    read,
)
from server.web.planrepair import turns
from server.web.planview import Reader, difference, invited, steps
from server.web.refusals import answering

BEST_STARTS = 5


async def page(request: Request) -> Response:
    """Serve `/s/{show}/plan`: who presents when, for those who plan it."""
    details = public(await house(request).hub.show(request.path_params["show"]))
    lang, starts_at, zone = session.language(request), details["starts_at"], details["zone"]
    return await live(
        request,
        "plan.html",
        Role.ORGANISER,
        day=day(clock.local(starts_at, zone), lang),
        zone_name=zone_name(zone, starts_at, lang),
    )


@answering
async def weigh(request: Request) -> Response:
    """Serve `POST /s/{show}/plan/weigh`: what an order costs whom, and which rules it breaks."""
    show, _ = await _planner(request)
    asked = read(Weigh, await body(request, FRAME_LIMIT))
    plan = problem_of(show, house(request).clock())
    order = order_of(plan, asked.order) if asked.order else plan.problem.present
    return JSONResponse(weighed(show, plan, order, session.language(request), brief=asked.brief))


@answering
async def propose(request: Request) -> Response:
    """Serve `POST /s/{show}/plan/propose`: the best order there is, and all that is known of it."""
    asked = read(Propose, await body(request, FRAME_LIMIT))
    # Whoever calls the show may repair it, which the host perhaps does.
    roles = PLANNERS | {Role.HOST} if asked.repair else PLANNERS
    show, person = await _planner(request, roles)
    now = house(request).clock()
    goes_on = problem_of(show, now)
    plan = pinned(problem_of(show, now, asked.lost, asked.late), asked.pins)
    errand = Errand(plan.problem, plan.zone, tuple(plan.walls), asked.repair)
    found = await house(request).planner.find((show.id, person), errand)
    if not isinstance(found, Findings):
        raise _unplanned(found)
    if found.given_up:
        raise Refusal(
            "plan.not_found",
            "No order was found that keeps to everything, though there may be one.",
        )
    lang = session.language(request)
    told = proposed(show, plan, found, lang)
    if asked.repair:
        told |= repaired(goes_on, plan, found, lang, told["html"])
    return JSONResponse({"seq": show.seq, "planned": mark(goes_on), **told})


@answering
async def curve(request: Request) -> Response:
    """Serve `POST /s/{show}/plan/curve`: a curve drawn, and its knots; refuses what is none."""
    await _planner(request)
    asked = read(Costs, await body(request, FRAME_LIMIT)).curve
    found = CURVES[asked] if isinstance(asked, str) else Curve(asked)
    drawn = _fragment(session.language(request), "plan_curve.html", {"steps": steps(found)})
    return JSONResponse({"knots": found.knots, "html": {"curve": drawn}})


# ---- who asks, and for what ------------------------------------------------------------------


async def _planner(request: Request, roles: frozenset[Role] = PLANNERS) -> tuple[Show, str]:
    """Return the show and the person of those who may plan, or refuse."""
    session.check_origin(request)
    show = await house(request).hub.show(request.path_params["show"])
    who = await session.visitor(request, show.id)
    for link in who.links:
        if link.role in roles:
            return show, link.person
    raise Refusal("view.not_yours", "This page needs a personal link for it.", field="view")


def _unplanned(why: Unplanned) -> Refusal:
    match why:
        case "superseded":
            return Refusal(
                "plan.superseded", "A newer question to the planner took this one's place."
            )
        case "lost":
            return Refusal(
                "server.planner", "The planner was lost. Nothing was changed; please ask again."
            )
        case "too_long":
            return Refusal(
                "plan.too_long",
                "No plan was found in the time there is. With fewer wishes it is quicker.",
            )


def mark(plan: ShowPlan) -> str:
    """Return a word that is another one as soon as anything that a plan depends on is another."""
    return hashlib.sha256(line(Errand(plan.problem, plan.zone, tuple(plan.walls)))).hexdigest()[:16]


# ---- what is told ----------------------------------------------------------------------------


def weighed(
    show: Show, plan: ShowPlan, order: Order, lang: str, *, brief: bool = False
) -> dict[str, Any]:
    """Return what an order costs whom, beside the order as it stands."""
    reader, problem = Reader(plan, lang), plan.problem
    lines, present = reader.lines(order), reader.lines(problem.present)
    worth, before = score(problem, order), score(problem, problem.present)
    broken = breaches(problem, order)
    guests = invited(show, lang)
    changed = sorted((one for one in lines if one.by_said), key=lambda one: one.by)
    hurt = {slot for breach in broken for slot in breach.slots}
    context: dict[str, Any] = {
        **_context(reader),
        "lines": lines,
        "now": reader.worth(problem.present),
        "then": reader.worth(order),
        "worst_by": difference(worth.worst - before.worst),
        "total_by": difference(worth.total - before.total),
        "paying": [one for one in reversed(changed) if one.by > 0],
        "spared": [one for one in changed if one.by < 0],
        "moved": sum(one.moved for one in lines),
        "order": order,
        "breaches": broken,
        "invited": guests,
        "due": sum(one.due for one in guests),
        "told": any(one.state for one in guests),
        "show_id": show.id,
    }
    parts = ["ledger", "breaches"]
    if not brief:
        context["around"] = reader.around(order)
        context["picture"] = reader.picture(order)
        parts += ["times", "picture", "invited"]
    return {
        "seq": show.seq,
        "mark": mark(plan),
        "order": plan.order_by_segment(order),
        "present": plan.order_by_segment(problem.present),
        "rows": [{**one._asdict(), "broken": one.slot in hurt} for one in lines],
        "today": [one._asdict() for one in present],
        "worst": worth.worst / HOUR,
        "total": worth.total / HOUR,
        "now": {"worst": before.worst / HOUR, "total": before.total / HOUR},
        "breaches": len(broken),
        "html": {name: _fragment(lang, f"plan_{name}.html", context) for name in parts},
    }


def proposed(show: Show, plan: ShowPlan, found: Findings, lang: str) -> dict[str, Any]:
    """Return what the planner has found, for programs and for people."""
    reader, problem = Reader(plan, lang), plan.problem
    before = score(problem, problem.present)
    context: dict[str, Any] = {
        **_context(reader),
        "found": found,
        "plan": found.plan,
        "now": reader.worth(problem.present),
        "broken": breaches(problem, problem.present),
        "starts": _starts(reader, found),
        "begun": _begun(show),
        "alternatives": [
            {"lines": reader.lines(order), "order": plan.order_by_segment(order)}
            for order in found.alternatives or ()
        ],
    }
    document = Proposal(plan, found).document()
    told: dict[str, Any] = {**document, "rearrange": None}
    if found.plan is not None:
        told["rearrange"] = plan.order_by_segment(found.plan.order)
        context["then"] = reader.worth(found.plan.order)
        worth = found.plan.score
        context["gain"] = difference(before.worst - worth.worst).lstrip("+")
        context["gains"] = before.worst > worth.worst
        saved = before.total - worth.total if before.worst == worth.worst else 0
        context["saved"] = difference(saved).lstrip("+") if saved > 0 else ""
        context["same"] = found.plan.order == problem.present
    told["html"] = {
        name: _fragment(lang, f"plan_{name}.html", context)
        for name in ("verdict", "starts", "costs", "alternatives")
    }
    return told


def repaired(
    before: ShowPlan, plan: ShowPlan, found: Findings, lang: str, html: dict[str, str]
) -> dict[str, Any]:
    """Return what the desk is told of a repair, beside the order in which nobody moves (`keep`)."""
    reader, present = Reader(plan, lang), plan.problem.present
    context = {
        **_context(reader),
        "found": found,
        "plan": found.plan,
        "picked": found.repair.moved if found.repair else (),
    }
    if found.plan is not None:
        order = found.plan.order
        context["turns"] = turns(Reader(before, lang), reader, order, context["picked"])
    drawn = _fragment(lang, "plan_repair.html", context)
    return {"keep": plan.order_by_segment(present), "html": {**html, "repair": drawn}}


def _begun(show: Show) -> bool:
    """Tell whether a cue of the show was called."""
    return any(isinstance(c, Cue) and c.started_at for c in show.of_kind(Cue.noun()).values())


def _starts(reader: Reader, found: Findings) -> list[Start]:
    """Return the best starts, and the present one wherever it stands among them."""
    ranked = found.starts or ()
    return [s for n, s in enumerate(ranked) if n < BEST_STARTS or s.wall == reader.begins]


def _context(reader: Reader) -> dict[str, Any]:
    return {
        "reader": reader,
        "comma": "、" if reader.lang == "zh" else ", ",
        "said": lambda seconds: duration(seconds / HOUR),
        "signed": difference,
    }


def _fragment(lang: str, template: str, context: dict[str, Any]) -> str:
    return templates(lang).get_template(template).render(context)
