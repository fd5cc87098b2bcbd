"""A box told by its lines alone: two level ones, one above the other, with walls at their ends.

Where a line is broken or pale, or a digit or a printed word touches it, a box is no closed outline.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.cells import even, runs

THIN = 7  # px of the page: no line is thicker
LONG, GAP = 0.1, 0.015  # of the page's width: the shortest piece of a line, and the longest gap in one
LEVEL = 25.0  # degrees: no line leans more, and no frame
MOST, MOST_PAIRS = 20, 60  # of the longest lines are looked at, and of their pairs
TOLD = 0.5  # degrees: lines are told apart by half a degree
NEAR, FAR = 10, 0.85  # px, and of the page's height: two lines of a box are so far apart
PARALLEL = 5.0  # degrees between them at most
EDGE = 4  # px: as thick is the page's edge, where it stands for the line of a box that it cuts
STOUT = 1.3  # times as thick as the line its walls are at most
POINTS = 20  # along a line tell how thick it is
CROSSED = 0.3  # of an edge is ink at most, where walls end at it
TALL = 40  # px: their distance in the strip that is cut out along them
ROOM = 8  # px of the strip above and below
DRIFT = 2  # px of the strip: so far from its line is its ink
ENDS = 0.8  # of their distance: a longer gap is the end
BROKEN, NARROW_BOX = 0.1, 0.4  # of it: a longer gap parts a line, and no box is narrower
WHOLE = 0.8  # of the lines between the walls is seen
WALL = 0.85  # of the distance is ink in a wall
INK = 100  # of 255: as much of a place on the strip is ink
POWER = 4  # the power of what is filled of a column that tells walls from digits
GO_ON, SQUARE = 0.5, 0.75  # so much of the walls goes on above and below; the least ratio of a square's sides
ON = 0.4  # so much of the lines of ruled paper goes on at the left and at the right, in the mean
LEAN = 8  # px: walls lean by so much from line to line at most
BEYOND = 0.35  # of the distance: a wall is no farther from where the lines end


class Outline(NamedTuple):
    """A printed box, or several in a row.

    corners: (4, 2) px, clockwise from the upper left. narrowest: px, how wide the narrowest of several boxes is, 0
    where it is one. count: how many cells of one width it has, 0 where these are not seen.
    """

    corners: np.ndarray
    narrowest: float = 0.0
    count: int = 0


def outlines(ink: np.ndarray, known: list[np.ndarray]) -> Iterator[Outline]:
    """The boxes on a page that its level lines tell, or a part that is known: (H, W) uint8, 1 ink.

    known: (4, 2) px each, the corners of boxes, clockwise from the upper left.
    """
    lines = _lines(ink)
    parted = _joined(ink, lines)
    pairs = [np.stack([box[[0, 1]], box[[3, 2]]]) for box in known]
    for uppers, lowers in ((lines, lines), (parted, lines), (lines, parted), (parted, parted)):
        facing = [(one, other) for one in uppers for other in lowers if _facing(one, other, FAR * len(ink))]
        pairs += [np.stack(pair) for pair in facing]
    for pair in pairs[:MOST_PAIRS]:
        strip = _strip(ink, pair)
        found = strip and _box(strip)
        if found:
            yield found


def cut_off(ink: np.ndarray) -> tuple[np.ndarray, bool] | None:
    """The box that the page's upper or lower edge cuts, where its walls go from a level line to there: (H, W) uint8,
    1 ink -> its corners, (4, 2) px, clockwise from the upper left, and whether the upper edge cuts it. None where
    neither does."""
    lines = None
    for y in (0, len(ink) - 1):
        if len(runs(ink[y] > 0)) < 2 or ink[y].mean() > CROSSED:
            continue
        lines = _lines(ink) if lines is None else lines
        closed = ink.copy()
        closed[max(0, y - EDGE + 1) : y + EDGE] = 1
        for line in lines:
            edge = np.stack([line[:, 0], [y, y]], axis=1)
            upper, lower = (edge, line) if y == 0 else (line, edge)
            strip = _strip(closed, np.stack([upper, lower])) if _facing(upper, lower, len(ink)) else None
            found = strip and _box(strip)
            if found and _thickest_side(ink, found.corners) <= STOUT * _thick(ink, line):  # or these are 1s on a line
                return found.corners, y == 0
    return None


def _thick(ink: np.ndarray, line: np.ndarray) -> float:
    """How thick a level line is in the median: (H, W) uint8, 1 ink, and its ends, (2, 2) px -> px."""
    x, y = np.round(np.linspace(*line, POINTS)).astype(int).T
    return float(np.median([ink[max(0, b - THIN) : b + THIN + 1, a].sum() for a, b in zip(x, y, strict=True)]))


def _thickest_side(ink: np.ndarray, corners: np.ndarray) -> float:
    """How thick the thicker of a box's upright sides is in the median, which are near its corners: -> px."""
    thick = []
    for ends in corners[[0, 3]], corners[[1, 2]]:
        at = np.linspace(*ends, POINTS).round().astype(int).clip(0, np.array(ink.shape[::-1]) - 1)
        sides = [min(runs(ink[y] > 0), key=lambda run: abs(run.mean() - x), default=(0, 0)) for x, y in at.tolist()]
        thick.append(np.median(np.diff(sides, axis=1)))
    return float(max(thick))


