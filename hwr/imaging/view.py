"""A page turned until a row on it is level, and scaled."""

from typing import NamedTuple

import cv2
import numpy as np

TURNS = np.arange(-10, 10.25, 0.5)  # degrees that a row is tried at
FINE_TURNS = np.arange(-0.4, 0.45, 0.1)  # and around the best of them
SAMPLE = 8_000  # px of ink are enough to see a row's slope
LEVEL = 0.4  # degrees: a row this level stays as it is
SLOPED = 2.0  # times as wide as high: ink that tells its slope without a ruled line


class View(NamedTuple):
    """A page turned and scaled: what takes a place on the page there, (2, 3), and the size there: width, height."""

    matrix: np.ndarray
    size: tuple[int, int]


def slope(ink: np.ndarray) -> float:
    """By how many degrees a row falls to the right: (H, W) uint8 -> some -10 to 10, 0 where it can't be told.

    Seen along its slope, a row's ink lies in the fewest lines.
    """
    y, x = np.nonzero(ink)
    if not len(y):
        return 0.0
    if len(y) > SAMPLE:
        chosen = np.random.default_rng(0).choice(len(y), SAMPLE, replace=False)
        y, x = y[chosen], x[chosen]

    def sharpness(turn: float) -> float:
        lines = y - x * np.tan(np.radians(turn))
        counts = np.bincount((lines - lines.min()).astype(int))
        return float((counts.astype(float) ** 2).sum())

    level = sharpness(0.0)
    coarse = max(TURNS, key=sharpness)
    best = max(coarse + FINE_TURNS, key=sharpness)
    wide = np.ptp(x) >= SLOPED * max(1, np.ptp(y - x * np.tan(np.radians(best))))
    return float(best) if wide or sharpness(best) > 2 * level else 0.0


def turned(shape: tuple[int, int], turn: float, scale: float) -> View | None:
    """The view that turns a page of (height, width) by some degrees and scales it whole; None for no change."""
    if abs(turn) < LEVEL and scale == 1:
        return None
    tall, wide = shape
    matrix = cv2.getRotationMatrix2D((wide / 2, tall / 2), turn if abs(turn) >= LEVEL else 0.0, scale)
    size = np.ceil(np.abs(matrix[:, :2]) @ np.array([wide, tall]))
    matrix[:, 2] += (size - [wide, tall]) / 2
    return View(matrix, tuple(size.astype(int).tolist()))


def seen(darkness: np.ndarray, view: View | None) -> np.ndarray:
    """A page, (H, W) uint8 with 0 for paper, in a view; the same where there is None."""
    if view is None:
        return darkness
    return cv2.warpAffine(darkness, view.matrix, view.size, flags=cv2.INTER_LINEAR, borderValue=0)


def back_from(view: View | None, factor: float) -> np.ndarray:
    """From a view of a page that was shrunk by a factor to the page as it came: (3, 3)."""
    back = np.eye(3)
    if view is not None:
        back[:2] = cv2.invertAffineTransform(view.matrix)
    return np.diag([factor, factor, 1.0]) @ back


def shifted(x0: int, y0: int) -> np.ndarray:
    """From a part of a page whose corner is at (x0, y0) to the page: (3, 3)."""
    return np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]])


def around(box: tuple, room: float, back: np.ndarray, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box around a box of a view, with some room, on the page of (height, width) as it came: x0, y0, x1, y1."""
    x0, y0, x1, y1 = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    placed = (back @ np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]]))[:2]
    low = np.clip(np.floor(placed.min(axis=1)), 0, np.array(shape[::-1]) - 1)
    high = np.clip(np.ceil(placed.max(axis=1)), low + 1, shape[::-1])
    return (*low.astype(int).tolist(), *high.astype(int).tolist())
