"""A page asks for all scripts that it will need at once."""

import re

import httpx2 as httpx

from server.web.scripts import imports
from tests.web.conftest import Served


def test_a_page_names_the_scripts_below_its_own(served: Served) -> None:
    page = httpx.get(served.page).text
    named = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', page)
    assert named == list(imports("pages/watch.js"))
    assert {"lib/live.js", "lib/patches.js", "vendor/alpine.js", "widgets/tuner.js"} <= set(named)
    # Its own is there already, and what it may never need is not.
    assert not {"pages/watch.js", "vendor/hls.js"} & set(named)
    for script in named:
        assert httpx.get(f"{served.url}/static/{script}").status_code == 200
