"""What every dataset reader returns."""

from typing import NamedTuple

import numpy as np

DIGITS = tuple("0123456789")
SCRIPTS = ("persian", "latin")  # the order in which a network that reads both has their digits
MARKS = ".,-/"  # that may stand between the digits of a number


class Samples(NamedTuple):
    """N labeled pictures of one split.

    images: N gray pictures, each (height, width) uint8 of its own size, 0 ink, 255 paper.
    labels: (N,) int64, each an index into `classes`.
    dpi: the scan's resolution in dots per inch where it is known, else None.
    classes: what the labels stand for; the ten digits, unless the reader says otherwise.
    names: the N file names where each picture is a file of its own, else None.
    script: one of SCRIPTS, what the digits are written in; says nothing of pictures that hold none.
    """

    images: list[np.ndarray]
    labels: np.ndarray
    dpi: float | None = None
    classes: tuple[str, ...] = DIGITS
    names: tuple[str, ...] | None = None
    script: str = "persian"
