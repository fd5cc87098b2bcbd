"""Ruled lines that go from one side of a digit's picture to the other, taken away from the digit that they cross.

This is for a single digit, of which nothing is known; `lines` does it for a row, whose digits' height is.
"""

import cv2
import numpy as np

from hwr.imaging.strokes import stroke_width, without

MOST = 100  # straight pieces are looked at
STEEP, TOLD = 0.27, 0.5  # px down for each px across: no line leans more; degrees by which lines are told apart
STEM, MORE = 1.7, 2.0  # times as thick as the line, and px more: what is thicker is a stroke that crosses it
SLIM = 0.75  # times as thick as the pen, in the mean, is a line at most: it is a stroke otherwise

# Of the picture's side, along the lines or across:
LONG, GAP = 0.3, 0.2  # a straight piece of a line is as long; a gap in it, which may be a stroke, is no longer
EDGE = 0.05  # so near to the borders a line goes on, and no digit comes
THICK, OFF = 0.05, 0.008  # a line is no thicker; its ink is no farther from where it is thought to be
SMALLEST = 0.08  # the digit on the lines is as large
SEEN = 0.6  # of a line's length is ink, in all and at either end
KNOWN = 0.95  # of it is in lines that were found before: it is one of these


def without_rules(ink: np.ndarray) -> np.ndarray:
    """The same without the lines that cross it from side to side, or from top to foot, where they are thinner than the
    pen of a digit that comes near no border: (H, W) uint8, 0 paper, 255 ink -> (H, W) uint8."""
    (level, level_thick), (upright, upright_thick) = _rules(ink), _upright(ink)
    thick = max(level_thick, upright_thick)
    if not thick:
        return ink
    left = without(ink, level | upright, round(STEM * thick + MORE))
    return left if thick <= SLIM * _pen_of_digit(left) else ink


def margins(ink: np.ndarray) -> np.ndarray:
    """Where upright lines go from the top of a page to its foot that are thinner than the pen: (H, W) uint8, 0 paper,
    255 ink -> (H, W) bool. Strokes that cross them are none of them."""
    upright, thick = _upright(ink)
    if not thick:
        return upright
    left = np.where(upright | _rules(ink)[0], 0, ink).astype(np.uint8)
    return upright & (thick <= SLIM * _pen_of_digit(left))


def _upright(ink: np.ndarray) -> tuple[np.ndarray, float]:
    """The same as `_rules`, of lines from top to foot."""
    found, thick = _rules(np.ascontiguousarray(ink.T))
    return found.T, thick


def _rules(ink: np.ndarray) -> tuple[np.ndarray, float]:
    """The level lines that go on to both borders: (H, W) uint8 -> where no stroke crosses them, (H, W) bool, and how
    thick they are, px; nowhere, and 0, where there are none."""
    none = np.zeros(ink.shape, bool), 0.0
    tall = len(ink)
    if not (ink[:, 0].any() and ink[:, -1].any()):
        return none
    paper, rows = ink == 0, np.arange(tall, dtype=np.int16)[:, None]
    above = np.maximum.accumulate(np.where(paper, rows, np.int16(-1)), axis=0)  # of each pixel, the nearest paper
    below = np.minimum.accumulate(np.where(paper, rows, np.int16(tall))[::-1], axis=0)[::-1]
    lines, known = [], np.zeros(ink.shape, bool)
    for start, end in _straight(ink):
        line = _inked(ink, start, end)
        if line is not None and known[line].mean() < KNOWN:
            known[line] = True
            lines.append(line)
    if not lines:
        return none
    across = below - above - 1
    thick = min(float(np.median(across[line])) for line in lines)  # they are alike
    ends = np.zeros((tall + 1, ink.shape[1]), np.int16)  # 1 where a line begins in its column, -1 where it has ended
    for at, columns in lines:
        first, after = above[at, columns] + 1, below[at, columns]
        alone = across[at, columns] <= STEM * thick + MORE
        ends[first[alone], columns[alone]] += 1
        ends[after[alone], columns[alone]] -= 1
    return (ends.cumsum(axis=0, dtype=np.int16)[:-1] > 0, thick) if thick <= THICK * tall else none


def _inked(ink: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Where the ink is along a line from border to border: (H, W) uint8, two of its points, (2,) px each -> (n,) int
    rows and columns; None where it is not along most of it, or not at both ends."""
    off = round(max(1, OFF * len(ink)))
    columns = np.arange(ink.shape[1])
    at = np.round(start[1] + (columns - start[0]) * (end[1] - start[1]) / (end[0] - start[0])).astype(int)
    columns, at = columns[(at >= 0) & (at < len(ink))], at[(at >= 0) & (at < len(ink))]
    tried = np.clip(at + np.array(sorted(range(-off, off + 1), key=abs))[:, None], 0, len(ink) - 1)
    inked = ink[tried, columns] > 0
    on = inked.any(axis=0)
    nearest = tried[inked.argmax(axis=0), np.arange(len(columns))]
    room = max(1, round(EDGE * ink.shape[1]))
    seen = min(on.mean(), on[:room].mean(), on[-room:].mean())
    return (nearest[on], columns[on]) if seen >= SEEN else None


def _straight(ink: np.ndarray) -> np.ndarray:
    """The longest straight pieces of thin lines that are about level: (H, W) uint8 -> (n, 2, 2) px, both ends."""
    wide = ink.shape[1]
    stout = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(THICK * wide) + 1, 1), np.uint8))
    length = LONG * wide
    lines = cv2.HoughLinesP(
        cv2.subtract(ink, stout), 1, np.radians(TOLD), round(length / 2), minLineLength=length, maxLineGap=GAP * wide
    )
    if lines is None:
        return np.zeros((0, 2, 2))
    lines = lines.reshape(-1, 2, 2).astype(float)
    x, y = np.abs(lines[:, 1] - lines[:, 0]).T
    longest = np.argsort(-np.hypot(x, y), kind="stable")
    return lines[longest[(y <= STEEP * x)[longest]]][:MOST]


def _pen_of_digit(ink: np.ndarray) -> float:
    """How thick the strokes of the largest part are that comes near no border: (H, W) uint8 -> px, 0 where there is
    none of a digit's size."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    start, size = stats[:, :2], stats[:, 2:4]
    room = EDGE * np.array(ink.shape[::-1])
    free = (start > room).all(axis=1) & (start + size < ink.shape[::-1] - room).all(axis=1)
    free &= size.max(axis=1) >= SMALLEST * min(ink.shape)
    free[0] = False
    if not free.any():
        return 0.0
    largest = int(np.argmax(stats[:, cv2.CC_STAT_AREA] * free))
    return stroke_width((labels == largest).astype(np.uint8))
