"""What a network says of a whole page: one rule, while scoring and while serving."""

import cv2
import numpy as np

from hwr.imaging.patches import PagePreparation
from hwr.imaging.rings import ink_of
from hwr.imaging.stages import BLANK_CONTRAST

GRAIN = 1.5  # px: a blur of this sigma takes away the grain of the paper, and leaves a stroke
MOST_INK = 0.35  # of a page: writing covers less, noise about half
AROUND = 63  # px: how the light falls changes over more than this


def pooled(engine, preparation: PagePreparation, gray: np.ndarray) -> np.ndarray | None:
    """Ask for every patch of a page or a strip: (H, W) uint8 -> (K,) log-probabilities, None where it is blank.

    engine: has `logits`, (N, C, H, W) float32 -> (N, K).
    """
    if is_blank(gray):
        return None
    return preparation.pool(engine.logits(preparation.patches(gray)))


def is_blank(gray: np.ndarray) -> bool:
    """Whether nothing stands out from the paper around it, or so much that it is noise: (H, W) uint8, either polarity.

    The rule for digits won't do: it takes so many small parts for the grain of the paper.
    """
    calm = cv2.GaussianBlur(gray, (0, 0), GRAIN)
    around = cv2.blur(calm, (AROUND, AROUND))
    if int(cv2.absdiff(calm, around).max()) < BLANK_CONTRAST:
        return True
    even = cv2.addWeighted(gray, 0.5, around, -0.5, 128)  # as if the light fell the same everywhere
    return cv2.countNonZero(ink_of(even)) > MOST_INK * gray.size
