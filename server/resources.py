"""Where pages, scripts and translations live: at the top of a checkout, inside a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The folder of the Jinja templates."""
    return _beside_or_inside("templates")


def static() -> Path:
    """The folder of scripts, styles and pictures, with `vendor/` brought in by the build."""
    return _beside_or_inside("static")


def locale() -> Path:
    """The folder of the translations."""
    return _PACKAGE / "locale"


def _beside_or_inside(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
