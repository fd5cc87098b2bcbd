"""Synthetic pen drawings of Persian digits, made here: many hands, many pens, any size and place on the canvas.

They measure how well a network trained on scans reads what a visitor draws. Nothing in them comes
from a dataset: every digit is one of the forms below, bent, traced and inked by a hand of its own.
"""

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from hwr.data.samples import Samples
from hwr.data.source import DataError

SIDE = 160  # px: a picture's sides
FINE = 4  # strokes are drawn at this multiple and shrunk by area, which antialiases them
PER_DIGIT = 1000
SEEDS = {"train": 1, "validation": 2, "test": 3}

PEN = (6 / 800, 42 / 800)  # widths of pens as shares of the canvas: 6 to 42 px where it has 800
EDGE = 0.02  # of the canvas stays clear all around
ROTATION = np.radians(12)


class Form(NamedTuple):
    """One way of writing a digit.

    strokes: points "x,y" in a box of about 100 × 100, y down; a pen runs smoothly through them, turns sharply
        at one marked "!", and is lifted at each "/".
    size: least and most, of the ink's longer side as a share of the canvas.
    pen: thinnest and thickest, as a share of that size: beyond it a reader could no longer tell the form.
    """

    strokes: str
    size: tuple[float, float] = (0.25, 0.90)
    pen: tuple[float, float] = (0.0, 0.15)


RING = "50,0 15,13 0,50 13,86 50,100 87,86 100,50 86,14 48,0 32,4"
DIAMOND = "60,0 38,1 16,17 2,40 3,61 18,83 40,98 60,98 82,80 98,60 97,40 82,17 61,1 48,0"
BARREL = "52,0 24,5 6,24 0,52 5,80 24,96 52,100 78,95 95,78 100,48 94,22 76,5 50,1 36,4"
SPIRAL = "55,2 18,12 0,48 14,88 52,100 90,84 100,48 82,16 50,8 26,20 16,40"
BLOT = "50,5 8,40 38,95 95,65 70,8 22,30 45,80 75,55 52,25 35,52 58,58"
EGG = "56,0 26,8 4,46 12,84 44,100 76,88 92,48 84,12 56,0 42,3"

