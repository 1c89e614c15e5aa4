"""A notice stands until it is replaced or taken away."""

import pytest

from server.domain.notices import ClearNotice, Notice, PostNotice
from server.domain.refusal import Refusal
from tests.domain.rehearsal import Rehearsal


def test_a_notice_is_posted_replaced_and_taken_away() -> None:
    show = Rehearsal()
    show.do(PostNotice(text="  We go on in five minutes. "))
    posted = Notice(id="main", text="We go on in five minutes.", posted_at=show.now)
    assert show.get(Notice, "main") == posted
    show.wait(1)
    show.do(PostNotice(text="Please leave the hall.", level="urgent"))
    assert show.get(Notice, "main").level == "urgent"
    assert show.get(Notice, "main").posted_at == show.now
    show.do(ClearNotice())
    assert show.get(Notice, "main") == Notice(id="main")
    assert show.facts == ["notice.cleared"]
    with pytest.raises(Refusal, match=r"notice\.none"):
        show.do(ClearNotice())
    show.do(PostNotice(text="Once more"))
    assert show.get(Notice, "main").text == "Once more"


@pytest.mark.parametrize("text", ["", " \n", "x" * 301, "a\x07b"])
def test_a_notice_has_words(text: str) -> None:
    with pytest.raises(Refusal, match=r"^text\."):
        Rehearsal().do(PostNotice(text=text))
