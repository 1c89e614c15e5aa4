"""The words people send: what is accepted, and how it is tidied."""

import unicodedata

from server.domain.refusal import Refusal

# Overrides and isolates can turn the text around them on a projector: nobody types them by hand.
BIDI_CONTROLS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
)


def clean(text: str, field: str, limit: int, *, empty: bool = False) -> str:
    """Return `text` trimmed and in Unicode NFC, or refuse it by the name of its `field`.

    `limit` counts characters after tidying; line breaks are kept. `empty` lets nothing be said.
    """
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    if not tidy and not empty:
        raise Refusal("text.empty", "Please write something first.", field=field)
    # Before it is read character by character: that is slow where there are very many. Blanks at
    # the ends are forgiven, but not by the thousand: the journal keeps what was sent.
    length = max(len(tidy), len(text) // 4)
    if length > limit:
        raise Refusal(
            "text.too_long",
            "This text has {length} characters; {limit} is the most.",
            field=field,
            length=length,
            limit=limit,
        )
    for char in tidy:
        if char in BIDI_CONTROLS or (unicodedata.category(char) in ("Cc", "Cs") and char != "\n"):
            raise Refusal(
                "text.control_character",
                "This text holds an invisible control character (U+{point}). Please remove it.",
                field=field,
                point=f"{ord(char):04X}",
            )
    return tidy
