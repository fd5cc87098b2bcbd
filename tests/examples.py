"""Draws the page's examples, hwr/interface/examples: python -m tests.examples

Photographs that nobody took: our own digits and numbers in several inks, on papers that are shaded and rough.
"""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from hwr.data.drawings import FORMS, bend, trace

FOLDER = Path(__file__).parents[1] / "hwr" / "interface" / "examples"
SIDE = 240  # px: a picture's height
GAP = 0.35  # of a digit's height, between two of a number
FINE = 4  # ink is drawn at this multiple and shrunk, which antialiases it
QUALITY = 84  # of the JPEG: about 6 kB a picture


class Scene(NamedTuple):
    """One photograph. Colors are RGB; widths and sizes are shares of the picture's height.

    text: a digit, or a number on a picture that is twice as wide as high; forms: how each digit of it is written.
    """

    text: str
    forms: tuple[int, ...]
    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    pen: float
    size: float
    light: float  # the angle it comes from, in radians
    shade: float  # how much darker the far side is
    grain: float  # gray levels
    blur: float  # px

    @property
    def name(self) -> str:
        """Of its file, behind its place."""
        return f"{'digit' if len(self.text) == 1 else 'number'}-{self.text}.jpg"

    @property
    def shape(self) -> tuple[int, int]:
        """The picture's height and width, px."""
        return SIDE, SIDE if len(self.text) == 1 else 2 * SIDE


SCENES = (
    Scene("5", (0,), (244, 241, 233), (28, 44, 92), 0.030, 0.50, 0.6, 0.35, 3.0, 0.7),  # a blue pen in window light
    Scene("2", (0,), (250, 226, 120), (50, 44, 40), 0.045, 0.56, 2.4, 0.25, 2.5, 0.8),  # a felt pen on a sticky note
    Scene("4", (0,), (46, 66, 58), (226, 230, 220), 0.040, 0.54, 4.0, 0.30, 6.0, 1.0),  # chalk on a blackboard
    Scene("6", (0,), (226, 221, 212), (112, 108, 106), 0.022, 0.52, 5.2, 0.40, 4.0, 0.6),  # a pencil in the evening
    Scene("3", (0,), (236, 236, 238), (176, 40, 44), 0.034, 0.52, 1.5, 0.30, 3.5, 0.9),  # a red pen, out of focus
    Scene("9", (1,), (198, 164, 122), (52, 34, 26), 0.050, 0.56, 3.3, 0.30, 7.0, 0.8),  # a marker on cardboard
    Scene("27416", (0, 0, 0, 1, 0), (243, 240, 230), (30, 44, 100), 0.028, 1.5, 0.9, 0.30, 3.0, 0.7),  # a blue pen
    Scene("1398", (1, 0, 0, 1), (224, 229, 232), (58, 56, 60), 0.034, 1.3, 2.8, 0.35, 4.0, 0.8),  # a gray pencil
)


def photograph(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """One scene -> (240, 240 or 480, 3) uint8, RGB."""
    ink = cv2.GaussianBlur(coverage(scene, rng), (0, 0), scene.blur)
    uneven = 1 + 0.10 * texture(12, rng, scene.shape)  # a pen does not give the same ink everywhere
    ink = np.clip(ink * uneven, 0, 1)[..., None]
    picture = np.array(scene.paper) * (1 - ink) + np.array(scene.ink) * ink
    picture *= illumination(scene)[..., None]
    picture += scene.grain * (0.7 * texture(1, rng, scene.shape) + 0.6 * texture(3, rng, scene.shape))[..., None]
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def coverage(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Where the ink is: (240, 240 or 480) float32, 0 to 1."""
    height, width = scene.shape
    strokes = written(scene, rng)
    points = np.concatenate(strokes)
    scale = scene.size / np.ptp(points, axis=0).max()
    middle = 0.5 + rng.uniform(-0.05, 0.05, 2) - scale * (points.min(axis=0) + points.max(axis=0)) / 2
    middle[0] += (width / height - 1) / 2
    canvas = np.zeros((FINE * height, FINE * width), np.uint8)
    for stroke in strokes:
        path = np.round((stroke * scale + middle) * FINE * SIDE).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, round(scene.pen * FINE * SIDE), cv2.LINE_AA)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def written(scene: Scene, rng: np.random.Generator) -> list[np.ndarray]:
    """A scene's strokes, its digits beside each other: (N, 2) float64 each, a digit about 1 high."""
    row, edge = [], 0.0
    for digit, form in zip(scene.text, scene.forms, strict=True):
        strokes = bend([trace(stroke, rng) for stroke in FORMS[int(digit)][form].strokes.split("/")], rng)
        x = np.concatenate(strokes)[:, 0]
        row += [stroke + np.array([edge - x.min(), 0]) for stroke in strokes]
        edge += np.ptp(x) + GAP
    return row


def illumination(scene: Scene) -> np.ndarray:
    """Light that falls from one side and fades to the corners: (240, 240 or 480) float64, about 1."""
    height, width = scene.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    along = (x * np.cos(scene.light) + y * np.sin(scene.light)) / np.sqrt(2)
    return 1.02 - scene.shade * (0.5 + along / 2) ** 1.5 - 0.08 * (x**2 + y**2)


def texture(cell: int, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Unevenness whose spots are about `cell` pixels large: (H, W) float64, mean 0, deviation 1."""
    spots = rng.normal(0, 1, shape)
    if cell > 1:
        spots = cv2.GaussianBlur(spots, (0, 0), cell / 2)
    return spots / spots.std()


def main() -> None:
    """Write every scene as a JPEG named after its place and what is written."""
    for number, scene in enumerate(SCENES, 1):
        picture = photograph(scene, np.random.default_rng(number))
        path = FOLDER / f"{number}-{scene.name}"
        cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
