"""Cells of one width in a row: where they are between two level lines, and what is written in them."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

FEWEST = 4  # cells, or more, all as wide, tell their walls from strokes that go from line to line
SEEN = 0.9  # of the places between them, where a wall is seen
# Of the distance between the two lines:
OFF, EXACT = 0.2, 0.08  # how far walls are from their places at first sight, and from even ones
THICKEST, NARROW_CELL = 0.5, 0.5  # how thick the sides of a cell are at most, and how narrow a cell
SHRED = 0.08  # what is in a cell and no deeper than this from its line is left of the line
LINED = 0.5  # of a cell's width, its lines are seen
WAVERS = 2  # px: by so much a wall may be thicker than the others
STUB = 0.3  # of a cell's width: what is no wider and goes on beyond a wall is the end of a digit there


class Grid(NamedTuple):
    """Cells in a row, in px: the rows within the lines above and below them, the columns within their outer walls and
    those walls, and the columns within each cell's own walls, (n, 2) int; all from - to. And which of them have lines
    above and below, (n,) bool: the others are paper between boxes."""

    rows: slice
    columns: slice
    cells: np.ndarray
    closed: np.ndarray


def even(edges: np.ndarray, extent: tuple[int, int], rows: slice, lines: np.ndarray) -> Grid | None:
    """The cells that are all as wide, however thick the walls between, and whatever strokes are in them.

    edges: (n, 2) int, px, from where to where ink goes from line to line; a wall is one of them or, where each cell has
    a box of its own, two. extent: px, from where to where the lines go; rows: what is between them;
    lines: (2, W) bool, where the upper one is seen, and the lower. None where there are no such cells.
    """
    tall = rows.stop - rows.start
    edges = edges[edges[:, 1] - edges[:, 0] <= THICKEST * tall]
    left, right = extent
    most = min(int((right - left) / (NARROW_CELL * tall)), int(len(edges) / SEEN) + 1)
    for count in range(most, FEWEST - 1, -1):
        places = left + (right - left) * np.arange(1, count) / count
        walls, seen = _walls(edges, places, tall)
        if seen.mean() < SEEN:
            continue
        # Where the lines end is not exactly where the cells do.
        pitch = np.polyfit(np.flatnonzero(seen), walls[seen].mean(axis=1), 1)
        places = np.polyval(pitch, np.arange(-1, count))
        walls, seen = _walls(edges, places, tall)
        away = walls - places[:, None]
        exact = seen & (np.abs(away.mean(axis=1)) <= EXACT * tall)
        if exact[1:-1].mean() < SEEN:
            continue
        usual = np.median(away[1:-1][exact[1:-1]], axis=0)
        # A stroke close to a wall makes it wider, and is no part of it.
        wider = np.diff(away, axis=1) > usual[1] - usual[0] + 2 * WAVERS
        away = np.where(wider, np.clip(away, usual - WAVERS, usual + WAVERS), away)
        away = np.where(seen[:, None], away, usual)
        walls = np.round(places[:, None] + away).astype(int)
        columns = slice(max(0, min(left, walls[0, 0])), max(right, walls[-1, 1]))
        cells = np.stack([walls[:-1, 1], walls[1:, 0]], axis=1).clip(0, lines.shape[1])
        if np.diff(cells, axis=1).min() < SHRED * tall:  # there is no room to write in
            continue
        drawn = np.array([lines[:, first:last].mean(axis=1).min(initial=1) for first, last in cells])
        return Grid(rows, columns, cells, drawn >= LINED)
    return None


def written(ink: np.ndarray, grid: Grid) -> np.ndarray:
    """What is written in the cells: (H, W) uint8, 255 ink -> the grid's rows and columns, without its lines.

    No stroke of one cell is joined to another's, but that a digit which goes a little beyond a wall stays one.
    """
    insides = [ink[grid.rows, first:last] for first, last in grid.cells]
    parts = [cv2.connectedComponentsWithStats(inside, connectivity=8)[1:3] for inside in insides]
    kept = [~_shreds(stats, inside.shape) for (_, stats), inside in zip(parts, insides, strict=True)]
    within = np.zeros_like(ink[grid.rows])
    for k, ((_, first), (last, _)) in enumerate(pairwise(grid.cells)):
        for rows, here, there in _crossings(*parts[k : k + 2], last - first):
            if kept[k][here].any() or kept[k + 1][there].any():
                within[rows, first:last] = 255
                kept[k][here] = kept[k + 1][there] = True
    for (first, last), (labels, _), stays in zip(grid.cells, parts, kept, strict=True):
        within[:, first:last] = np.where(stays[labels], 255, 0)
    return within[:, grid.columns]


def standing(x: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """In which cell something stands: (m,) px, (n, 2) px -> (m,) int, -1 for in none."""
    found = np.full(len(x), -1)
    for k, (first, last) in enumerate(cells):
        found[(x >= first) & (x <= last)] = k
    return found


def runs(columns: np.ndarray) -> np.ndarray:
    """Where columns are set without a gap: (W,) bool -> (n, 2) int, from - to."""
    return np.flatnonzero(np.diff(columns, prepend=False, append=False)).reshape(-1, 2)


def _walls(edges: np.ndarray, places: np.ndarray, tall: int) -> tuple[np.ndarray, np.ndarray]:
    """All that is near some places, as one: (m, 2) px, (n,) px -> (n, 2) px from - to, and (n,) bool, where any is."""
    near = np.abs(edges.mean(axis=1)[None] - places[:, None]) <= OFF * tall
    first = np.where(near, edges[:, 0], np.inf).min(axis=1, keepdims=True)
    last = np.where(near, edges[:, 1], -np.inf).max(axis=1, keepdims=True)
    seen = near.any(axis=1)
    return np.where(seen[:, None], np.hstack([first, last]), places[:, None]), seen


def _shreds(stats: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Which parts of a cell of (height, width) are left of its lines, or its paper: OpenCV's stats -> (parts,) bool."""
    start, size = stats[:, :2], stats[:, 2:4]
    along = (start == 0) | (start + size == shape[::-1])
    shreds = (along & (size <= SHRED * shape[0])).any(axis=1)
    shreds[0] = True
    return shreds


def _crossings(here: tuple, there: tuple, wide: int) -> list[tuple[slice, np.ndarray, np.ndarray]]:
    """Where a digit of one of two cells ends in the other: rows, and the numbers of its parts here and there.

    here, there: of each cell the labels and the stats of its parts; wide: px, of the wall between.
    """
    (labels, stats), (others, other_stats) = here, there
    right, left = labels[:, -1], others[:, 0]
    reach = np.ones((2 * (wide // 2) + 3, 1), np.uint8)
    near = [cv2.dilate((side > 0).astype(np.uint8)[:, None], reach)[:, 0] for side in (right, left)]
    found = []
    for first, last in runs((near[0] & near[1]) > 0):
        ends = [np.setdiff1d(side[max(0, first - len(reach)) : last + len(reach)], [0]) for side in (right, left)]
        widths = stats[ends[0], cv2.CC_STAT_WIDTH], other_stats[ends[1], cv2.CC_STAT_WIDTH]
        if any((each <= STUB * side.shape[1]).any() for each, side in zip(widths, (labels, others), strict=True)):
            found.append((slice(first, last), *ends))
    return found
