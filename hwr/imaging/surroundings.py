"""What is on a page besides writing, at first sight, before the size of its digits is known: lines, boxes, rings."""

import cv2
import numpy as np

from hwr.imaging.lines import THIN, straight
from hwr.imaging.parts import corners, enclosed
from hwr.imaging.stages import tones_of

LONG = 0.3  # of a page's width: a straight stroke longer than this is a ruled line, or taken for one at first sight
RULED = 0.6  # of its width is level at most, or it is a box, or a rule with the digits that cross it
HOLLOW, ENCLOSED = 0.3, 0.2  # of its area is a ring's ink at most; of its height, what it is drawn around is at least
CANDIDATES = 20  # of the largest parts may be boxes
PIECE = 15  # px, of a line
ACROSS, SQUARES = 5, 90  # lines that most rows and columns of squared paper cross, and the least of their product
DARKER = 2.0  # times as dark as the lines of its paper, in the mean, is a pen
PALE, PALER = 0.35, 0.75  # of the level: so pale is looked for what black lines outshine; so pale it is
FAINTEST = 0.25  # of it: so pale are the lines of squared paper


def inked(darkness: np.ndarray, level: int) -> np.ndarray:
    """What is darker than a level: (H, W) uint8 -> (H, W) uint8, 255 ink, 0 paper."""
    return np.where(darkness > level, 255, 0).astype(np.uint8)


def level_of_writing(darkness: np.ndarray, level: int) -> int:
    """The level halfway from paper to what is written, where that is much paler than what is printed: (H, W) uint8, and
    the level that was thought, which black lines set. Paler lines than that did not set it.
    """
    tones = tones_of(darkness)
    pale = inked(darkness, max(round(PALE * level), tones.floor))
    lines = printed(pale)
    written = (pale > 0) & (cv2.dilate(lines.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    if not (lines.any() and written.any()) or np.median(darkness[lines]) <= level:
        return level
    own = max(tones.floor, round((tones.level + np.median(darkness[written])) / 2))
    return own if own < PALER * level else level


def level_of_pen(darkness: np.ndarray, level: int) -> int:
    """The level between pale lines and a pen that is clearly darker: (H, W) uint8, and a level that may have both above
    it -> the same level where it has but one tone."""
    standing = darkness[darkness > min(level, tones_of(darkness).floor)]
    between, _ = cv2.threshold(standing, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    pale, dark = standing[standing <= between], standing[standing > between]
    return max(level, int(between)) if len(dark) and len(pale) and dark.mean() >= DARKER * pale.mean() else level


def printed(ink: np.ndarray) -> np.ndarray:
    """Long level lines, and boxes and grids as a whole: (H, W) uint8 -> (H, W) bool."""
    lines = level_lines(ink)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = 1 + np.flatnonzero(_are_boxes(stats[1:], lines))
    return lines | np.isin(labels, boxes) if 0 < len(boxes) < len(stats) - 1 else lines


def is_squared(darkness: np.ndarray, level: int) -> bool:
    """Whether a page, (H, W) uint8, is squared all over, by lines that may be a good deal paler than a level: most of
    its rows and columns cross so many that there are more squares than a table has."""
    ink = cv2.morphologyEx(inked(darkness, round(FAINTEST * level)), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    piece, crossed = np.ones((1, PIECE), np.uint8), []
    for each in ink, np.ascontiguousarray(ink.T):
        lines = cv2.morphologyEx(each, cv2.MORPH_OPEN, piece) > 0
        crossed.append(np.median((lines[1:] & ~lines[:-1]).sum(axis=0)))
    return bool(min(crossed) >= ACROSS and np.prod(crossed) >= SQUARES)


def level_lines(ink: np.ndarray) -> np.ndarray:
    """The long level lines of a page at first sight, before the size of its digits is known: (H, W) uint8 -> bool."""
    return straight(ink, LONG * ink.shape[1], THIN * ink.shape[0])[0]


def _are_boxes(stats: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Which parts are boxes or grids: with a level line at the top and one at the foot. OpenCV's stats -> (n,) bool."""
    found = np.zeros(len(stats), bool)
    for k in np.argsort(-stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT])[:CANDIDATES]:
        x, y, wide, tall, _ = stats[k].tolist()
        band = max(3, tall // 8)
        ends = lines[y : y + band, x : x + wide], lines[y + tall - band : y + tall, x : x + wide]
        found[k] = tall > 2 * band and all(end.any(axis=0).mean() > 0.8 for end in ends)
    return found


def without_ring(darkness: np.ndarray, level: int) -> np.ndarray:
    """The same, (H, W) uint8, without a ring that is drawn around a number, of what is above a level."""
    ring, _ = ring_of(inked(darkness, level), ENCLOSED)
    if ring is None:
        return darkness
    return np.where(cv2.dilate(ring.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0, 0, darkness).astype(np.uint8)


def ring_of(ink: np.ndarray, least: float) -> tuple[np.ndarray | None, float]:
    """The largest part, where it is drawn around several others and is neither a box nor a table: (H, W) uint8 ->
    (H, W) bool or None, and the share of the others that are in it.

    least: of its height, what it is drawn around is at least so high.
    """
    _, labels, stats, centers = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats, centers = stats[1:], centers[1:]
    k = int(np.argmax(stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT])) if len(stats) else 0
    if not len(stats) or stats[k, cv2.CC_STAT_AREA] > HOLLOW * np.prod(stats[k, 2:4].astype(float)):
        return None, 0.0
    x, y, wide, tall, _ = stats[k].tolist()
    ring = labels == k + 1
    within = enclosed(stats, k)
    within[within] = [_surrounded(ring, *middle) for middle in centers[within].astype(int)]
    if (within & (stats[:, cv2.CC_STAT_HEIGHT] >= least * tall)).sum() < 2:
        return None, 0.0
    ruled = level_lines(ink)[y : y + tall, x : x + wide].any(axis=0).mean() > RULED
    if ruled or corners(ring[y : y + tall, x : x + wide]) is not None:
        return None, 0.0
    return ring, float(within.sum() / (len(stats) - 1))


def _surrounded(ring: np.ndarray, x: int, y: int) -> bool:
    """Whether a ring, (H, W) bool, which may be open at one side, is at the left, at the right, above and below."""
    return sum(bool(side.any()) for side in (ring[y, :x], ring[y, x:], ring[:y, x], ring[y:, x])) >= 3
