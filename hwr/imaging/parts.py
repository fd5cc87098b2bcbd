"""Which parts of a picture's ink are the digit, and which are dust, the paper's edge, or a printed box."""

import cv2
import numpy as np

from hwr.imaging.rules import without_rules

SMALL = 64  # px: a picture this small has no room for shading, only for a digit
SPECK = 1 / 40  # of the largest part's area: a smaller part is dust
NEAR = 0.6  # of the digit's size: a part farther away belongs to something else
LIKE = 0.5  # of the digit's size: so large a thing beside it, away from the borders, is another one
INNER = 0.08  # of the picture's shorter side: a part this large that touches no border can be the digit
CONTACT = 0.25  # of a border: what lies along so much of it is the edge of the paper, not a digit
MOST_OF_A_DIGIT = 12  # a digit broken into more pieces is no digit but grain
HOLES, SOLID = 100, 0.85  # in ink are more holes, its outline fills more of its box: noise; no digit of chalk has both

# A printed box:
CLOSED = 0.94  # of the area within its four sides is within its outline
HOLLOW = 0.4  # of it is ink at most
FRAME = 0.25  # of what is around a single digit: more is a zero with corners
SHARP, EMPTY = 0.975, 0.15  # the same of a box in which nothing is: a zero has rounder corners, or more ink
WITHIN = 0.15  # of its height: the digit in it is at least as high
MOST_FRAMES = 3  # of the largest parts are looked at

# The sides of a box:
TRIED = 16  # points of a side, through which lines are tried
ON = 1.0  # px off a line at most is what lies on it
STRAIGHT = 0.25  # of a side's points lie on one line
TIMES = 3  # each point is given to the nearest side anew, once the sides are better known
OUT = 2.0  # px: corners that far from the hull's are moved by what stands across a side


def drop_specks(ink: np.ndarray) -> np.ndarray:
    """Keep the parts of one digit and drop dust: (H, W) uint8 -> (H, W) uint8, 0 paper, 255 ink.

    A printed box around it is dropped, too, and ruled lines across it. All zeros where the ink is scattered over more
    parts than any digit has, or is noise.
    All parts where one is nearly as large as the digit but far from it: the picture is of no single digit, and the
    network is to see that.
    """
    digit = _parts_of_a_digit(ink)
    return np.zeros_like(ink) if _is_noise(digit) else digit


def _is_noise(ink: np.ndarray) -> bool:
    """Whether ink, (H, W) uint8, is one piece of noise: full of holes, and all over its box."""
    x, y, width, height = cv2.boundingRect(ink)
    paper = np.pad(ink[y : y + height, x : x + width] == 0, 1, constant_values=True).astype(np.uint8)
    count, labels = cv2.connectedComponents(paper, connectivity=4)
    holes = count - 2  # what is no paper, and what is around the ink, are counted, too
    return holes > HOLES and (labels[1:-1, 1:-1] != labels[0, 0]).mean() > SOLID


def _parts_of_a_digit(ink: np.ndarray) -> np.ndarray:
    """Keep a digit's parts, as in `drop_specks`."""
    if min(ink.shape) > SMALL:
        ink = without_rules(ink)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count <= 2:
        return np.zeros_like(ink) if count == 2 and _is_box(ink, *stats[1].tolist()) else ink
    areas = stats[1:, cv2.CC_STAT_AREA].copy()
    areas[_edges(labels, stats[1:])] = 0
    areas[_around(labels, stats[1:], areas)] = 0
    boxes = stats[1:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]  # x0, y0, x1, y1
    main = int(areas.argmax())
    large = areas >= max(2, SPECK * areas[main])
    if large.sum() > MOST_OF_A_DIGIT:
        return np.zeros_like(ink)
    kept = np.zeros(count - 1, bool)
    kept[main] = True
    # Parts join the digit one after another, the nearest first: a broken stroke is a chain.
    for _ in range(int(large.sum()) - 1):
        x0, y0 = boxes[kept, :2].min(0)
        x1, y1 = boxes[kept, 2:].max(0)
        reach = NEAR * max(x1 - x0, y1 - y0)
        gap = np.maximum(np.maximum(x0 - boxes[:, 2], boxes[:, 0] - x1), np.maximum(y0 - boxes[:, 3], boxes[:, 1] - y1))
        gap[kept | ~large] = np.inf
        nearest = int(gap.argmin())
        if gap[nearest] > reach:
            break
        kept[nearest] = True
    if max(ink.shape) > SMALL:
        size = (boxes[kept, 2:].max(0) - boxes[kept, :2].min(0)).max()
        inside = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, 2:] < ink.shape[::-1]).all(axis=1)
        beside = large & ~kept & inside & ((boxes[:, 2:] - boxes[:, :2]).max(axis=1) >= LIKE * size)
        if beside.any() and size >= INNER * min(ink.shape):
            kept = large
    return np.where(np.concatenate([[False], kept])[labels], 255, 0).astype(np.uint8)


