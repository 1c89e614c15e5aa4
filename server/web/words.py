"""The words people read: which languages there are, how one is chosen, and what they say."""

from collections.abc import Iterator
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server import resources
from server.domain.refusal import Refusal

COOKIE = "luyan_lang"
DOMAIN = "luyan"
SOURCE = "en"
LANGUAGES = (("en", "English"), ("zh", "简体中文"))
"""Code and own name of each language on offer."""

CODES = tuple(code for code, _ in LANGUAGES)


def N_(text: str) -> str:
    """Mark a text for the catalogue without translating it yet."""
    return text


# How words of the domain are said to people: question states, roles, kinds of records.
TERMS = {
    "waiting": N_("waiting"),
    "approved": N_("approved"),
    "on_stage": N_("on stage"),
    "answered": N_("answered"),
    "dismissed": N_("dismissed"),
    "withdrawn": N_("withdrawn"),
    "caller": N_("caller"),
    "host": N_("host"),
    "moderator": N_("moderator"),
    "organiser": N_("organiser"),
    "commentator": N_("commentator"),
    "presenter": N_("presenter"),
    "interpreter": N_("interpreter"),
    "attendee": N_("attendee"),
    "stage": N_("stage"),
    "details": N_("show details"),
    "segment": N_("segment"),
    "slot": N_("slot"),
    "cue": N_("cue"),
    "lowerthird": N_("lower third"),
    "person": N_("person"),
    "greenroom": N_("place in the green room"),
    "question": N_("question"),
    "tally": N_("vote count"),
    "feedback": N_("feedback"),
    "message": N_("message"),
    "window": N_("question window"),
    "notice": N_("notice"),
    "picture": N_("picture"),
    "source": N_("source"),
    "cut": N_("cut"),
    "availability": N_("availability"),
    "wishes": N_("wishes"),
    "caption": N_("caption"),
    "invitation": N_("invitation"),
}
TERM_DETAILS = frozenset({"state", "role", "kind"})
"""The details of a refusal that hold a term."""


def choose(cookie: str | None, accept: str | None) -> str:
    """Return the language for a reader: their own choice, else their browser's, else English."""
    if cookie in CODES:
        return cookie
    return negotiate_locale(_preferred(accept or ""), CODES, sep="-", aliases={}) or SOURCE


def _preferred(accept: str) -> Iterator[str]:
    """Yield the language tags of an `Accept-Language` header, the most wished for first."""
    wishes = []
    for place, part in enumerate(accept[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.partition("=")[2]) if parameter.strip() else 1.0
        except ValueError:
            continue
        if tag and 0 < quality <= 1:
            wishes.append((-quality, place, tag.strip().lower()))
    for _, _, tag in sorted(wishes):
        # Negotiation tries a tag, then its first part: `zh-Hans-CN` is `zh`.
        yield tag


@lru_cache
def translations(lang: str) -> NullTranslations:
    """Return the catalogue of a language, compiled in memory from its `.po` file."""
    if lang == SOURCE or lang not in CODES:
        return NullTranslations()
    compiled = BytesIO()
    with (resources.locale() / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang, domain=DOMAIN))
    compiled.seek(0)
    return GNUTranslations(compiled)


def term(word: str, lang: str) -> str:
    """Return how a word of the domain (`on_stage`, `caller`) is said to people."""
    return translations(lang).gettext(TERMS[word]) if word in TERMS else word


def say(refusal: Refusal, lang: str) -> str:
    """Return the sentence of a refusal in a language."""
    details = {
        name: term(str(value), lang) if name in TERM_DETAILS else value
        for name, value in refusal.details.items()
    }
    return translations(lang).gettext(refusal.text).format(**details)
