"""Other hands, pens and cameras for a scanned digit. Training only; needs scikit-image for its thinning."""

import cv2
import numpy as np
from skimage.morphology import skeletonize

PAPER, INK = 255, 0
BLOT = 0.6  # of its box filled: a digit this full has no strokes to thin


def rewrite(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same digit by a slightly other hand, at the scan's own scale: (H, W) uint8 two-tone -> (H', W') uint8.

    Slant, rotation, proportions and an elastic wobble vary a little, the size by a few per cent only,
    so that it can still be told. 0 ink, 255 paper, as in the scan.
    """
    ink = cv2.GaussianBlur(255 - np.pad(gray, 3, constant_values=PAPER), (0, 0), rng.uniform(0.4, 0.8))
    warped = _warp(ink, rng, scale=rng.normal(1, 0.05), turn=6, slant=0.15, stretch=0.07, wobble=0.03)
    return np.where(warped > 255 * rng.uniform(0.38, 0.6), INK, PAPER).astype(np.uint8)


def redraw(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same digit with another pen at another size: (H, W) uint8 two-tone -> (H', W') uint8, 0 ink, 255 paper.

    The stroke is thinned to its middle line and drawn again, from a hair to a felt pen, or left as it
    is; the longer side becomes 60 to 120 pixels.
    """
    longest = rng.uniform(60, 120)
    tight = _crop(gray)
    factor = longest / max(tight.shape)
    ink = cv2.resize(255 - tight, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    ink = cv2.GaussianBlur(ink, (0, 0), factor * rng.uniform(0.4, 0.7))
    if rng.random() < 0.6 and (ink > 127).mean() < BLOT:
        line = skeletonize(np.pad(ink, 2) > 127)
        pen = max(1.6, longest * np.exp(rng.uniform(np.log(0.012), np.log(0.16))))
        away = cv2.distanceTransform((~np.pad(line, int(pen) + 2)).astype(np.uint8), cv2.DIST_L2, 5)
        ink = np.clip((pen / 2 + 0.5 - away) * 255, 0, 255).astype(np.uint8)
    warped = _warp(ink, rng, scale=1.0, turn=9, slant=0.22, stretch=0.12, wobble=0.045)
    if rng.random() < 0.5:  # antialiased as a canvas draws, else hard as a scanner does
        return 255 - warped
    return np.where(warped > 255 * rng.uniform(0.35, 0.65), INK, PAPER).astype(np.uint8)


def _crop(gray: np.ndarray) -> np.ndarray:
    """Cut away the paper around the ink: (H, W) uint8 two-tone -> (h, w) uint8."""
    x, y, width, height = cv2.boundingRect(255 - gray)
    return gray[y : y + height, x : x + width]


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
    # remap asks, for every pixel of the result, where it comes from.
    back = np.linalg.inv(forward)
    x, y = np.meshgrid(np.arange(out_width) - out_width / 2 + 0.5, np.arange(out_height) - out_height / 2 + 0.5)
    # A coarse random grid, interpolated, is a smooth elastic field.
    knots = rng.normal(0, wobble * max(height, width), (2, 4, 4)).astype(np.float32)
    bend_x, bend_y = (cv2.resize(k, (out_width, out_height), interpolation=cv2.INTER_CUBIC) for k in knots)
    source_x = (back[0, 0] * x + back[0, 1] * y + width / 2 - 0.5 + bend_x).astype(np.float32)
    source_y = (back[1, 0] * x + back[1, 1] * y + height / 2 - 0.5 + bend_y).astype(np.float32)
    return cv2.remap(ink, source_x, source_y, cv2.INTER_LINEAR, borderValue=0)
