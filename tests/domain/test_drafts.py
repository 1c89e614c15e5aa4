"""What a draft may write."""

import pytest

from server.domain.refusal import Refusal
from server.domain.show import Change, Draft
from server.domain.stage import LowerThird
from tests.domain.rehearsal import Rehearsal


def test_a_key_that_was_dropped_is_never_used_again() -> None:
    show = Rehearsal().show
    strap = LowerThird(id="side")
    show.apply(Change(strap.key, strap, show.seq + 1, show.at))
    Draft(show, show.at).put(strap)
    show.apply(Change(strap.key, None, show.seq + 1, show.at))
    with pytest.raises(Refusal, match=r"record\.dropped"):
        Draft(show, show.at).put(strap)
