"""Whole numbers on paper, made of a dataset's digits: plain, ruled or boxed, touching, askew, in the shade, in groups.

Their digits are real handwriting, their paper is made up. They measure how well a number is read, and `numbers` learns
from others that are composed alike. Nothing is kept: a string is composed when it is asked for, the same every time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from hwr.data import hoda, mnist
from hwr.data.photographs import enlarge, expose, light, paper, pigment
from hwr.data.samples import MARKS, Samples

CONDITIONS = ("clean", "ruled", "boxed", "touching", "rotated", "shaded", "marked")
SOURCES = {"hoda": hoda.read, "mnist": mnist.read}
SEEDS = {"train": 21, "validation": 22, "test": 23}

DIGITS = (2, 20)  # how many a number has
HEIGHT = (40.0, 90.0)  # px, of an ordinary digit on the paper
TURN = 7.0  # degrees at most, to either side
BETWEEN = 0.12  # of a cell's width is the paper between two boxes


class Number(NamedTuple):
    """A number on paper.

    image: (H, W) uint8, ink darker; text: its digits "0" to "9" and marks; condition: one of CONDITIONS.
    ends: (n, 2, 2) float64, of each sign of the text the middles of its left and its right side, x and y in px.
    """

    image: np.ndarray
    text: str
    condition: str
    ends: np.ndarray


class Contact(NamedTuple):
    """How digits touch: one pair of neighbors, and up to one more for every so many pairs; how much of the narrower
    one's width may lie over or under its neighbor, for those that do; and how deep one sinks into the other, in heights
    of a digit, at most."""

    pairs: int
    deepest: float
    sunk: float


TOUCHING = Contact(pairs=5, deepest=0.15, sunk=0.05)


class Cells(NamedTuple):
    """How wide and how high the cells of a box are, from - to, in heights of a digit; how far digits stand from their
    middles, the standard deviation; and whether each may have a box of its own."""

    wide: tuple[float, float]
    tall: tuple[float, float]
    stray: float
    apart: bool


ROOMY = Cells(wide=(1.2, 1.6), tall=(1.4, 1.9), stray=0.07, apart=False)


class Setting(NamedTuple):
    """What a number is written on, one of CONDITIONS; how digits touch in it; what boxes are like; and whether it is
    photographed."""

    condition: str
    contact: Contact = TOUCHING
    cells: Cells = ROOMY
    photographed: bool = False


class Hand(NamedTuple):
    """What the digits of a string have in common: an ordinary digit's height and the pen's width, in px."""

    height: float
    pen: float


def strings(source: str, split: str, count: int, data_dir: Path | None = None) -> Iterator[Number]:
    """`count` numbers of a split's digits, the conditions in turn.

    source: "hoda" for Persian digits, "mnist" for Latin. Raises what its reader raises.
    """
    samples = SOURCES[source](split, data_dir)
    usual = ordinary(samples)
    for k in range(count):
        yield write(samples, usual, CONDITIONS[k % len(CONDITIONS)], np.random.default_rng((SEEDS[split], k)))


def ordinary(samples: Samples) -> float:
    """The height in px of an ordinary digit of a dataset."""
    return float(np.median([_cropped(image).shape[0] for image in samples.images]))


def write(samples: Samples, ordinary: float, condition: str, rng: np.random.Generator) -> Number:
    """Write one number with digits chosen at random, as large beside one another as in the dataset.

    ordinary: the height in px of an ordinary digit of the samples.
    """
    chosen = rng.integers(len(samples.images), size=rng.integers(DIGITS[0], DIGITS[1] + 1))
    text = "".join(str(samples.labels[k]) for k in chosen)
    height = rng.uniform(*HEIGHT)
    glyphs = [glyph(samples.images[k], height / ordinary) for k in chosen]
    return compose(text, glyphs, Hand(height, height * rng.uniform(0.09, 0.13)), Setting(condition), rng)


def glyph(scan: np.ndarray, scale: float) -> np.ndarray:
    """A scanned digit's ink, so many times as large: (h, w) uint8, 0 ink -> (H, W) float32, 1 ink, cut to its box."""
    return tight(enlarge(255 - _cropped(scan), scale))


