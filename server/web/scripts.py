"""What a page's script imports, so that the page can ask for all of it at once.

A browser finds an import only when it has read the script above it: four deep, that is four times
there and back, which is a second from the other end of the world.
"""

import re
from functools import cache
from posixpath import dirname, join, normpath

from server import resources

IMPORT = re.compile(r'^(?:import|export|\}).*?"(\.{1,2}/[^"]+)"', re.MULTILINE)
OTHERS = "vendor/"


@cache
def imports(script: str) -> tuple[str, ...]:
    """Return the scripts below one, nearest first; all paths are those under `static/`."""
    found = [script]
    for path in found:
        if path.startswith(OTHERS):
            continue
        text = (resources.static() / path).read_text(encoding="utf-8")
        for name in IMPORT.findall(text):
            below = normpath(join(dirname(path), name))
            if below not in found:
                found.append(below)
    return tuple(found[1:])
