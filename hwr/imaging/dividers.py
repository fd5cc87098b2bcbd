"""The upright lines of printed boxes, between two level ones: drawn or dashed, thin or thick."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.cells import Grid, even, runs

# In heights of an ordinary digit:
BOX = (1.05, 3.6)  # the distance between the two lines of a box
DASHED = 0.22  # from a box's line to the first dash of a divider

WIDEST, TWICE = 1.25, 2.7  # times as thick as a level line a divider is; and the sides of two boxes close together
DRAWN = 0.3  # of a box's width: so much of a line is in each of its rows
SIDES, MIDDLE = 0.2, 0.08  # of the distance between the lines: from their ends and their middle


class Box(NamedTuple):
    """A printed box, or several in a row: from where to where it reaches, its lines included, px; and the width of the
    narrowest of several, px, 0 where it is one."""

    left: float
    top: float
    right: float
    bottom: float
    narrowest: float = 0.0


class Lines(NamedTuple):
    """Level lines: where they are, (H, W) bool; how thick in the median, px; how long at least, px."""

    across: np.ndarray
    thick: float
    shortest: float


def dividers(ink: np.ndarray, lines: Lines, height: float, box: Box | None) -> tuple[np.ndarray, list[Grid]]:
    """Upright lines from one level line to the next: (H, W) uint8 -> (H, W) bool; and the cells that are all as wide.

    height: px, of a digit; box: where one is known, which may be several, with their sides so close that they are one.
    """
    several = bool(box and box.narrowest)
    found, grids = np.zeros(ink.shape, bool), []
    # In a box, digits that touch make level strokes, too, but not along a good part of it.
    shortest = max(lines.shortest, DRAWN * (box.right - box.left)) if box else lines.shortest
    rows = np.flatnonzero(lines.across.sum(axis=1) >= shortest)
    if not len(rows):
        return found, grids
    bands = np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)
    widest = round((TWICE if several else WIDEST) * lines.thick + 1)
    wide = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, widest + 1), np.uint8))
    loose, thin = (cv2.dilate(each, np.ones((1, 3), np.uint8)) > 0 for each in (ink, cv2.subtract(ink, wide)))
    for upper, lower in pairwise(bands):
        top, bottom = int(upper[-1]) + 1, int(lower[0])
        if not BOX[0] * height <= bottom - top <= BOX[1] * height:
            continue
        solid, slim = _columns(loose[top:bottom], thin[top:bottom], height)
        drawn = np.stack([lines.across[band].any(axis=0) for band in (upper, lower)])
        extent = np.flatnonzero(drawn.any(axis=0))[[0, -1]]
        grid = _grid(runs(solid), extent, slice(top, bottom), drawn, box)
        if grid is not None:
            grids.append(grid)
            continue
        slim = _lean(slim, widest + 2)
        found[top:bottom, slim & ~_lone(slim & solid, extent, bottom - top)] = True
    return found & (ink > 0), grids


def _columns(ink: np.ndarray, thin: np.ndarray, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Which columns between two lines are ink all along, and which are a thin stroke from line to line, whole or in
    dashes: (h, W) bool, and what of it is thin -> (W,) bool, (W,) bool."""
    filled = ink.mean(axis=0)
    slim = thin.sum(axis=0) >= 0.5 * ink.sum(axis=0)
    reach = max(2, round(0.06 * height))
    solid = (filled >= 0.96) & ink[:reach].any(axis=0) & ink[-reach:].any(axis=0)
    changes = (ink[1:] != ink[:-1]).sum(axis=0)
    ends = max(2, round(DASHED * height))  # a dash is near; four of them, since an 8 is crossed three times
    dashed = (filled >= 0.3) & (changes >= 8) & ink[:ends].any(axis=0) & ink[-ends:].any(axis=0)
    return solid, slim & (solid | dashed)


def _grid(edges: np.ndarray, extent: np.ndarray, rows: slice, drawn: np.ndarray, box: Box | None) -> Grid | None:
    """The cells between two lines, from where to where ever they go: of what is seen of the lines, the walls, and the
    box, what makes the most. The arguments are those of `cells.even`."""
    if not len(edges):
        return None
    extents = [extent, edges[[0, -1], [0, 1]], *([np.round([box.left, box.right]).astype(int)] if box else [])]
    found = [even(edges, each, rows, drawn) for each in extents]
    return max(found, key=lambda grid: len(grid.cells) if grid else 0)


def width_of(upright: np.ndarray) -> float:
    """How wide dividers are in the median, px: (H, W) bool -> float, 0 where there are none."""
    edges = runs(upright.any(axis=0))
    return float(np.median(edges[:, 1] - edges[:, 0])) if len(edges) else 0.0


def _lone(columns: np.ndarray, extent: np.ndarray, tall: int) -> np.ndarray:
    """A divider that is the only one between the sides of a box, but not in its middle: it is rather a 1.

    columns: (W,) bool, of dividers; extent, tall: as for `cells.even`. -> (W,) bool, those of it.
    """
    left, right = extent
    inner = [
        (first, last)
        for first, last in runs(columns)
        if left + SIDES * tall < (first + last) / 2 < right - SIDES * tall
    ]
    found = np.zeros(len(columns), bool)
    if len(inner) == 1 and abs(sum(inner[0]) - left - right) / 2 > MIDDLE * tall:
        found[slice(*inner[0])] = True
    return found


def _lean(columns: np.ndarray, widest: int) -> np.ndarray:
    """Those columns that have no more than so many neighbors in a row: a digit has more. (W,) bool -> (W,) bool."""
    kept = columns.copy()
    for first, last in runs(columns):
        kept[first:last] = last - first <= widest
    return kept