def tight(ink: np.ndarray) -> np.ndarray:
    """Cut ink to its box: (H, W) float32, 1 ink -> (h, w)."""
    return ink[_box(ink)]


def compose(text: str, glyphs: list[np.ndarray], hand: Hand, setting: Setting, rng: np.random.Generator) -> Number:
    """Put glyphs, (h, w) float32 with 1 for ink, beside one another on paper; `text` is what they say."""
    condition, contact, cells, photographed = setting
    if condition == "boxed":
        ink, boxes = _boxed(glyphs, hand, cells, rng)
    else:
        if condition == "marked" and len(glyphs) > 1:
            text, glyphs = _grouped(text, glyphs, rng)
        ink, boxes = _in_a_row(text, glyphs, hand, contact, condition == "touching", rng)
    ends = np.array([[[x0, (y0 + y1) / 2], [x1, (y0 + y1) / 2]] for x0, y0, x1, y1 in boxes])
    if condition == "rotated":
        ink, turn = _turned(ink, rng.uniform(-TURN, TURN))
        ends = ends @ turn[:, :2].T + turn[:, 2]
    if condition == "ruled":
        ink = np.maximum(ink, _ruled(ink.shape, hand, rng))
    see = _photographed if photographed or condition == "shaded" else _scanned
    return Number(see(ink, rng), text, condition, ends)


def _cropped(image: np.ndarray) -> np.ndarray:
    """(h, w) uint8, 0 ink, 255 paper -> the ink's box, 255 ink."""
    ink = 255 - image
    return ink[_box(ink, 255)]


def _box(ink: np.ndarray, full: float = 1) -> tuple[slice, slice]:
    """Where the ink is: (h, w), 0 paper, `full` the darkest -> rows, columns."""
    x, y, width, height = cv2.boundingRect((ink > full / 4).astype(np.uint8))
    return slice(y, y + height), slice(x, x + width)


def _grouped(text: str, glyphs: list, rng: np.random.Generator) -> tuple[str, list]:
    """Put the same mark after every one to four digits, None in place of its picture."""
    mark, size = MARKS[rng.integers(len(MARKS))], int(rng.integers(1, min(4, len(text) - 1) + 1))
    places = range(0, len(text), size)
    grouped = [[*glyphs[k : k + size], None] for k in places]
    return mark.join(text[k : k + size] for k in places), [glyph for group in grouped for glyph in group][:-1]


