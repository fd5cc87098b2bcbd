"""The page's own files: HTML, JavaScript, CSS and pictures beside this one."""

import html
import json
from pathlib import Path

FOLDER = Path(__file__).parent


def asset(name: str) -> str:
    """The text of one of them, by its name."""
    return (FOLDER / name).read_text(encoding="utf-8")


def attribute(value) -> str:
    """Any JSON value as text for an attribute of a template: without what Gradio's templates would take for code."""
    text = html.escape(json.dumps(value))
    return text.translate({ord(sign): f"&#{ord(sign)};" for sign in "$`{}"})
