"""Where on a picture a number's row is: in a printed box, or one of a page's rows."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.dividers import Box
from hwr.imaging.frame import Framed, frames, straighten
from hwr.imaging.lines import FAINT, without_lines
from hwr.imaging.mend import is_shadow
from hwr.imaging.parts import SMALL
from hwr.imaging.rules import margins
from hwr.imaging.segment import BESIDE, MOST_PARTS, SMALLEST, Row, middles, ordinary_of, pieces, weighted_median
from hwr.imaging.sheet import flatten
from hwr.imaging.stages import WORK, contrast, shrink
from hwr.imaging.surroundings import (
    inked,
    is_squared,
    level_lines,
    level_of_pen,
    level_of_writing,
    printed,
    ring_of,
    without_ring,
)
from hwr.imaging.view import View, around, back_from, seen, shifted, slope, turned
from hwr.imaging.walls import whole

PAGE = WORK * WORK  # px: a larger page is shrunk
WANTED = 64.0  # px: the height of an ordinary digit where its size has to be changed
FEWEST, MOST = 36.0, 110.0  # px: a height that may stay as it is
ZOOM = 4.0  # times a picture is enlarged at most
MISTAKEN = 1.4  # times: a first guess of the digits' height that is this far off is made again

RINGED = 0.6  # of what is on a page is in a ring, and is then one thing
MOST_ROWS = 4  # of a page are looked at
MOSTLY = 0.5  # of a row's pieces are cut where another row's place cuts it
LOWEST = 10.0  # px: where writing is lower than this on a page, its rows are not looked at
FINER = 0.2  # of a page's shorter side: no stroke of the pen is half as thick
MOVED = 0.1  # of a row's height: so far are the same pieces apart in two views
ROOM = 0.6  # of a digit's height: the paper that is kept around a row
OUTSIDE = 0.15  # of its height: what is around a box so far is its lines
LOW = 0.35  # of a printed box: digits are at least so high, whatever is seen of those that touch its lines
LOWEST_BOXED = 0.6  # of a printed box: so high are its digits at least, where its lines are told from them
SLIVER = 0.12  # of a digit's height at the sides of a box is rather its line than a digit
SHADOW = 24  # px: a shadow's shorter side is no shorter
SHADE = 101  # px: half of what is around so far is no stroke, and tells how dark a shadow is
GRAINS = 0.02  # of what was dark: where less is left without shadows, it is the paper's grain
INK_MOST = 0.5  # of the page: more is no writing


def find(gray: np.ndarray) -> Row | None:
    """The row of a number, of what is in a printed box where there is one: (H, W) uint8, either polarity -> Row.

    None where nothing like it is written.
    """
    gray, back = flatten(gray)
    row = _find(straighten(gray))
    return row and _moved(row, back)


def rows(gray: np.ndarray, dark: bool = False) -> Iterator[list[Row]]:
    """The rows of a page that may hold its number, the likeliest first: (H, W) uint8 of either polarity.

    dark: of a photograph, only what is as dark as a pen that is clearly darker than what else is there, such as lines;
        no row where none is, and none by itself.

    What is in its boxes, then what is outside of the first in the row with the most ink; where there is no box, all of
    the page: twice in a photograph, the second time with a finer idea of the paper, which a shadow or a crease does not
    mislead, but a thick stroke may. Then each row by itself, where there are several, from the one with the most ink
    on, up to MOST_ROWS.
    """
    shape = gray.shape
    gray, back = flatten(gray)
    boxes = frames(gray)
    for framed in boxes:
        if framed.inside is None:
            views = _there([_find(framed, dark=dark), _find(framed, FINER, dark)], back)
            yield views[:1] if len(views) > 1 and _alike(*views, shape) else views
        else:
            yield _there([_find(framed, dark=dark)], back)
    if boxes[0].inside is not None:
        yield _there([_outside(_find(Framed(gray, np.eye(3), None), dark=dark), boxes[0])], back)
    if dark:  # a page of text has been looked at long enough
        return
    page = shrink(gray)
    factor = max(gray.shape) / max(page.shape)
    darkness, levels, *_ = contrast(page, min(page.shape))
    if not levels or ring_of(inked(darkness, levels[0]), 0)[1] > RINGED:  # a number in a ring, or a face
        return
    level = _level(darkness, levels[0])
    turn = slope(inked(darkness, level))
    places = _places(inked(seen(darkness, turned(page.shape, turn, 1.0)), level))
    view = turned(gray.shape, turn, 1.0)
    if view is not None:
        gray = cv2.warpAffine(gray, view.matrix, view.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    for place in places * factor if len(places) > 1 else ():
        x0, y0, x1, y1 = place.clip(0).astype(int).tolist()
        own = back @ back_from(view, 1.0) @ shifted(x0, y0)
        row = _find(straighten(gray[y0:y1, x0:x1]))
        yield _there([None if row is None or _is_cut(row, gray[y0:y1, x0:x1].shape) else row], own)


def _is_cut(row: Row, shape: tuple[int, int]) -> bool:
    """Whether the upper or the lower edge of a picture of (height, width) cuts most of a row: it is not its own."""
    boxes = np.array([row.place(piece.box, shape) for piece in row.pieces])
    return bool(max((boxes[:, 1] <= 1).mean(), (boxes[:, 3] >= shape[0] - 1).mean()) >= MOSTLY)


def _there(found: list[Row | None], back: np.ndarray) -> list[Row]:
    """The rows that were found, on the picture that came."""
    return [_moved(row, back) for row in found if row is not None]


def _alike(row: Row, other: Row, shape: tuple[int, int]) -> bool:
    """Whether two rows of a picture of (height, width) have the same pieces."""
    if len(row.pieces) != len(other.pieces):
        return False
    here, there = (np.array([each.place(piece.box, shape) for piece in each.pieces]) for each in (row, other))
    return bool(np.abs(here - there).max() <= MOVED * np.ptp(here[:, [1, 3]]))


def _find(framed: Framed, finer: float = 1.0, dark: bool = False) -> Row | None:
    """The row that has the most ink, in the box where there is one.

    finer: of the page's shorter side, what is written is no larger; where it is less than 1, only a photograph is
    looked at, whose paper is then told by less of what is around a place; dark: as in `rows`.
    """
    sight = _look(framed, finer, dark)
    if sight is None:
        return None
    height = sight.height
    for _ in range(2):
        scale = 1.0 if FEWEST <= height <= MOST else min(WANTED / height, ZOOM)
        to_size = turned(sight.darkness.shape, 0.0, scale)
        written, cells = _written(sight, to_size, scale, height)
        parts, found = pieces(written, height * scale, cells)
        if not parts:
            return None
        if 1 / MISTAKEN <= found / (height * scale) <= MISTAKEN:
            break
        height = found / scale  # lines had passed for digits
    return Row(parts, found, sight.back @ back_from(to_size, 1.0), cells)


class _Sight(NamedTuple):
    """A page with a level row, shrunk where it is large and its digits allow it, and what is seen at once.

    darkness: (H, W) uint8, 0 paper; surrounded: the same with what is outside of the box, None without one; level: what
    is darker is ink; height: px, about how high its digits are; inside, narrowest: as in Framed, of this page; back:
    (3, 3) float64, what takes its places to the picture that came.
    """

    darkness: np.ndarray
    surrounded: np.ndarray | None
    level: int
    height: float
    inside: np.ndarray | None
    narrowest: float
    back: np.ndarray


def _look(framed: Framed, finer: float, dark: bool) -> _Sight | None:
    """Look at a picture, and closer where its digits are too small; None where nothing like writing is there."""
    gray, back, inside, narrowest = framed
    for is_last in (False, True):
        page = shrink(gray, round(max(gray.shape) * min(1, np.sqrt(PAGE / gray.size))))
        factor = max(gray.shape) / max(page.shape)
        tall = min(page.shape) if inside is None else min(*page.shape, round((inside[3] - inside[1]) / factor))
        darkness, levels, _ = contrast(page, max(SMALL, round(finer * tall)))
        if not levels or ((dark or finer < 1) and len(levels) == 1):
            return None
        level, surrounded = _level(darkness, levels[0]), None
        if dark:
            usual, level = level, level_of_pen(darkness, levels[0])
            if level <= usual:
                return None
        if len(levels) > 1:
            darkness = _without_shadows(darkness, level)
            if darkness is None:
                return None
        if inside is None:
            lines = cv2.dilate(margins(inked(darkness, level)).astype(np.uint8), np.ones((3, 3), np.uint8))
            darkness = without_ring(np.where(lines > 0, 0, darkness), level)
            to_level = turned(page.shape, slope(inked(darkness, level)), 1.0)
            darkness = seen(darkness, to_level)
        else:  # a box is level already
            surrounded, darkness, to_level = darkness, _within(darkness, inside / factor), None
        measured = _measure(inked(darkness, level))
        if measured is None:
            return None
        height, box = measured
        if inside is not None:
            height = max(height, LOW * (inside[3] - inside[1]) / factor)
        if is_last or factor == 1 or height >= FEWEST:
            break
        # Too small to be read at this size: look closer at where it is.
        if inside is not None:
            box = inside / factor
        x0, y0, x1, y1 = around(box, 2 * height, back_from(to_level, factor), gray.shape)
        gray = gray[y0:y1, x0:x1]
        inside = None if inside is None else inside - [x0, y0, x0, y0]
        back = back @ shifted(x0, y0)
    inside = None if inside is None else inside / factor
    return _Sight(darkness, surrounded, level, height, inside, narrowest / factor, back @ back_from(to_level, factor))


def _written(sight: _Sight, to_size: View | None, scale: float, height: float) -> tuple[np.ndarray, np.ndarray | None]:
    """What is written on a page, without lines and boxes, in a view of it that is larger by a factor: -> (H, W) uint8,
    and the cells where all of it is in a box of these, (n, 2) px, from - to.

    height: px of the page, of a digit.
    """
    darkness = seen(sight.darkness, to_size)
    ink, faint = inked(darkness, sight.level), inked(darkness, round(FAINT * sight.level))
    if sight.inside is None:
        return without_lines(ink, faint, scale * height)[0], None
    inside = scale * sight.inside
    lowest = min(scale * height, LOWEST_BOXED * (inside[3] - inside[1]))
    written, grids = without_lines(ink, faint, lowest, Box(*inside, scale * sight.narrowest))
    closed = grids[0].cells[grids[0].closed] if len(grids) == 1 else ()
    written = whole(written, inked(seen(sight.surrounded, to_size), sight.level), inside)
    return _without_sides(written, inside, scale * height), closed if len(closed) else None


def _within(darkness: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The same, (H, W) uint8, and nothing but paper outside of a box of x0, y0, x1, y1 px."""
    x0, y0, x1, y1 = np.round(inside).clip(0).astype(int).tolist()
    kept = np.zeros_like(darkness)
    kept[y0:y1, x0:x1] = darkness[y0:y1, x0:x1]
    return kept


