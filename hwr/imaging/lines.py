"""Ruled lines, boxes and their dividers, taken away from what is written on them."""

import cv2
import numpy as np

from hwr.imaging import cells
from hwr.imaging.cells import Grid
from hwr.imaging.dividers import DRAWN, Box, Lines, dividers, width_of
from hwr.imaging.strokes import without

FAINT = 0.6  # of the darkness that tells ink from paper: lines may be as pale as this
CLOUDED = 4.0  # times as much of that as there is ink: it is the paper then

EDGE = 0.25  # of a box's height: its lines are no farther from its ends

# In heights of an ordinary digit:
RULE = 1.8  # a straight stroke longer than this is a ruled line
SIDE = 0.8  # of a box's width, instead, where that is less
BROKEN = 0.06  # of that length: a gap that a pale line may have
THIN = 0.3  # and no thicker
HIGH = 1.25  # and so high is no 1 that ends at the picture's edge
SLIM, FELT = 0.85, 0.08  # of the pen is a line thick there; as thick is the pen, where nothing else is written
DEEP = 0.95  # of ink is no deeper than half of the pen
TICK = (0.15, 0.8)  # the height of the marks between digits that stand on a line
TICKS = 3  # of them at least
LEADER, LEADERS, FLAT = 0.2, 8, 5.0  # the size of a dotted line's dots and of their gaps' halves; how many; how flat
BELOW = 0.3  # a dotted line lies so far below the middle of what is written on it, where a row of zeros does not


def without_lines(
    ink: np.ndarray, faint: np.ndarray, height: float, box: Box | None = None
) -> tuple[np.ndarray, list[Grid]]:
    """Take ruled lines and boxes away, not the strokes that cross them: (H, W) uint8 -> (H, W) uint8, and the cells.

    faint: the same with what is paler, as lines often are; height: px, of a digit; box: where one is known, which is
    all that is on the picture. The lines of several boxes may be shorter than ruled ones, and close to the next's.
    """
    rule = min(RULE * height, SIDE * box.narrowest) if box and box.narrowest else RULE * height
    if cv2.countNonZero(faint) > CLOUDED * cv2.countNonZero(ink):
        faint = ink
    across, thick = straight(faint, rule, THIN * height)
    if box:  # between its lines are digits that touch dividers, no lines
        margin = EDGE * (box.bottom - box.top)
        across[max(0, round(box.top + margin)) : max(0, round(box.bottom - margin))] = False
    upright, grids = dividers(faint, Lines(across, thick, rule), height, box)
    if box:
        ink, faint = (_between(each, across, box) for each in (ink, faint))
    if box and grids:  # which are all that is in it
        return _without_leaders(_in_cells(np.zeros_like(ink), ink, grids), height), grids
    down = _upright(faint, height, ~across & (ink > 0)) | upright
    if not (across.any() or down.any()):
        return _without_leaders(ink, height), []
    stem, through = (max(4, round(1.7 * width + 2)) for width in (thick, max(thick, width_of(upright))))
    crossing = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((stem, 1), np.uint8)) > 0
    beside = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, through), np.uint8)) > 0
    gone = (across & ~(crossing & ~down)) | (down & ~(beside & ~across))
    left = _without_shreds(without(ink, gone, stem), across | down)
    left = _without_ticks(left, across, thick, height)
    return _without_leaders(_in_cells(left, ink, grids), height), grids


