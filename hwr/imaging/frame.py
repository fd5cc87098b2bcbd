"""A printed box that a camera saw askew, made upright: its lines are then level, and can be taken away."""

import cv2
import numpy as np

from hwr.imaging.parts import corners
from hwr.imaging.sheet import Flat, extent, near, upright
from hwr.imaging.stages import contrast, shrink

SIDE = 1000  # px: a page is looked at in this size
WIDE = 0.2  # of the page's width: a smaller box is no frame of a number
FLAT = 1.5  # times as wide as high
ASKEW = 0.6  # degrees: a box whose sides are this near to upright is left as it is
STEEP = 25.0  # degrees: no frame leans more
AROUND = 0.2  # of its height: the paper that is kept on all sides


def straighten(gray: np.ndarray) -> Flat:
    """The largest box on a picture, upright, and some paper around it: (H, W) uint8 -> Flat.

    It is the same picture where there is none, or where it stands upright already.
    """
    found = _corners(gray)
    if found is None or not near(found, gray.shape) or _is_upright(found):
        return Flat(gray, np.eye(3))
    _, tall = extent(found)
    return upright(gray, found, AROUND * tall)


def _corners(gray: np.ndarray) -> np.ndarray | None:
    """Of the largest frame: (H, W) uint8 -> (4, 2) px, clockwise from the upper left; None where there is none."""
    small = shrink(gray, SIDE)
    darkness, levels, _ = contrast(small, min(small.shape))
    if not levels:
        return None
    ink = cv2.morphologyEx((darkness > levels[0]).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, tall = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    fitting = 1 + np.flatnonzero((wide >= WIDE * small.shape[1]) & (wide >= FLAT * tall))
    for k in sorted(fitting, key=lambda k: -stats[k, cv2.CC_STAT_WIDTH]):
        found = corners(labels == k)
        if found is not None:
            return _clockwise(found.astype(np.float64)) * max(gray.shape) / max(small.shape)
    return None


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """In the order that begins with the upper left one: (4, 2) -> (4, 2)."""
    away = corners - corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)


def _is_upright(corners: np.ndarray) -> bool:
    """Whether a frame's sides are nearly level and upright, or so far from it that it is none."""
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) - [0, 90, 180, -90]
    turns = np.abs((turns + 180) % 360 - 180)
    return bool(turns.max() < ASKEW or turns.max() > STEEP)
