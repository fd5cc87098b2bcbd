"""A written number -> its row of ink: level, without the paper's lines, in pieces from left to right."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.frame import Framed, straighten
from hwr.imaging.lines import FAINT, RULE, THIN, straight, without_lines
from hwr.imaging.sheet import flatten
from hwr.imaging.stages import WORK, contrast, shrink

PAGE = WORK * WORK  # px: a larger page is shrunk
DIGIT = 64.0  # px: the height of an ordinary digit where its size has to be changed
FEWEST, MOST = 36.0, 110.0  # px: a height that may stay as it is
ZOOM = 4.0  # times a picture is enlarged at most

MISTAKEN = 1.4  # times: a first guess of the digits' height that is this far off is made again

TURNS = np.arange(-10, 10.25, 0.5)  # degrees that a row is tried at
FINE_TURNS = np.arange(-0.4, 0.45, 0.1)  # and around the best of them
SAMPLE = 8_000  # px of ink are enough to see a row's slope
LEVEL = 0.4  # degrees: a row this level stays as it is
SLOPED = 2.0  # times as wide as high: ink that tells its slope without a ruled line

MOST_BOXES = 20  # of the largest parts may be boxes
MOST_ROWS = 4  # of a page are looked at
LOWEST = 10.0  # px: where writing is lower than this on a page, its rows are not looked at
ROOM = 0.6  # of a digit's height: the paper that is kept around a row
OUTSIDE = 0.15  # of its height: what is around a box so far is its lines
FILLED = 0.75  # of a printed box: so high are its digits at least, where its lines are told from them
ZEROS = 1.5  # times as high as half of the ink are digits where that ink is of zeros
DIVIDER, EVEN, DIVIDERS = 0.15, 0.04, 3  # of its height is a divider wide; so alike are their heights; that many
MOST_PARTS = 600  # a page of more pieces holds no number but grain or a text
LONG = 0.3  # of a page's width: a straight stroke longer than this is a ruled line, or taken for one at first sight
INK_MOST = 0.5  # of the page: more is no writing

# All in heights of an ordinary digit:
SPECK = 0.055  # the side of a square of ink that is dust
SMALLEST = 0.25, 0.12  # a piece whose longer side is shorter is no digit; the second near the row's middle line
CLOSE = 0.12  # and is a part of what it lies so close to
TORN = 0.35  # a mark that lies closer above or below other ink is a part of it
BESIDE = 0.75  # a piece whose middle is farther from the row's middle line is another row's
DOT, COMMA = 0.24, 0.5  # the longest side of a dot, the height of a comma
DASH = (0.2, 1.0, 0.3)  # a dash's shortest and longest, and its height
ALIKE = (0.16, 0.1)  # the difference in place and in size of two marks of one kind
FEWEST_ALIKE = 2, 1  # so many have to be there; of slashes, which no digit is as large as, one will do
SLASH = 1.15  # a slash is higher than digits


class Piece(NamedTuple):
    """Connected ink, or what a cut leaves of it.

    box: x0, y0, x1, y1 on the row's picture; ink: (h, w) uint8, 255 ink; mark: "." "," "-" "/" or None for (part of)
    a digit; seam: the length of ink that the cut at its left goes through, in heights of a digit, 0 where none is.
    """

    box: tuple[int, int, int, int]
    ink: np.ndarray
    mark: str | None = None
    seam: float = 0.0


class Row(NamedTuple):
    """A number's ink in a row.

    pieces: from left to right.
    height: of an ordinary digit, in px of the row's picture.
    back: (3, 3) float64, from the row's picture to the picture that came, in perspective.
    """

    pieces: list[Piece]
    height: float
    back: np.ndarray

    def place(self, box: tuple[int, int, int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
        """A box on the row's picture -> x0, y0, x1, y1 around it on the picture that came, of (height, width)."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]])
        placed = self.back @ corners
        placed = placed[:2] / placed[2]
        low, high = np.floor(placed.min(axis=1)), np.ceil(placed.max(axis=1))
        return tuple(np.clip(np.concatenate([low, high]), 0, [*shape[::-1]] * 2).astype(int).tolist())


def find(gray: np.ndarray) -> Row | None:
    """The row of a number, of what is in a printed box where there is one: (H, W) uint8, either polarity -> Row.

    None where nothing like it is written.
    """
    gray, back = flatten(gray)
    row = _find(straighten(gray))
    return row and _moved(row, back)