def _outside(row: Row | None, framed: Framed) -> Row | None:
    """Those pieces of a row of a picture that are not in its box: -> Row, or None where none is left."""
    if row is None:
        return None
    x0, y0, x1, y1 = framed.inside + OUTSIDE * (framed.inside[3] - framed.inside[1]) * np.array([-1, -1, 1, 1])
    box = cv2.perspectiveTransform(np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]), framed.back).astype(np.float32)
    boxes = np.array([piece.box for piece in row.pieces], float)
    middles = cv2.perspectiveTransform((boxes[None, :, :2] + boxes[None, :, 2:]) / 2, row.back)[0]
    away = [cv2.pointPolygonTest(box, tuple(middle), False) < 0 for middle in middles]
    pieces = [piece for piece, kept in zip(row.pieces, away, strict=True) if kept]
    return row._replace(pieces=pieces) if pieces else None


def _moved(row: Row, back: np.ndarray) -> Row:
    """A row of a picture, as a row of the one that it came from."""
    return row._replace(back=back @ row.back)


def _places(ink: np.ndarray) -> np.ndarray:
    """Where the rows of a level page are, with some paper around: (H, W) uint8 -> (n, 4), x0, y0, x1, y1, px."""
    parts = np.where(level_lines(ink), 0, ink).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(parts, connectivity=8)
    stats = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] < ink.shape[0] / 2]
    if not len(stats):
        return np.zeros((0, 4))
    height = weighted_median(stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA])
    if height < LOWEST:
        return np.zeros((0, 4))
    stats = stats[stats[:, cv2.CC_STAT_HEIGHT] >= SMALLEST[0] * height]
    middle = middles(stats)
    places = []
    while len(stats) and len(places) < MOST_ROWS:
        mass = [(stats[np.abs(middle - each) <= BESIDE * height, cv2.CC_STAT_AREA]).sum() for each in middle]
        own = np.abs(middle - middle[int(np.argmax(mass))]) <= BESIDE * height
        low, high = stats[own, :2].min(axis=0), (stats[own, :2] + stats[own, 2:4]).max(axis=0)
        places.append(np.concatenate([low - ROOM * height, high + ROOM * height]))
        stats, middle = stats[~own], middle[~own]
    return np.array(places)


