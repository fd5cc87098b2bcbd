"""A printed box, made upright: its lines are then level, and can be taken away; so can what is printed around it."""

from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.parts import corners
from hwr.imaging.sheet import extent, near, upright
from hwr.imaging.stages import contrast, shrink

SIDE = 1000  # px: a page is looked at in this size
PALE = (1.0, 0.7, 0.5, 0.35)  # of the darkness of ink, a box is looked for from there on, the darkest first
WIDE = 0.2  # of the page's width: a smaller box is no frame of a number
FLAT = 1.5  # times as wide as high
ASKEW = 0.6  # degrees: a box that leans less is upright
STEEP = 25.0  # degrees: no frame leans more
AROUND = 0.2  # of its height: the paper that is kept on all sides, to tell its shade
# Of its height: its lines above and below are known for lines by their length, those at its sides would pass for a 1.
LEVEL_LINES, SIDE_LINES = 0.05, 0.08
MOST_FRAMES = 20  # of the widest parts may be a box


class Framed(NamedTuple):
    """A picture on which a printed box stands upright: (h, w) uint8; (3, 3) float64, what takes its places to the
    picture that came; and where the inside of the box is there, (4,) float64, x0, y0, x1, y1 px, with the lines above
    and below it; None where there is no box.
    """

    gray: np.ndarray
    back: np.ndarray
    inside: np.ndarray | None


def straighten(gray: np.ndarray) -> Framed:
    """The widest box on a picture, upright, and some paper around it: (H, W) uint8 -> Framed.

    It is the same picture where there is none, or where it stands upright already.
    """
    found = _corners(gray)
    lean = STEEP if found is None or not near(found, gray.shape) else _lean(found)
    if lean >= STEEP:
        return Framed(gray, np.eye(3), None)
    wide, tall = extent(found)
    within = tall * np.array([SIDE_LINES, -LEVEL_LINES, -SIDE_LINES, LEVEL_LINES])
    if lean < ASKEW:
        return Framed(gray, np.eye(3), np.concatenate([found.min(axis=0), found.max(axis=0)]) + within)
    flat = upright(gray, found, AROUND * tall)
    return Framed(*flat, np.array([0, 0, wide, tall]) + AROUND * tall + within)


def _corners(gray: np.ndarray) -> np.ndarray | None:
    """Of the widest frame: (H, W) uint8 -> (4, 2) px, clockwise from the upper left; None where there is none."""
    small = shrink(gray, SIDE)
    darkness, levels, _ = contrast(small, min(small.shape))
    for pale in PALE if levels else ():
        ink = cv2.morphologyEx(
            (darkness > pale * levels[0]).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
        )
        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        wide, tall = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
        fitting = 1 + np.flatnonzero((wide >= WIDE * small.shape[1]) & (wide >= FLAT * tall))
        for k in sorted(fitting, key=lambda k: -stats[k, cv2.CC_STAT_WIDTH])[:MOST_FRAMES]:
            found = corners(labels == k)
            if found is not None:
                return _clockwise(found.astype(np.float64)) * max(gray.shape) / max(small.shape)
    return None


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """In the order that begins with the upper left one: (4, 2) -> (4, 2)."""
    away = corners - corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)


def _lean(corners: np.ndarray) -> float:
    """By how many degrees at most a side is off level or upright: (4, 2), clockwise from the upper left -> degrees."""
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) - [0, 90, 180, -90]
    return float(np.abs((turns + 180) % 360 - 180).max())