def rows(gray: np.ndarray) -> Iterator[Row]:
    """The rows of a page that may hold its number, the likeliest first: (H, W) uint8 of either polarity.

    What is in its widest box, then what has the most ink outside of it; where there is no box, on all of the page. Then
    each row by itself, where there are several, from the one with the most ink on, up to MOST_ROWS.
    """
    gray, back = flatten(gray)
    framed = straighten(gray)
    row = _find(framed)
    if row is not None:
        yield _moved(row, back)
    row = None if framed.inside is None else _outside(_find(Framed(gray, np.eye(3), None)), framed)
    if row is not None:
        yield _moved(row, back)
    page = shrink(gray)
    factor = max(gray.shape) / max(page.shape)
    darkness, levels, *_ = contrast(page, min(page.shape))
    if not levels:
        return
    turn = _slope(_ink(darkness, levels[0]))
    places = _places(_ink(_seen(darkness, _turned(page.shape, turn, 1.0)), levels[0]))
    level = _turned(gray.shape, turn, 1.0)
    if level is not None:
        gray = cv2.warpAffine(gray, level.matrix, level.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    for place in places * factor if len(places) > 1 else ():
        x0, y0, x1, y1 = place.clip(0).astype(int).tolist()
        own = back @ _back(level, 1.0) @ _shifted(x0, y0)
        row = _find(straighten(gray[y0:y1, x0:x1]))
        if row is not None:
            yield _moved(row, own)


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
    lines, _ = straight(ink, LONG * ink.shape[1], THIN * ink.shape[0])
    parts = np.where(lines, 0, ink).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(parts, connectivity=8)
    stats = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] < ink.shape[0] / 2]
    if not len(stats):
        return np.zeros((0, 4))
    height = _weighted_median(stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA])
    if height < LOWEST:
        return np.zeros((0, 4))
    stats = stats[stats[:, cv2.CC_STAT_HEIGHT] >= SMALLEST[0] * height]
    middle = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] / 2
    places = []
    while len(stats) and len(places) < MOST_ROWS:
        mass = [(stats[np.abs(middle - each) <= BESIDE * height, cv2.CC_STAT_AREA]).sum() for each in middle]
        own = np.abs(middle - middle[int(np.argmax(mass))]) <= BESIDE * height
        low, high = stats[own, :2].min(axis=0), (stats[own, :2] + stats[own, 2:4]).max(axis=0)
        places.append(np.concatenate([low - ROOM * height, high + ROOM * height]))
        stats, middle = stats[~own], middle[~own]
    return np.array(places)


def _find(framed: Framed) -> Row | None:
    """The row that has the most ink, in the box where there is one."""
    gray, back, inside, cell = framed
    for _ in range(2):
        page = shrink(gray, round(max(gray.shape) * min(1, np.sqrt(PAGE / gray.size))))
        factor = max(gray.shape) / max(page.shape)
        darkness, levels, _ = contrast(page, min(page.shape))
        if not levels:
            return None
        level = levels[0]
        if inside is not None:
            darkness = _within(darkness, inside / factor)
        turn = _slope(_ink(darkness, level))
        to_level = _turned(page.shape, turn, 1.0)
        darkness = _seen(darkness, to_level)
        seen = _measure(_ink(darkness, level))
        if seen is None:
            return None
        height, box = seen
        if factor == 1 or height >= FEWEST:
            break
        # Too small to be read at this size: look closer at where it is.
        x0, y0, x1, y1 = _around(box, 2 * height, _back(to_level, factor), gray.shape)
        gray = gray[y0:y1, x0:x1]
        inside = None if inside is None else inside - [x0, y0, x0, y0]
        back = back @ _shifted(x0, y0)
    back = back @ _back(to_level, factor)
    for _ in range(2):
        scale = 1.0 if FEWEST <= height <= MOST else min(DIGIT / height, ZOOM)
        to_size = _turned(darkness.shape, 0.0, scale)
        seen = _seen(darkness, to_size)
        ink, faint = _ink(seen, level), _ink(seen, round(FAINT * level))
        lowest = scale * (height if inside is None else min(height, FILLED * (inside[3] - inside[1]) / factor))
        narrowest = scale * cell / factor if cell else np.inf
        pieces, found = _pieces(without_lines(ink, faint, lowest, narrowest), height * scale)
        if not pieces:
            return None
        if 1 / MISTAKEN <= found / (height * scale) <= MISTAKEN:
            break
        height = found / scale  # lines had passed for digits
    return Row(pieces, found, back @ _back(to_size, 1.0))


