"""Pictures that hold no digit, made up on the spot: what a network must learn to refuse. Training only."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from hwr.imaging.augment import redraw

SIDE = 96  # px
PAPER, INK = 255, 0

# Left out is every letter that a Persian digit could be taken for: O ۵, o ۰, I l i ۱, r ۲, E ع غ ۴, V v U u ۷,
# A n h ۸, q g p P 9 و ۹, y Y 4 7 ۶ and their like.
LATIN = "BCDFGHKMNQRSTWXZabcdefkmstwxz&#@%?$"
PERSIAN = "بپتثجچحخزژسشصضطظفقکگنی"

STROKE_FONTS = (  # OpenCV's own, of Latin letters
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
# Matplotlib's, which every installation of it has; the first four have Persian letters, too.
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSans-Oblique", "DejaVuSerif")
PERSIAN_FONTS = 4


def draw(rng: np.random.Generator, digits: list[np.ndarray]) -> np.ndarray:
    """One picture without a digit, or with more than one: -> (96, 96) uint8 or wider, 0 ink, 255 paper.

    digits: scanned digits to join, each (h, w) uint8 with the same polarity.
    """
    kind = rng.choice(len(KINDS), p=SHARES)
    return KINDS[kind](rng, digits)


def _page() -> np.ndarray:
    return np.full((SIDE, SIDE), PAPER, np.uint8)


def _pen(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 9))


def _scribble(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """A pen that wanders: one to three long smooth strokes that cross themselves."""
    page = _page()
    for _ in range(rng.integers(1, 4)):
        knots = rng.uniform(8, SIDE - 8, (rng.integers(7, 16), 2)).astype(np.float32)
        path = cv2.resize(knots[None], (len(knots) * 8, 1), interpolation=cv2.INTER_CUBIC)[0]
        cv2.polylines(page, [np.round(path).astype(np.int32)], False, INK, _pen(rng), cv2.LINE_AA)
    return page


def _stroke_letter(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """A Latin letter or sign in a font of strokes, turned and slanted."""
    page = _page()
    text, font = LATIN[rng.integers(len(LATIN))], STROKE_FONTS[rng.integers(len(STROKE_FONTS))]
    cv2.putText(page, text, (22, 74), font, 2.4, INK, _pen(rng), cv2.LINE_AA)
    return _tilt(page, rng)


def _letter(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """A printed letter, Persian or Latin, traced with a pen as `redraw` does it."""
    letters, fonts = (PERSIAN, PERSIAN_FONTS) if rng.random() < 0.6 else (LATIN, len(FONTS))
    page = Image.new("L", (SIDE, SIDE), PAPER)
    middle, letter = (SIDE // 2, SIDE // 2), letters[rng.integers(len(letters))]
    ImageDraw.Draw(page).text(middle, letter, INK, _font(FONTS[rng.integers(fonts)]), anchor="mm")
    return redraw(np.where(np.asarray(page) < 128, INK, PAPER).astype(np.uint8), rng)


@lru_cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", f"{name}.ttf"), SIDE // 2)


def _word(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """Two or three letters side by side."""
    page = np.full((SIDE, 2 * SIDE), PAPER, np.uint8)
    text = "".join(LATIN[i] for i in rng.integers(len(LATIN), size=rng.integers(2, 4)))
    font = STROKE_FONTS[rng.integers(len(STROKE_FONTS))]
    cv2.putText(page, text, (14, 70), font, 1.9, INK, _pen(rng), cv2.LINE_AA)
    return _tilt(page, rng)


def _joined(rng: np.random.Generator, digits: list[np.ndarray]) -> np.ndarray:
    """Two or three digits in one picture, near or touching."""
    chosen = [digits[i] for i in rng.integers(len(digits), size=rng.integers(2, 4))]
    height = max(d.shape[0] for d in chosen)
    lift = [(height - d.shape[0]) // 2 for d in chosen]
    parts = [
        np.pad(d, ((up, height - d.shape[0] - up), (0, 0)), constant_values=PAPER)
        for d, up in zip(chosen, lift, strict=True)
    ]
    return np.pad(np.hstack(parts), 4, constant_values=PAPER)


def _figure(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """A face, a box, a grid, a cross, a star: what people draw who have no digit in mind."""
    page, pen = _page(), _pen(rng)
    middle, reach = SIDE // 2, int(rng.integers(24, 42))
    kind = rng.integers(5)
    if kind == 0:
        cv2.ellipse(page, (middle, middle), (int(reach * rng.uniform(0.7, 1)), reach), 0, 0, 360, INK, pen, cv2.LINE_AA)
        for eye in (-1, 1):
            cv2.circle(page, (middle + eye * reach // 3, middle - reach // 3), pen + 1, INK, -1, cv2.LINE_AA)
        smile = (reach // 2, reach // 3)
        cv2.ellipse(page, (middle, middle + reach // 6), smile, 0, 20, 160, INK, pen, cv2.LINE_AA)
    elif kind == 1:
        cv2.rectangle(page, (middle - reach, middle - reach // 2), (middle + reach, middle + reach // 2), INK, pen)
        cv2.line(page, (middle - reach, middle), (middle + reach, middle), INK, pen)
    elif kind == 2:
        for place in np.linspace(10, SIDE - 10, rng.integers(3, 6)).astype(int):
            cv2.line(page, (place, 10), (place, SIDE - 10), INK, pen)
            cv2.line(page, (10, place), (SIDE - 10, place), INK, pen)
    elif kind == 3:
        cv2.line(page, (middle - reach, middle - reach), (middle + reach, middle + reach), INK, pen, cv2.LINE_AA)
        cv2.line(page, (middle + reach, middle - reach), (middle - reach, middle + reach), INK, pen, cv2.LINE_AA)
    else:
        turns = np.arange(6) * 4 * np.pi / 5 + rng.uniform(0, 6)
        star = middle + reach * np.stack([np.cos(turns), np.sin(turns)], 1)
        cv2.polylines(page, [np.round(star).astype(np.int32)], True, INK, pen, cv2.LINE_AA)
    return _tilt(page, rng)


def _texture(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """Blots: smooth noise, cut at a level."""
    noise = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), rng.uniform(2, 12))
    return np.where(noise > np.quantile(noise, rng.uniform(0.5, 0.85)), INK, PAPER).astype(np.uint8)


def _lines(rng: np.random.Generator, _digits: list[np.ndarray]) -> np.ndarray:
    """Three to eight straight strokes anywhere."""
    page, pen = _page(), _pen(rng)
    for x0, y0, x1, y1 in rng.integers(8, SIDE - 8, (rng.integers(3, 9), 4)).tolist():
        cv2.line(page, (x0, y0), (x1, y1), INK, pen, cv2.LINE_AA)
    return page


def _tilt(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 10), rng.uniform(0.8, 1))
    turn[0, 1] += rng.normal(0, 0.15)
    return cv2.warpAffine(page, turn, (width, height), borderValue=PAPER)


KINDS = (_scribble, _stroke_letter, _letter, _word, _joined, _figure, _texture, _lines)
SHARES = (0.14, 0.14, 0.32, 0.04, 0.16, 0.08, 0.07, 0.05)
