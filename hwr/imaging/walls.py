"""What is in a printed box, with the digits that stand across its walls."""

import cv2
import numpy as np

# In heights of the box's inside:
NEAR, THICK = 0.18, 0.1  # a wall is no farther from the inside, and no thicker
WIDE, TALL = 0.7, 0.9  # what stands out beyond it is no wider and no higher: else it is a word, or another box

WALL = 0.6  # of a wall's height is ink


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
