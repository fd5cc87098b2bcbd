"""What is in a printed box, with the digits that stand across its walls, or its upper or lower line."""

import cv2
import numpy as np

from hwr.imaging.cells import runs

# In heights of the box's inside:
NEAR, THICK = 0.18, 0.1  # a wall is no farther from the inside, and no thicker
WIDE, TALL = 0.7, 0.9  # what stands out beyond it is no wider and no higher: else it is a word, or another box

LINES = 0.15  # the upper and the lower line, which may lean or be bowed a little, are no thicker
STROKE = 0.2  # and a stroke that crosses one is no wider there

WALL = 0.6  # of a wall's height is ink
LINE = 0.2  # of a box's width: more than digits have, where they end
EDGE = 2  # px: a line's edges, where it is paler
NEXT = 4  # px: so close to them what is written ends that stands across


def within(darkness: np.ndarray, level: int, inside: np.ndarray) -> np.ndarray:
    """The same, (H, W) uint8, and nothing but paper outside of a box of x0, y0, x1, y1 px, but for what stands across
    its left or its right wall, which is then without the wall.

    level: what is darker is ink. A stroke of a neighbor that meets one of ours at the wall is taken for its end.
    """
    x0, y0, x1, y1 = np.round(inside).clip(0).astype(int).tolist()
    kept = np.zeros(darkness.shape, bool)
    kept[y0:y1, x0:x1] = True
    rows, kept_rows = darkness[y0:y1] > level, kept[y0:y1]
    _add_across(rows, kept_rows, x1)
    _add_across(rows[:, ::-1], kept_rows[:, ::-1], darkness.shape[1] - x0)
    return np.where(kept, darkness, 0)


def _add_across(ink: np.ndarray, kept: np.ndarray, inside: int) -> None:
    """Add to what is kept what stands across the wall at the right of a column: (h, W) bool both."""
    tall = len(ink)
    filled = ink[:, inside : inside + round(NEAR * tall)].sum(axis=0) >= max(1, WALL * tall)
    if not filled.any():
        return
    first, last = (inside + np.flatnonzero(filled)[[0, -1]] + [-1, 2]).tolist()  # with its pale edges
    if last - first > THICK * tall or first < 1 or last >= ink.shape[1]:
        return
    beyond = ink[:, last : last + round(WIDE * tall) + 1].astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(beyond, connectivity=8)
    near = cv2.dilate(ink[:, first - 1 : first].astype(np.uint8), np.ones((last - first + 2, 1), np.uint8))[:, 0] > 0
    whole = (stats[:, cv2.CC_STAT_WIDTH] <= WIDE * tall) & (stats[:, cv2.CC_STAT_HEIGHT] <= TALL * tall)
    whole &= stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH] + last < ink.shape[1]  # the picture ends there
    across = np.intersect1d(labels[near, 0], np.flatnonzero(whole))
    across = across[across > 0]
    if not len(across):
        return
    digit = np.isin(labels, across)
    kept[:, last : last + digit.shape[1]] |= digit
    ends = cv2.dilate(digit[:, :1].astype(np.uint8), np.ones((last - first + 2, 1), np.uint8))[:, 0] > 0
    kept[near & ends, first:last] = True
    touched = np.flatnonzero(ends)
    kept[touched[0] : touched[-1] + 1, inside:first] = True


def whole(written: np.ndarray, ink: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """What is written in a box of x0, y0, x1, y1 px, without its lines, and what of it goes on beyond the upper or the
    lower line: (H, W) uint8, 255 ink, and the same of all ink around -> (H, W) uint8."""
    x0, y0, x1, y1 = np.round(inside).clip(0).astype(int).tolist()
    found = written.copy()
    _add_beyond(found, ink, (x0, x1, y1), y1 - y0)
    _add_beyond(found[::-1], ink[::-1], (x0, x1, len(ink) - y0), y1 - y0)
    return found


def _add_beyond(written: np.ndarray, ink: np.ndarray, edge: tuple[int, int, int], tall: int) -> None:
    """Add to what is written what goes on below the lower line of a box: (H, W) uint8 both.

    edge: px, from where to where that goes, and about where it is; tall: px, of the box.
    """
    left, right, foot = edge
    top = max(0, foot - round(NEAR * tall))
    drawn = np.flatnonzero((ink[top : foot + round(NEAR * tall), left:right] > 0).mean(axis=1) >= LINE)
    if not len(drawn):
        return
    first, last = top + drawn[0] - EDGE, top + drawn[-1] + 1 + EDGE
    if last - first > LINES * tall + 2 * EDGE or first < NEXT or last >= len(ink):
        return
    beyond = ink[last : last + round(WIDE * tall) + 1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(beyond, connectivity=8)
    inner, line = runs((written[first - NEXT : first] > 0).any(axis=0)), np.zeros_like(ink[first:last])
    for outer in runs(labels[0] > 0):
        part = labels[0, outer[0]]
        _, y, wide, high, _ = stats[part]
        ends = [crossed for each in inner if (crossed := _crossing(outer, each, last - first, STROKE * tall))]
        if not ends or max(wide / TALL, high / WIDE) > tall or y + high == len(beyond):
            continue
        written[last : last + len(beyond)][labels == part] = 255
        for (x0, x1), (x2, x3) in ends:
            corners = [(x0, 0), (x1 - 1, 0), (x3 - 1, len(line) - 1), (x2, len(line) - 1)]
            cv2.fillConvexPoly(line, np.array(corners, np.int32), 255)
    np.maximum(written[first:last], line, out=written[first:last])


def _crossing(outer: np.ndarray, inner: np.ndarray, thick: int, most: float) -> tuple | None:
    """From where to where a stroke crosses a line so thick, px, at its inner side and its outer; None where it is not
    one stroke. Of what is wider than strokes are at most, since it goes along the line, it is what is at both sides.
    """
    both = max(outer[0], inner[0]), min(outer[1], inner[1])
    if max(outer[1] - outer[0], inner[1] - inner[0]) > most:
        return (both, both) if both[0] < both[1] else None
    return (tuple(inner), tuple(outer)) if both[0] - both[1] <= thick else None
