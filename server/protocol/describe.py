"""The wire describes itself: JSON Schema, AsyncAPI and TypeScript from one set of types.

`python -m server.protocol.describe` rewrites `static/lib/protocol.d.ts`.
"""

from functools import lru_cache
from inspect import getdoc
from typing import Any

import msgspec

from server import __version__, resources
from server.domain.commands import COMMANDS
from server.protocol import typescript
from server.protocol.frames import CLIENT_FRAMES, PROTOCOL, SERVER_FRAMES, Bye, Patch, You
from server.protocol.records import seen
from server.protocol.refusals import refusals

Schema = dict[str, Any]

DECLARATIONS = "lib/protocol.d.ts"

FAREWELLS = {
    Bye.RESTART: "The server is going down or starting again.",
    Bye.SLOW: "This connection read too slowly; everything is sent anew after `hello`.",
    Bye.FAULT: "Something went wrong in the server.",
    Bye.SILENT: "Nothing was heard from the client for too long.",
    Bye.PROTOCOL: "The client speaks another protocol: the page is to be loaded again.",
    Bye.NO_VIEW: "This session may not look through this view.",
    Bye.REVOKED: "The personal link of this session was revoked or has run out.",
}


def doc(kind: type) -> str:
    """Return the docstring of a frame, command or record as one paragraph."""
    return " ".join((getdoc(kind) or "").split())


def name_of(kind: type[msgspec.Struct]) -> str:
    """Return the name of a frame or command on the wire."""
    return str(kind.__struct_config__.tag)


@lru_cache
def components(refs: str = "#/$defs/{name}") -> dict[str, Schema]:
    """Return the schema of every frame, command and record by name, each named by `refs`."""
    views = [each.view for each in seen()]
    _, found = msgspec.json.schema_components(
        [*CLIENT_FRAMES, *SERVER_FRAMES, *views], ref_template=refs
    )
    for schema in found.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
        for field in schema.get("properties", {}).values():
            if isinstance(field.get("default"), tuple):
                field["default"] = list(field["default"])
    for kind in (*SERVER_FRAMES, You):
        # The server leaves nothing out, except where a frame or a field says so.
        if not kind.__struct_config__.omit_defaults:
            unset = {f.name for f in msgspec.structs.fields(kind) if f.default is msgspec.UNSET}
            properties = found[kind.__name__]["properties"]
            found[kind.__name__]["required"] = [name for name in properties if name not in unset]
    found[Patch.__name__]["properties"]["records"] = {
        "type": "object",
        "description": "By key `kind/id`; null: gone, or not for you.",
        "patternProperties": {
            f"^{each.kind.noun()}/": {
                "anyOf": [{"$ref": refs.format(name=each.view.__name__)}, {"type": "null"}]
            }
            for each in seen()
        },
        "additionalProperties": False,
    }
    return found


def json_schema() -> Schema:
    """Return a JSON Schema that every frame of the protocol fits."""
    frames = [*CLIENT_FRAMES, *SERVER_FRAMES]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Luyan protocol {PROTOCOL}",
        "oneOf": [{"$ref": f"#/$defs/{frame.__name__}"} for frame in frames],
        "$defs": components(),
    }


def asyncapi() -> Schema:
    """Return the AsyncAPI 3.0 document of the socket, the event stream and posted commands."""
    client = [frame.__name__ for frame in CLIENT_FRAMES]
    server = [frame.__name__ for frame in SERVER_FRAMES]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Luyan",
            "version": __version__,
            "description": f"Protocol {PROTOCOL}: the state of a show, live, and commands to it.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": _channel("live", "The websocket of a page.", client + server)
            | {"bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}}},
            "events": _channel(
                "events", "The server's frames as server-sent events, without a socket.", server
            ),
            "commands": _channel("commands", "One command over HTTP.", ["Do", "Done", "Refused"]),
        },
        "operations": {
            "hear": _operation("receive", "live", client),
            "tell": _operation("send", "live", server),
            "stream": _operation("send", "events", server),
            "command": _operation("receive", "commands", ["Do"])
            | {
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
                "reply": {
                    "channel": {"$ref": "#/channels/commands"},
                    "messages": [
                        {"$ref": f"#/channels/commands/messages/{name}"}
                        for name in ("Done", "Refused")
                    ],
                },
            },
        },
        "components": {
            "messages": {
                frame.__name__: {
                    "name": name_of(frame),
                    "title": frame.__name__,
                    "summary": doc(frame),
                    "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
                }
                for frame in (*CLIENT_FRAMES, *SERVER_FRAMES)
            },
            "schemas": components("#/components/schemas/{name}"),
        },
    }


def _channel(path: str, description: str, messages: list[str]) -> Schema:
    return {
        "address": f"/s/{{show}}/{path}",
        "description": description,
        "parameters": {"show": {"description": "The id of the show."}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, channel: str, messages: list[str]) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def declarations() -> str:
    """Return the protocol as TypeScript declarations, for the checks of the page scripts."""
    unions = {
        "ClientFrame": [frame.__name__ for frame in CLIENT_FRAMES],
        "ServerFrame": [frame.__name__ for frame in SERVER_FRAMES],
        "Command": [command.__name__ for command in COMMANDS],
    }
    kinds = {each.kind.noun(): each.view.__name__ for each in seen()}
    return typescript.module(components(), unions, kinds, list(refusals()))


if __name__ == "__main__":
    (resources.static() / DECLARATIONS).write_text(declarations(), encoding="utf-8")
