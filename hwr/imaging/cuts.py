"""Where digits that touch may be cut apart."""

from itertools import pairwise

import cv2
import numpy as np

from hwr.imaging.segment import Piece

COARSE = 40  # px: the height at which cuts are looked for
# In heights of an ordinary digit:
REACH = 0.14  # a cut may swerve so far
LEAST = 0.02  # a part has no less ink, in squares of that height
CUTS = 12  # of one piece, at most, for each height of a digit in its width


def cut(piece: Piece, height: float) -> list[Piece]:
    """Cut a piece where its digits may touch: Piece, height of a digit in px -> at least one Piece, left to right."""
    tall, wide = piece.ink.shape
    factor = min(1.0, COARSE / tall)
    if wide * factor < 1:  # there is nothing to cut
        return [piece]
    small = cv2.resize(piece.ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) / np.float32(255)
    unit = height * factor
    seams, costs = _seams(small, unit)
    chosen = _apart(seams, costs, small, unit)
    if not chosen:
        return [piece]
    y = np.arange(tall)
    rows = np.minimum((y * factor).astype(int), small.shape[0] - 1)
    borders = [np.clip(np.round(seams[k][rows] / factor), 0, wide).astype(int) for k in chosen]
    borders = [np.zeros(tall, int), *borders, np.full(tall, wide)]
    columns = np.arange(wide)
    parts = []
    for k, (left, right) in enumerate(pairwise(borders)):
        part = np.where((columns >= left[:, None]) & (columns < right[:, None]), piece.ink, 0).astype(np.uint8)
        x, top, width, rise = cv2.boundingRect(part)
        if width:
            x0, y0 = piece.box[0] + x, piece.box[1] + top
            seam = float(costs[chosen[k - 1]] / unit) if k else piece.seam
            parts.append(Piece((x0, y0, x0 + width, y0 + rise), part[top : top + rise, x : x + width], None, seam))
    return parts


def _seams(ink: np.ndarray, unit: float) -> tuple[np.ndarray, np.ndarray]:
    """Ways from top to bottom through little ink: (h, w) float32, 1 ink -> (n, h) columns, (n,) px of ink.

    One for every other column, which it begins in, swerving from it by REACH at most.
    """
    tall, wide = ink.shape
    reach = max(2, round(REACH * unit))
    starts = np.arange(1, wide, 2)
    window = np.arange(-reach, reach + 1)
    columns = starts[:, None] + window  # a seam at column c parts c - 1 from c
    inside = (columns >= 0) & (columns <= wide)
    both = (np.pad(ink, ((0, 0), (1, 0))) + np.pad(ink, ((0, 0), (0, 1)))) / 2  # (h, w + 1)
    price = both[:, np.clip(columns, 0, wide)] + np.where(inside, 0.01, 100).astype(np.float32)
    price += 0.004 * np.abs(window).astype(np.float32)
    total = price[0]
    came = np.zeros((tall, *total.shape), np.int8)
    side = np.full((len(starts), 1), np.inf, np.float32)
    for y in range(1, tall):
        ways = np.stack([total, np.hstack([side, total[:, :-1] + 0.15]), np.hstack([total[:, 1:] + 0.15, side])])
        step = ways.argmin(axis=0)
        came[y] = np.array([0, -1, 1], np.int8)[step]
        total = np.take_along_axis(ways, step[None], 0)[0] + price[y]
    at = total.argmin(axis=1)
    costs = total[np.arange(len(starts)), at]
    seams = np.empty((len(starts), tall), int)
    for y in range(tall - 1, -1, -1):
        seams[:, y] = columns[np.arange(len(starts)), at]
        at = at + came[y, np.arange(len(starts)), at]
    return seams, costs


def _apart(seams: np.ndarray, costs: np.ndarray, ink: np.ndarray, unit: float) -> list[int]:
    """The cheapest seams that leave parts of some size between them: -> their numbers, left to right."""
    tall, wide = ink.shape
    filled = np.concatenate([np.zeros((tall, 1)), np.cumsum(ink, axis=1)], axis=1)
    before = filled[np.arange(tall), np.clip(seams, 0, wide)].sum(axis=1)  # ink left of each seam
    least = LEAST * unit * unit
    chosen: list[int] = []
    most = max(2, round(CUTS * wide / unit))
    for k in np.argsort(costs, kind="stable"):
        bounds = [0.0, filled[:, -1].sum(), *(before[j] for j in chosen)]
        if all(abs(before[k] - bound) >= least for bound in bounds) and costs[k] < 1.2 * unit:
            chosen.append(int(k))
            if len(chosen) >= most:
                break
    return sorted(chosen, key=lambda k: before[k])