def _within(darkness: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The same, (H, W) uint8, and nothing but paper outside of a box of x0, y0, x1, y1 px."""
    x0, y0, x1, y1 = np.round(inside).clip(0).astype(int).tolist()
    within = np.zeros_like(darkness)
    within[y0:y1, x0:x1] = darkness[y0:y1, x0:x1]
    return within


def _ink(darkness: np.ndarray, level: int) -> np.ndarray:
    return np.where(darkness > level, 255, 0).astype(np.uint8)


def _measure(ink: np.ndarray) -> tuple[float, tuple[int, int, int, int]] | None:
    """About how high digits are, and where ink is: (H, W) uint8 -> px, box; None where it is no writing."""
    lines, _ = straight(ink, LONG * ink.shape[1], THIN * ink.shape[0])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = 1 + np.flatnonzero(_are_boxes(stats[1:], lines))
    if 0 < len(boxes) < len(stats) - 1:
        lines |= np.isin(labels, boxes)
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.where(lines, 0, ink).astype(np.uint8), connectivity=8)
    stats = stats[1:]
    if count < 2 or cv2.countNonZero(ink) > INK_MOST * ink.size:
        return None
    longest = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    stats = stats[longest >= 0.1 * np.partition(longest, -min(3, len(longest)))[-min(3, len(longest))]]
    if len(stats) > MOST_PARTS:
        return None
    height = _ordinary(*stats[:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, cv2.CC_STAT_AREA]].T)
    low = stats[:, :2].min(axis=0)
    high = (stats[:, :2] + stats[:, 2:4]).max(axis=0)
    return height, (*low.tolist(), *high.tolist())


def _are_boxes(stats: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Which parts are boxes or grids: with a level line at the top and one at the foot. OpenCV's stats -> (n,) bool."""
    found = np.zeros(len(stats), bool)
    for k in np.argsort(-stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT])[:MOST_BOXES]:
        x, y, wide, tall, _ = stats[k].tolist()
        band = max(3, tall // 8)
        ends = lines[y : y + band, x : x + wide], lines[y + tall - band : y + tall, x : x + wide]
        found[k] = tall > 2 * band and all(end.any(axis=0).mean() > 0.8 for end in ends)
    return found


def _ordinary(heights: np.ndarray, widths: np.ndarray, areas: np.ndarray) -> float:
    """How high an ordinary digit is: (n,) px, (n,) px, (n,) px of ink -> px.

    Half of the ink is in parts that are higher. Where most are zeros, which are small in Persian, the few high ones
    tell it, unless they are a box's dividers: thin and of one height.
    """
    usual, high = _weighted_median(heights, areas), _weighted_median(heights, heights.astype(float) ** 3)
    dividers = (widths <= DIVIDER * heights) & (np.abs(heights - high) <= EVEN * high)
    return high if high > ZEROS * usual and dividers.sum() < DIVIDERS else usual


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _slope(ink: np.ndarray) -> float:
    """By how many degrees a row falls to the right: (H, W) uint8 -> -10 to 10, 0 where it can't be told.

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


class View(NamedTuple):
    """A page turned and scaled: what takes a place on the page there, (2, 3), and the size there: width, height."""

    matrix: np.ndarray
    size: tuple[int, int]


def _turned(shape: tuple[int, int], turn: float, scale: float) -> View | None:
    """The view that turns a page of (height, width) by some degrees and scales it whole; None for no change."""
    if abs(turn) < LEVEL and scale == 1:
        return None
    tall, wide = shape
    matrix = cv2.getRotationMatrix2D((wide / 2, tall / 2), turn if abs(turn) >= LEVEL else 0.0, scale)
    size = np.ceil(np.abs(matrix[:, :2]) @ np.array([wide, tall]))
    matrix[:, 2] += (size - [wide, tall]) / 2
    return View(matrix, tuple(size.astype(int).tolist()))


def _seen(darkness: np.ndarray, view: View | None) -> np.ndarray:
    if view is None:
        return darkness
    return cv2.warpAffine(darkness, view.matrix, view.size, flags=cv2.INTER_LINEAR, borderValue=0)


def _back(view: View | None, factor: float) -> np.ndarray:
    """From a view of a page that was shrunk by a factor to the page as it came: (3, 3)."""
    back = np.eye(3)
    if view is not None:
        back[:2] = cv2.invertAffineTransform(view.matrix)
    return np.diag([factor, factor, 1.0]) @ back


def _shifted(x0: int, y0: int) -> np.ndarray:
    """From a part of a page whose corner is at (x0, y0) to the page: (3, 3)."""
    return np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]])


def _around(box: tuple, room: float, back: np.ndarray, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box around a box of a view, with some room, on the page of (height, width) as it came: x0, y0, x1, y1."""
    x0, y0, x1, y1 = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    placed = (back @ np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]]))[:2]
    low = np.clip(np.floor(placed.min(axis=1)), 0, np.array(shape[::-1]) - 1)
    high = np.clip(np.ceil(placed.max(axis=1)), low + 1, shape[::-1])
    return (*low.astype(int).tolist(), *high.astype(int).tolist())


