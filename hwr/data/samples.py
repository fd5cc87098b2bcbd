"""What every dataset reader returns."""

from typing import NamedTuple

import numpy as np

DIGITS = tuple("0123456789")
SCRIPTS = ("persian", "latin")  # the order in which a network that reads both has their digits
MARKS = ".,-/"  # that may stand between the digits of a number
NO_SIGN = len(SCRIPTS) * len(DIGITS)  # what a network of rows says where none is: its class behind those of all digits


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


def sign_class(sign: str, script: str) -> int:
    """Which class of a network of rows is a digit of a script, or a mark: those of marks are behind NO_SIGN."""
    return NO_SIGN + 1 + MARKS.index(sign) if sign in MARKS else len(DIGITS) * SCRIPTS.index(script) + int(sign)
