"""JSON Schema as TypeScript, as far as the protocol needs it."""

import json
from typing import Any

Schema = dict[str, Any]

HEAD = """\
/** Every frame, command and record. Written by `python -m server.protocol.describe`. */
"""
SIMPLE = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def expression(schema: Schema) -> str:
    """Return the type that a schema stands for."""
    match schema:
        case {"$ref": ref}:
            return str(ref).rpartition("/")[2]
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": schemas}:
            return " | ".join(expression(one) for one in schemas)
        case {"type": "array", "prefixItems": list(items)}:
            return f"[{', '.join(expression(one) for one in items)}]"
        case {"type": "array", "items": dict(items)}:
            inner = expression(items)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "object", "patternProperties": _}:
            return "{[key: string]: AnyRecord | null}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"{{[key: string]: {expression(values)}}}"
        case {"type": "object"}:
            return "{[key: string]: unknown}"
        case {"type": str(name)}:
            return SIMPLE[name]
    return "unknown"


def module(
    components: dict[str, Schema],
    unions: dict[str, list[str]],
    kinds: dict[str, str],
    codes: list[str],
) -> str:
    """Return declarations of all components and unions of them, records by kind, refusal codes."""
    parts = [HEAD]
    parts += [_declaration(name, components[name]) for name in sorted(components)]
    parts += [_union(name, members) for name, members in unions.items()]
    by_kind = "".join(f"  {kind}: {name};\n" for kind, name in kinds.items())
    parts.append("/** Records by the first half of their key. */")
    parts.append(f"export interface Records {{\n{by_kind}}}\n")
    parts.append("export type AnyRecord = Records[keyof Records];\n")
    parts.append(_union("RefusalCode", [json.dumps(code) for code in codes]))
    return "\n".join(parts)


def _declaration(name: str, schema: Schema) -> str:
    about = f"/** {schema['description']} */\n" if "description" in schema else ""
    if "properties" not in schema:
        return f"{about}export type {name} = {expression(schema)};\n"
    required = schema.get("required", [])
    lines = [
        f"  {field}{'' if field in required else '?'}: {expression(inner)};\n"
        for field, inner in schema["properties"].items()
    ]
    return f"{about}export interface {name} {{\n{''.join(lines)}}}\n"


def _union(name: str, members: list[str]) -> str:
    return f"export type {name} =" + "".join(f"\n  | {member}" for member in members) + ";\n"