def _edges(labels: np.ndarray, stats: np.ndarray) -> np.ndarray:
    """Which parts are the edge of the paper, a shadow or a ruled line beside a digit: -> (parts,) bool.

    labels: (H, W) int, 0 paper, part + 1 elsewhere; stats: OpenCV's, a row a part.
    """
    height, width = labels.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    touching = np.stack([left == 0, right == width, top == 0, bottom == height])
    longer = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    if not (~touching.any(axis=0) & (longer >= INNER * min(height, width))).any():
        return np.zeros(len(stats), bool)  # all that there is reaches the border: a tight crop
    across = (touching[0] & touching[1]) | (touching[2] & touching[3])
    borders = (labels[:, 0], labels[:, -1], labels[0], labels[-1])
    contact = [np.bincount(line, minlength=len(stats) + 1)[1:] / len(line) for line in borders]
    return across | (np.max(contact, axis=0) >= CONTACT)


def _is_box(ink: np.ndarray, left: int, top: int, width: int, height: int, area: int) -> bool:
    """Whether the only part of a picture is an empty printed box: (H, W) uint8, OpenCV's stats of the part -> bool."""
    if max(ink.shape) <= SMALL or area > EMPTY * width * height:
        return False
    return corners(ink[top : top + height, left : left + width] > 0, SHARP) is not None


def _around(labels: np.ndarray, stats: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Which parts are a printed box around a digit, or what is outside of it: -> (parts,) bool.

    A box has four straight sides, and another part of some size within.
    labels, stats: as for `_edges`; areas: (parts,) px. In a small picture there is no room for a box.
    """
    around = np.zeros(len(stats), bool)
    if max(labels.shape) <= SMALL:
        return around
    for k in np.argsort(-stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT], kind="stable")[:MOST_FRAMES]:
        left, top, width, height, area = stats[k].tolist()
        if not areas[k] or area > FRAME * width * height:
            continue
        within = enclosed(stats, k)
        large = within & (stats[:, cv2.CC_STAT_HEIGHT] >= WITHIN * height) & (areas >= SPECK * area)
        if large.any() and corners(labels[top : top + height, left : left + width] == k + 1) is not None:
            around |= ~within
    return around


def enclosed(stats: np.ndarray, k: int) -> np.ndarray:
    """Which parts lie within the box around part k, and touch it nowhere: OpenCV's stats -> (parts,) bool."""
    low, high = stats[:, :2], stats[:, :2] + stats[:, 2:4]
    return (low > low[k]).all(axis=1) & (high < high[k]).all(axis=1)


def corners(part: np.ndarray, closed: float = CLOSED, filled: float = HOLLOW) -> np.ndarray | None:
    """Of a printed box, as a camera sees it: (H, W) bool, connected ink -> (4, 2) float32 px; None where it is none.

    closed: share of the area within its four sides that is within its outline, at least; filled: that is ink, at most.
    """
    outlines, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(outlines[0])
    if len(hull) < 4:
        return None
    four = cv2.approxPolyN(hull.astype(np.float32), 4, ensure_convex=True).reshape(-1, 2)
    area = cv2.contourArea(four) if len(four) == 4 else 0
    full = cv2.contourArea(outlines[0]) > closed * area
    return _along(outlines[0][:, 0], four) if area and full and np.count_nonzero(part) < filled * area else None


def _along(outline: np.ndarray, four: np.ndarray) -> np.ndarray:
    """The corners of a box by where most of each side is, whatever stands out of it: (n, 2) px, and the corners of all
    of it, (4, 2) px -> (4, 2) float32 px."""
    sides = [*np.stack([four, np.roll(four, -1, axis=0)], axis=1).astype(np.float64)]
    for _ in range(TIMES):
        nearest = np.abs(_off(outline, np.array(sides))).argmin(axis=0)
        sides = [_straightest(outline[nearest == k], side) for k, side in enumerate(sides)]
    told = np.float32([_crossing(sides[k - 1], sides[k]) for k in range(4)])
    out = np.abs(told - four).max()  # NaN, where two sides were found parallel, is no larger than anything
    return told if out > OUT and cv2.isContourConvex(told) else four


def _straightest(points: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The line along the most of some points, and STRAIGHT of them: (n, 2) px, and the line that they are near, (2, 2)
    px -> (2, 2) px; the same line where there is none."""
    if len(points) < TRIED:
        return side
    order = np.argsort(points @ (side[1] - side[0]))
    tried = points[order[np.linspace(0, len(points) - 1, TRIED).astype(int)]].astype(np.float64)
    half = TRIED // 2
    lines = np.stack([np.repeat(tried[:half], half, axis=0), np.tile(tried[half:], (half, 1))], axis=1)
    on = np.abs(_off(points, lines)) <= ON
    best = on[on.sum(axis=1).argmax()]
    if best.mean() < STRAIGHT:
        return side
    x, y, *start = cv2.fitLine(points[best], cv2.DIST_L2, 0, 0.01, 0.01)[:, 0].tolist()
    return start + np.array([[0, 0], [x, y]])


def _off(points: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """How far points are from lines, and on which side: (n, 2) px, the lines' ends, (m, 2, 2) px -> (m, n) px."""
    along = lines[:, 1] - lines[:, 0]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(1e-6, np.hypot(*along.T))[:, None]
    return across @ points.T - (across * lines[:, 0]).sum(axis=1, keepdims=True)


def _crossing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two lines cross: their ends, (2, 2) px each -> (2,) px."""
    first, second = (np.cross([*line[0], 1], [*line[1], 1]) for line in (one, other))
    x, y, w = np.cross(first, second)
    return np.array([x, y]) / w if w else np.full(2, np.nan)