FORMS = {
    0: (
        Form(BLOT, size=(0.08, 0.16), pen=(0.30, 0.45)),  # a dot
        Form(RING, size=(0.09, 0.25), pen=(0.08, 0.30)),
        Form(DIAMOND, size=(0.09, 0.25), pen=(0.08, 0.25)),
        Form(SPIRAL, size=(0.12, 0.30), pen=(0.06, 0.20)),
        Form(RING, size=(0.25, 0.80), pen=(0.0, 0.12)),  # large, thin-lined: what people draw on an empty canvas
        Form(EGG, size=(0.25, 0.80), pen=(0.0, 0.12)),
        Form(BARREL, size=(0.25, 0.80), pen=(0.0, 0.12)),
        Form(SPIRAL, size=(0.25, 0.80), pen=(0.0, 0.10)),
    ),
    1: (
        Form("50,0 50,50 51,100", pen=(0.0, 0.18)),
        Form("42,0 52,50 60,100", pen=(0.0, 0.18)),
        Form("44,0 55,35 56,70 50,100", pen=(0.0, 0.15)),
        Form("41,0 44,45 50,80 61,100", pen=(0.0, 0.15)),
        Form("39,13 47,0! 51,50 56,100", pen=(0.0, 0.12)),  # with a small flag
    ),
    2: (
        Form("8,0 16,40 30,100 / 12,20 26,40 52,38 66,22 70,0", pen=(0.0, 0.15)),
        Form("18,2 19,50 18,100 / 18,12 30,30 52,30 66,18 70,0", pen=(0.0, 0.14)),
        Form("15,2 17,50 20,100 / 16,22 36,26 58,18 78,2", pen=(0.0, 0.12)),  # a shallow tooth
        Form("4,4 24,48 48,100 / 16,32 36,46 58,26 68,4", pen=(0.0, 0.14)),
        Form("20,0 12,35 16,70 30,100 / 14,24 32,44 58,40 74,10", pen=(0.0, 0.14)),  # a curved stem
        Form("10,4 22,36 38,42 58,30 68,2! 58,30 38,42 26,50 28,100", pen=(0.0, 0.13)),  # without lifting the pen
    ),
    3: (
        Form("8,2 14,40 26,100 / 10,18 24,36 38,30 42,4! 50,30 66,34 78,22 80,0", pen=(0.0, 0.10)),
        Form("14,4 14,50 15,100 / 14,14 22,32 36,30 42,6! 48,28 62,32 76,20 80,2", pen=(0.0, 0.10)),
        Form("2,2 14,45 36,100 / 6,20 28,34 44,28 50,4! 58,30 78,36 94,22 100,2", pen=(0.0, 0.10)),  # wide
        Form("10,4 16,50 28,100 / 12,22 26,32 38,28 44,12! 52,28 68,28 92,4", pen=(0.0, 0.09)),
        Form("4,6 24,50 50,100 / 12,26 30,40 46,30 48,8! 56,34 74,34 84,4", pen=(0.0, 0.10)),
        Form("16,0 8,35 14,70 34,100 / 10,22 28,36 42,26 46,8 52,28 70,32 84,20 86,0", pen=(0.0, 0.09)),  # cursive
    ),
    4: (
        Form("6,22 28,52 50,100 / 80,2 54,8 34,26 24,46! 60,48 92,42", pen=(0.0, 0.11)),
        Form("14,18 18,48 22,100 / 76,0 48,6 28,22 16,42! 54,45 86,42", pen=(0.0, 0.11)),
        Form("12,14 20,46 34,100 / 82,6 62,0 44,8 38,26 54,40 88,36 / 18,42 36,43 60,40", pen=(0.0, 0.09)),  # a loop
        Form("10,20 20,46 28,100 / 72,0 52,12 38,30 34,46 / 18,46 50,48 84,44", pen=(0.0, 0.11)),
        Form("72,4 46,0 24,14 26,32 58,42! 26,50 4,76 26,98 62,100 92,94", pen=(0.0, 0.11)),  # the Arabic ٤
        Form("66,6 40,0 22,16 34,38 62,42! 30,52 14,78 40,98 80,94", pen=(0.0, 0.11)),
        Form("60,2 28,8 14,26 30,40 58,44! 30,52 32,76 60,100", pen=(0.0, 0.11)),
    ),
    5: (
        Form("50,0! 18,40 2,76 16,98 36,96 50,72! 64,96 84,98 98,74 80,36 50,0", pen=(0.0, 0.10)),  # a heart
        Form("54,2! 24,30 2,66 14,96 36,92 48,66! 56,92 80,98 96,72 82,40 46,0", pen=(0.0, 0.09)),
        Form("50,0! 10,36 0,66 14,84 34,82 50,60! 66,82 90,84 100,62 88,32 46,2", pen=(0.0, 0.09)),  # wide
        Form("48,62 38,84 18,86 4,66 18,36 54,0! 82,30 94,64 84,88 64,90 50,66", pen=(0.0, 0.09)),
        Form("47,-6 41,20 16,50 6,76 22,96 50,100 78,96 92,74 78,46 57,22 51,-10", pen=(0.0, 0.09)),  # a drop
        Form("22,-14 52,20 78,50 80,82 56,100 28,94 14,70 24,44 46,26 66,16", pen=(0.0, 0.10)),  # with a tail
        Form("62,2 34,34 10,64 12,92 36,98 50,78! 62,98 86,94 90,66 66,34 36,6", pen=(0.0, 0.09)),  # crossed
    ),
    6: (
        Form("36,0 12,14 10,36 32,44 62,34 82,2! 56,54 34,100", pen=(0.0, 0.12)),
        Form("22,2 14,26 26,42 52,38 72,2! 60,50 50,100", pen=(0.0, 0.12)),
        Form("18,0 12,36 30,48 68,42 / 72,0 66,50 60,100", pen=(0.0, 0.12)),  # like an open Latin 4
        Form("36,4 18,4 6,22 16,42 42,44 84,12! 52,56 22,100", pen=(0.0, 0.11)),
        Form("4,6 34,4 66,4! 70,50 76,100", pen=(0.0, 0.13)),  # the Arabic ٦
        Form("2,0 8,12 36,12 64,8! 72,50 90,100", pen=(0.0, 0.12)),
        Form("6,8 36,2 58,6! 58,44 64,74 88,92", pen=(0.0, 0.12)),
    ),
    7: (
        Form("2,0 40,100! 84,0", pen=(0.0, 0.15)),
        Form("10,0 34,100! 72,0", pen=(0.0, 0.14)),
        Form("4,4 26,60 42,98 54,80 88,0", pen=(0.0, 0.14)),
        Form("6,0 18,70 38,100 58,72 78,0", pen=(0.0, 0.13)),
        Form("0,24 14,34 30,100! 56,36 92,0", pen=(0.0, 0.12)),
    ),
    8: (
        Form("44,0! 0,100 / 44,0 86,100", pen=(0.0, 0.15)),
        Form("14,100 40,0! 78,100", pen=(0.0, 0.14)),
        Form("4,100 34,30 46,2 58,26 84,98", pen=(0.0, 0.14)),
        Form("10,100 24,30 44,0 62,32 76,100", pen=(0.0, 0.13)),
        Form("0,96 28,50 42,0! 54,44 78,84 94,98", pen=(0.0, 0.12)),
    ),
    9: (
        Form("66,8 38,0 14,16 10,40 30,52 56,42 66,10! 66,50 68,100", pen=(0.0, 0.11)),
        Form("60,10 36,0 12,18 14,42 38,50 58,34 62,8! 68,48 80,100", pen=(0.0, 0.11)),
        Form("58,8 30,4 6,28 18,46 44,42 60,8! 62,54 82,98", pen=(0.0, 0.10)),
        Form("60,24 50,2 22,4 8,28 22,48 46,46 60,22! 60,60 56,100", pen=(0.0, 0.11)),
        Form("54,0 22,26 6,44 32,50 58,40 54,2! 62,50 74,100", pen=(0.0, 0.10)),  # a pointed ring
    ),
}


