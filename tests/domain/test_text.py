"""What people write is tidied, and what would deceive is refused by name."""

import pytest

from server.domain.refusal import Refusal
from server.domain.text import BIDI_CONTROLS, clean


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Why? \n", "Why?"),
        ("one\r\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("路演 — שלום — مرحبا — 👩🏽‍🚀", "路演 — שלום — مرحبا — 👩🏽‍🚀"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_words_are_trimmed_and_composed(written: str, kept: str) -> None:
    assert clean(written, "text", 100) == kept


@pytest.mark.parametrize(
    "char", ["\0", "\x07", "\x1b", "\r", "\x7f", "\x85", "\ud800", *sorted(BIDI_CONTROLS)]
)
def test_invisible_controls_are_refused_by_their_code_point(char: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean(f"a{char}b", "text", 100)
    assert (refused.value.code, refused.value.field) == ("text.control_character", "text")
    assert refused.value.details == {"point": f"{ord(char):04X}"}


@pytest.mark.parametrize("written", ["", "   ", "\n\u3000 \u2003"])
def test_nothing_is_refused_unless_nothing_may_be_said(written: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean(written, "reason", 100)
    assert (refused.value.code, refused.value.field) == ("text.empty", "reason")
    assert clean(written, "reason", 100, empty=True) == ""


def test_the_limit_counts_characters_after_tidying() -> None:
    assert len(clean("e\u0301" * 10 + "   ", "text", 10)) == 10
    with pytest.raises(Refusal) as refused:
        clean("路" * 11, "text", 10)
    assert refused.value.code == "text.too_long"
    assert refused.value.details == {"length": 11, "limit": 10}


def test_very_much_text_is_refused_like_any_that_is_too_long() -> None:
    with pytest.raises(Refusal, match=r"text\.too_long"):
        clean("x" * 1_000_000, "text", 500)


def test_a_tab_is_a_space() -> None:
    assert clean("two\tcolumns", "text", 20) == "two columns"


def test_blanks_by_the_thousand_are_too_long() -> None:
    with pytest.raises(Refusal, match=r"text\.too_long"):
        clean("why?" + " " * 5000, "text", 500)
    assert clean("why?" + " " * 500, "text", 500) == "why?"
