"""The weights that ship with the package: a folder a model, and index.json with the sha256 of every file."""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent


class WeightsError(ValueError):
    """Weights that can't be used; the sentence says what is wrong with them and what to do."""


def index() -> dict[str, dict]:
    """Every shipped model: name -> {"recipe", "files": {file: sha256}, "figures"}."""
    return json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))


def read(name: str, file: str) -> bytes:
    """The bytes of one file of a shipped model, checked against the index; raises WeightsError."""
    known = index()
    if name not in known:
        raise WeightsError(f"no model is called {name!r}; there are {', '.join(sorted(known))}")
    path = FOLDER / name / file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: can't be read ({error.strerror}); install hwr again") from None
    found, expected = hashlib.sha256(data).hexdigest(), known[name]["files"][file]
    if found != expected:
        raise WeightsError(
            f"{path}: sha256 is {found[:12]}…, the index says {expected[:12]}…; the file is damaged, install hwr again"
        )
    return data
