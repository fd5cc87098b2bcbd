"""Other hands, pens and cameras for a scanned digit. Training only; needs scikit-image for its thinning."""

from functools import lru_cache

import cv2
import numpy as np
from skimage.morphology import skeletonize

from hwr.imaging.stages import center

PAPER, INK = 255, 0
KNOTS = np.linspace(-0.5, 0.5, 4)  # where a cubic patch has its control points
FINE = 3  # times by which a scan in gray is enlarged before it is warped
BLOT = 0.6  # of its box filled: a digit this full has no strokes to thin
MARKS, MARK_SHARES = ("line", "zigzag", "dots", "dirt", "gap"), (0.2, 0.3, 0.2, 0.15, 0.15)
FEWEST = 12  # teeth or dots of a line across


def rewrite(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same digit by a slightly other hand, at the scan's own scale: (H, W) uint8 -> (H', W') uint8.

    Slant, rotation, proportions and an elastic wobble vary a little, the size by a few per cent only,
    so that it can still be told. 0 ink, 255 paper, as in the scan; of two tones where the scan is.
    """
    if ((gray != INK) & (gray != PAPER)).any():
        # Enlarged first, or to move it by a part of a pixel would blur it.
        ink = cv2.resize(255 - gray, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
        return 255 - _warp(ink, rng, scale=rng.normal(1, 0.05) / FINE, turn=6, slant=0.15, stretch=0.07, wobble=0.06)
    ink = cv2.GaussianBlur(255 - np.pad(gray, 3, constant_values=PAPER), (0, 0), rng.uniform(0.4, 0.8))
    warped = _warp(ink, rng, scale=rng.normal(1, 0.05), turn=6, slant=0.15, stretch=0.07, wobble=0.06)
    return np.where(warped > 255 * rng.uniform(0.38, 0.6), INK, PAPER).astype(np.uint8)


def redraw(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same digit with another pen at another size: (H, W) uint8 two-tone -> (H', W') uint8, 0 ink, 255 paper.

    The stroke is thinned to its middle line and drawn again, from a hair to a felt pen, or left as it
    is; the longer side becomes 60 to 120 pixels.
    """
    longest = rng.uniform(60, 120)
    ink = center(255 - gray)
    factor = longest / max(ink.shape)
    ink = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    ink = cv2.GaussianBlur(ink, (0, 0), factor * rng.uniform(0.4, 0.7))
    if rng.random() < 0.6 and (ink > 127).mean() < BLOT:
        line = skeletonize(np.pad(ink, 2) > 127)
        pen = max(1.6, longest * np.exp(rng.uniform(np.log(0.012), np.log(0.16))))
        away = cv2.distanceTransform((~np.pad(line, int(pen) + 2)).astype(np.uint8), cv2.DIST_L2, 5)
        ink = np.clip((pen / 2 + 0.5 - away) * 255, 0, 255).astype(np.uint8)
    warped = _warp(ink, rng, scale=1.0, turn=9, slant=0.22, stretch=0.12, wobble=0.09)
    if rng.random() < 0.5:  # antialiased as a canvas draws, else hard as a scanner does
        return 255 - warped
    return np.where(warped > 255 * rng.uniform(0.35, 0.65), INK, PAPER).astype(np.uint8)


def mark(gray: np.ndarray, rng: np.random.Generator, struck: bool = True) -> np.ndarray:
    """Something across a digit that is not of it: (H, W) uint8, 0 ink, 255 paper, as `redraw` leaves it -> as large.

    A line from side to side, whole, dotted or a zigzag, as rules, boxes and a pen that strikes out leave; grains of
    dirt; or a gap where the pen left no ink. `struck` says whether a whole line may be: a 1 with one is a plus.
    """
    marked, (height, width) = gray.copy(), gray.shape
    shares = np.array(MARK_SHARES) * [struck or kind != "line" for kind in MARKS]
    kind, thick = MARKS[rng.choice(len(MARKS), p=shares / shares.sum())], int(rng.integers(1, 5))
    middle = rng.normal(0.5, 0.2, 2) * (width, height)
    way = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.15) if rng.random() < 0.7 else rng.uniform(0, np.pi)
    reach = max(height, width)
    along = np.array([np.cos(way), np.sin(way)]) * reach
    start, end = (np.round(middle + way * along).astype(int) for way in (-1, 1))
    most = max(2 * reach // (3 * thick + 2), FEWEST + 1)  # teeth or dots, that there be paper between them
    if kind == "line":
        cv2.line(marked, start.tolist(), end.tolist(), INK, thick, cv2.LINE_AA)
    elif kind == "zigzag":
        teeth = np.linspace(start, end, int(rng.integers(FEWEST, most)))
        teeth[::2] += rng.uniform(0.05, 0.2) * reach * np.array([-np.sin(way), np.cos(way)])
        cv2.polylines(marked, [np.round(teeth).astype(np.int32)], False, INK, thick, cv2.LINE_AA)
    elif kind == "dots":
        for x, y in np.linspace(start, end, int(rng.integers(FEWEST, most))).round().astype(int).tolist():
            cv2.circle(marked, (x, y), thick, INK, -1)
    elif kind == "dirt":
        for x, y in (rng.uniform(0, 1, (rng.integers(3, 20), 2)) * (width, height)).astype(int).tolist():
            cv2.circle(marked, (x, y), int(rng.integers(1, 4)), INK, -1)
    else:
        cv2.line(marked, start.tolist(), end.tolist(), PAPER, 2 * thick, cv2.LINE_AA)
    return marked


def _warp(
    ink: np.ndarray, rng: np.random.Generator, scale: float, turn: float, slant: float, stretch: float, wobble: float
) -> np.ndarray:
    """Turn (standard deviation in degrees), slant, stretch and wobble: (H, W) uint8, 255 ink -> (H', W') uint8."""
    height, width = ink.shape
    angle = np.deg2rad(rng.normal(0, turn))
    shear = rng.normal(0, slant)
    across, down = scale * np.exp(rng.normal(0, stretch, 2))
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = turned @ np.array([[across, shear * down], [0, down]])
    corners = np.abs(forward) @ np.array([width, height])
    margin = 0.12 * max(corners)
    out_width, out_height = (int(np.ceil(side + 2 * margin)) for side in corners)
    # remap asks, for every pixel of the result, where it comes from: a Bézier patch, whose sixteen control
    # points lie on the straight grid of the affine map, each pushed a little out of place.
    grid = np.stack(np.meshgrid(KNOTS * out_width, KNOTS * out_height), axis=-1)  # (4, 4, 2), x before y
    points = grid @ np.linalg.inv(forward).T + np.array([width, height]) / 2 - 0.5
    points += rng.normal(0, wobble * max(height, width), points.shape)
    rows, columns = _bernstein(out_height), _bernstein(out_width)
    source_x, source_y = (rows @ points[..., axis].astype(np.float32) @ columns.T for axis in (0, 1))
    return cv2.remap(ink, source_x, source_y, cv2.INTER_LINEAR, borderValue=0)


@lru_cache(maxsize=512)
def _bernstein(n: int) -> np.ndarray:
    """The four cubic Bernstein polynomials at the middles of n pixels: -> (n, 4) float32, rows of sum 1."""
    t = ((np.arange(n) + 0.5) / n)[:, None]
    powers = t ** np.arange(4) * (1 - t) ** np.arange(3, -1, -1)
    return (powers * [1, 3, 3, 1]).astype(np.float32)
