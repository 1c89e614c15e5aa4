"""Wishes about the plan: what they may name, and that nobody's are overwritten unseen."""

from typing import Any

import pytest
from msgspec.structs import replace

from server.domain.refusal import Refusal
from server.domain.show import Details
from server.domain.wishes import Crowd, Wishes, WishPlan
from tests.domain.rehearsal import CALLER, Rehearsal
from tests.domain.test_hours import ORGANISER


def rehearsal() -> Rehearsal:
    show = Rehearsal()
    show.put(replace(show.get(Details, "show"), fields=("AI", "Bio"), starts_at=show.now))
    return show


def test_new_wishes_take_the_place_of_the_old() -> None:
    show = rehearsal()
    given: dict[str, Any] = {
        "together": ("Bio",),
        "apart": (("s1", "s2"),),
        "order": (("s2", "s1"),),
        "pins": {"s1": 1},
        "ends": "2020-11-13T18:00:00",
        "starts": "08:00-22:00",
        "curve": ((0.0, 4.0), (9.0, 0.0), (18.0, 0.0)),
        "audience": (Crowd("Asia/Tokyo", 3),),
        "weights": {"ada": 2},
        "changeover_seconds": 30,
        "comments": {"wu": ("AI",)},
    }
    show.do(WishPlan(seen=show.seq, **given), ORGANISER)
    assert show.get(Wishes, "main") == Wishes(id="main", **given)
    assert show.facts == ["plan.wished"]
    show.do(WishPlan(seen=show.seq), CALLER)
    assert show.get(Wishes, "main") == Wishes(id="main")


def test_wishes_that_somebody_else_has_changed_are_not_overwritten() -> None:
    show = rehearsal()
    seen = show.seq
    show.do(WishPlan(seen=seen, together=("AI",)), ORGANISER)
    with pytest.raises(Refusal, match=r"plan\.changed"):
        show.do(WishPlan(seen=seen), CALLER)
    assert show.get(Wishes, "main").together == ("AI",)


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"together": ("Cooking",)}, "plan.no_such", "together"),
        ({"apart": (("s1", "s9"),)}, "plan.no_such", "apart"),
        ({"order": (("s1", "s1"),)}, "plan.itself", "order"),
        ({"pins": {"s9": 0}}, "plan.no_such", "pins"),
        ({"pins": {"s1": 0, "s2": 0}}, "plan.pinned", "pins"),
        ({"ends": "six"}, "plan.wall", "ends"),
        ({"ends": "2020-13-13T18:00:00"}, "plan.wall", "ends"),
        ({"ends": "2020-11-13T13:00:00"}, "plan.ends", "ends"),
        ({"starts": "22:00-08:00"}, "plan.starts", "starts"),
        ({"starts": "morning"}, "plan.hours", "starts"),
        ({"curve": ((9.0, 0.0), (3.0, 1.0))}, "plan.curve", "curve"),
        ({"audience": (Crowd("Mars/Olympus"),)}, "zone.unknown", "audience"),
        ({"weights": {"nobody": 2}}, "plan.no_such", "weights"),
        ({"comments": {"ada": ("AI",)}}, "plan.no_such", "comments"),
        ({"comments": {"wu": ("Cooking",)}}, "plan.no_such", "comments"),
    ],
)
def test_what_is_refused_by_its_field(wish: dict[str, Any], code: str, field: str) -> None:
    show = rehearsal()
    with pytest.raises(Refusal) as refused:
        show.do(WishPlan(seen=show.seq, **wish), ORGANISER)
    assert (refused.value.code, refused.value.field) == (code, field)
