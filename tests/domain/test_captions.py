"""Captions: a line at a time in each language, and never more of them than can be kept."""

import pytest

from server.domain.captions import (
    LANGUAGES_LIMIT,
    PAUSE_MS,
    TEXT_LIMIT,
    Caption,
    ClearCaption,
    SayCaption,
)
from server.domain.people import Person
from server.domain.refusal import Refusal
from server.domain.roles import Actor, Role
from server.domain.show import Draft
from tests.domain.rehearsal import CALLER, Rehearsal

INTERPRETER = Actor("interpreter", Role.INTERPRETER)
LI = Actor("li", Role.INTERPRETER)


def test_a_line_takes_the_place_of_the_one_before() -> None:
    show = Rehearsal()
    show.do(SayCaption("zh", " 大家好 "), INTERPRETER)
    show.do(SayCaption("EN", "Hello all"), CALLER)
    assert show.get(Caption, "zh") == Caption(id="zh", text="大家好", said_at=show.now)
    assert show.facts == ["caption.said"]
    show.wait(1)
    show.do(SayCaption("zh", "欢迎"), INTERPRETER)
    assert show.get(Caption, "zh").text == "欢迎"
    assert show.get(Caption, "en").text == "Hello all"


def test_a_cleared_line_leaves_an_empty_one() -> None:
    show = Rehearsal()
    show.do(ClearCaption("zh"), INTERPRETER)
    assert show.facts == []
    show.do(SayCaption("zh", "大家好"), INTERPRETER)
    show.wait(3)
    show.do(ClearCaption("zh"), INTERPRETER)
    assert show.get(Caption, "zh") == Caption(id="zh", text="", said_at=show.now)
    show.do(ClearCaption("zh"), INTERPRETER)
    assert show.facts == []
    show.do(SayCaption("zh", "谢谢"), INTERPRETER)
    assert show.get(Caption, "zh").text == "谢谢"


def test_a_line_too_soon_after_the_last_is_refused_and_another_language_is_not() -> None:
    show = Rehearsal()
    show.do(SayCaption("zh", "一"), INTERPRETER)
    show.wait((PAUSE_MS - 1) / 1000)
    show.do(SayCaption("en", "one"), INTERPRETER)
    with pytest.raises(Refusal, match=r"caption\.too_fast"):
        show.do(SayCaption("zh", "二"), INTERPRETER)
    show.wait(0.001)
    show.do(SayCaption("zh", "二"), INTERPRETER)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "text.empty"),
        ("x" * (TEXT_LIMIT + 1), "text.too_long"),
        ("a\u202eb", "text.control"),
    ],
)
def test_words_that_no_screen_can_show_are_refused(text: str, code: str) -> None:
    show = Rehearsal()
    with pytest.raises(Refusal, match=code) as refused:
        show.do(SayCaption("zh", text), INTERPRETER)
    assert refused.value.field == "text"
    show.do(SayCaption("zh", "x" * TEXT_LIMIT), INTERPRETER)


def test_there_are_only_so_many_languages() -> None:
    show = Rehearsal()
    for number in range(LANGUAGES_LIMIT):
        show.do(SayCaption(f"x{chr(97 + number)}", "Hello"), INTERPRETER)
    with pytest.raises(Refusal, match=r"caption\.too_many"):
        show.do(SayCaption("zh", "大家好"), INTERPRETER)
    show.wait(1)
    show.do(SayCaption("xa", "Hello again"), INTERPRETER)


def test_who_is_named_for_a_language_writes_no_other() -> None:
    show = Rehearsal()
    draft = Draft(show.show, show.now)
    draft.put(Person(id="li", role="interpreter", name="Li", zone="UTC", language="zh-Hans"))
    show.show.take(draft.close(), draft.seq, show.now)
    show.do(SayCaption("zh-Hans", "大家好"), LI)
    show.do(ClearCaption("ZH-hans"), LI)
    for command in (SayCaption("en", "Hello"), ClearCaption("en")):
        with pytest.raises(Refusal, match=r"caption\.not_yours") as refused:
            show.do(command, LI)
        assert refused.value.field == "lang"
    show.do(SayCaption("en", "Hello"), INTERPRETER)