def _in_a_row(
    text: str, glyphs: list, hand: Hand, contact: Contact, touching: bool, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Digits side by side around one middle line: -> (H, W) float32, 1 ink, and the boxes of digits and marks."""
    height, gap = hand.height, rng.uniform(0.12, 0.4)
    width = int(sum(height if glyph is None else glyph.shape[1] + 0.6 * height for glyph in glyphs) + 3 * height)
    ink = np.zeros((int(4 * height), width), np.float32)
    middle, right = ink.shape[0] / 2, int(height)
    pairs = [k for k in range(1, len(glyphs)) if glyphs[k] is not None and glyphs[k - 1] is not None]
    most = rng.integers(1, 2 + len(pairs) // contact.pairs) if touching else 0
    joined = set(
        rng.permutation([k for k in pairs if _meet(glyphs[k - 1], glyphs[k], contact.deepest)])[:most].tolist()
    )
    boxes = []
    for k, (mark, glyph) in enumerate(zip(text, glyphs, strict=True)):
        space = max(0.06, gap + rng.normal(0, 0.06)) * height
        if glyph is None:
            boxes.append(_mark(ink, mark, right + space, middle, hand, rng))
            right = boxes[-1][2]
            continue
        top = int(middle - glyph.shape[0] / 2 + rng.normal(0, 0.06) * height)
        left = int(right + space)
        if k in joined:
            near = _touching(ink, glyph, top) - int(rng.uniform(0, contact.sunk) * height)
            left = near if near > 0 else left  # small ones may pass each other
        place = ink[top : top + glyph.shape[0], left : left + glyph.shape[1]]
        np.maximum(place, glyph, out=place)
        right = max(right, left + glyph.shape[1])
        boxes.append((left, top, left + glyph.shape[1], top + glyph.shape[0]))
    return _framed(ink, np.array(boxes), hand, rng)


def _meet(left: np.ndarray, right: np.ndarray, deepest: float) -> bool:
    """Whether two neighbors whose middles are on a line touch before one lies much over or under the other."""
    tall = max(left.shape[0], right.shape[0])
    ink = np.zeros((tall, left.shape[1]), np.float32)
    top = (tall - left.shape[0]) // 2
    ink[top : top + left.shape[0]] = left
    overlap = left.shape[1] - _touching(ink, right, (tall - right.shape[0]) // 2)
    return overlap <= deepest * min(left.shape[1], right.shape[1])


def _touching(ink: np.ndarray, glyph: np.ndarray, top: int) -> int:
    """How far left a glyph can go until it meets ink: its left border's column."""
    rows, own = ink[top : top + glyph.shape[0]] > 0.5, glyph > 0.5
    here = rows.any(axis=1) & own.any(axis=1)
    ends = rows.shape[1] - rows[:, ::-1].argmax(axis=1)
    return int((ends - own.argmax(axis=1))[here].max(initial=0))


def _framed(ink: np.ndarray, boxes: np.ndarray, hand: Hand, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cut to the ink and some paper around it; the boxes go along."""
    x, y, width, height = cv2.boundingRect((ink > 0.25).astype(np.uint8))
    margins = (rng.uniform(0.3, 1.0, 4) * hand.height).astype(int)
    corner = np.array([margins[2] - x, margins[0] - y])
    return np.pad(ink[y : y + height, x : x + width], (margins[:2], margins[2:])), boxes + np.tile(corner, 2)


def _mark(
    ink: np.ndarray, mark: str, x: float, middle: float, hand: Hand, rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """Draw a dot, a comma, a dash or a slash with its left border at x: -> its box."""
    height, pen = hand
    base = middle + height * rng.uniform(0.4, 0.5)
    if mark == ".":
        radius = pen * rng.uniform(0.6, 0.8)
        strokes, pen = [(x + radius, base - radius), (x + radius, base - radius)], 2 * radius
    elif mark == ",":
        reach = height * rng.uniform(0.05, 0.12)
        strokes = [(x + reach + pen / 2, base - height * 0.08), (x + pen / 2, base + height * rng.uniform(0.12, 0.25))]
    elif mark == "-":
        rise = rng.normal(0, 0.02, 2) * height
        x += pen / 2
        strokes = [(x, middle + rise[0]), (x + height * rng.uniform(0.3, 0.6), middle + rise[1])]
    else:
        lean, reach = np.tan(np.radians(rng.uniform(10, 32))), height * rng.uniform(0.5, 0.75)
        x += pen / 2
        strokes = [(x + 2 * lean * reach, middle - reach), (x, middle + reach)]
    points = np.round(np.array(strokes) * 8).astype(int)
    drawn = np.zeros(ink.shape, np.uint8)
    cv2.line(drawn, *points.tolist(), 255, max(1, round(pen)), cv2.LINE_AA, 3)
    np.maximum(ink, drawn / np.float32(255), out=ink)
    low, high = np.min(strokes, axis=0) - pen / 2, np.max(strokes, axis=0) + pen / 2
    return (*low.astype(int).tolist(), *high.astype(int).tolist())


def _boxed(glyphs: list, hand: Hand, cells: Cells, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each digit in its cell, or all in one box: -> (H, W) float32, 1 ink, the lines lighter; the digits' boxes.

    Between the cells are lines, dashes, nothing, or paper.
    """
    cell = int(hand.height * rng.uniform(*cells.wide))
    tall = int(hand.height * rng.uniform(*cells.tall))
    thick = max(1, round(hand.height * rng.uniform(0.02, 0.06)))
    margin = int(hand.height * rng.uniform(0.3, 0.8))
    margin = max(margin, *(max(np.subtract(glyph.shape, (tall, cell))) // 2 + 1 for glyph in glyphs))  # room for each
    ink = np.zeros((tall + 2 * margin, cell * len(glyphs) + 2 * margin), np.float32)
    lines = _lines(ink.shape, (margin, cell, tall, thick), rng.integers(4 if cells.apart else 3), hand)
    boxes = []
    for k, glyph in enumerate(glyphs):
        height, width = glyph.shape
        shift, fall = rng.normal(0, cells.stray, 2) * hand.height
        left = int(np.clip(margin + cell * (k + 0.5) - width / 2 + shift, 0, ink.shape[1] - width))
        top = int(np.clip(margin + tall / 2 - height / 2 + fall, 0, ink.shape[0] - height))
        place = ink[top : top + height, left : left + width]
        np.maximum(place, glyph, out=place)
        boxes.append((left, top, left + width, top + height))
    return np.maximum(ink, lines * np.float32(rng.uniform(0.35, 1.0))), np.array(boxes)


def _lines(shape: tuple[int, int], sizes: tuple[int, int, int, int], kind: int, hand: Hand) -> np.ndarray:
    """The lines of cells in a row: (H, W) uint8, 1 a line.

    sizes: px, the paper around them, how wide and how high a cell is, how thick a line; kind: 0 for lines between the
    cells, 1 for dashes, 2 for nothing, 3 for a box of its own for each.
    """
    margin, cell, tall, thick = sizes
    lines, foot = np.zeros(shape, np.uint8), margin + tall
    places = range(margin, shape[1] - margin - cell + 1, cell)
    if kind == 3:
        for x in places:
            cv2.rectangle(lines, (x, margin), (x + cell - max(3, round(BETWEEN * cell)), foot), 1, thick)
        return lines
    cv2.rectangle(lines, (margin, margin), (places[-1] + cell, foot), 1, thick)
    dash = max(3, int(0.12 * hand.height))
    for x in places[1:]:
        if kind == 0:
            cv2.line(lines, (x, margin), (x, foot), 1, thick)
        for y in range(margin, foot, 2 * dash) if kind == 1 else ():
            cv2.line(lines, (x, y), (x, min(y + dash, foot)), 1, thick)
    return lines


def _turned(ink: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Turn a picture of ink by some degrees, all of it kept: -> the picture, and (2, 3) what took places there."""
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    across = np.abs(turn[:, :2]) @ np.array([width, height])
    turn[:, 2] += (across - [width, height]) / 2
    size = tuple(np.ceil(across).astype(int).tolist())
    return cv2.warpAffine(ink, turn, size, flags=cv2.INTER_LINEAR), turn


def _ruled(shape: tuple[int, int], hand: Hand, rng: np.random.Generator) -> np.ndarray:
    """Printed rules all over a sheet, one of them near the foot of the digits: -> (H, W) float32, 1 black."""
    lines = np.zeros(shape, np.float32)
    spacing = hand.height * rng.uniform(1.3, 2.2)
    foot = shape[0] / 2 + hand.height * rng.uniform(0.2, 0.7)
    thick = max(1, round(hand.height * rng.uniform(0.02, 0.05)))
    for y in np.arange(foot % spacing, shape[0], spacing):
        lines[int(y) : int(y) + thick] = 1
    return lines * np.float32(rng.uniform(0.25, 0.9))


def _photographed(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink on a sheet in the shade, as a telephone sees it: (H, W) float32, 1 ink -> (H, W) uint8."""
    lit = light(ink.shape, rng) * (1 - rng.uniform(0.2, 0.6) * _shadow(ink.shape, rng))
    return expose(lit * paper(ink.shape, rng) * (1 - ink * pigment(ink.shape, rng)), rng)


def _scanned(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink on a sheet, as a scanner sees it: (H, W) float32, 1 ink -> (H, W) uint8."""
    scene = rng.uniform(0.82, 1.0) * (1 - ink * rng.uniform(0.55, 0.95))
    seen = 255 * cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 0.8)) + rng.normal(0, rng.uniform(0, 3), ink.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The shadow of a hand or a telephone: (H, W) float32, 0 in the light, 1 in the dark, soft between."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    way = rng.uniform(0, 2 * np.pi)
    across = np.cos(way) * x + np.sin(way) * y
    low, high = float(across.min()), float(across.max())
    edge = rng.uniform(0.25, 0.75) * (high - low) + low
    return 1 / (1 + np.exp(-np.clip((across - edge) / (rng.uniform(0.01, 0.15) * (high - low)), -30, 30)))