def _without_sides(ink: np.ndarray, inside: np.ndarray, height: float) -> np.ndarray:
    """Drop what is left of the lines at a box's sides, where what is outside was cut off: (H, W) uint8 -> (H, W) uint8.

    inside: (4,), x0, y0, x1, y1 px; height: px, of a digit.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, wide = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    along = (left <= inside[0] + 2) | (left + wide >= inside[2] - 2)
    kept = ~along | (wide > SLIVER * height)
    kept[0] = False
    return np.where(kept[labels], ink, 0).astype(np.uint8)


def _without_shadows(darkness: np.ndarray, level: int) -> np.ndarray | None:
    """A photograph's darkness, and where a shadow is darker than a level only what stands out from it: (H, W) uint8 ->
    (H, W) uint8; None where there is hardly anything but shadows."""
    kept, shade = darkness.copy(), None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inked(darkness, level), connectivity=8)
    if len(stats) > MOST_PARTS:
        return kept
    for k in np.flatnonzero(stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].min(axis=1) >= SHADOW) + 1:
        part = np.where(labels == k, 255, 0).astype(np.uint8)
        if is_shadow(part, darkness):
            shade = cv2.medianBlur(darkness, SHADE) if shade is None else shade
            kept[part > 0] = cv2.subtract(darkness, shade)[part > 0]
    left = cv2.countNonZero(inked(kept, level))
    return kept if left >= GRAINS * stats[1:, cv2.CC_STAT_AREA].sum() else None


def _level(darkness: np.ndarray, thought: int) -> int:
    """Above which level it is writing: (H, W) uint8, and the level that was thought -> a pen's where it is darker than
    the squares of its paper, else as `level_of_writing` has it."""
    if is_squared(darkness, thought):
        return level_of_pen(darkness, thought)
    return level_of_writing(darkness, thought)


def _measure(ink: np.ndarray) -> tuple[float, tuple[int, int, int, int]] | None:
    """About how high digits are, and where ink is: (H, W) uint8 -> px, box; None where it is no writing."""
    left = np.where(printed(ink), 0, ink).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=8)
    stats = stats[1:]
    if count < 2 or cv2.countNonZero(ink) > INK_MOST * ink.size:
        return None
    longest = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    stats = stats[longest >= 0.1 * np.partition(longest, -min(3, len(longest)))[-min(3, len(longest))]]
    if len(stats) > MOST_PARTS:
        return None
    height = ordinary_of(stats)
    low = stats[:, :2].min(axis=0)
    high = (stats[:, :2] + stats[:, 2:4]).max(axis=0)
    return height, (*low.tolist(), *high.tolist())
