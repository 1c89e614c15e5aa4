"""Finds human words in templates and scripts that never went through the catalogue."""

import re
from collections.abc import Container, Iterator
from html.parser import HTMLParser

from jinja2 import Environment

# Where an expression stood: no letter, so it says nothing by itself.
GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
SPOKEN = {"alt", "title", "placeholder", "label", "aria-label", "aria-description"} | {
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
}
BUTTONS = {"submit", "button", "reset"}
SILENT = {"script", "style", "code"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}

LETTERS = re.compile(r"[^\W\d_]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
TWO_WORDS = re.compile(r"[^\W\d_]+['’]?[^\W\d_]*[,;:]? [^\W\d_]+")
SENTENCE = re.compile(
    r"^\W*[A-Z][a-z]+|[.!?…]$"
    r"|\b(the|an|is|are|was|to|of|on|for|with|not|no|you|your|this|please|has|have|cannot)\b"
)
EITHER = "|".join(sorted(SPOKEN))
BOUND = re.compile(rf"^(x-text|x-html|(x-bind)?:({EITHER}))$")
ASSIGNED = re.compile(
    r"(?:textContent|innerText|innerHTML|placeholder|title|alt|ariaLabel)\s*\+?=\s*$"
    rf"|setAttribute\(\s*['\"](?:{EITHER})['\"]\s*,\s*$|\b(?:alert|confirm|prompt)\(\s*$"
)
THROWN = re.compile(r"new \w*Error\(\s*$")  # for whoever reads the console
LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/                                  # comments
    |(?<![\w)\]])/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*  # patterns
    |'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`   # strings
    """,
    re.VERBOSE | re.DOTALL,
)
HOLE = re.compile(r"\$\{[^{}]*\}")


def attribute_blocks(source: str) -> set[str]:
    """Return the blocks that a base template puts inside an attribute (a class, a theme)."""
    return set(re.findall(r"=\"[^\"<>]*\{%-?\s*block\s+(\w+)", source))


def in_template(source: str, unread: Container[str] = ()) -> list[str]:
    """Return the human words of a Jinja template that stand outside the catalogue.

    What stands in the blocks called `unread` is read by nobody: they fill attributes.
    """
    html = _without_jinja(source, unread)
    page = _Page()
    # A template without a tag is a piece of one: attributes for somebody else's.
    page.feed(html if "<" in html or "=" not in html else f"<p {html}>")
    page.close()
    return page.found


def in_script(source: str) -> list[str]:
    """Return the string literals of a script that people would read."""
    found = []
    for match in LITERAL.finditer(source):
        if match.group()[0] == "/":
            continue
        text = HOLE.sub(GAP, match.group()[1:-1])
        before = source[max(0, match.start() - 80) : match.start()]
        if THROWN.search(before):
            continue
        shown = ASSIGNED.search(before)
        if _is_sentence(text) or (shown and LETTERS.search(text)):
            found.append(text)
    return found


def _is_sentence(text: str) -> bool:
    if CHINESE.search(text):
        return True
    return bool(TWO_WORDS.search(text) and SENTENCE.search(text))


def _without_jinja(source: str, unread: Container[str]) -> str:
    """Return a template's own HTML: each expression a gap, no statements, no translated blocks."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    kept: list[str] = []
    block: list[str] = []
    inside = translated = machine = False
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            block, inside = [], True
        elif kind == "block_end":
            inside = False
            if block and block[0] in ("trans", "endtrans"):
                translated = block[0] == "trans"
            elif block and block[0] in ("block", "endblock"):
                machine = block[0] == "block" and block[1] in unread
        elif kind == "name" and inside:
            block.append(value)
        elif kind == "variable_begin" and not translated:
            kept.append(GAP)
        elif kind == "data" and not translated and not machine:
            kept.append(value)
    return "".join(kept)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += self._attributes(given)
        if tag not in VOID:
            quiet = tag in SILENT or given.get("translate") == "no"
            self._open.append((tag, quiet or self._silent()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += self._attributes({name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        a_key = self._open and self._open[-1][0] == "kbd" and len(data.strip()) == 1
        if LETTERS.search(data) and not a_key and not self._silent():
            self.found.append(data.strip())

    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _attributes(self, given: dict[str, str]) -> Iterator[str]:
        spoken = SPOKEN | ({"value"} if given.get("type") in BUTTONS else set())
        spoken |= {"content"} if given.get("name") == "description" else set()
        for name, value in given.items():
            if name in spoken and LETTERS.search(value):
                yield f"{name}={value}"
            elif name.startswith(("x-", ":", "@")):
                for match in LITERAL.finditer(value):
                    text = HOLE.sub(GAP, match.group()[1:-1])
                    capital = BOUND.match(name) and re.match(r"[A-Z][a-z]", text)
                    if match.group()[0] != "/" and (_is_sentence(text) or capital):
                        yield f"{name}={value}"
