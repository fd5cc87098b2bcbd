"""The page's own files: HTML, JavaScript, CSS and pictures beside this one."""

from pathlib import Path

FOLDER = Path(__file__).parent


def asset(name: str) -> str:
    """The text of one of them, by its name."""
    return (FOLDER / name).read_text(encoding="utf-8")
