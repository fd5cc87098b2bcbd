"""A row's ink -> its pieces from left to right: digits, or what may be parts of them, and the marks between."""

from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.cells import runs, standing
from hwr.imaging.lines import RULE

ZEROS = 1.5  # times as high as half of the ink are digits where that ink is of zeros
DIVIDER, EVEN, DIVIDERS = 0.15, 0.04, 3  # of its height is a divider wide; so alike are their heights; that many
TAP = 0.85  # of the pen's width: a tap of the pen is no smaller
MOST_PARTS = 600  # a page of more pieces holds no number but grain or a text
MOST_POINTS = 300  # along a piece's border tell how far it is from another

# All in heights of an ordinary digit:
HAIR = 0.03  # the side of a dot of the thinnest pen
SPECK = 0.055  # the side of a square of ink that is dust
MIDDLE = 0.25  # so near the row's middle line is what stands on it
SMALLEST = 0.25, 0.12  # a piece whose longer side is shorter is no digit; the second near the row's middle line
DOTS, TINY, EVENLY = 3, 0.06, 0.4  # zeros as dots: so many at least, so large, of sizes alike to so many nats
NEXT = 1.0  # a tap that is farther from the next sign is dust
CLOSE, TICK = 0.12, 0.15  # and is a part of what it lies so close to; where it is as thick as the pen, so close
TORN = 0.35  # a mark that lies closer above or below other ink is a part of it
BESIDE, OUT = 0.75, 1.0  # a piece whose middle is farther from the row's middle line is another row's, and so is one
# that is farther from where most of the row stands
SCRAP = 0.4  # what the picture's edge ends is another row's where all of it is farther from there
MARGIN, SLENDER = 1.4, 0.35  # a line that the edge ends is higher than digits, and so much as wide as that at most
DOT, COMMA = 0.24, 0.5  # the longest side of a dot, the height of a comma
DASH = (0.2, 1.0, 0.3)  # a dash's shortest and longest, and its height
ALIKE = (0.16, 0.1)  # the difference in place and in size of two marks of one kind
FEWEST_ALIKE = 2, 1  # so many have to be there; of slashes, which no digit is as large as, one will do
SLASH = 1.15  # a slash is higher than digits

OVER = 0.3  # of the narrower one's width lies over or under the other
SMALLEST_BOX, BOXY = 12, 0.7  # px: a box has sides no shorter; of its height it is no narrower
OUTLINE, STRAIGHT = 0.06, 0.85  # of a side: what is so near its edge is along it; so much of it is ink
LEAST_LEAN, SLASHED = 0.1, 0.25  # px for each px down: a slash leans so much at least; so much most do


class Piece(NamedTuple):
    """Connected ink, or what a cut leaves of it.

    box: x0, y0, x1, y1 on the row's picture; ink: (h, w) uint8, 255 ink; mark: "." "," "-" "/" or None for (part of)
    a digit; seam: the length of ink that the cut at its left goes through, in heights of a digit, 0 where none is; tap:
    whether it is no more than a dot of the pen, alone: a zero, or a decimal point.
    """

    box: tuple[int, int, int, int]
    ink: np.ndarray
    mark: str | None = None
    seam: float = 0.0
    tap: bool = False


