"""Datasets: each a reader from the name of a split and a data folder to Samples."""

from collections.abc import Callable
from pathlib import Path

from hwr.data import drawings, gan_digits, hoda, mnist, pages70, photographs
from hwr.data.samples import SCRIPTS, Samples
from hwr.data.source import DataError

__all__ = ["READERS", "SCRIPTS", "UNSEEN", "DataError", "Samples", "read", "scripts", "sets"]

READERS: dict[str, Callable[[str, Path | None], Samples]] = {
    "hoda": hoda.read,
    "gan-digits": gan_digits.read,
    "mnist": mnist.read,
    "pages70": pages70.read,
    "drawings": drawings.read,
    "hoda-photographs": photographs.read,
}

# The split that probabilities are fitted on, where validation shares something with training.
UNSEEN = {"pages70": "unseen"}

LATIN = {"mnist"}  # datasets of Latin digits; all others are Persian


def sets(name: str) -> tuple[str, ...]:
    """The datasets that a recipe names together: "hoda+mnist" -> ("hoda", "mnist")."""
    return tuple(name.split("+"))


def scripts(name: str) -> tuple[str, ...]:
    """What the digits of a recipe's datasets are written in, a script each: "hoda+mnist" -> ("persian", "latin")."""
    return tuple("latin" if each in LATIN else "persian" for each in sets(name))


def read(name: str, split: str, data_dir: Path | None = None) -> Samples:
    """One split of a dataset by its name. Raises ValueError: DataError for a name that is not known."""
    if name not in READERS:
        raise DataError(f"no dataset is called {name!r}; there are {', '.join(READERS)}")
    return READERS[name](split, data_dir)
