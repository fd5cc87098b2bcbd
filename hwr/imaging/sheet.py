"""A sheet of paper on a desk, found and made upright, so that its edge passes for no stroke."""

from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.stages import shrink

THUMBNAIL = 400  # px: enough to see the edges of a sheet
STROKE = 1 / 40  # of the thumbnail: darker lines as thin as this are written on the sheet, or printed
STEP = 0.07  # of the light: light falls more evenly on paper from one pixel of the thumbnail to the next
LEAST = 0.01  # of the picture: a smaller sheet is a part of a drawing
SMALL, SLIM = 0.2, 3.0  # of the picture: so is a small one that is so many times as long as wide, a stroke of chalk
LIGHT = 128  # the level of a canvas at least
SOLID = 0.94  # of what lies within its outline is the sheet: any less is a ring, a stroke or a stain
STRAIGHT = 0.05  # of a sheet: what its four sides take in besides it
NEAR, FAR = 3, 6  # px of the thumbnail to both sides of an edge, where the sheet and the desk are compared
BORDER = 3  # px of the thumbnail: a side this near to the picture's is not the sheet's
SEEN = 0.3  # of a side lies on the picture, or it counts as none
DARKER = 0.8  # of the sheet's light is the most that a desk beside it has
DARK_AROUND = 0.67  # of all that surrounds it is
CRISP = 0.88  # of a side's points where it is as dark; a shadow's edge is softer
INSIDE = 0.012  # of the sheet's shorter side: what is left out along its edge


class Flat(NamedTuple):
    """A picture upright: (h, w) uint8; and (3, 3) float64, what takes its places to the picture that came."""

    gray: np.ndarray
    back: np.ndarray


def flatten(gray: np.ndarray) -> Flat:
    """The sheet on a picture, upright and a little inside its edge: (H, W) uint8 -> Flat.

    Where no light sheet with straight, sharp sides is evident on something darker, at least three of them on the
    picture, it is the same picture: a scan, a drawing, paper that fills the picture, however it is lit.
    """
    corners = None if _is_drawn(gray) else _corners(gray)
    if corners is None or not near(corners, gray.shape):
        return Flat(gray, np.eye(3))
    wide, tall = spans(corners)
    if wide * tall < SMALL * gray.size and max(wide, tall) > SLIM * min(wide, tall):
        return Flat(gray, np.eye(3))
    return upright(gray, corners, -INSIDE * min(wide, tall))


def _is_drawn(gray: np.ndarray) -> bool:
    """Whether a picture's borders are all of one light level, as no camera sees a desk, but a canvas has them."""
    borders = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return bool(borders.min() == borders.max() >= LIGHT)


def clockwise(corners: np.ndarray) -> np.ndarray:
    """A convex quadrilateral's corners, (4, 2): clockwise, those of its upper side first."""
    if cv2.contourArea(corners.astype(np.float32), oriented=True) < 0:
        corners = corners[::-1]
    sides = np.roll(corners, -1, axis=0) - corners
    return np.roll(corners, -int(np.argmax(sides[:, 0] / np.hypot(*sides.T))), axis=0)


def spans(corners: np.ndarray) -> tuple[float, float]:
    """How wide and how high four sides are, px: (4, 2), clockwise from the upper left -> the means of opposite ones."""
    across, down = corners[[1, 2]] - corners[[0, 3]], corners[[3, 2]] - corners[[0, 1]]
    return tuple(float(np.hypot(*side.T).mean()) for side in (across, down))


def upright(gray: np.ndarray, corners: np.ndarray, around: float) -> Flat:
    """What lies within four sides, upright: (H, W) uint8; (4, 2), clockwise from the upper left -> Flat.

    around: px of the picture that are kept around the sides; less than 0 for so many that are cut off within them.
    """
    wide, tall = spans(corners)
    size = max(1, round(wide + 2 * around)), max(1, round(tall + 2 * around))
    level = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]]) + around
    back = cv2.getPerspectiveTransform(level.astype(np.float32), corners.astype(np.float32))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return Flat(cv2.warpPerspective(gray, back, size, flags=how, borderMode=cv2.BORDER_REPLICATE), back)


def near(corners: np.ndarray, shape: tuple[int, int]) -> bool:
    """Whether corners (4, 2) lie no farther from a picture of (height, width) than it is long: what they hold is then
    no more than a few times as large."""
    longest = max(shape)
    return bool(((corners >= -longest) & (corners <= np.array(shape[::-1]) + longest)).all())