class Row(NamedTuple):
    """A number's ink in a row.

    pieces: from left to right.
    height: of an ordinary digit, in px of the row's picture.
    back: (3, 3) float64, from the row's picture to the picture that came, in perspective.
    cells: (n, 2) int, px, from where to where each cell is, where all is in a box of cells; else None.
    """

    pieces: list[Piece]
    height: float
    back: np.ndarray
    cells: np.ndarray | None = None

    def place(self, box: tuple[int, int, int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
        """A box on the row's picture -> x0, y0, x1, y1 around it on the picture that came, of (height, width)."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]])
        placed = self.back @ corners
        placed = placed[:2] / placed[2]
        low, high = np.floor(placed.min(axis=1)), np.ceil(placed.max(axis=1))
        return tuple(np.clip(np.concatenate([low, high]), 0, [*shape[::-1]] * 2).astype(int).tolist())


def pieces(ink: np.ndarray, height: float, cells: np.ndarray | None = None) -> tuple[list[Piece], float]:
    """The pieces of the row that holds the most ink: (H, W) uint8, 255 ink -> from left to right, and the height of its
    ordinary digits, px.

    height: px, about so high they have to be; cells: (n, 2) px, from - to: in these are no marks.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept, tap = _in_the_row(labels, stats, height)
    if not kept.any():
        return [], height
    boxes = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1)
    height = ordinary_of(stats[kept])
    line = float(np.average(middles(stats[kept]), weights=stats[kept, cv2.CC_STAT_AREA]))
    row = []
    for k in np.flatnonzero(kept):
        x0, y0, x1, y1 = boxes[k].tolist()
        part = np.where(labels[y0:y1, x0:x1] == k, 255, 0).astype(np.uint8)
        celled = cells is not None and standing(np.array([(x0 + x1) / 2]), cells)[0] >= 0
        mark = None if celled else _mark(part, (y0 + y1) / 2 - line, y1 - line, height)
        row.append(Piece((x0, y0, x1, y1), part, mark))
    plain = [piece.ink for piece in row if not piece.mark]
    if plain:  # slashes had passed for digits
        sizes = np.array([[*ink.shape, cv2.countNonZero(ink)] for ink in plain])
        height = ordinary(*sizes.T)
    low = [piece.mark == "/" and len(piece.ink) < SLASH * height for piece in row]
    row = [piece._replace(mark=None) if short else piece for piece, short in zip(row, low, strict=True)]
    row = [piece._replace(mark=None) if piece.mark and _broken(piece, row, height) else piece for piece in row]
    row = _swept(_alike(row, height), line, height, tap)
    return sorted(row, key=lambda piece: piece.box[0] + piece.box[2]), height


def _in_the_row(labels: np.ndarray, stats: np.ndarray, height: float) -> tuple[np.ndarray, float]:
    """Which of OpenCV's parts are in the row that holds the most ink, dust apart: -> (n,) bool, none where that is no
    writing; and the least side of a dot of its pen, px."""
    area = stats[:, cv2.CC_STAT_AREA]
    kept = ~_edge(stats, labels.shape, height)
    kept[0] = False
    large = kept & (area >= (SPECK * height) ** 2)
    if not large.any() or large.sum() > MOST_PARTS:
        return np.zeros_like(kept), 0.0
    height = ordinary_of(stats[large])
    tap = max(TAP * _pen(labels, large), HAIR * height)
    kept &= area >= min(SPECK * height, tap) ** 2
    if kept.sum() > MOST_PARTS:
        kept = large
    down = middles(stats)
    mass = np.zeros(len(labels))
    np.add.at(mass, down[kept].astype(int), area[kept])
    reach = max(1, round(2 * BESIDE * height)) | 1
    near = cv2.blur(mass[:, None], (1, reach), borderType=cv2.BORDER_CONSTANT)[:, 0]
    first, after = runs(near >= near.max() * (1 - 1e-9))[0]  # of two rows with as much ink the upper one
    near = kept & (np.abs(down - (first + after - 1) / 2) <= BESIDE * height)
    if not near.any():
        return near, tap
    away = np.abs(down - weighted_median(down[near], area[near]))
    # Of the rows above and below:
    scraps = _ended(stats, len(labels)) & (away >= SCRAP * height + stats[:, cv2.CC_STAT_HEIGHT] / 2)
    return ((near & (away <= OUT * height)) | (kept & (away <= BESIDE * height))) & ~scraps, tap


def middles(stats: np.ndarray) -> np.ndarray:
    """How far down the middles of OpenCV's parts are: -> (n,) px."""
    return stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] / 2


