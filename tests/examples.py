"""Draws the page's examples, hwr/interface/examples: python -m tests.examples

Photographs that nobody took: our own digits in several inks, on papers that are shaded and rough.
"""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from hwr.data.drawings import FORMS, bend, trace

FOLDER = Path(__file__).parents[1] / "hwr" / "interface" / "examples"
SIDE = 240  # px
FINE = 4  # ink is drawn at this multiple and shrunk, which antialiases it
QUALITY = 84  # of the JPEG: about 6 kB a picture


class Scene(NamedTuple):
    """One photograph. Colors are RGB; widths and sizes are shares of the picture's side."""

    digit: int
    form: int
    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    pen: float
    size: float
    light: float  # the angle it comes from, in radians
    shade: float  # how much darker the far side is
    grain: float  # gray levels
    blur: float  # px


SCENES = (
    Scene(5, 0, (244, 241, 233), (28, 44, 92), 0.030, 0.50, 0.6, 0.35, 3.0, 0.7),  # a blue pen in window light
    Scene(2, 0, (250, 226, 120), (50, 44, 40), 0.045, 0.56, 2.4, 0.25, 2.5, 0.8),  # a felt pen on a sticky note
    Scene(4, 0, (46, 66, 58), (226, 230, 220), 0.040, 0.54, 4.0, 0.30, 6.0, 1.0),  # chalk on a blackboard
    Scene(6, 0, (226, 221, 212), (112, 108, 106), 0.022, 0.52, 5.2, 0.40, 4.0, 0.6),  # a pencil in the evening
    Scene(3, 0, (236, 236, 238), (176, 40, 44), 0.034, 0.52, 1.5, 0.30, 3.5, 0.9),  # a red pen, slightly out of focus
    Scene(9, 1, (198, 164, 122), (52, 34, 26), 0.050, 0.56, 3.3, 0.30, 7.0, 0.8),  # a marker on cardboard
)


def photograph(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """One scene -> (240, 240, 3) uint8, RGB."""
    ink = cv2.GaussianBlur(coverage(scene, rng), (0, 0), scene.blur)
    uneven = 1 + 0.10 * texture(12, rng)  # a pen does not give the same ink everywhere
    ink = np.clip(ink * uneven, 0, 1)[..., None]
    picture = np.array(scene.paper) * (1 - ink) + np.array(scene.ink) * ink
    picture *= illumination(scene)[..., None]
    picture += scene.grain * (0.7 * texture(1, rng) + 0.6 * texture(3, rng))[..., None]
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def coverage(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Where the ink is: (240, 240) float32, 0 to 1."""
    strokes = bend([trace(stroke, rng) for stroke in FORMS[scene.digit][scene.form].strokes.split("/")], rng)
    points = np.concatenate(strokes)
    scale = scene.size / np.ptp(points, axis=0).max()
    middle = 0.5 + rng.uniform(-0.05, 0.05, 2) - scale * (points.min(axis=0) + points.max(axis=0)) / 2
    canvas = np.zeros((FINE * SIDE, FINE * SIDE), np.uint8)
    for stroke in strokes:
        path = np.round((stroke * scale + middle) * FINE * SIDE).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, round(scene.pen * FINE * SIDE), cv2.LINE_AA)
    return cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def illumination(scene: Scene) -> np.ndarray:
    """Light that falls from one side and fades to the corners: (240, 240) float64, about 1."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    along = (x * np.cos(scene.light) + y * np.sin(scene.light)) / np.sqrt(2)
    return 1.02 - scene.shade * (0.5 + along / 2) ** 1.5 - 0.08 * (x**2 + y**2)


def texture(cell: int, rng: np.random.Generator) -> np.ndarray:
    """Unevenness whose spots are about `cell` pixels large: (240, 240) float64, mean 0, deviation 1."""
    spots = rng.normal(0, 1, (SIDE, SIDE))
    if cell > 1:
        spots = cv2.GaussianBlur(spots, (0, 0), cell / 2)
    return spots / spots.std()


def main() -> None:
    """Write every scene as a JPEG named after its place and its digit."""
    for number, scene in enumerate(SCENES, 1):
        picture = photograph(scene, np.random.default_rng(number))
        path = FOLDER / f"{number}-digit-{scene.digit}.jpg"
        cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