def _corners(gray: np.ndarray) -> np.ndarray | None:
    """A sheet's corners, also those beyond the picture: (H, W) uint8 -> (4, 2) px, clockwise from the upper left."""
    small = shrink(gray, THUMBNAIL)
    if min(small.shape) < 4 * FAR:
        return None
    # What is written goes; at a border, the picture goes on as it ends there.
    reach = max(3, round(STROKE * max(small.shape))) | 1
    framed = cv2.copyMakeBorder(cv2.medianBlur(small, 3), *[reach] * 4, cv2.BORDER_REPLICATE)
    framed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    light = np.log(framed[reach:-reach, reach:-reach] + np.float32(8))
    steps = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats((steps < 2 * STEP).astype(np.uint8), connectivity=4)
    for k in 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA]):
        if stats[k, cv2.CC_STAT_AREA] < LEAST * small.size:
            break
        corners = _corners_of(cv2.dilate((labels == k).astype(np.uint8), np.ones((3, 3), np.uint8)), light)
        if corners is not None:
            return (corners + 0.5) * (max(gray.shape) / max(small.shape)) - 0.5
    return None


def _corners_of(part: np.ndarray, light: np.ndarray) -> np.ndarray | None:
    """A part's corners if it is a sheet: (H, W) uint8, 1 the part, (H, W) float32 logarithms -> (4, 2) or None."""
    outline = max(cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area = cv2.contourArea(hull)
    if cv2.countNonZero(part) < SOLID * area:
        return None
    corners = cv2.approxPolyN(hull.astype(np.float32), 4, ensure_convex=True).reshape(-1, 2)
    picture = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (np.array(part.shape[::-1], np.float32) - 1)
    if len(corners) != 4 or cv2.intersectConvexConvex(corners, picture)[0] > (1 + STRAIGHT) * area:
        return None
    if not _is_darker(cv2.fillConvexPoly(np.zeros_like(part), hull, 1) == 0, light):
        return None
    corners = clockwise(corners.astype(np.float64))
    seen = _seen(corners, light)
    if seen is None or seen.sum() < 3:
        return None
    return corners if seen.all() else _completed(corners, int(np.argmin(seen)), hull[:, 0])


def _is_darker(desk: np.ndarray, light: np.ndarray) -> bool:
    """Whether most of what lies around a sheet is darker; around a frame that is drawn there is more paper."""
    return bool(desk.any()) and float(np.quantile(light[desk], DARK_AROUND) - light[~desk].mean()) <= np.log(DARKER)


def _seen(corners: np.ndarray, light: np.ndarray) -> np.ndarray | None:
    """Which sides lie on the picture: (4, 2), (H, W) float32 logarithms -> (4,) bool; None if one is not a sheet's."""
    ends = np.roll(corners, -1, axis=0)
    along = (ends - corners) / np.maximum(np.hypot(*(ends - corners).T), 1e-9)[:, None]
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    share = np.linspace(0.04, 0.96, 60)[:, None, None]
    points = corners + share * (ends - corners)  # (n, 4, 2)
    there = ((points >= BORDER) & (points <= np.array(light.shape[::-1]) - 1 - BORDER)).all(axis=2)
    bands = [points + sign * away * outward for sign in (-1, 1) for away in np.linspace(NEAR, FAR, 4)]
    places = np.stack(bands).astype(np.float32)
    lit = cv2.remap(light, places.reshape(len(bands), -1, 2), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inner, outer = lit.reshape(2, -1, *there.shape).mean(axis=1)
    sharp = (outer - inner <= np.log(DARKER)) & there
    seen = there.mean(axis=0) >= SEEN
    ragged = sharp.sum(axis=0) < CRISP * there.sum(axis=0)
    return None if (ragged & seen).any() else seen


def _completed(corners: np.ndarray, side: int, outline: np.ndarray) -> np.ndarray:
    """The same with one side, which is not on the picture, parallel to its opposite and beyond all of an outline."""
    first, last, after, before = np.roll(corners, -side, axis=0)
    across = before - after
    inward = np.array([across[1], -across[0]])
    inward *= np.sign(inward @ (first - before))  # from the opposite side to this one
    far = ((outline - after) @ inward).max()
    with np.errstate(divide="ignore", invalid="ignore"):  # sides that never get there: their corners are not near
        there = {side: before + (first - before) * far / ((first - before) @ inward)}
        there[(side + 1) % 4] = after + (last - after) * far / ((last - after) @ inward)
    return np.stack([there.get(k, corner) for k, corner in enumerate(corners)])