def ordinary_of(stats: np.ndarray) -> float:
    """How high an ordinary digit is of OpenCV's parts: px."""
    return ordinary(*stats[:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, cv2.CC_STAT_AREA]].T)


def ordinary(heights: np.ndarray, widths: np.ndarray, areas: np.ndarray) -> float:
    """How high an ordinary digit is: (n,) px, (n,) px, (n,) px of ink -> px.

    Half of the ink is in parts that are higher. Where most are zeros, which are small in Persian, the few high ones
    tell it, unless they are a box's dividers: thin and of one height.
    """
    usual, high = weighted_median(heights, areas), weighted_median(heights, heights.astype(float) ** 3)
    dividers = (widths <= DIVIDER * heights) & (np.abs(heights - high) <= EVEN * high)
    return high if high > ZEROS * usual and dividers.sum() < DIVIDERS else usual


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The value that half of the weight lies up to: (n,), (n,) -> one of the values."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _alike(pieces: list[Piece], height: float) -> list[Piece]:
    """Take what is as large and as low as some marks for one more of them: a hand writes them alike."""
    for mark in sorted({piece.mark for piece in pieces if piece.mark}):
        boxes = np.array([piece.box for piece in pieces if piece.mark == mark])
        if len(boxes) < FEWEST_ALIKE[mark == "/"]:
            continue
        middle, sides = np.median(boxes[:, 1] + boxes[:, 3]) / 2, np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
        for k, piece in enumerate(pieces):
            x0, y0, x1, y1 = piece.box
            low = abs((y0 + y1) / 2 - middle) <= ALIKE[0] * height
            large = np.abs(np.array([x1 - x0, y1 - y0]) - sides).max() <= ALIKE[1] * height
            if not piece.mark and low and large and (mark != "/" or leans(piece.ink, SLASHED)):
                pieces[k] = piece._replace(mark=mark)
    return pieces


def _swept(pieces: list[Piece], line: float, height: float, tap: float) -> list[Piece]:
    """Add what is too small for a sign to the piece that it lies close to, or else drop it.

    tap: px, the least side of a dot of the pen: where it stands alone in the middle of the row, it is a zero.
    """
    taps = _are_taps(pieces, line, height, tap)
    pieces = [piece._replace(tap=bool(alone)) for piece, alone in zip(pieces, taps, strict=True)]
    signs = taps | _are_dots_in_a_row(pieces, height) | np.array([piece.mark is not None for piece in pieces], bool)
    dust = [piece for piece, sign in zip(pieces, signs, strict=True) if not sign and _is_dust(piece, line, height)]
    kept = [piece for piece, sign in zip(pieces, signs, strict=True) if sign or not _is_dust(piece, line, height)]
    # The nearest first: of two ticks beside a stroke, which are a ۳, the second lies close to the first alone.
    for grain in sorted(dust, key=lambda grain: min(_aways(grain, kept), default=np.inf)):
        away = _aways(grain, kept)
        reach = TICK if min(grain.ink.shape) >= tap else CLOSE
        if min(away, default=np.inf) <= reach * height:
            nearest = int(np.argmin(away))
            kept[nearest] = join([kept[nearest], grain])
    return kept


def _aways(grain: Piece, pieces: list[Piece]) -> list[float]:
    """How far a grain is from each piece: px; infinitely from a mark."""
    return [np.inf if piece.mark else _away(grain.box, piece.box) for piece in pieces]


def _are_dots_in_a_row(pieces: list[Piece], height: float) -> np.ndarray:
    """Which pieces are small, but so alike and so well in line that they are zeros written as dots: -> (n,) bool."""
    boxes = np.array([piece.box for piece in pieces], float).reshape(-1, 4)
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    small = np.array([not piece.mark for piece in pieces], bool) & (sides <= SMALLEST[0] * height)
    x, y = (boxes[:, :2] + boxes[:, 2:]).T / 2
    if small.sum() < DOTS or np.ptp(x[small]) < height / 2:
        return np.zeros(len(pieces), bool)
    away = y - np.polyval(np.polyfit(x[small], y[small], 1), x)
    usual = np.median(sides[small])
    even = (np.abs(away[small]) <= ALIKE[1] * height).all() and (np.abs(np.log(sides[small] / usual)) <= EVENLY).all()
    return small if even and usual >= TINY * height else np.zeros(len(pieces), bool)


