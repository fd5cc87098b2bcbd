"""What every dataset reader returns."""

from typing import NamedTuple

import numpy as np


class Samples(NamedTuple):
    """N labeled pictures of one split.

    images: N gray pictures, each (height, width) uint8 of its own size, 0 ink, 255 paper.
    labels: (N,) int64, the digit 0 to 9.
    dpi: the scan's resolution in dots per inch where it is known, else None.
    """

    images: list[np.ndarray]
    labels: np.ndarray
    dpi: float | None
