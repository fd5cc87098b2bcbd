"""Hoda's digits as someone with a telephone would take them: shaded paper, grain, blur, noise, JPEG."""

from pathlib import Path

import cv2
import numpy as np

from hwr.data import hoda
from hwr.data.samples import Samples

PER_DIGIT = 1000
SEEDS = {"train": 11, "validation": 12, "test": 13}

ENLARGED = (3.0, 7.0)  # pixels of the photograph for one of the scan
SIDES = (96, 200)  # px, of the photograph
BLACKBOARDS = 0.05  # of all photographs are of chalk


def read(split: str = "test", data_dir: Path | None = None) -> Samples:
    """The first 1,000 of each digit of a split of Hoda as photographs: (96 to 200)² uint8, ink darker than paper.

    The same ones every time. One in twenty is light on dark. Raises what `hwr.data.hoda.read` raises.
    """
    images, labels, *_ = hoda.read(split, data_dir)
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == digit)[:PER_DIGIT] for digit in range(10)]))
    taken = [photograph(images[k], np.random.default_rng((SEEDS[split], k))) for k in chosen.tolist()]
    return Samples(taken, labels[chosen], dpi=None)


def photograph(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photograph a scanned digit: (h, w) uint8, 0 ink, 255 paper -> (side, side) uint8, side 96 to 200."""
    ink = frame(enlarge(gray, rng.uniform(*ENLARGED)), rng)
    scene = light(ink.shape, rng) * paper(ink.shape, rng) * (1 - ink * pigment(ink.shape, rng))
    if rng.random() < BLACKBOARDS:
        scene = 0.9 - 0.75 * scene
    return expose(scene, rng)


def enlarge(gray: np.ndarray, scale: float) -> np.ndarray:
    """Draw a scan's ink with smooth outlines: (h, w) uint8, 0 ink -> `scale` times its box, float32, 1 ink."""
    x, y, width, height = cv2.boundingRect(255 - gray)
    tight = gray[y : y + height, x : x + width]
    ink = 1 - np.pad(tight, 2, constant_values=255).astype(np.float32) / 255
    large = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 0.6 * scale)  # rounds off the stairs of the scan's pixels
    return np.clip((large - 0.42) * scale + 0.5, 0, 1)  # and an edge one pixel wide again


def frame(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hold the camera a little askew: (h, w) float32, 1 ink -> (side, side), the digit anywhere within."""
    height, width = ink.shape
    longest = max(height, width)
    side = int(np.clip(longest * rng.uniform(1.25, 2.0), *SIDES))
    shrunk = min(1.0, side / (1.25 * longest))
    angle = rng.uniform(-7, 7)
    room = max(0, side - 1.2 * longest * shrunk) / 2
    middle = side / 2 + rng.uniform(-room, room, 2)
    view = aside(ink.shape, rng.normal(0, 0.02 * longest, (4, 2)), angle, shrunk, middle)
    return cv2.warpPerspective(ink, view, (side, side), flags=cv2.INTER_AREA if shrunk < 0.5 else cv2.INTER_LINEAR)


def aside(
    shape: tuple[int, int], askew: np.ndarray, angle: float, scale: float, middle: np.ndarray | float
) -> np.ndarray:
    """How a sheet of (height, width) is seen from a little aside: -> (3, 3) float64, what takes its places there.

    askew: (4, 2) px, by how much its corners are moved; angle: degrees that it is turned by; scale: times that it is
    larger; middle: px, where its middle is seen.
    """
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.radians(angle)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen = ((corners - [width / 2, height / 2] + askew) @ turn) * scale + middle
    return cv2.getPerspectiveTransform(corners, seen.astype(np.float32))


def light(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """How the light falls: (H, W) float32, 1 where it is brightest; a gradient, a vignette, a shadow's soft edge."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    way, across = rng.uniform(0, 2 * np.pi, 2)
    gradient = 1 - rng.uniform(0, 0.13) * (1.5 + np.cos(way) * x + np.sin(way) * y)
    vignette = 1 - rng.uniform(0, 0.12) * (x**2 + y**2)
    depth = rng.uniform(0, 0.35) * (rng.random() < 0.4)
    edge = (np.cos(across) * x + np.sin(across) * y + rng.uniform(-0.6, 0.6)) / rng.uniform(0.03, 0.3)
    return gradient * vignette * (1 - depth / (1 + np.exp(-np.clip(edge, -30, 30))))


def paper(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A sheet in even light: (H, W) float32, 120 to 250 of 255 on average, with fibers and faint clouds."""
    fibers = _clouds(shape, 0.8, rng) * rng.uniform(0, 0.02)
    stains = _clouds(shape, 12, rng) * rng.uniform(0, 0.02)
    return rng.uniform(120, 250) / 255 * (1 + fibers + stains)


def pigment(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """What ink takes away of the paper's light: (H, W) float32, from faint pencil (0.3) to black (0.95)."""
    return np.clip(rng.uniform(0.3, 0.95) * (1 + _clouds(shape, 2, rng) * rng.uniform(0, 0.12)), 0, 0.97)


def _clouds(shape: tuple[int, int], size: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of standard deviation 1: (H, W) float32; `size` in px."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), size)
    return noise / noise.std()


def expose(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a small camera makes of a scene, 0 to 1: blur, a moving hand, sensor noise, JPEG -> (H, W) uint8."""
    seen = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 2.0))
    if rng.random() < 0.3:
        seen = cv2.filter2D(seen, -1, _path(rng.uniform(0, np.pi), int(rng.integers(3, 8))))
    seen = 255 * seen + rng.normal(0, rng.uniform(1, 6), seen.shape)
    quality = int(rng.integers(30, 96))
    _, jpeg = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)


def _path(angle: float, length: int) -> np.ndarray:
    """The way of a hand that moved while the shutter was open: a (9, 9) float32 kernel of sum 1."""
    kernel = np.zeros((9, 9), np.float32)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, end = ((4 + way * reach).round().astype(int).tolist() for way in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    return kernel / kernel.sum()
