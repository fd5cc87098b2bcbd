"""Ruled lines, boxes and their dividers, taken away from what is written on them."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

FAINT = 0.6  # of the darkness that tells ink from paper: lines may be as pale as this
CLOUDED = 4.0  # times as much of that as there is ink: it is the paper then

# In heights of an ordinary digit:
EDGE = 0.25  # of a box's height: its lines are no farther from its ends
RULE = 1.8  # a straight stroke longer than this is a ruled line
SIDE = 0.8  # of a box's width, instead, where that is less
BROKEN = 0.06  # of that length: a gap that a pale line may have
THIN = 0.3  # and no thicker
WIDEST, TWICE = 1.25, 2.7  # times as thick as a level line a divider is at most; and two boxes' sides
# Of the distance between the two lines of a box, of whose dividers so many are seen:
SIDES = 0.2  # so far from its ends are its sides
OFF, EXACT = 0.2, 0.08  # so far from their places at first, and from even ones
THICKEST, NARROW, CELLS, SEEN = 0.5, 0.5, 2, 0.9  # so thick; so narrow are cells, and so many
TICK = (0.15, 0.8)  # the height of the marks between digits that stand on a line
TICKS = 3  # of them at least
LEADER, LEADERS, FLAT = 0.2, 8, 5.0  # the size of a dotted line's dots and of their gaps' halves; how many; how flat
DASHED = 0.22  # the distance from a box's line to the first dash of a divider
BOX = (1.05, 3.6)  # the distance between the two lines of a box


class Box(NamedTuple):
    """A printed box, or several in a row: from where to where it reaches, its lines included, px; and the width of the
    narrowest of several, px, 0 where it is one."""

    top: float
    bottom: float
    cell: float


def without_lines(ink: np.ndarray, faint: np.ndarray, height: float, box: Box | None = None) -> np.ndarray:
    """Take ruled lines and boxes away, not the strokes that cross them: (H, W) uint8 -> (H, W) uint8.

    faint: the same with what is paler, as lines often are; height: px, of a digit; box: where one is known, which is
    all that is on the picture. The lines of several boxes may be shorter than ruled ones, and close to the next's.
    """
    rule, most = RULE * height, WIDEST
    if box and box.cell:
        rule, most = min(rule, SIDE * box.cell), TWICE
    if cv2.countNonZero(faint) > CLOUDED * cv2.countNonZero(ink):
        faint = ink
    across, thick = straight(faint, rule, THIN * height)
    if box:  # between its lines are digits that touch dividers, no lines
        margin = EDGE * (box.bottom - box.top)
        across[max(0, round(box.top + margin)) : max(0, round(box.bottom - margin))] = False
    down, _ = straight(np.ascontiguousarray(faint.T), RULE * height, THIN * height)
    dividers = _dividers(faint, across, thick, height, rule, most)
    down = down.T | dividers
    if not (across.any() or down.any()):
        return _without_leaders(ink, height)
    stem, through = (max(4, round(1.7 * width + 2)) for width in (thick, max(thick, _width(dividers))))
    crossing = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((stem, 1), np.uint8)) > 0
    beside = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, through), np.uint8)) > 0
    gone = (across & ~(crossing & ~down)) | (down & ~(beside & ~across))
    left = np.where(gone, 0, ink).astype(np.uint8)
    healed = cv2.morphologyEx(left, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (stem, stem)))
    left = np.where(gone & (healed > 0), 255, left).astype(np.uint8)
    return _without_leaders(_without_ticks(_without_shreds(left, across | down), across, thick, height), height)


def straight(ink: np.ndarray, length: float, thickness: float) -> tuple[np.ndarray, float]:
    """Level lines of at least this length: (H, W) uint8 -> (H, W) bool, and how thick they are in px (0: none)."""
    loose = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    loose = cv2.morphologyEx(loose, cv2.MORPH_CLOSE, np.ones((1, max(3, round(BROKEN * length))), np.uint8))
    runs = cv2.morphologyEx(loose, cv2.MORPH_OPEN, np.ones((1, max(3, round(length))), np.uint8))
    lines = cv2.bitwise_and(runs, ink)
    thick = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((max(3, round(thickness)), 1), np.uint8))
    columns = (lines > 0).sum(axis=0)
    if not columns.any():
        return lines > 0, 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.subtract(lines, thick), connectivity=8)
    stats = stats[1:][stats[1:, cv2.CC_STAT_WIDTH] >= length / 2]
    if not len(stats):
        return np.zeros(ink.shape, bool), 0.0
    return lines > 0, float(np.median(stats[:, cv2.CC_STAT_AREA] / stats[:, cv2.CC_STAT_WIDTH]))


def _dividers(ink: np.ndarray, across: np.ndarray, thick: float, height: float, rule: float, most: float) -> np.ndarray:
    """Upright lines, drawn or dashed, from one level line to the next: -> (H, W) bool."""
    found = np.zeros(ink.shape, bool)
    rows = np.flatnonzero(across.sum(axis=1) >= rule)
    if not len(rows):
        return found
    bands = np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)
    widest = round(most * thick + 1)
    wide = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, widest + 1), np.uint8))
    loose, thin = (cv2.dilate(each, np.ones((1, 3), np.uint8)) > 0 for each in (ink, cv2.subtract(ink, wide)))
    for upper, lower in pairwise(bands):
        top, bottom = int(upper[-1]) + 1, int(lower[0])
        if not BOX[0] * height <= bottom - top <= BOX[1] * height:
            continue
        columns = loose[top:bottom]
        filled = columns.mean(axis=0)
        slim = thin[top:bottom].sum(axis=0) >= 0.5 * columns.sum(axis=0)
        reach = max(2, round(0.06 * height))
        solid = (filled >= 0.96) & columns[:reach].any(axis=0) & columns[-reach:].any(axis=0)
        changes = (columns[1:] != columns[:-1]).sum(axis=0)
        ends = max(2, round(DASHED * height))  # a dash is near; four of them, since an 8 is crossed three times
        dashed = (filled >= 0.3) & (changes >= 8) & columns[:ends].any(axis=0) & columns[-ends:].any(axis=0)
        ends = np.flatnonzero(across[upper].any(axis=0) | across[lower].any(axis=0))
        cells = _grid(solid, int(ends[0]), int(ends[-1]), bottom - top)
        others = _lean(slim & (solid | dashed), widest + 2)
        others &= ~_lone(others & solid, int(ends[0]), int(ends[-1]), round(SIDES * (bottom - top)))
        found[top:bottom, cells | others if most == TWICE or not cells.any() else cells] = True
    return found & (ink > 0)


def _width(dividers: np.ndarray) -> float:
    """How wide dividers are in the median, px: (H, W) bool -> float, 0 where there are none."""
    edges = np.flatnonzero(np.diff(dividers.any(axis=0), prepend=False, append=False)).reshape(-1, 2)
    return float(np.median(edges[:, 1] - edges[:, 0])) if len(edges) else 0.0


def _grid(solid: np.ndarray, left: int, right: int, tall: int) -> np.ndarray:
    """Those of the columns that go from line to line which stand where the dividers of equal cells would: however thick
    they are, a 1 stands between them. (W,) bool; from and to where the lines reach, and how far they are apart, px.
    """
    edges = np.flatnonzero(np.diff(solid, prepend=False, append=False)).reshape(-1, 2)
    edges = edges[edges[:, 1] - edges[:, 0] <= THICKEST * tall]
    found = np.zeros(len(solid), bool)
    middles = edges.mean(axis=1)
    for cells in range(int((right - left) / (NARROW * tall)), CELLS - 1, -1) if len(edges) else ():
        places = left + (right - left) * np.arange(1, cells) / cells
        nearest = np.abs(middles[None] - places[:, None]).argmin(axis=1)
        near = np.abs(middles[nearest] - places) <= OFF * tall
        if near.mean() < SEEN:
            continue
        if cells > 3:  # where the lines end is not exactly where the cells do
            places = np.polyval(np.polyfit(places[near], middles[nearest][near], 1), places)
        exact = np.abs(middles[None] - places[:, None]) <= EXACT * tall
        if exact.any(axis=1).mean() >= SEEN:
            sides = np.abs(middles[None] - np.array([[left], [right]])) <= OFF * tall
            for first, last in edges[exact.any(axis=0) | sides.any(axis=0)]:
                found[first:last] = True
            break
    return found


def _lone(columns: np.ndarray, left: int, right: int, reach: int) -> np.ndarray:
    """Those columns which are the only ones between the sides of a box: one divider is rather a 1. (W,) bool."""
    inner = columns.copy()
    inner[: left + reach] = inner[max(0, right - reach) :] = False
    return inner if np.count_nonzero(np.diff(inner, prepend=False, append=False)) == 2 else np.zeros_like(inner)


def _lean(columns: np.ndarray, widest: int) -> np.ndarray:
    """Those columns that have no more than so many neighbors in a row: a digit has more. (W,) bool -> (W,) bool."""
    edges = np.flatnonzero(np.diff(columns, prepend=False, append=False)).reshape(-1, 2)
    kept = columns.copy()
    for first, last in edges:
        kept[first:last] = last - first <= widest
    return kept


def _without_shreds(ink: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Drop what is left of lines, the pieces that lie along them: (H, W) uint8, (H, W) bool -> (H, W) uint8."""
    along = cv2.dilate(lines.astype(np.uint8), np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    near = np.bincount(labels[along > 0], minlength=count)
    kept = near < 0.6 * stats[:, cv2.CC_STAT_AREA]
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _without_ticks(ink: np.ndarray, across: np.ndarray, thick: float, height: float) -> np.ndarray:
    """Drop short strokes that stand on a level line or hang from it, at least three of one height: -> (H, W) uint8."""
    reach = 2 * round(thick + 2) + 1
    beside = cv2.dilate(across.astype(np.uint8), np.ones((reach, 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    ticks = np.bincount(labels[beside > 0], minlength=count) > 0
    ticks &= (wide <= 1.5 * thick + 3) & (tall >= TICK[0] * height) & (tall <= TICK[1] * height)
    ticks[0] = False
    if ticks.any():
        ticks &= np.abs(tall - np.median(tall[ticks])) <= 0.1 * height
    return np.where(ticks[labels], 0, ink).astype(np.uint8) if ticks.sum() >= TICKS else ink


def _without_leaders(ink: np.ndarray, height: float) -> np.ndarray:
    """Drop the dots of dotted lines, on which forms have one write: (H, W) uint8 -> (H, W) uint8."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, wide, tall, _ = stats.T
    dots = np.maximum(wide, tall) <= LEADER * height
    dots[0] = False
    if dots.sum() < LEADERS:
        return ink
    reach = round(LEADER * height)
    near = cv2.dilate(dots[labels].astype(np.uint8), np.ones((1, 2 * reach + 1), np.uint8))
    _, chains, sizes, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    links = np.bincount(chains[y, np.minimum(x + wide // 2, ink.shape[1] - 1)][dots], minlength=len(sizes))
    flat = sizes[:, cv2.CC_STAT_WIDTH] >= FLAT * sizes[:, cv2.CC_STAT_HEIGHT]
    rows = (links >= LEADERS) & flat & (sizes[:, cv2.CC_STAT_WIDTH] >= RULE * height)
    rows[0] = False
    return np.where(dots[labels] & rows[chains], 0, ink).astype(np.uint8) if rows.any() else ink