def _are_taps(pieces: list[Piece], line: float, height: float, tap: float) -> np.ndarray:
    """Which pieces are dots of the pen near the row's middle line, or points below it, with paper on both sides, and
    smaller than signs are elsewhere: -> (n,) bool."""
    boxes = np.array([piece.box for piece in pieces], float).reshape(-1, 4)
    sides = boxes[:, 2:] - boxes[:, :2]
    points = np.array([piece.mark == "." for piece in pieces], bool)
    small = np.where(points, sides.min(axis=1), sides.max(axis=1)) < SMALLEST[1] * height
    dots = small & (sides.min(axis=1) >= tap)
    dots &= points | (np.abs((boxes[:, 1] + boxes[:, 3]) / 2 - line) <= MIDDLE * height)
    across = np.maximum(boxes[:, None, 0], boxes[None, :, 0]) - np.minimum(boxes[:, None, 2], boxes[None, :, 2])
    np.fill_diagonal(across, np.inf)
    dots &= across.min(axis=1, initial=np.inf) > CLOSE * height
    signs, near = sides.max(axis=1) >= SMALLEST[0] * height, across <= NEXT * height
    while (more := dots & ~signs & (near & signs).any(axis=1)).any():  # from a digit on, one dot after another
        signs |= more
    return dots & signs


def _pen(labels: np.ndarray, parts: np.ndarray) -> float:
    """How wide the strokes of some parts are on average: (H, W) int, (n,) bool -> px."""
    ink = parts[labels].astype(np.uint8)
    outlines, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return 2 * cv2.countNonZero(ink) / max(1.0, sum(cv2.arcLength(outline, True) for outline in outlines))


def _away(one: tuple, other: tuple) -> float:
    """How far two boxes are apart: px."""
    across = max(one[0] - other[2], other[0] - one[2], 0)
    return float(np.hypot(across, max(one[1] - other[3], other[1] - one[3], 0)))


def _is_dust(piece: Piece, line: float, height: float) -> bool:
    """Whether a piece is too small for a digit; near the row's middle line, where it can be a ۰, less is enough."""
    _, y0, _, y1 = piece.box
    near = abs((y0 + y1) / 2 - line) <= MIDDLE * height
    return max(piece.ink.shape) < SMALLEST[near] * height


def _broken(piece: Piece, pieces: list[Piece], height: float) -> bool:
    """Whether a piece lies close over or under another: it is then a part of a broken digit and no mark between two."""
    x0, y0, x1, y1 = piece.box
    for other in pieces:
        left, top, right, _ = other.box
        if other is piece or shared(piece, other) <= (x1 - x0) / 2:
            continue
        rows = np.flatnonzero(other.ink[:, max(x0, left) - left : min(x1, right) - left].any(axis=1)) + top
        if len(rows) and max(rows[0] - y1, y0 - rows[-1] - 1) < TORN * height:
            return True
    return False


def _edge(stats: np.ndarray, shape: tuple[int, int], height: float) -> np.ndarray:
    """Which parts are the edge of the paper, a shadow or a margin's line: what lies along a border, longer than digits
    are high, or goes there, upright and higher."""
    left, _, width, tall = (stats[:, k] for k in range(4))
    sides = (left == 0) | (left + width == shape[1])
    ends = _ended(stats, shape[0])
    margin = ends & (tall >= MARGIN * height) & (width <= SLENDER * tall)
    return (sides & (tall >= RULE * height)) | (ends & (width >= RULE * height) & (tall <= height / 2)) | margin


