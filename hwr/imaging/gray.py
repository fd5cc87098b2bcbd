"""Pixels of any depth, color and transparency -> gray, without losing the ink."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.stages import shrink

SAMPLE = 512  # px: the longest side of the sample that is judged
THUMBNAIL = 128  # px: the sample shrunk by area, so that the grain of a photograph is no contrast
PLAIN = 96  # gray levels: ink that stands out by this much in luma is seen well enough
BETTER = 2.0  # times as much contrast is worth leaving luma for; the grain of one channel has 1.5

BAND = 2**20  # px: large pictures become gray in bands, since a second copy of one is too much

WHITE, BLACK = 255, 0


class View(NamedTuple):
    """A way to see a picture in gray.

    background: the gray level behind what is transparent.
    channel: 0, 1 or 2 for red, green or blue alone; None for luma.
    """

    background: int = WHITE
    channel: int | None = None


PAPER = View()
VIEWS = [View(background, channel) for background in (WHITE, BLACK) for channel in (None, 0, 1, 2)]


def to_gray(
    shape: tuple[int, int], rows: Callable[[slice], np.ndarray], sample: np.ndarray, white: float = WHITE
) -> np.ndarray:
    """Make a picture gray, band by band -> `shape` (H, W) uint8, 0 black, 255 white.

    rows: gives some of the picture's rows, (h, W) gray or (h, W, 3 or 4) RGB(A).
    sample: every n-th pixel of it, both ways, to judge the colors by; see `stride`.
    white: what stands for white in both.
    """
    how = best_view(_to_8_bits(sample, white)) if sample.ndim == 3 else None
    gray = np.empty(shape, np.uint8)
    step = max(1, BAND // shape[1])
    for top in range(0, shape[0], step):
        band = slice(top, min(top + step, shape[0]))
        pixels = _to_8_bits(rows(band), white)
        gray[band] = pixels if how is None else view(pixels, how)
    return gray


def stride(shape: tuple[int, int]) -> int:
    """Every which pixel of an (H, W) picture makes the sample."""
    return -(-max(shape) // SAMPLE)


def _to_8_bits(pixels: np.ndarray, white: float) -> np.ndarray:
    if pixels.dtype == np.uint8:
        return pixels
    return (pixels.astype(np.float32) * np.float32(WHITE / white) + np.float32(0.5)).astype(np.uint8)


def best_view(sample: np.ndarray) -> View:
    """How ink and paper differ most: (h, w, 3 or 4) uint8 RGB(A) -> View.

    Luma on white, unless it hardly tells them apart and another view does so much better: blue for
    yellow ink on white, red for red ink on an equally bright green, black behind white strokes on a
    transparent canvas.
    """
    usual = _relief(view(sample, PAPER))
    if np.percentile(np.abs(usual), 99.9) >= PLAIN:
        return PAPER
    views = VIEWS if sample.shape[2] == 4 else VIEWS[:4]
    contrast = [_relief(view(sample, each)).std() for each in views]
    best = int(np.argmax(contrast))
    return views[best] if contrast[best] > BETTER * usual.std() else PAPER


def view(pixels: np.ndarray, how: View) -> np.ndarray:
    """See a picture in gray: (h, w, 3 or 4) uint8 RGB(A) -> (h, w) uint8."""
    color = np.ascontiguousarray(pixels[..., :3])
    gray = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY) if how.channel is None else color[..., how.channel]
    if pixels.shape[2] == 3:
        return gray
    alpha = pixels[..., 3].astype(np.uint16)
    return ((gray * alpha + how.background * (255 - alpha) + 127) // 255).astype(np.uint8)


def _relief(gray: np.ndarray) -> np.ndarray:
    """What differs from its surroundings, shading set aside: (h, w) uint8 -> float32, 0 where nothing does."""
    small = shrink(gray, THUMBNAIL).astype(np.float32)
    around = THUMBNAIL // 2 | 1
    return small - cv2.blur(small, (around, around), borderType=cv2.BORDER_REFLECT)
