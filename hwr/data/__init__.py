"""Datasets: each a reader from the name of a split and a data folder to Samples."""

from collections.abc import Callable
from pathlib import Path

from hwr.data import drawings, gan_digits, hoda, mnist, pages70, photographs
from hwr.data.samples import Samples
from hwr.data.source import DataError

__all__ = ["READERS", "UNSEEN", "DataError", "Samples", "read"]

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


def read(name: str, split: str, data_dir: Path | None = None) -> Samples:
    """One split of a dataset by its name. Raises ValueError: DataError for a name that is not known."""
    if name not in READERS:
        raise DataError(f"no dataset is called {name!r}; there are {', '.join(READERS)}")
    return READERS[name](split, data_dir)