def read(split: str = "test", data_dir: Path | None = None) -> Samples:
    """Ten thousand drawings, 1,000 a digit: 160 × 160 uint8, 0 ink, 255 paper. The same ones every time.

    The splits differ in their seed. `data_dir` is not used: nothing is read from a disk.
    """
    if split not in SEEDS:
        raise DataError(f"the drawings have no split {split!r}; there are {', '.join(SEEDS)}")
    labels = np.repeat(np.arange(10), PER_DIGIT)
    images = [draw(digit, np.random.default_rng((SEEDS[split], k))) for k, digit in enumerate(labels.tolist())]
    return Samples(images, labels, dpi=None)


def draw(digit: int, rng: np.random.Generator) -> np.ndarray:
    """One drawing of a digit 0 to 9: (160, 160) uint8, antialiased, 0 ink, 255 paper."""
    return write(FORMS[digit][rng.integers(len(FORMS[digit]))], rng)


def write(form: Form, rng: np.random.Generator) -> np.ndarray:
    """A form as some hand and some pen write it: (160, 160) uint8, antialiased, 0 ink, 255 paper."""
    size = np.exp(rng.uniform(*np.log(form.size)))
    pen = np.exp(rng.uniform(*np.log(PEN)))
    pen = float(np.clip(pen, form.pen[0] * size, form.pen[1] * size))
    strokes = [trace(stroke, rng) for stroke in form.strokes.split("/")]
    return ink(place(bend(strokes, rng), size - pen, rng), pen, rng)


def trace(stroke: str, rng: np.random.Generator) -> np.ndarray:
    """A stroke's points as a pen runs through them: "x,y x,y! …" -> (N, 2) float64 in the unit square."""
    words = stroke.split()
    points = np.array([word.rstrip("!").split(",") for word in words], float) / 100
    points += rng.normal(0, rng.uniform(0.003, 0.016), points.shape)
    corners = [k for k, word in enumerate(words) if word.endswith("!") and 0 < k < len(words) - 1]
    bounds = [0, *corners, len(words) - 1]
    runs = [_smooth(points[first : last + 1]) for first, last in pairwise(bounds)]
    return _ends(np.concatenate([*runs, points[-1:]]), rng)


