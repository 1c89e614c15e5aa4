"""Imports run down only, and the domain stays pure."""

import subprocess
import sys

import grimp


def test_imports_run_down_only() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_domain_imports_only_the_standard_library_and_msgspec() -> None:
    graph = grimp.build_graph("server", include_external_packages=True, cache_dir=None)
    ours = {module for module in graph.modules if module.startswith("server.domain")}
    imported = {name for module in ours for name in graph.find_modules_directly_imported_by(module)}
    outside = {name for name in imported if not name.startswith("server.domain")}
    assert outside <= sys.stdlib_module_names | {"msgspec"}