class _Strip(NamedTuple):
    """What is along two lines, as if they were level, one at ROOM, one at ROOM + TALL: (H, W) bool, True ink; (3, 3),
    what takes its places to the page; and how many times as large it is."""

    ink: np.ndarray
    back: np.ndarray
    scale: float


def _lines(ink: np.ndarray) -> np.ndarray:
    """The longest level lines: (H, W) uint8, 1 ink -> (n, 2, 2) px, the left end and the right end of each."""
    thick = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((THIN + 1, 1), np.uint8))
    wide = ink.shape[1]
    seen, length, gap = round(LONG * wide / 2), LONG * wide, GAP * wide
    found = cv2.HoughLinesP(cv2.subtract(ink, thick), 1, np.radians(TOLD), seen, minLineLength=length, maxLineGap=gap)
    if found is None:
        return np.zeros((0, 2, 2))
    lines = found.reshape(-1, 2, 2).astype(float)
    lines = np.where((lines[:, :1, :1] > lines[:, 1:, :1]), lines[:, ::-1], lines)
    across = lines[:, 1] - lines[:, 0]
    level = np.abs(np.degrees(np.arctan2(across[:, 1], across[:, 0]))) <= LEVEL
    longest = np.argsort(-np.hypot(*across.T) * level, kind="stable")
    chosen: list[np.ndarray] = []
    for line in lines[longest[: level.sum()]]:
        if len(chosen) < MOST and not any(_same(line, other) for other in chosen):
            chosen.append(line)
    return np.array(chosen).reshape(-1, 2, 2)


def _joined(ink: np.ndarray, lines: np.ndarray) -> list[np.ndarray]:
    """The lines whose pieces some are, parted by strokes across them: (H, W) uint8, 1 ink, and (n, 2, 2) px."""
    near = cv2.dilate(ink, np.ones((2 * DRIFT + 1, 1), np.uint8))
    found = []
    for left in lines:
        for right in lines:
            whole, gap = np.stack([left[0], right[1]]), np.stack([left[1], right[0]])
            if gap[0, 0] >= gap[1, 0] or not _same(gap, whole):
                continue
            x, y = np.linspace(*gap, round(gap[1, 0] - gap[0, 0]) + 1).round().astype(int).T
            if near[y, x].mean() >= WHOLE:
                found.append(whole)
    return found


def _same(line: np.ndarray, other: np.ndarray) -> bool:
    """Whether both ends of a line lie on another, or nearly."""
    x, y = other.T
    slope = (y[1] - y[0]) / max(1.0, x[1] - x[0])
    away = line[:, 1] - (y[0] + slope * (line[:, 0] - x[0]))
    return bool((np.abs(away) <= NEAR / 3).all())


def _facing(upper: np.ndarray, lower: np.ndarray, far: float) -> bool:
    """Whether one line is above another, about parallel, as far as two lines of a box are and no farther than so many
    px."""
    left, right = max(upper[0, 0], lower[0, 0]), min(upper[1, 0], lower[1, 0])
    if right - left < (max(upper[1, 0], lower[1, 0]) - min(upper[0, 0], lower[0, 0])) / 2:
        return False
    turns = [np.degrees(np.arctan2(*(line[1] - line[0])[::-1])) for line in (upper, lower)]
    middle = (left + right) / 2
    above, below = (np.interp(middle, line[:, 0], line[:, 1]) for line in (upper, lower))
    return abs(turns[0] - turns[1]) <= PARALLEL and NEAR <= below - above <= far


