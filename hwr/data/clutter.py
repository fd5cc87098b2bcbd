"""Pictures that hold no digit, made up on the spot: what a network must learn to refuse. Training only."""

import cv2
import numpy as np

from hwr.data import figures
from hwr.data.printed import SIDE, Fonts, trace
from hwr.imaging.augment import INK, PAPER
from hwr.imaging.stages import center

# Left out is every letter that is written as a digit is, Persian or Latin: O ۵ 0, o ۰, I l i ا ۱ 1, V v U u ۷, A n h ۸,
# q g p P و ۹ 9, y Y ۶, ه ۵, ع ۴, Z z 2. Others are only like one, م like ۲, S like 5: each is so rare beside the digit
# that a picture which could be both stays a digit.
LATIN = "BCDFGHKMNQRSTWXabcdefkmstwx&#@%?$"
PERSIAN = "بپتثجچحخدذرزژسشصضطظغفقکگلمنی"

STROKE_FONTS = (  # OpenCV's own, of Latin letters
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


class Clutter:
    """Makes pictures without a digit, or with more than one.

    digits: scanned digits to join, each (h, w) uint8, 0 ink, 255 paper.
    fonts: as for `Fonts`; raises what that does.
    """

    def __init__(self, digits: list[np.ndarray], fonts: tuple[str, ...] = ()):
        self.digits, self.fonts = digits, Fonts(fonts)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """One picture: -> (96, 96) uint8 or wider, 0 ink, 255 paper."""
        return KINDS[rng.choice(len(KINDS), p=SHARES)](rng, self)


def _page() -> np.ndarray:
    return np.full((SIDE, SIDE), PAPER, np.uint8)


def _pen(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 9))


def _scribble(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """A pen that wanders: one to three long smooth strokes that cross themselves."""
    page = _page()
    for _ in range(rng.integers(1, 4)):
        knots = rng.uniform(8, SIDE - 8, (rng.integers(7, 16), 2)).astype(np.float32)
        path = cv2.resize(knots[None], (len(knots) * 8, 1), interpolation=cv2.INTER_CUBIC)[0]
        cv2.polylines(page, [np.round(path).astype(np.int32)], False, INK, _pen(rng), cv2.LINE_AA)
    return page


def _stroke_letter(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """A Latin letter or sign in a font of strokes, turned and slanted."""
    page = _page()
    text, font = LATIN[rng.integers(len(LATIN))], STROKE_FONTS[rng.integers(len(STROKE_FONTS))]
    cv2.putText(page, text, (22, 74), font, 2.4, INK, _pen(rng), cv2.LINE_AA)
    return _tilt(page, rng)


def _letter(rng: np.random.Generator, clutter: Clutter) -> np.ndarray:
    """A printed letter, Persian or Latin, traced with a pen as `redraw` does it."""
    letters, fonts = (PERSIAN, clutter.fonts.persian) if rng.random() < 0.6 else (LATIN, clutter.fonts.latin)
    letter = letters[rng.integers(len(letters))]
    return trace(letter, fonts[rng.integers(len(fonts))], rng)


def _word(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """Two or three letters side by side."""
    page = np.full((SIDE, 2 * SIDE), PAPER, np.uint8)
    text = "".join(LATIN[i] for i in rng.integers(len(LATIN), size=rng.integers(2, 4)))
    font = STROKE_FONTS[rng.integers(len(STROKE_FONTS))]
    cv2.putText(page, text, (14, 70), font, 1.9, INK, _pen(rng), cv2.LINE_AA)
    return _tilt(page, rng)


def _joined(rng: np.random.Generator, clutter: Clutter) -> np.ndarray:
    """Two or three digits in one picture, near or touching."""
    which = rng.integers(len(clutter.digits), size=rng.integers(2, 4))
    chosen = [np.pad(255 - center(255 - clutter.digits[i]), ((0, 0), (0, 2)), constant_values=PAPER) for i in which]
    height = max(d.shape[0] for d in chosen)
    lift = [(height - d.shape[0]) // 2 for d in chosen]
    parts = [
        np.pad(d, ((up, height - d.shape[0] - up), (0, 0)), constant_values=PAPER)
        for d, up in zip(chosen, lift, strict=True)
    ]
    return np.pad(np.hstack(parts), 4, constant_values=PAPER)


def _figure(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """A face, a box, a grid, a cross, a star, a polygon, dots: what people draw who have no digit in mind."""
    page, pen = _page(), _pen(rng)
    middle, reach = SIDE // 2, int(rng.integers(24, 42))
    kind = rng.integers(7)
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
    elif kind == 4:
        corners = rng.integers(3, 5)
        turns = 2 * np.pi * np.arange(corners) / corners
        turns += rng.uniform(0, 6) if corners == 3 else np.pi / 4  # a square on its corner is a ۰
        polygon = middle + reach * np.stack([np.cos(turns), np.sin(turns) * rng.uniform(0.6, 1)], 1)
        cv2.polylines(page, [np.round(polygon).astype(np.int32)], True, INK, pen, cv2.LINE_AA)
    elif kind == 5:
        radius, dots = pen + 1, rng.integers(3, 5)  # so near that they stay together: one dot alone is a ۰
        for place in middle + 2.5 * radius * (np.arange(dots) - (dots - 1) / 2):
            cv2.circle(page, (round(place), middle + int(rng.integers(-2, 3))), radius, INK, -1, cv2.LINE_AA)
    else:
        turns = np.arange(6) * 4 * np.pi / 5 + rng.uniform(0, 6)
        star = middle + reach * np.stack([np.cos(turns), np.sin(turns)], 1)
        cv2.polylines(page, [np.round(star).astype(np.int32)], True, INK, pen, cv2.LINE_AA)
    return _tilt(page, rng)


def _drawing(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """A figure in another hand: an arrow, a house, a plus."""
    return figures.draw(rng)


def _texture(rng: np.random.Generator, _: Clutter) -> np.ndarray:
    """Blots: smooth noise, cut at a level."""
    noise = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), rng.uniform(2, 12))
    return np.where(noise > np.quantile(noise, rng.uniform(0.5, 0.85)), INK, PAPER).astype(np.uint8)


def _lines(rng: np.random.Generator, _: Clutter) -> np.ndarray:
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


KINDS = (_scribble, _stroke_letter, _letter, _word, _joined, _figure, _drawing, _texture, _lines)
SHARES = (0.14, 0.12, 0.35, 0.04, 0.15, 0.07, 0.05, 0.04, 0.04)
