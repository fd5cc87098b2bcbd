"""A printed box, made upright: its lines are then level, and can be taken away; so can what is printed around it."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.cells import runs
from hwr.imaging.parts import corners, enclosed
from hwr.imaging.rails import LEVEL, Outline, cut_off, outlines
from hwr.imaging.sheet import Flat, clockwise, near, spans, upright
from hwr.imaging.stages import contrast, shrink
from hwr.imaging.surroundings import is_squared, level_of_pen
from hwr.imaging.view import shifted

SIDE = 1000  # px: a page is looked at in this size
STROKES = 0.12  # of the page: what is written is wider, but no line is thicker than half of that; a shadow mostly is
PALE = (1.0, 0.7, 0.5, 0.35)  # of the darkness of ink, a box is looked for from there on, the darkest first
WIDE = 0.2  # of the page's width: a smaller box is no frame of a number
# Times as wide as high at least: a box that is told by its lines alone, or empty; an outline with something in it.
FLAT, SQUARE = 1.5, 0.9
WIDER = 1.1  # times as wide a frame is taken instead of one that was found before
ASKEW = 0.6  # degrees: a box that leans less is upright
AROUND = 0.6  # of its height: the paper that is kept on all sides, to tell its shade
# Of its height: its lines above and below are known for lines by their length, those at its sides would pass for a 1.
LEVEL_LINES, SIDE_LINES = 0.05, 0.08
LOOKED_AT = 30  # of the widest parts may be boxes
FILLED = 0.6  # of a box is ink at most, with the digits that touch its lines
SAME = 0.4  # of its height: a box that is nearer to another, and as high, is the same
MOST_BOXES = 3  # are read, or looked at for a number
GRAINY = 0.3  # of a page is no darker: it is the paper's grain
SMALLEST_BOX = 10  # px of the page: a smaller part is no box
HELD = 0.15  # of its height: what is in a box that is not wide is at least as high, or it may be a zero
IN_A_ROW = 0.15  # of its height: boxes in a row differ no more in height, and lie no farther above each other
APART = 0.8  # of its height: boxes with more paper between are no row


class Framed(NamedTuple):
    """A picture on which a printed box stands upright: (h, w) uint8; (3, 3) float64, what takes its places to the
    picture that came; where the inside of the box is there, (4,) float64, x0, y0, x1, y1 px, with the lines above
    and below it, None where there is no box; and how wide the narrowest of its boxes is, px, where it is several.
    """

    gray: np.ndarray
    back: np.ndarray
    inside: np.ndarray | None
    narrowest: float = 0.0


def straighten(gray: np.ndarray) -> Framed:
    """The likeliest box that is wholly on a picture, upright, and some paper around it: (H, W) uint8 -> Framed, as of
    `frames`."""
    return next(iter(_frames(gray, _seen(gray))), Framed(gray, np.eye(3), None))


def frames(gray: np.ndarray) -> list[Framed]:
    """The boxes on a picture in which a number may be, each upright, and some paper around it: (H, W) uint8 -> the
    likeliest first, MOST_BOXES at most.

    Those with cells of one width come first, and of them the widest. Boxes in a row with little paper between are one:
    a number's groups, or its digits, have each their own. Where there is none, but the picture's upper or lower edge
    cuts one, it is closed there, on a larger picture. Else it is the same picture; where it stands upright already,
    too.
    """
    page = _seen(gray)
    if found := _frames(gray, page):
        return found
    closed = page and _closed(gray, page)
    found = _frames(closed.gray, _seen(closed.gray)) if closed else []
    return [framed._replace(back=closed.back @ framed.back) for framed in found] or [Framed(gray, np.eye(3), None)]


class _Page(NamedTuple):
    """A picture in the size in which boxes are looked for: (h, w) uint8; the same, 0 paper; what is darker is ink; and
    how many times as large the picture is."""

    gray: np.ndarray
    darkness: np.ndarray
    level: int
    factor: float


def _seen(gray: np.ndarray) -> _Page | None:
    """Look at a picture, (H, W) uint8; None where nothing is written."""
    small = shrink(gray, SIDE)
    darkness, levels, _ = contrast(small, round(STROKES * min(small.shape)))
    return _Page(small, darkness, levels[0], max(gray.shape) / max(small.shape)) if levels else None


def _frames(gray: np.ndarray, page: _Page | None) -> list[Framed]:
    """The boxes that are wholly on a picture, as `frames` has them; none where there are none."""
    found = [_upright(gray, *each) for each in _corners(page)] if page else []
    return [framed for framed in found if framed is not None][:MOST_BOXES]


def _closed(gray: np.ndarray, page: _Page) -> Flat | None:
    """The same picture with some paper beyond its upper or lower edge, and on that edge the line of the box that it
    cuts: (H, W) uint8 -> Flat; None where it cuts none."""
    small, darkness, level, factor = page
    ink = darkness > level
    cut = cut_off(ink.astype(np.uint8))
    if cut is None or is_squared(darkness, level):
        return None
    found, above = cut
    edge = 0 if above else -1
    tall = spans(found)[1]
    walls = runs(ink[edge])
    if walls[0, 0] < found[:, 0].min() - AROUND * tall or walls[-1, 1] > found[:, 0].max() + AROUND * tall:
        return None  # another box is beside it
    thick = max(1, round(factor * np.median(np.diff(walls, axis=1))))
    paper, line = (int(np.median(small[edge, where])) for where in (~ink[edge], ink[edge]))
    room = round(AROUND * factor * tall)
    drawn = np.full((room, gray.shape[1]), paper, np.uint8)
    first, last = walls[[0, -1], [0, 1]]  # which the corners are but near to
    drawn[slice(-thick, None) if above else slice(thick), round(factor * first) : round(factor * last)] = line
    if above:
        return Flat(np.vstack([drawn, gray]), shifted(0, -room))
    return Flat(np.vstack([gray, drawn]), np.eye(3))


def _upright(gray: np.ndarray, found: np.ndarray, narrowest: float) -> Framed | None:
    """A box made upright: (H, W) uint8, its corners, (4, 2) px -> Framed; None for what leans too much."""
    lean = _lean(found) if near(found, gray.shape) else LEVEL
    if lean >= LEVEL:
        return None
    wide, tall = spans(found)
    within = tall * np.array([SIDE_LINES, -LEVEL_LINES, -SIDE_LINES, LEVEL_LINES])
    if lean < ASKEW:
        return Framed(gray, np.eye(3), np.concatenate([found.min(axis=0), found.max(axis=0)]) + within, narrowest)
    flat = upright(gray, found, AROUND * tall)
    return Framed(*flat, np.array([0, 0, wide, tall]) + AROUND * tall + within, narrowest)


def _corners(page: _Page) -> list[tuple[np.ndarray, float]]:
    """The likeliest boxes: -> of each the corners, (4, 2) px of the picture, clockwise from the upper left, and its
    narrowest box's width where it is several, 0 where it is one."""
    small, darkness, level, factor = page
    found, pales = [], PALE
    if is_squared(darkness, level):  # and full of boxes, of which those count that are as dark as the pen
        level, pales = level_of_pen(darkness, level), PALE[:1]
    for pale in pales:
        ink = cv2.morphologyEx((darkness > pale * level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        if ink.mean() > GRAINY:
            break
        boxes, empty = _boxes(ink)
        joined = [Outline(*_joined(box, [*boxes, *empty])) for box in boxes]
        told = [(box, FLAT) for box in outlines(ink, [each.corners for each in joined])]
        for box, flat in [*((box, SQUARE) for box in joined), *told]:
            wide, tall = spans(box.corners)
            if wide >= max(WIDE * small.shape[1], flat * tall):
                _add(found, box)
    found.sort(key=lambda box: (box.count > 0, spans(box.corners)[0]), reverse=True)
    return [(box.corners * factor, box.narrowest * factor) for box in found]


def _add(found: list[Outline], box: Outline) -> None:
    """Add a box to those that were found, in place of the same one where that is narrower, or has fewer cells."""
    wide, tall = spans(box.corners)
    for k, other in enumerate(found):
        its_wide, its_tall = spans(other.corners)
        across, down = np.abs(box.corners.mean(axis=0) - other.corners.mean(axis=0))
        if abs(tall - its_tall) <= SAME * its_tall and down <= SAME * its_tall and across <= its_wide / 2:
            if wide > WIDER * its_wide or (box.count > other.count and WIDER * wide > its_wide):
                found[k] = box
            return
    found.append(box)


def _boxes(ink: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The printed boxes on a page, and what may be one more beside them, or a zero: (H, W) uint8, 1 ink -> their
    corners, (4, 2) px each, clockwise."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:]
    boxes, empty = [], []
    for k in np.argsort(-stats[:, cv2.CC_STAT_WIDTH], kind="stable")[:LOOKED_AT]:
        x, y, wide, tall, _ = stats[k].tolist()
        found = None
        if min(wide, tall) >= SMALLEST_BOX:
            found = corners(labels[y : y + tall, x : x + wide] == k + 1, filled=FILLED)
        if found is not None:
            held = (enclosed(stats, k) & (stats[:, cv2.CC_STAT_HEIGHT] >= HELD * tall)).any()
            sure = held or wide >= max(FLAT * tall, WIDE * ink.shape[1])
            (boxes if sure else empty).append(clockwise(found + np.array([x, y], np.float64)))
    return boxes, empty


def _joined(box: np.ndarray, boxes: list[np.ndarray]) -> tuple[np.ndarray, float]:
    """A box and those beside it in its row as one: corners, (4, 2) each -> (4, 2), and the narrowest one's width,
    0 where it is alone."""
    wide, tall = spans(box)
    along = (box[1] + box[2] - box[0] - box[3]) / (2 * wide)
    upward = np.array([along[1], -along[0]])
    row = [
        each
        for each in boxes
        if abs(spans(each)[1] - tall) <= IN_A_ROW * tall and abs((each - box).mean(axis=0) @ upward) <= IN_A_ROW * tall
    ]
    row.sort(key=lambda each: each.mean(axis=0) @ along)
    gaps = [(after[[0, 3]] - before[[1, 2]]).mean(axis=0) @ along for before, after in pairwise(row)]
    at = next(k for k, each in enumerate(row) if each is box)
    first = max((k + 1 for k in range(at) if gaps[k] > APART * tall), default=0)
    last = min((k for k in range(at, len(gaps)) if gaps[k] > APART * tall), default=len(gaps))
    joined = np.stack([row[first][0], row[last][1], row[last][2], row[first][3]])
    return joined, min(spans(each)[0] for each in row[first : last + 1]) if last > first else 0.0


def _lean(corners: np.ndarray) -> float:
    """By how many degrees at most a side is off level or upright: (4, 2), clockwise from the upper left -> degrees."""
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) - [0, 90, 180, -90]
    return float(np.abs((turns + 180) % 360 - 180).max())