def _strip(ink: np.ndarray, pair: np.ndarray) -> _Strip | None:
    """Cut out what is along two lines from one side of the page to the other: (2, 2, 2) px, the ends of each; None
    where they are too close, or too steep."""
    along = (pair[:, 1] - pair[:, 0]).sum(axis=0)
    along /= max(1.0, np.hypot(*along))
    start = pair[0].mean(axis=0)
    tall = abs((pair[1].mean(axis=0) - start) @ np.array([-along[1], along[0]]))
    if tall < NEAR or min((pair[:, 1] - pair[:, 0]) @ along) < NEAR or along[0] < np.cos(np.radians(LEVEL)) / 2:
        return None
    scale = TALL / tall
    ends = (pair - start) @ along
    ends = np.array([ends.min(), ends.max()])
    upper, lower = (_at(line, start, along, ends) for line in pair)
    wide = np.ptp(ends) * scale
    beyond = ink.shape[1] * scale - wide / 2  # the page goes on no farther, to either side
    left, right, low = beyond, beyond + wide, ROOM + TALL
    level = np.float32([[left, ROOM], [right, ROOM], [right, low], [left, low]])
    back = cv2.getPerspectiveTransform(level, np.float32([*upper, *lower[::-1]]))
    size = (round(wide + 2 * beyond), TALL + 2 * ROOM)
    seen = cv2.warpPerspective(255 * ink, back, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return _Strip(seen > INK, back, scale)


def _at(line: np.ndarray, start: np.ndarray, along: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Where a line is at some places along a direction: (2, 2) px, (n,) px from `start` -> (n, 2) px."""
    own = line - start
    across = np.array([-along[1], along[0]])
    slope = ((own[1] - own[0]) @ across) / ((own[1] - own[0]) @ along)
    off = own[0] @ across + slope * (places - own[0] @ along)
    return start + places[:, None] * along + off[:, None] * across


def _box(strip: _Strip) -> Outline | None:
    """The box between the lines of a strip, where it has walls."""
    both = _drawn(strip.ink).all(axis=0)
    between = strip.ink[ROOM + 2 * DRIFT : ROOM + TALL - 2 * DRIFT, both]
    if both.sum() < TALL or between.mean(axis=1).max() >= WHOLE:  # no lines, or one more between, as on ruled paper
        return None
    lean = max(sorted(range(-LEAN, LEAN + 1), key=abs), key=lambda lean: _sharpness(_turned(strip.ink, lean)))
    ink = _turned(strip.ink, lean)
    extent = _extent(ink)
    if extent is None or _goes_on(ink[:, slice(*extent)]) or _is_ruled(ink, *extent):
        return None
    # Seen from aside, the walls at one end lean more than those at the other.
    likely = [_corners(extent, lean, more) for more in sorted(range(-LEAN, LEAN + 1, 2), key=abs)]
    corners = max(likely, key=lambda corners: _sharpness(_within(strip.ink, corners)))
    grid = even(runs(_filled(ink) >= WALL), extent, slice(ROOM, ROOM + TALL), _drawn(ink))
    boxes = runs(_boxes(ink)[slice(*extent)])
    narrowest = np.diff(boxes if grid is None else grid.cells, axis=1).min() / strip.scale
    return Outline(
        cv2.perspectiveTransform(corners[None], strip.back)[0].astype(float),
        float(narrowest) if len(boxes) > 1 else 0.0,
        int(grid.closed.sum()) if grid else 0,
    )


def _goes_on(strip: np.ndarray) -> bool:
    """Whether what is between two lines are squares whose walls go on above and below: (H, W) bool."""
    walls = _filled(strip) >= WALL
    wide = np.diff(runs(walls).mean(axis=1))
    if not len(wide):
        return False
    beyond = min(strip[: ROOM - DRIFT, walls].mean(), strip[ROOM + TALL + DRIFT :, walls].mean())
    return bool(beyond >= GO_ON and SQUARE * TALL <= np.median(wide) <= TALL / SQUARE)


def _is_ruled(strip: np.ndarray, first: int, last: int) -> bool:
    """Whether both lines go on beyond the walls to either side: (H, W) bool, columns. Then these are but strokes."""
    drawn = _drawn(strip)
    beyond = drawn[:, max(0, first - TALL) : max(0, first - DRIFT)], drawn[:, last + DRIFT : last + TALL]
    seen = [side.mean(axis=1).min() if side.shape[1] >= TALL / 2 else 0.0 for side in beyond]
    return min(seen) > 0 and float(np.mean(seen)) >= ON


def _turned(strip: np.ndarray, lean: int) -> np.ndarray:
    """The same with walls upright that lean to the right by so many px from the lower line to the upper: (H, W) bool ->
    (H, W) bool."""
    shear = np.array([[1, lean / TALL, -lean * (1 + ROOM / TALL)], [0, 1, 0]])
    return cv2.warpAffine(strip.astype(np.uint8), shear, strip.shape[::-1], flags=cv2.INTER_NEAREST) > 0


def _corners(extent: tuple[int, int], lean: int, more: int) -> np.ndarray:
    """The corners of what is between two columns of the lower line: -> (4, 2) float32, px of the strip.

    lean: px, of the walls in its middle; more: by how much those at its right lean more than those at its left.
    """
    first, last = extent
    upper = [first + lean - more / 2, last + lean + more / 2]
    return np.float32([[upper[0], ROOM], [upper[1], ROOM], [last, ROOM + TALL], [first, ROOM + TALL]])


def _within(strip: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """What is within corners, (4, 2) px of a strip, made upright: (H, W) bool -> (H, w) bool."""
    wide = round(float(corners[2, 0] - corners[3, 0]))
    level = np.float32([[0, ROOM], [wide, ROOM], [wide, ROOM + TALL], [0, ROOM + TALL]])
    turn = cv2.getPerspectiveTransform(corners, level)
    return cv2.warpPerspective(strip.astype(np.uint8), turn, (wide, len(strip))) > 0


def _sharpness(strip: np.ndarray) -> float:
    """How upright the walls of a strip are: (H, W) bool -> the more, the larger."""
    return float((_filled(strip) ** POWER).sum())


def _filled(strip: np.ndarray) -> np.ndarray:
    """How much of each column between the lines is ink: (H, W) bool -> (W,)."""
    between = strip[ROOM + DRIFT : ROOM + TALL - DRIFT].astype(np.uint8)
    return cv2.dilate(between, np.ones((1, 3), np.uint8)).mean(axis=0)


def _drawn(strip: np.ndarray) -> np.ndarray:
    """Where the upper line is seen, and where the lower: (H, W) bool -> (2, W) bool."""
    return np.stack([strip[y - DRIFT : y + DRIFT + 1].any(axis=0) for y in (ROOM, ROOM + TALL)])


def _boxes(strip: np.ndarray) -> np.ndarray:
    """Where both lines are seen for as long as a box is wide: (H, W) bool -> (W,) bool. What crosses them is none."""
    both = _drawn(strip).all(axis=0)[None].astype(np.uint8)
    for how, length in ((cv2.MORPH_CLOSE, BROKEN), (cv2.MORPH_OPEN, NARROW_BOX)):
        both = cv2.morphologyEx(both, how, np.ones((1, round(length * TALL)), np.uint8), borderValue=0)
    return both[0] > 0


def _extent(strip: np.ndarray) -> tuple[int, int] | None:
    """From where to where both lines go without a long gap, with walls at both ends: columns, None where they don't."""
    boxes, gap = _boxes(strip), round(ENDS * TALL)
    solid = cv2.morphologyEx(np.pad(boxes, gap)[None].astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    stretches = runs(solid[0, gap:-gap] > 0)
    if not len(stretches):
        return None
    ends = max(stretches, key=lambda run: boxes[slice(*run)].sum())
    walls = np.flatnonzero(_filled(strip) >= WALL)
    near = [walls[np.abs(walls - end) <= BEYOND * TALL] for end in ends]
    if not all(map(len, near)):
        return None
    first, last = int(near[0].min()), int(near[1].max()) + 1
    drawn = _drawn(strip)[:, first:last].mean(axis=1)
    return (first, last) if last - first >= TALL and drawn.min() >= WHOLE else None
