"""Every word that people read is in the catalogue, and the catalogue is whole."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from server import resources
from server.domain.commands import RECORDS
from server.domain.questions import BACK, SHOWN
from server.domain.refusal import Refusal
from server.domain.roles import Role
from server.web import words

SERVER = Path(words.__file__).parents[1]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
TRANSLATED = [code for code in words.CODES if code != words.SOURCE]


@lru_cache
def extracted() -> set[tuple[str, str | None]]:
    """The texts (and contexts) that the server and its templates ask the catalogue for."""
    with (resources.locale() / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog()
    for folder in (SERVER, resources.templates()):
        for name, line, text, _, context in extract_from_dir(
            folder, methods, options, keywords=DEFAULT_KEYWORDS
        ):
            catalogue.add(text, locations=[(name, line)], context=context)
    return {(text_of(m), m.context) for m in catalogue if m.id}


def text_of(message: Message) -> str:
    """The English text of a message, in the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def catalogue(lang: str) -> list[Message]:
    """The translated messages of a language, its header left out."""
    with (resources.locale() / lang / "LC_MESSAGES" / "luyan.po").open("rb") as file:
        return [message for message in read_po(file, locale=lang) if message.id]


def placeholders(text: str) -> set[str]:
    """The names that are filled into a text."""
    return {percent or brace for percent, brace in PLACEHOLDER.findall(text)}


@pytest.mark.parametrize(
    ("cookie", "accept", "lang"),
    [
        (None, None, "en"),
        (None, "", "en"),
        (None, "zh", "zh"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "zh-Hans-SG", "zh"),
        (None, "ZH-cn", "zh"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "ja,zh;q=0.5,en;q=0.4", "zh"),
        (None, "en;q=0.4, zh;q=0.5", "zh"),
        (None, "zh;q=0, en", "en"),
        (None, "zh;q=nan, zh;q=, zh;q=7", "en"),
        (None, "fr, *", "en"),
        (None, ";;,,=;q=1" * 999, "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("tlh", "zh", "zh"),
        ("../../zh", "en", "en"),
    ],
)
def test_the_language_is_the_readers_choice_then_the_browsers(
    cookie: str | None, accept: str | None, lang: str
) -> None:
    assert words.choose(cookie, accept) == lang


def test_a_refusal_is_said_with_its_terms_in_the_same_language() -> None:
    refusal = Refusal(
        "question.moved_on",
        "This question is now “{state}”: that is no longer possible.",
        state="on_stage",
    )
    assert words.say(refusal, "en") == (
        "This question is now “on stage”: that is no longer possible."
    )
    chinese = words.say(refusal, "zh")
    assert words.term("on_stage", "zh") in chinese
    assert not re.search("[a-z]", chinese)


def test_what_people_wrote_is_never_looked_up() -> None:
    refusal = Refusal("slot.unknown", "There is no {kind} “{id}” in this show.", kind="slot", id="")
    assert words.say(refusal, "zh") == words.say(refusal, "zh").strip()
    assert "“”" in words.say(refusal, "zh")


def test_every_term_of_the_domain_can_be_said() -> None:
    states = SHOWN | set(BACK) | set(BACK.values()) | {"withdrawn"}
    roles = {role.value for role in Role}
    nouns = {record.noun() for record in RECORDS}
    assert states | roles | nouns == set(words.TERMS)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_the_catalogue_is_fresh(lang: str) -> None:
    kept = {(text_of(m), m.context) for m in catalogue(lang)}
    stray = sorted(text for text, _ in extracted() ^ kept)
    assert not stray, "bring the catalogue up to date with: make words"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_text_is_translated_with_the_same_placeholders(lang: str) -> None:
    for message in catalogue(lang):
        said = [message.string] if isinstance(message.string, str) else [*(message.string or ())]
        assert all(said or [""]), message.id
        assert not message.fuzzy, message.id
        texts = [message.id] if isinstance(message.id, str) else message.id
        wanted = {name for text in texts for name in placeholders(text)}
        for one in said:
            # A plural form may leave its number out (“one vote”), and nothing else.
            assert placeholders(one) | {"num", "count"} == wanted | {"num", "count"}, message.id


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_translation_is_english(lang: str) -> None:
    same = {text_of(m) for m in catalogue(lang) if m.string == m.id}
    assert not {text for text in same if re.search("[a-z]{3}", text)}


@pytest.mark.parametrize("path", sorted(SERVER.rglob("*.py")), ids=lambda p: p.name)
def test_every_refusal_has_its_text_written_out(path: Path) -> None:
    asked = {text for text, _ in extracted()} if "Refusal(" in path.read_text() else set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or "Refusal" not in ast.unparse(node.func):
            continue
        assert len(node.args) == 2, f"{path.name}:{node.lineno}"
        text = node.args[1]
        assert isinstance(text, ast.Constant), f"{path.name}:{node.lineno}: not a literal"
        assert text.value in asked, f"{path.name}:{node.lineno}"
