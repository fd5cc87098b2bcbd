"""Digits as they come when something went wrong: fifteen corruptions at three strengths, the same ones every time.

They measure how much a reader can bear, and nothing is trained on them. After N. Mu, J. Gilmer, "MNIST-C: A Robustness
Benchmark for Computer Vision", 2019 (arXiv:1906.02337), with JPEG and the pen's width added. Where there are several
kinds of one corruption (shot and impulse noise, say), chance picks one for each picture. The strengths were set by
eye, so that a reader of the script can still tell the digit at the third.
"""

from collections.abc import Callable

import cv2
import numpy as np
from skimage.morphology import skeletonize

from hwr.data.photographs import enlarge

# A digit as a canvas or a camera gives it: far larger than its scan, with as much paper around as it can move in.
SIDE = 128  # px, of the picture
DIGIT = 64  # px, the longer side of the ink
UNIT = DIGIT / 20  # px for one of MNIST's, whose digits are 20 px long: what MNIST-C measures its corruptions in
PAPER = 1.0  # ink is 0
STRENGTHS = (1, 2, 3)
HAIR = 1.6  # px, the thinnest stroke of a pen


def drawn(gray: np.ndarray) -> np.ndarray:
    """Draw a scanned digit large, in the middle of a sheet: (h, w) uint8, 0 ink, 255 paper -> (128, 128) uint8.

    The scan may be of two tones and cut tight, as Hoda's are, or antialiased, as MNIST's. Its real size is forgotten.
    """
    _, _, width, height = cv2.boundingRect(np.where(gray < 128, 255, 0).astype(np.uint8))
    ink = enlarge(gray, DIGIT / max(width, height))
    x, y, width, height = cv2.boundingRect((ink > 0.5).astype(np.uint8))
    shift = np.array([[1, 0, (SIDE - width) // 2 - x], [0, 1, (SIDE - height) // 2 - y]], np.float32)
    return _gray(1 - cv2.warpAffine(ink, shift, (SIDE, SIDE)))


def corrupt(picture: np.ndarray, name: str, strength: int, rng: np.random.Generator) -> np.ndarray:
    """Corrupt a picture that `drawn` gave: (128, 128) uint8, 0 ink, 255 paper -> the same shape.

    name: one of CORRUPTIONS; strength: 1, 2 or 3. The same generator gives the same place, way and kind at each
    strength. Raises ValueError for a name or a strength that there is not.
    """
    if name not in CORRUPTIONS or strength not in STRENGTHS:
        raise ValueError(f"there is no corruption {name!r} of strength {strength}; there are {', '.join(CORRUPTIONS)}")
    return _gray(CORRUPTIONS[name](picture / np.float32(255), strength - 1, rng))


def _gray(light: np.ndarray) -> np.ndarray:
    return np.clip(np.round(255 * light), 0, 255).astype(np.uint8)


def noise(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Shot noise of a dark room, where the brightest pixel counts few photons; or dead pixels, black and white."""
    if rng.random() < 0.5:
        photons = (12, 5, 2)[k]
        return rng.poisson(photons * light) / photons
    dead = rng.random(light.shape) < (0.06, 0.15, 0.27)[k]
    return np.where(dead, rng.integers(0, 2, light.shape), light)


def blur(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Out of focus, moved while the shutter was open, or behind frosted glass."""
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(light, (0, 0), (2, 3, 4.5)[k], borderType=cv2.BORDER_REPLICATE)
    if kind == 1:
        reach = (3, 5, 8)[k]
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        way = rng.uniform(0, np.pi)
        along = reach * np.array([np.cos(way), np.sin(way)])
        start, end = (np.round(reach + sign * along).astype(int).tolist() for sign in (-1, 1))
        cv2.line(kernel, start, end, 1.0)
        return cv2.filter2D(light, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    reach = (3, 5, 7)[k]
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    dx, dy = rng.uniform(-reach, reach, (2, SIDE, SIDE)).astype(np.float32)
    scattered = cv2.remap(light, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(scattered, (0, 0), 1)


def jpeg(light: np.ndarray, k: int, _: np.random.Generator) -> np.ndarray:
    """Shrunk until a digit is as large as one of MNIST's, and saved with hardly any bytes."""
    small = cv2.resize(light, None, fx=1 / UNIT, fy=1 / UNIT, interpolation=cv2.INTER_AREA)
    _, file = cv2.imencode(".jpg", _gray(small), [cv2.IMWRITE_JPEG_QUALITY, (30, 15, 7)[k]])
    seen = cv2.imdecode(file, cv2.IMREAD_GRAYSCALE) / np.float32(255)
    return cv2.resize(seen, light.shape[::-1], interpolation=cv2.INTER_CUBIC)


def shear(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Slanted to the left or right."""
    return _moved(light, np.array([[1, rng.choice([-1, 1]) * (0.2, 0.4, 0.6)[k]], [0, 1]]))


def scale(light: np.ndarray, k: int, _: np.random.Generator) -> np.ndarray:
    """Written small, or far from the camera."""
    return _moved(light, np.eye(2) * (0.6, 0.4, 0.25)[k])


def rotate(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """The sheet turned to the left or right."""
    turn = np.deg2rad(rng.choice([-1, 1]) * (10, 20, 30)[k])
    return _moved(light, np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))


def translate(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Toward a corner; at the third strength the ink nearly reaches both of its borders."""
    return _moved(light, np.eye(2), rng.choice([-1, 1], 2) * (10, 20, 30)[k])


def _moved(light: np.ndarray, matrix: np.ndarray, shift=(0, 0)) -> np.ndarray:
    """An affine map around the middle of the picture, on a sheet without end."""
    fine = 4  # times enlarged: a digit that shrinks would lose its thin strokes between two pixels
    middle = np.full(2, (fine * SIDE - 1) / 2)
    view = np.column_stack([matrix, middle - matrix @ middle + fine * np.array(shift)])
    large = cv2.resize(light, None, fx=fine, fy=fine, interpolation=cv2.INTER_LINEAR)
    moved = cv2.warpAffine(large, view, large.shape[::-1], borderValue=PAPER)
    return cv2.resize(moved, light.shape[::-1], interpolation=cv2.INTER_AREA)


def brightness(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Far too much light, in which the ink fades, or far too little, in which the paper does."""
    return light + rng.choice([-1, 1]) * (0.4, 0.6, 0.8)[k]


def stripe(light: np.ndarray, k: int, _: np.random.Generator) -> np.ndarray:
    """Dark to the left and the right, where ink is light; from the second strength on that cuts into wide digits."""
    width = (24, 36, 42)[k]  # px of each; in MNIST-C 15 % of an ordinary digit's box, on either side: 42
    inverted = light.copy()
    inverted[:, :width] = 1 - light[:, :width]
    inverted[:, -width:] = 1 - light[:, -width:]
    return inverted


def fog(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Clouds that are brighter than what they leave of the contrast."""
    thick = (0.8, 1.6, 2.4)[k]
    return (light + thick * _clouds(rng)) / (1 + thick)


def _clouds(rng: np.random.Generator) -> np.ndarray:
    """Fractal noise, 0 to 1: each octave has half the size and half the height of the one before."""
    octaves = [rng.random((2**size + 1, 2**size + 1), np.float32) / 2**size for size in range(1, 8)]
    clouds = sum(cv2.resize(octave, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for octave in octaves)
    return (clouds - clouds.min()) / (clouds.max() - clouds.min())


def spatter(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Splashes of something pale that covers ink and paper alike."""
    wet = cv2.GaussianBlur(rng.standard_normal(light.shape, np.float32), (0, 0), UNIT)
    covered = (wet > np.quantile(wet, 1 - (0.05, 0.1, 0.16)[k])).astype(np.float32)
    covered = cv2.GaussianBlur(covered, (0, 0), 0.7)
    return light * (1 - covered) + 0.75 * covered


def dotted_line(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Dashes from the left border to the right, somewhere across the digit."""
    y0, y1 = SIDE / 2 + rng.uniform(-14, 14, 2) * UNIT
    width = (2, 4, 6)[k]
    dashes = [np.array([x, x + 2 * UNIT - width]) for x in np.arange(0, SIDE, 4 * UNIT)]  # their ends are round
    return _lines(light, [np.stack([x, y0 + (y1 - y0) * x / SIDE], axis=1) for x in dashes], width)


def zigzag(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """A zigzag line across the digit, a little longer than it is wide."""
    y0 = SIDE / 2 + rng.uniform(-12, 12) * UNIT
    y1 = y0 + rng.uniform(-5, 5) * UNIT
    along = np.linspace(-11.5, 11.5, 13)
    x = SIDE / 2 + along * UNIT
    y = y0 + (y1 - y0) * np.linspace(0, 1, 13) + 2 * UNIT * np.resize([-1, 1], 13)
    return _lines(light, [np.stack([x, y], axis=1)], (2, 3, 4)[k])


def _lines(light: np.ndarray, paths: list[np.ndarray], width: int) -> np.ndarray:
    """Draw over a picture in ink: paths of (N, 2) points, px."""
    over = np.zeros(light.shape, np.uint8)
    sixteenths = [np.round(16 * path).astype(np.int32) for path in paths]
    cv2.polylines(over, sixteenths, False, 255, width, cv2.LINE_AA, 4)
    return np.minimum(light, 1 - over / np.float32(255))


def edges(light: np.ndarray, k: int, _: np.random.Generator) -> np.ndarray:
    """Only the outline is dark, as from a worn copier; the inside keeps a shade, or a dot would be a ring: ۰ a ۵."""
    outline = cv2.Canny(_gray(cv2.GaussianBlur(light, (0, 0), UNIT / 3)), 50, 150)
    outline = cv2.GaussianBlur(cv2.dilate(outline, np.ones((2, 2), np.uint8)), (0, 0), 0.5) / np.float32(255)
    return np.minimum(1 - (0.5, 0.3, 0.15)[k] * (1 - light), 1 - outline)


def pen(light: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Another pen: thicker, or thinner, down to a hair. What is no stroke but a dot stays one."""
    ink = (light < 0.5).astype(np.uint8)
    wider = (1.0, 2.0, 3.0)[k]  # px, to each side of a stroke, of whose width about 7 px are usual
    if rng.random() < 0.5:
        return np.clip(cv2.distanceTransform(1 - ink, cv2.DIST_L2, 5) + 0.5 - wider, 0, 1)
    within = cv2.distanceTransform(ink, cv2.DIST_L2, 5) + 0.5 - wider
    line = skeletonize(ink > 0)
    hair = HAIR / 2 + 0.5 - cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)
    return 1 - np.clip(np.maximum(within, hair), 0, 1)


CORRUPTIONS: dict[str, Callable[[np.ndarray, int, np.random.Generator], np.ndarray]] = {
    "noise": noise,
    "blur": blur,
    "JPEG": jpeg,
    "shear": shear,
    "scale": scale,
    "rotate": rotate,
    "brightness": brightness,
    "translate": translate,
    "stripe": stripe,
    "fog": fog,
    "spatter": spatter,
    "dotted line": dotted_line,
    "zigzag": zigzag,
    "edges": edges,
    "pen": pen,
}
