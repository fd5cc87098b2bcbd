"""What is in a printed box, with the digits that stand across its lines."""

import cv2
import numpy as np

from hwr.imaging.cells import runs

# In heights of the box:
NEAR = 0.18  # a line of it is no farther from where it is thought to be
THICK = 0.15  # and no thicker, though it may lean or be bowed a little
DEEP, WIDE = 0.7, 0.9  # what goes on beyond it is no deeper and no wider: else it is a word, or another box
FLAT = 0.6  # what is wider and no higher than the line is thick is what is left of it
HOOK = 0.35  # it goes along the line no farther
STROKE = 0.2  # a stroke that crosses it is no wider there

LEVEL, UPRIGHT = 0.4, 0.6  # of a level line's length, and of an upright one's, is ink; less than half, where it ends
EDGE = 2  # px: its outer edge, where it is paler
NEXT = 4  # px: so close to each other ends at its inner side what stands across


def whole(written: np.ndarray, ink: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """What is written in a box of x0, y0, x1, y1 px, without its lines, and what of it goes on beyond these:
    (H, W) uint8, 255 ink, and the same of all ink around -> (H, W) uint8.

    A stroke of a neighbor that meets one of ours at a line is taken for its end.
    """
    x0, y0, x1, y1 = np.round(inside).clip(0).astype(int).tolist()
    height, width = ink.shape
    found = written.copy()
    for here, all_ink, edge, drawn in (
        (found, ink, (x0, x1, y1), LEVEL),
        (found[::-1], ink[::-1], (x0, x1, height - y0), LEVEL),
        (found.T, ink.T, (y0, y1, x1), UPRIGHT),
        (found.T[::-1], ink.T[::-1], (y0, y1, width - x0), UPRIGHT),
    ):
        _add_beyond(here, all_ink, edge, drawn, y1 - y0)
    return found


def _add_beyond(written: np.ndarray, ink: np.ndarray, edge: tuple[int, int, int], drawn: float, tall: int) -> None:
    """Add to what is written what goes on below the lower line of a box: (H, W) uint8 both.

    edge: px, from where to where that goes, and about where it is; drawn: how much of it is ink; tall: px, of the box.
    """
    line = _line(written, ink, edge, drawn, tall)
    if line is None:
        return
    first, last = line
    thick = last - first
    beyond = np.ascontiguousarray(ink[last : last + round(DEEP * tall) + 1])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(beyond, connectivity=8)
    first = max(0, first - NEXT)
    inner = runs((written[first : first + NEXT] > 0).any(axis=0))
    between = np.zeros((last - first, ink.shape[1]), np.uint8)
    across, others = [], []
    for outer in runs(labels[0] > 0):
        *_, wide, high, _ = stats[labels[0, outer[0]]]
        is_line = high <= thick and wide > FLAT * tall
        if wide > WIDE * tall or high == len(beyond) or is_line:
            continue
        crossed = _crossings(outer, inner, thick, STROKE * tall)
        (across if crossed else others).append(outer)
        for (x0, x1), (x2, x3) in crossed:
            corners = [(x0, 0), (x1 - 1, 0), (x3 - 1, len(between) - 1), (x2, len(between) - 1)]
            cv2.fillConvexPoly(between, np.array(corners, np.int32), 255)
    for outer in others:  # the other end of a stroke that goes along the line for a while, mostly to the right: ۲ ۳ ۴
        near = [run for run in across if _apart(run, outer) <= HOOK * tall]
        if near:
            own = min(near, key=lambda run: (run[0] > outer[0], _apart(run, outer)))
            between[:, min(own[1], outer[1]) : max(own[0], outer[0])] = 255
            across.append(outer)
    for outer in across:
        written[last : last + len(beyond)][labels == labels[0, outer[0]]] = 255
    np.maximum(written[first:last], between, out=written[first:last])


def _line(
    written: np.ndarray, ink: np.ndarray, edge: tuple[int, int, int], drawn: float, tall: int
) -> tuple[int, int] | None:
    """From where what is written ends to where the lower line of a box does: rows; None where that is not to be seen,
    too thick, or at the picture's edge. The arguments are those of `_add_beyond`."""
    left, right, foot = edge
    top = max(0, foot - round(NEAR * tall))
    filled = (ink[top : foot + round(NEAR * tall), left:right] > 0).sum(axis=1)
    if filled.max(initial=0) < max(1, drawn * (right - left)):
        return None
    darkest = top + int(filled.argmax())
    ends = np.flatnonzero(written[:darkest].any(axis=1))
    pale = np.flatnonzero(filled[darkest - top :] < drawn / 2 * (right - left))
    if not len(ends) or not len(pale):
        return None
    first, last = int(ends[-1]) + 1, darkest + int(pale[0]) + EDGE
    return (first, last) if last - first <= THICK * tall + EDGE and last < len(ink) else None


def _apart(run: np.ndarray, other: np.ndarray) -> int:
    """How much paper is between two runs of columns, from - to: px, less than 0 where they overlap."""
    return max(run[0], other[0]) - min(run[1], other[1])


def _crossings(outer: np.ndarray, inner: np.ndarray, thick: int, most: float) -> list[tuple]:
    """From where to where, px, strokes cross a line so thick, each at its inner side and its outer.

    outer: (2,) what is at the outer side; inner: (n, 2) all that is at the other: what overlaps, else the nearest. Of
    what is wider than strokes are at most, since it goes along the line, it is what is at both sides.
    """
    apart = np.array([_apart(outer, each) for each in inner], int)
    near = apart < 0 if (apart < 0).any() else apart == apart.min(initial=thick)
    found = []
    for each in inner[near]:
        both = max(outer[0], each[0]), min(outer[1], each[1])
        if max(outer[1] - outer[0], each[1] - each[0]) <= most:
            found.append((tuple(each), tuple(outer)))
        elif both[0] < both[1]:
            found.append((both, both))
    return found