def _pieces(ink: np.ndarray, height: float) -> tuple[list[Piece], float]:
    """The pieces of the row that holds the most ink, from left to right, and the height of its ordinary digits."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1)
    _, _, wide, tall, area = stats.T
    kept = area >= (SPECK * height) ** 2
    kept[0] = False
    kept &= ~_edge(stats, ink.shape, height)
    if not kept.any() or kept.sum() > MOST_PARTS:
        return [], height
    height = _ordinary(tall[kept], wide[kept], area[kept])
    kept &= area >= (SPECK * height) ** 2
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    mass = np.zeros(ink.shape[0])
    np.add.at(mass, middle[kept].astype(int), area[kept])
    reach = max(1, round(2 * BESIDE * height)) | 1
    near = cv2.blur(mass[:, None], (1, reach), borderType=cv2.BORDER_CONSTANT)[:, 0]
    peak = float(np.flatnonzero(near >= near.max() * (1 - 1e-9)).mean())
    kept &= np.abs(middle - peak) <= BESIDE * height
    if not kept.any():
        return [], height
    height = _ordinary(tall[kept], wide[kept], area[kept])
    line = float(np.average(middle[kept], weights=area[kept]))
    pieces = []
    for k in np.flatnonzero(kept):
        x0, y0, x1, y1 = boxes[k].tolist()
        part = np.where(labels[y0:y1, x0:x1] == k, 255, 0).astype(np.uint8)
        pieces.append(Piece((x0, y0, x1, y1), part, _mark(part, (y0 + y1) / 2 - line, y1 - line, height)))
    plain = [piece.ink for piece in pieces if not piece.mark]
    if plain:  # slashes had passed for digits
        sizes = np.array([[*ink.shape, cv2.countNonZero(ink)] for ink in plain])
        height = _ordinary(*sizes.T)
    low = [piece.mark == "/" and len(piece.ink) < SLASH * height for piece in pieces]
    pieces = [piece._replace(mark=None) if short else piece for piece, short in zip(pieces, low, strict=True)]
    pieces = [piece._replace(mark=None) if piece.mark and _broken(piece, pieces, height) else piece for piece in pieces]
    pieces = _swept(_alike(pieces, height), line, height)
    return sorted(pieces, key=lambda piece: piece.box[0] + piece.box[2]), height


def _alike(pieces: list[Piece], height: float) -> list[Piece]:
    """Take what is as large and as low as some marks for one more of them: a hand writes them alike."""
    for mark in {piece.mark for piece in pieces if piece.mark}:
        boxes = np.array([piece.box for piece in pieces if piece.mark == mark])
        if len(boxes) < FEWEST_ALIKE[mark == "/"]:
            continue
        middle, sides = np.median(boxes[:, 1] + boxes[:, 3]) / 2, np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
        for k, piece in enumerate(pieces):
            x0, y0, x1, y1 = piece.box
            low = abs((y0 + y1) / 2 - middle) <= ALIKE[0] * height
            large = np.abs(np.array([x1 - x0, y1 - y0]) - sides).max() <= ALIKE[1] * height
            if not piece.mark and low and large and (mark != "/" or _leans(piece.ink)):
                pieces[k] = piece._replace(mark=mark)
    return pieces


def _swept(pieces: list[Piece], line: float, height: float) -> list[Piece]:
    """Add what is too small for a sign to the piece that it lies close to, or else drop it."""
    dust = [piece for piece in pieces if not piece.mark and _is_dust(piece, line, height)]
    kept = [piece for piece in pieces if piece.mark or not _is_dust(piece, line, height)]
    for grain in dust:
        away = [_away(grain.box, piece.box) if not piece.mark else np.inf for piece in kept]
        if min(away, default=np.inf) <= CLOSE * height:
            nearest = int(np.argmin(away))
            kept[nearest] = join([kept[nearest], grain])
    return kept


def _away(one: tuple, other: tuple) -> float:
    """How far two boxes are apart: px."""
    across = max(one[0] - other[2], other[0] - one[2], 0)
    return float(np.hypot(across, max(one[1] - other[3], other[1] - one[3], 0)))


def _is_dust(piece: Piece, line: float, height: float) -> bool:
    """Whether a piece is too small for a digit; near the row's middle line, where it can be a ۰, less is enough."""
    _, y0, _, y1 = piece.box
    near = abs((y0 + y1) / 2 - line) <= 0.25 * height
    return max(piece.ink.shape) < SMALLEST[near] * height


