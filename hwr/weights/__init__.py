"""Weights at hand: those that ship, with the sha256 of every file in index.json, and those that were trained here."""

import hashlib
import json
import os
from pathlib import Path

FOLDER = Path(__file__).parent
RUNS = Path("runs")  # where train.py leaves its folders, seen from the working directory


class WeightsError(ValueError):
    """Weights that can't be used; the sentence says what is wrong with them and what to do."""


def index() -> dict[str, dict]:
    """Every shipped model: name -> {"recipe", "files": {file: sha256}, "figures"}."""
    return json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))


def read(name: str, file: str) -> bytes:
    """The bytes of one file of a model: of one that ships, checked against the index, or of one trained here.

    name: of a shipped model; the path of a folder that a training left; or of such a folder in runs/.
    Raises WeightsError.
    """
    known = index()
    if name in known:
        return _read_shipped(name, file, known[name]["files"])
    home = folder(name)
    if home is None:
        trained = sorted(path.parent.name for path in RUNS.glob("*/config.json"))
        raise WeightsError(f"no model is called {name!r}; there are {', '.join(sorted({*known, *trained}))}")
    path = home / file
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise WeightsError(f"{home} holds no {file}; train the model again, or name another folder") from None
    except OSError as error:
        raise WeightsError(f"{path}: can't be read ({error.strerror}); train the model again") from None


def _read_shipped(name: str, file: str, sums: dict[str, str]) -> bytes:
    path = FOLDER / name / file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: can't be read ({error.strerror}); install hwr again") from None
    found, expected = hashlib.sha256(data).hexdigest(), sums[file]
    if found != expected:
        raise WeightsError(
            f"{path}: sha256 is {found[:12]}…, the index says {expected[:12]}…; the file is damaged, install hwr again"
        )
    return data


def folder(name: str) -> Path | None:
    """The folder of a model that is at hand, by a name that `read` takes; None where there is none."""
    if name in index():
        return FOLDER / name
    if name and Path(name).is_dir():
        return Path(name)
    if name and not {os.sep, os.altsep} & set(name) and name not in (os.curdir, os.pardir):
        run = RUNS / name
        if run.is_dir():
            return run
    return None
