"""The protocol as a page and as an AsyncAPI document, both from the types of the wire."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.commands import COMMANDS, Grant
from server.protocol import describe
from server.protocol.frames import CLIENT_FRAMES, FRAME_LIMIT, PROTOCOL, SERVER_FRAMES, Bye
from server.protocol.records import seen
from server.protocol.refusals import refusals
from server.protocol.typescript import expression
from server.web.pages import render
from server.web.refusals import status_of

LIMITS = {"minimum": "≥ {}", "maximum": "≤ {}", "maxLength": "≤ {}", "pattern": "{}"}


class Field(NamedTuple):
    """One field as the page shows it; `limit` is in symbols, of a text in characters."""

    name: str
    type: str
    needed: bool
    limit: str


class Entry(NamedTuple):
    """One frame or command: its name on the wire, what it does, its fields, who may give it."""

    name: str
    about: str
    fields: list[Field]
    roles: Sequence[str]


def fields_of(name: str) -> list[Field]:
    """Return the fields of a frame, command or record, its `type` left out."""
    schema = describe.components()[name]
    return [
        Field(field, expression(inner), field in schema.get("required", []), _limit(inner))
        for field, inner in schema["properties"].items()
        if field != "type"
    ]


def _limit(schema: dict[str, Any]) -> str:
    branches = [schema, *schema.get("anyOf", [])]
    found = [LIMITS[key].format(one[key]) for one in branches for key in LIMITS if key in one]
    return ", ".join(found)


def _entry(kind: type[msgspec.Struct], grant: Grant | None = None) -> Entry:
    roles = sorted(grant.roles) if grant else []
    return Entry(describe.name_of(kind), describe.doc(kind), fields_of(kind.__name__), roles)


@lru_cache
def contents() -> dict[str, Any]:
    """Return what the page shows."""
    components = describe.components()
    commands = {kind.__name__ for kind in COMMANDS}
    shown = {kind.__name__ for kind in (*CLIENT_FRAMES, *SERVER_FRAMES)} | commands
    views = {each.view.__name__ for each in seen()}
    return {
        "protocol": PROTOCOL,
        "frame_limit": FRAME_LIMIT,
        "client": [_entry(kind) for kind in CLIENT_FRAMES],
        "server": [_entry(kind) for kind in SERVER_FRAMES],
        "commands": [_entry(kind, grant) for kind, grant in COMMANDS.items()],
        "records": [
            (each, describe.doc(each.kind), fields_of(each.view.__name__)) for each in seen()
        ],
        "parts": [
            (name, schema.get("description", ""), fields_of(name))
            for name, schema in sorted(components.items())
            if "properties" in schema and name not in shown | views
        ],
        "words": [
            (name, schema.get("description", ""), schema["enum"])
            for name, schema in sorted(components.items())
            if "enum" in schema
        ],
        "refusals": [(code, status_of(code), texts) for code, texts in refusals().items()],
        "byes": [(bye.value, bye.name.lower(), describe.FAREWELLS[bye]) for bye in Bye],
    }


async def page(request: Request) -> Response:
    """Serve `/docs/protocol`."""
    return render(request, "protocol.html", **contents())


async def asyncapi(request: Request) -> Response:
    """Serve `/docs/asyncapi.json`."""
    return JSONResponse(describe.asyncapi(), headers={"Cache-Control": "no-cache"})
