"""The strokes of a pen: how wide they are, and how they are whole again where a line across them is taken away."""

import cv2
import numpy as np


def stroke_width(ink: np.ndarray) -> float:
    """Mean width of the strokes in pixels: (h, w) uint8, 0 paper -> float.

    Across a stroke of w pixels the distance to the paper runs 1, 2, … w/2 … 2, 1: its mean is (w + 2) / 4.
    """
    reach = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 3)
    return 4 * float(reach[reach > 0].mean()) - 2


def without(ink: np.ndarray, gone: np.ndarray, reach: int) -> np.ndarray:
    """The same without some of it, but for where strokes at both sides are no farther apart than `reach` px:
    (H, W) uint8, 0 paper, 255 ink, and (H, W) bool -> (H, W) uint8."""
    left = np.where(gone, 0, ink).astype(np.uint8)
    healed = cv2.morphologyEx(left, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return np.where(gone & (healed > 0), 255, left).astype(np.uint8)