def _ended(stats: np.ndarray, height: int) -> np.ndarray:
    """Which of OpenCV's parts the upper or the lower edge of a picture so many px high ends: -> (n,) bool."""
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    return (top == 0) | (top + tall == height)


def _mark(ink: np.ndarray, low: float, foot: float, height: float) -> str | None:
    """Which mark a piece is: its ink, its middle and its foot below the row's middle, px -> the mark, or None."""
    tall, wide = (side / height for side in ink.shape)
    low, foot = low / height, foot / height
    filled = float((ink > 0).mean())
    if max(tall, wide) <= DOT and low > 0.22:
        return "."
    if tall <= COMMA and wide <= 0.9 * tall and low > 0.3 and foot > 0.5:
        return ","
    if DASH[0] <= wide <= DASH[1] and tall <= DASH[2] and wide >= 2 * tall and filled > 0.4 and abs(low) < 0.25:
        return "-"
    if tall >= 0.85 * SLASH and 0.2 <= wide / tall <= 0.9 and filled < 0.4 and leans(ink, SLASHED):
        return "/"
    return None


def leans(ink: np.ndarray, least: float = LEAST_LEAN) -> bool:
    """Whether ink is one straight stroke from the upper right to the lower left: (h, w) uint8 -> bool.

    least: px that it leans for each px down. What is wider than high does not count.
    """
    if ink.shape[1] > len(ink) or len(ink) < 2:
        return False
    lean, away = _lean(ink)
    pen = (ink > 0).sum(axis=1).mean()
    return bool(lean > least and away <= 0.8 * pen)


def is_upright(slash: Piece, height: float) -> bool:
    """Whether a slash is as a 1 is: hardly higher than digits, px, and leaning little."""
    return 1 < len(slash.ink) < SLASH * height and _lean(slash.ink)[0] <= SLASHED


def _lean(ink: np.ndarray) -> tuple[float, float]:
    """How many px to the left a stroke goes for each px down, and by how many it leaves the straight way at most:
    (h, w) uint8, two rows at least."""
    y, x = np.nonzero(ink)
    slope, start = np.polyfit(y, x, 1)
    return -float(slope), float(np.abs(x - slope * y - start).max())


def is_box(ink: np.ndarray) -> bool:
    """Whether ink is the outline of an empty box: (h, w) uint8 -> bool. A handwritten zero is round, or narrower."""
    tall, wide = ink.shape
    if min(tall, wide) < SMALLEST_BOX or wide < BOXY * tall:
        return False
    low, broad = (max(2, round(OUTLINE * side)) for side in ink.shape)
    level = [side.any(axis=0)[wide // 20 : -wide // 20] for side in (ink[:low], ink[-low:])]
    upright = [side.any(axis=1)[tall // 20 : -tall // 20] for side in (ink[:, :broad], ink[:, -broad:])]
    within = ink[tall // 4 : -tall // 4, wide // 4 : -wide // 4]
    return bool(min(side.mean() for side in level + upright) >= STRAIGHT and not within.any())


def shared(one: Piece, other: Piece) -> int:
    """How much of two pieces' width lies over or under the other: px, less than 0 for the paper between them."""
    return min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])


def covers(one: Piece, other: Piece) -> bool:
    """Whether a good part of the narrower one's width lies over or under the other."""
    return shared(one, other) > OVER * min(one.box[2] - one.box[0], other.box[2] - other.box[0])


def gap(one: Piece, other: Piece) -> float:
    """How much paper is between two pieces where they are nearest: px."""
    (here, there) = (_outline(piece) for piece in (one, other))
    return float(np.sqrt(((here[:, None] - there[None]) ** 2).sum(axis=2).min()))


def _outline(piece: Piece) -> np.ndarray:
    """Points along a piece's border on the row's picture: -> (n, 2) float32, MOST_POINTS at most."""
    contours, _ = cv2.findContours(piece.ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate(contours)[:, 0]
    return (points[:: -(-len(points) // MOST_POINTS)] + np.array(piece.box[:2])).astype(np.float32)


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