def _broken(piece: Piece, pieces: list[Piece], height: float) -> bool:
    """Whether a piece lies close over or under another: it is then a part of a broken digit and no mark between two."""
    x0, y0, x1, y1 = piece.box
    for other in pieces:
        left, top, right, _ = other.box
        shared = min(x1, right) - max(x0, left)
        if other is piece or shared <= (x1 - x0) / 2:
            continue
        rows = np.flatnonzero(other.ink[:, max(x0, left) - left : min(x1, right) - left].any(axis=1)) + top
        if len(rows) and max(rows[0] - y1, y0 - rows[-1] - 1) < TORN * height:
            return True
    return False


def _edge(stats: np.ndarray, shape: tuple[int, int], height: float) -> np.ndarray:
    """Which parts are the edge of the paper or a shadow: what lies along a border, longer than digits are high."""
    left, top, width, tall = (stats[:, k] for k in range(4))
    sides = (left == 0) | (left + width == shape[1])
    ends = (top == 0) | (top + tall == shape[0])
    return (sides & (tall >= RULE * height)) | (ends & (width >= RULE * height) & (tall <= height / 2))


def _mark(ink: np.ndarray, low: float, foot: float, height: float) -> str | None:
    """Which mark a piece is: its ink, its middle and its foot below the row's middle, px -> the mark, or None."""
    tall, wide = (side / height for side in ink.shape)
    low, foot = low / height, foot / height
    filled = float((ink > 0).mean())
    if max(tall, wide) <= DOT and low > 0.22:
        return "."
    if tall <= COMMA and wide <= 0.9 * tall and low > 0.3 and foot > 0.5:
        return ","
    if DASH[0] <= wide <= DASH[1] and tall <= DASH[2] and wide >= 2 * tall and filled > 0.55 and abs(low) < 0.25:
        return "-"
    if tall >= 0.85 * SLASH and 0.2 <= wide / tall <= 0.9 and filled < 0.4 and _leans(ink):
        return "/"
    return None


def _leans(ink: np.ndarray) -> bool:
    """Whether ink is one straight stroke from the upper right to the lower left: (h, w) uint8 -> bool."""
    y, x = np.nonzero(ink)
    slope, start = np.polyfit(y, x, 1)
    away = np.abs(x - slope * y - start)
    pen = (ink > 0).sum(axis=1).mean()
    return slope < -0.25 and away.max() <= 0.8 * pen


def gap(one: Piece, other: Piece) -> float:
    """How much paper is between two pieces where they are nearest: px."""
    (here, there) = (_outline(piece) for piece in (one, other))
    return float(np.sqrt(((here[:, None] - there[None]) ** 2).sum(axis=2).min()))


def _outline(piece: Piece) -> np.ndarray:
    """Points along a piece's border on the row's picture: -> (n, 2) float32, at most some 150."""
    contours, _ = cv2.findContours(piece.ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate(contours)[:, 0]
    return (points[:: max(1, len(points) // 150)] + np.array(piece.box[:2])).astype(np.float32)


def join(pieces: list[Piece]) -> Piece:
    """Several pieces as one."""
    if len(pieces) == 1:
        return pieces[0]
    boxes = np.array([piece.box for piece in pieces])
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    ink = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for piece in pieces:
        left, top, right, bottom = piece.box
        place = ink[top - y0 : bottom - y0, left - x0 : right - x0]
        np.maximum(place, piece.ink, out=place)
    return Piece((x0, y0, x1, y1), ink, None, pieces[0].seam)


def picture(piece: Piece) -> np.ndarray:
    """A piece on a sheet of its own: -> (H, W) uint8, 0 ink, 255 paper."""
    margin = 2 + max(piece.ink.shape) // 6
    return 255 - np.pad(piece.ink, margin)
