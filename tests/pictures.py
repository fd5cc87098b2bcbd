"""Pictures that tests share: Persian digits drawn with strokes of our own, and the files they come in."""

import io

import cv2
import numpy as np
from PIL import Image

# Strokes of ۰ to ۹ in a unit square, x to the right, y down; each is smoothed into a curve.
STROKES = [
    [[(0.50, 0.38), (0.38, 0.38), (0.38, 0.62), (0.62, 0.62), (0.62, 0.38), (0.50, 0.38)]],
    [[(0.48, 0.12), (0.50, 0.50), (0.54, 0.90)]],
    [
        [(0.70, 0.14), (0.66, 0.30), (0.52, 0.36), (0.38, 0.28), (0.34, 0.12)],
        [(0.34, 0.12), (0.38, 0.50), (0.46, 0.90)],
    ],
    [
        [(0.80, 0.12), (0.76, 0.28), (0.66, 0.32), (0.57, 0.26), (0.55, 0.14)],
        [(0.55, 0.14), (0.53, 0.28), (0.43, 0.34), (0.33, 0.27), (0.28, 0.12)],
        [(0.28, 0.12), (0.32, 0.50), (0.40, 0.90)],
    ],
    [
        [(0.72, 0.14), (0.58, 0.14), (0.50, 0.25), (0.56, 0.36), (0.74, 0.38)],
        [(0.74, 0.38), (0.56, 0.42), (0.42, 0.36), (0.34, 0.26), (0.30, 0.12)],
        [(0.30, 0.12), (0.34, 0.50), (0.42, 0.90)],
    ],
    [
        [(0.50, 0.14), (0.28, 0.42), (0.20, 0.66), (0.28, 0.84), (0.42, 0.82), (0.50, 0.66)],
        [(0.50, 0.66), (0.58, 0.82), (0.72, 0.84), (0.80, 0.66), (0.72, 0.42), (0.50, 0.14)],
    ],
    [
        [(0.66, 0.16), (0.46, 0.14), (0.34, 0.26), (0.42, 0.38), (0.70, 0.36)],
        [(0.70, 0.36), (0.50, 0.56), (0.38, 0.90)],
    ],
    [[(0.22, 0.14), (0.36, 0.46), (0.50, 0.88)], [(0.50, 0.88), (0.64, 0.46), (0.78, 0.14)]],
    [[(0.22, 0.88), (0.40, 0.50), (0.50, 0.14)], [(0.50, 0.14), (0.60, 0.50), (0.78, 0.88)]],
    [
        [(0.62, 0.28), (0.52, 0.12), (0.36, 0.18), (0.36, 0.36), (0.50, 0.42), (0.62, 0.28)],
        [(0.62, 0.28), (0.62, 0.58), (0.66, 0.90)],
    ],
]


def mask(digit: int, side: int = 280, pen: int = 16) -> np.ndarray:
    """A digit's ink: (side, side) uint8, 0 none, 255 full, antialiased."""
    ink = np.zeros((side, side), np.uint8)
    for stroke in STROKES[digit]:
        points = np.round(_curve(np.array(stroke)) * side * 16).astype(np.int32)
        cv2.polylines(ink, [points], False, 255, max(1, pen * side // 280), cv2.LINE_AA, 4)
    return ink


def _curve(corners: np.ndarray) -> np.ndarray:
    """Round the corners of a stroke by cutting them, three times: (n, 2) -> (m, 2), same ends."""
    for _ in range(3):
        first, second = corners[:-1], corners[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], 1).reshape(-1, 2)
        corners = np.vstack([corners[:1], cut, corners[-1:]])
    return corners


def drawing(digit: int, side: int = 280, pen: int = 16) -> np.ndarray:
    """A digit drawn black on white: (side, side) uint8, 0 ink, 255 paper."""
    return 255 - mask(digit, side, pen)


def colored(digit: int, ink: tuple, paper: tuple, side: int = 280, pen: int = 16) -> np.ndarray:
    """A digit in two colors: (side, side, 3) uint8 RGB."""
    share = mask(digit, side, pen)[..., None] / 255
    return np.round(share * ink + (1 - share) * np.array(paper)).astype(np.uint8)


def on_transparent(digit: int, ink: tuple = (0, 0, 0), side: int = 280) -> np.ndarray:
    """A digit drawn on a transparent canvas: (side, side, 4) uint8 RGBA, not premultiplied."""
    alpha = mask(digit, side)
    return np.dstack([np.full((side, side, 3), ink, np.uint8), alpha])


def encode(picture: np.ndarray | Image.Image, form: str = "PNG", **options) -> bytes:
    """A picture as the bytes of a file; options are Pillow's."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
