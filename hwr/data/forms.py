"""Filled forms as a telephone sees them: a number in its box, beside its label and other lines of print.

They measure how well a number is found and read where there is more on the picture. The digits are real handwriting;
print, paper and camera are made up. Nothing trains on them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from hwr.data import hoda, numbers
from hwr.data.photographs import aside, expose, light, paper, pigment
from hwr.data.samples import Samples

PLACES = ("cells", "box", "boxes", "line")  # where the number is written; a line is of dots
VIEWS = ("close", "half")  # the number and its label, or half a page
SEEDS = {"validation": 31, "test": 32}

DIGITS = (8, 11)  # how many a number has
HEIGHT = (34.0, 56.0)  # px, of an ordinary digit
WORDS = (
    "نام", "نام‌خانوادگی", "شماره", "دانشجویی", "کد", "ملی", "تاریخ", "تولد", "امضا", "آدرس", "تلفن", "همراه",
    "رشته", "تحصیلی", "فرم", "ثبت", "دانشگاه", "تهران", "لطفا", "آبی", "پر", "شود", "این", "قسمت", "متقاضی",
)  # fmt: skip
FONT = Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


class Form(NamedTuple):
    """A form: image, (H, W) uint8; text, the number's digits; place and view, of PLACES and VIEWS."""

    image: np.ndarray
    text: str
    place: str
    view: str


class _Field(NamedTuple):
    """Where the number goes: its cells' left border, the upper one, the width of one, the height, and their number."""

    left: int
    top: int
    cell: int
    tall: int
    cells: int


def forms(split: str, count: int, data_dir: Path | None = None) -> Iterator[Form]:
    """`count` forms with Hoda's digits of a split, places and views in turns. Raises what Hoda's reader raises."""
    samples = hoda.read(split, data_dir)
    usual = numbers.ordinary(samples)
    for k in range(count):
        rng = np.random.default_rng((SEEDS[split], k))
        yield fill(samples, usual, PLACES[k % len(PLACES)], VIEWS[k // len(PLACES) % len(VIEWS)], rng)


def fill(samples: Samples, ordinary: float, place: str, view: str, rng: np.random.Generator) -> Form:
    """Fill one form with digits chosen at random; `ordinary` is the height in px of an ordinary one of them."""
    height, count = rng.uniform(*HEIGHT), int(rng.integers(*DIGITS, endpoint=True))
    shape = (700, 1100) if view == "half" else (int(rng.uniform(180, 320)), int(rng.uniform(700, 1000)))
    cell = int(min(height * rng.uniform(1.15, 1.5), 0.62 * shape[1] / count))
    left, top = int(shape[1] * rng.uniform(0.68, 0.72)) - cell * count, int(shape[0] * rng.uniform(0.3, 0.5))
    field = _Field(left, top, cell, int(height * rng.uniform(1.4, 1.8)), count)
    printed = np.maximum(_printed(shape, field, height, view, rng), _lines(shape, field, place, rng))
    text, ink = _written(samples, height / ordinary, shape, field, place, rng)
    sheet = paper(shape, rng) * (1 - 0.9 * printed) * (1 - ink * pigment(shape, rng))
    return Form(_photographed(sheet, view == "half" and rng.random() < 0.4, rng), text, place, view)


def _printed(shape: tuple, field: _Field, height: float, view: str, rng: np.random.Generator) -> np.ndarray:
    """The label at the right of the field, and other lines above and below it: -> (H, W) float32, 1 black."""
    page = Image.new("L", shape[::-1], 0)
    draw = ImageDraw.Draw(page)

    def line(words: int, y: float, size: float) -> None:
        font = ImageFont.truetype(FONT, round(size))
        draw.text((0.97 * shape[1], y), " ".join(rng.choice(WORDS, words)), 255, font, anchor="ra")

    line(2, field.top + 0.2 * field.tall, height * rng.uniform(0.4, 0.6))
    y = 60.0
    while view == "half" and y < shape[0] - 60:
        if not field.top - 60 < y < field.top + field.tall + 20:
            line(int(rng.integers(3, 7)), y, 26)
        y += rng.uniform(55, 100)
    return np.asarray(page, np.float32) / 255


def _lines(shape: tuple, field: _Field, place: str, rng: np.random.Generator) -> np.ndarray:
    """The field's own lines, pale or black: -> (H, W) float32, 1 black."""
    lines, thick = np.zeros(shape, np.uint8), int(rng.integers(1, 4))
    left, top, cell, tall, cells = field
    right, foot = left + cell * cells, top + tall
    if place in ("cells", "box"):
        cv2.rectangle(lines, (left, top), (right, foot), 1, thick)
    for k in range(cells):
        x = left + cell * k
        if place == "cells":
            cv2.line(lines, (x, top), (x, foot), 1, thick)
        elif place == "boxes":
            cv2.rectangle(lines, (x, top), (x + cell - _gap(cell), foot), 1, thick)
    for x in range(left - 10, right + 10, 9) if place == "line" else ():
        cv2.circle(lines, (x, foot), 1, 1, -1)
    return lines * np.float32(rng.uniform(0.45, 1.0))


def _gap(cell: int) -> int:
    """How far boxes beside each other are apart: px."""
    return max(4, round(0.12 * cell))


def _written(
    samples: Samples, scale: float, shape: tuple, field: _Field, place: str, rng: np.random.Generator
) -> tuple[str, np.ndarray]:
    """A number by hand, each digit in its cell, or one after the other: -> its digits; (H, W) float32, 1 ink."""
    chosen = rng.integers(len(samples.images), size=field.cells)
    ink, x = np.zeros(shape, np.float32), field.left + 0.1 * field.cell
    most = 0.95 * np.array([field.tall, field.cell])
    for k, index in enumerate(chosen):
        glyph = numbers.glyph(samples.images[index], scale)
        fits = float(min(1.0, *(most / glyph.shape)))
        glyph = cv2.resize(glyph, None, fx=fits, fy=fits, interpolation=cv2.INTER_AREA) if fits < 1 else glyph
        tall, wide = glyph.shape
        if place in ("cells", "boxes"):
            x = field.left + field.cell * (k + 0.5) - wide / 2 - (_gap(field.cell) / 2 if place == "boxes" else 0)
        shift, fall = rng.normal(0, (0.02, 0.03), 2) * field.tall
        left, top = round(x + shift), round(field.top + (field.tall - tall) / 2 + fall)
        spot = ink[top : top + tall, left : left + wide]
        np.maximum(spot, glyph, out=spot)
        x += wide + field.cell * max(0.05, rng.normal(0.18, 0.05))
    return "".join(str(samples.labels[index]) for index in chosen), ink


def _photographed(sheet: np.ndarray, desk: bool, rng: np.random.Generator) -> np.ndarray:
    """A sheet from a little aside, on a dark desk or filling the picture: (H, W) float32 -> (H, W) uint8."""
    height, width = sheet.shape
    angle, askew = rng.uniform(-6, 6), rng.normal(0, 0.012 * width, (4, 2))
    view = aside(sheet.shape, askew, angle, 0.8 if desk else 1.0, np.array([width, height]) / 2)
    around = cv2.BORDER_CONSTANT if desk else cv2.BORDER_REPLICATE
    scene = cv2.warpPerspective(
        sheet.astype(np.float32), view, (width, height), borderMode=around, borderValue=rng.uniform(0.15, 0.4)
    )
    return expose(scene * light(scene.shape, rng), rng)
