"""Every refusal there is, read from the sources: a refusal that is raised is documented."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from server.domain.commands import RECORDS

SERVER = Path(__file__).parents[1]
# Show files and the command line speak to whoever runs the server, not over the wire.
FOLDERS = ("domain", "protocol", "service", "store", "live", "web")


@lru_cache
def refusals() -> dict[str, tuple[str, ...]]:
    """Return the texts (English, with `{placeholders}`) of each refusal code, by code."""
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for path in (SERVER / folder).rglob("*.py"):
            for code, text in _written_in(path):
                found.setdefault(code, set()).add(text)
    return {code: tuple(sorted(found[code])) for code in sorted(found)}


def _written_in(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Name("Refusal"), args=[ast.Constant(str(code)), ast.Constant(str(text))]
            ):
                yield code, text
            # The one code that is computed: `{kind}.unknown`, of any kind of record.
            case ast.Call(
                func=ast.Name("Refusal"),
                args=[
                    ast.JoinedStr([ast.FormattedValue(), ast.Constant(str(reason))]),
                    ast.Constant(str(text)),
                ],
            ):
                yield from ((kind.noun() + reason, text) for kind in RECORDS)
