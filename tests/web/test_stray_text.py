"""No text outside the catalogue: neither in a template nor in a script."""

from pathlib import Path

import pytest

from server import resources
from tests.web.stray_text import attribute_blocks, in_script, in_template

TEMPLATES = sorted(resources.templates().rglob("*.html"))
SCRIPTS = [
    path
    for path in sorted(resources.static().rglob("*.js"))
    if "vendor" not in path.relative_to(resources.static()).parts
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_outside_the_catalogue(path: Path) -> None:
    unread = attribute_blocks((resources.templates() / "base.html").read_text(encoding="utf-8"))
    assert in_template(path.read_text(encoding="utf-8"), unread) == []


def test_words_in_a_block_are_found_unless_it_fills_an_attribute() -> None:
    base = '<body class="{% block body_class %}{% endblock %}">{% block main %}{% endblock %}'
    page = "{% block body_class %}dark{% endblock %}{% block main %}Hello{% endblock %}"
    assert in_template(page, attribute_blocks(base)) == ["Hello"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing(path: Path) -> None:
    assert in_script(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "<p>{{ name }} asks</p>",
        "{% if a %}<b>on air</b>{% endif %}",
        "{% trans %}fine{% endtrans %} not fine",
        "<p>路演</p>",
        "<p>Caf&eacute;</p>",
        '<img alt="A stage">',
        '<button aria-label="Go on">{{ _("Go on") }}</button>',
        '<input type="submit" value="Send">',
        "<p x-text=\"'Still ' + n\"></p>",
        "<b :title=\"held ? 'go on with it' : ''\"></b>",
        "<svg><title>A clock</title></svg>",
        "<svg><text>late</text></svg>",
        '<meta name="description" content="A show">',
        "<ul><li>{{ a }}<li>one</ul>",
        'title="Close it" data-kind="{{ a }}"',
    ],
)
def test_stray_words_of_a_template_are_found(source: str) -> None:
    assert len(in_template(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{# a note #}<p>{{ _("Hello") }} · 12:00 — {% trans n=1 %}one {{ n }}{% endtrans %}</p>',
        '<a href="/agenda" class="button primary" data-state="on air">{{ a }}</a>',
        '<img alt=""><input type="text" value="en"><kbd>K</kbd><code>stage.advance</code>',
        '<b translate="no">Luyan <i>路演</i></b>',
        '<script type="application/json">{"type": "hello you"}</script>',
        "<p x-show=\"cue.kind === 'pitch'\" x-text=\"$store.live.get('cue', id).title\"></p>",
        'data-kind="pitch" title="{{ a }}"',
        '<svg viewBox="0 0 8 8"><path d="M 1 2 L 3 4"/></svg>',
    ],
)
def test_what_nobody_reads_is_let_be_in_a_template(source: str) -> None:
    assert in_template(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'throw "This cannot be done";',
        "status = `There are ${n} left`;",
        'say("the stage moved on")',
        'x = "提问";',
        'node.textContent = "Ready";',
        'node.setAttribute("aria-label", "close");',
        'alert("no");',
        "let a = /[\"'/]/.test(b); c = 'Please wait here'",
    ],
)
def test_sentences_of_a_script_are_found(source: str) -> None:
    assert len(in_script(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '// This is a comment with "the words"\nimport { a } from "../lib/a.js";',
        '/* it isn\'t "a text" */ x = "use strict";',
        'document.querySelector("main .card > button[aria-pressed]")',
        'node.className = "button primary visually-hidden";',
        'matchMedia("(prefers-color-scheme: dark)"); matchMedia("screen and (width > 40em)")',
        'path.setAttribute("d", "M 10 10 L 20 20 a 5 5 0 0 1 z");',
        'event.key === "ArrowDown" || type === "question.upvote"',
        "style.setProperty('--left', `${a / b}px`); headers['Content-Type'] = 'application/json';",
        'throw new TypeError("not started");',
        'node.textContent = `${a}:${b}`; node.title = "";',
    ],
)
def test_what_nobody_reads_is_let_be_in_a_script(source: str) -> None:
    assert in_script(source) == []