def _smooth(points: np.ndarray) -> np.ndarray:
    """A Catmull-Rom curve through every point but the last, which begins the next: (K, 2) -> (16 (K - 1), 2)."""
    p = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, 16, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = b + t * (c - a) / 2 + t**2 * (a - 2.5 * b + 2 * c - d / 2) + t**3 * ((d - a) / 2 + 1.5 * (b - c))
    return curve.transpose(1, 0, 2).reshape(-1, 2)


def _ends(curve: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A pen that starts a little late, ends a little early, or leaves a small hook: (N, 2) -> (M, 2)."""
    late, early = (rng.uniform(0, 0.05, 2) * len(curve) * (rng.random(2) < 0.4)).astype(int)
    curve = curve[late : len(curve) - early]
    if rng.random() < 0.2:
        inward = curve.mean(axis=0) - curve[0]  # a hook that sticks out of a ring makes another digit of it
        angle = np.arctan2(inward[1], inward[0]) + rng.uniform(-1, 1)
        curve = np.concatenate([curve[:1] + rng.uniform(0.02, 0.05) * _unit(angle), curve])
    return curve


def _unit(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), np.sin(angle)])


def bend(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Another hand: proportions, slant, rotation, a slow warp of the whole digit and a tremor of the pen."""
    stretch = np.exp(np.clip(rng.normal(0, 0.10), -0.17, 0.17))
    slant = np.clip(rng.normal(0, 0.10), -0.2, 0.2)
    angle = np.clip(rng.normal(0, ROTATION / 2), -ROTATION, ROTATION)
    turn = np.array([_unit(angle), _unit(angle + np.pi / 2)])
    shape = np.diag([stretch, 1 / stretch]) @ np.array([[1, 0], [slant, 1]]) @ turn
    warp, phase = rng.normal(0, 0.02, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))
    tremor = rng.uniform(0, 0.008)
    bent = []
    for stroke in strokes:
        slow = sum(warp[axis] * np.sin(2 * np.pi * stroke[:, axis : axis + 1] + phase[axis]) for axis in (0, 1))
        shake = cv2.GaussianBlur(rng.normal(0, 1, stroke.shape), (1, 9), 2) * tremor
        bent.append((stroke + slow + shake) @ shape)
    return bent


def place(strokes: list[np.ndarray], size: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Scale to `size`, a share of the canvas, and put anywhere on it: points in [0, 1]²."""
    every = np.concatenate(strokes)
    low, extent = every.min(axis=0), np.ptp(every, axis=0)
    scale = size / extent.max()
    room = 1 - 2 * EDGE - PEN[1] - scale * extent
    corner = EDGE + PEN[1] / 2 + rng.uniform(0, 1, 2) * np.maximum(room, 0)
    return [(stroke - low) * scale + corner for stroke in strokes]


def ink(strokes: list[np.ndarray], pen: float, rng: np.random.Generator) -> np.ndarray:
    """Draw with a round pen: points in [0, 1]², the pen's width as a share of the canvas -> (160, 160) uint8."""
    canvas = np.full((FINE * SIDE, FINE * SIDE), 255, np.uint8)
    pressure, phase = rng.uniform(0, 0.2), rng.uniform(0, 2 * np.pi)
    step = rng.integers(1, 6)  # a quick hand leaves few points between which the line is straight
    for stroke in strokes:
        kept = np.round(np.concatenate([stroke[:-1:step], stroke[-1:]]) * FINE * SIDE).astype(int)
        force = 1 + pressure * np.sin(phase + np.linspace(0, 5, len(kept)))
        for start, end, width in zip(kept, kept[1:], pen * FINE * SIDE * force, strict=False):
            cv2.line(canvas, start.tolist(), end.tolist(), 0, max(1, round(width)))
    return cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