def _upright(ink: np.ndarray, height: float, written: np.ndarray) -> np.ndarray:
    """Upright lines: (H, W) uint8 -> (H, W) bool. A stroke that the picture's edge ends may go on beyond it, or be a 1:
    it is a line where it is thinner than what is written, (H, W) bool, or higher than digits are."""
    length, thickness = RULE * height, THIN * height
    room = round(length)
    strokes, _ = straight(np.ascontiguousarray(ink.T), length, thickness)
    surely, _ = straight(np.pad(np.ascontiguousarray(ink.T), ((0, 0), (room, room))), length, thickness)
    strokes, surely = strokes.T, surely.T[room:-room]
    _, labels, stats, _ = cv2.connectedComponentsWithStats((strokes & ~surely).astype(np.uint8), connectivity=8)
    if len(stats) == 1:
        return surely
    pen = _pen(written & (labels == 0)) or FELT * height
    slim = [_thick(ink[y : y + tall], x + wide // 2) <= SLIM * pen for x, y, wide, tall, _ in stats[1:].tolist()]
    lines = np.append(False, slim | (stats[1:, cv2.CC_STAT_HEIGHT] >= HIGH * height))
    return surely | lines[labels]


def _thick(ink: np.ndarray, column: int) -> float:
    """How thick an upright stroke through a column is in the median: (H, W) uint8 -> px."""
    paper = np.pad(ink == 0, ((0, 0), (1, 1)), constant_values=True)
    left = np.argmax(paper[:, column::-1], axis=1)
    right = np.argmax(paper[:, column + 1 :], axis=1)
    return float(np.median(left + right))


def _pen(written: np.ndarray) -> float:
    """About how thick strokes are: (H, W) bool -> px, 0 where there are none."""
    depth = cv2.distanceTransform(written.astype(np.uint8), cv2.DIST_L2, 3)[written]
    return 2 * float(np.quantile(depth, DEEP)) if len(depth) else 0.0


def _in_cells(left: np.ndarray, ink: np.ndarray, grids: list[Grid]) -> np.ndarray:
    """What is left of the ink, and in cells what is written there: (H, W) uint8 each -> (H, W) uint8."""
    for grid in grids:
        left[grid.rows, grid.columns] = cells.written(ink, grid)
    return left


def _between(ink: np.ndarray, across: np.ndarray, box: Box) -> np.ndarray:
    """What is between the upper and lower lines of a box: (H, W) uint8, and where lines are, (H, W) bool -> (H, W)
    uint8. Strokes that touch them are cut there."""
    middle = round((box.top + box.bottom) / 2)
    rows = np.flatnonzero(across.sum(axis=1) >= DRAWN * (box.right - box.left))
    top, bottom = rows[rows < middle].max(initial=-1) + 1, rows[rows >= middle].min(initial=len(ink))
    between = np.zeros_like(ink)
    between[top:bottom] = ink[top:bottom]
    return between


def straight(ink: np.ndarray, length: float, thickness: float) -> tuple[np.ndarray, float]:
    """Level lines of at least this length: (H, W) uint8 -> (H, W) bool, and how thick they are in px (0: none). Those
    that end at the picture's sides are taken to go on there."""
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
    """Drop the dots of dotted lines, on which forms have one write: (H, W) uint8 -> (H, W) uint8.

    height: px, of a digit. They are many, in a row below larger things: small zeros are in the row of the others.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    dots = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= LEADER * height
    dots[0] = False
    if dots.sum() < LEADERS:
        return ink
    middles = stats[:, :2] + stats[:, 2:4] / 2
    reach = round(LEADER * height)
    near = cv2.dilate(dots[labels].astype(np.uint8), np.ones((1, 2 * reach + 1), np.uint8))
    _, chains, sizes, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    chain = chains[tuple(middles[:, ::-1].astype(int).T)] * dots
    gone = np.zeros(len(stats), bool)
    for k in 1 + np.flatnonzero(np.bincount(chain)[1:] >= LEADERS):
        x, y, wide, tall, _ = sizes[k].tolist()
        above = (np.abs(middles - [x + wide / 2, y + tall / 2]) <= [wide / 2, height]).all(axis=1) & ~dots
        above[0] = False
        if wide >= max(FLAT * tall, RULE * height) and above.any():
            written = np.average(middles[above, 1], weights=stats[above, cv2.CC_STAT_AREA])
            gone |= (chain == k) & (y + tall / 2 - written >= BELOW * height)
    return np.where(gone[labels], 0, ink).astype(np.uint8) if gone.any() else ink
