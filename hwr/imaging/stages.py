"""The named pictures between what came in and what the network sees: gray, binary, centered, padded."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging import mend
from hwr.imaging.parts import SMALL, drop_specks
from hwr.imaging.strokes import stroke_width

WORK = 1024  # px: no stroke that a person can see is lost when a larger picture is shrunk to this
THUMBNAIL = 96  # px: enough to see how the light falls on the paper

BLANK_CONTRAST = 14  # gray levels: below this, what differs from the paper is not ink
NOISE_SIGMAS = 6.0  # ink stands out from the grain of the paper by more than this
CLEAR = 1.4  # times as far, ink does: on an empty sheet in the shade what does is at most 1.5 times as far, mostly 1.2
TIGHT = 1 / 4  # of the picture: where more stands out, it is cut so tight that blurred edges pass for grain
GRAIN, GRAIN_SHARE = 12, 1 / 10_000  # px, and of the picture: a grain of the paper is no larger
# Of what stands out from the paper, the darkness that is ink's. Where that leaves no digit, the pale lines
# of a ruled sheet may outnumber the ink: then only the darkest counts.
INK_SHARES = (0.75, 0.92)
FOG = 10  # gray levels: the grain of a paper that no light explains, but clouds or a crumpled sheet do
EVEN_SHARE = 0.97  # of all pixels lie at the two ends where one threshold is safe

TWO_TONES = 3.5  # times the deviation within them lie between a small picture's two tones; in grain it is 2.6 times
LITTLE = 0.2  # of a picture: less of it in a corner is ink
FAINT = 0.5  # of the threshold: from here on a small picture's gray is ink, where its gray is kept

STROKE = 2.0  # px: no stroke is thinner than this in what the network sees
OVERSAMPLE = 4  # strokes are measured and thickened at this multiple of the network's scale


class Stages(NamedTuple):
    """The four pictures of one reading, each (height, width) uint8; the last three are 0 paper, 255 ink.

    `gray` is as it came, or the sheet on it, but no larger than 1,024 px (a network may want a small one enlarged);
    `binary` has the same size. `centered` and `padded` are None where nothing is written. `size` is the longer side
    of the ink in pixels of the picture as it was decoded, 0 where nothing is written.
    """

    gray: np.ndarray
    binary: np.ndarray
    centered: np.ndarray | None
    padded: np.ndarray | None
    size: float


def shrink(gray: np.ndarray, longest: int = WORK) -> np.ndarray:
    """Shrink by area so that no side is longer than `longest`: (H, W) uint8 -> (h, w) uint8."""
    factor = longest / max(gray.shape)
    if factor >= 1:
        return gray
    height, width = (max(1, round(side * factor)) for side in gray.shape)
    return cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)


def enlarge(gray: np.ndarray, factor: int) -> np.ndarray:
    """Enlarge smoothly: (H, W) uint8 -> (factor * H, factor * W) uint8."""
    return cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def binarize(gray: np.ndarray) -> np.ndarray:
    """Tell a digit's ink from paper: (H, W) uint8 of either polarity -> (H, W) uint8, 0 paper, 255 ink.

    All zeros where nothing stands out from the paper, or only a shadow does.
    """
    large = max(gray.shape) > SMALL
    if large:
        gray = mend.smoothed(gray)
    seen = contrast(gray)
    for ink in _mended(gray, seen) if large else (seen.darkness > level for level in seen.levels):
        digit = drop_specks(_as_picture(ink))
        if cv2.countNonZero(digit) >= seen.least:
            if len(seen.levels) > 1 and mend.is_shadow(digit, seen.darkness, alone=True):
                return _under_shadow(gray, seen)
            return digit
    return np.zeros_like(gray)


def _as_picture(ink: np.ndarray) -> np.ndarray:
    return np.where(ink, 255, 0).astype(np.uint8)


class Contrast(NamedTuple):
    """How a picture's ink stands out from its paper.

    darkness: (H, W) uint8, the larger the more a pixel is ink, whatever the polarity.
    levels: above which it is ink: one where the picture has two tones; else the likeliest first, none where nothing
        stands out.
    least: px of ink; where a level leaves less, it is the next one's turn.
    """

    darkness: np.ndarray
    levels: list[int]
    least: float = 0


def contrast(gray: np.ndarray, size: int | None = None) -> Contrast:
    """What may be ink: (H, W) uint8 of either polarity -> Contrast.

    A picture of two tones (a scan, a drawing) has one threshold; any other is a photograph, whose
    paper is estimated around every pixel.
    size: px that the largest thing written may have: the picture's longer side unless it is said.
    """
    low, high = (int(level) for level in (gray.min(), gray.max()))
    if high - low < BLANK_CONTRAST:
        return Contrast(gray, [])
    if max(gray.shape) <= SMALL:
        otsu, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        level = int(otsu)
    elif _is_even(gray, low, high):
        level = (low + high) // 2
    else:
        return _contrast_of_photograph(gray, size or max(gray.shape))
    if _light_is_ink(gray > level):
        return Contrast(gray, [level])
    return Contrast(255 - gray, [254 - level])


def _under_shadow(gray: np.ndarray, seen: Contrast) -> np.ndarray:
    """The digit that stands out from what had passed for one and is a shadow: (H, W) uint8 -> (H, W) uint8, 255 ink;
    all zeros where none does."""
    for ink in _outlined(gray):
        digit = _as_picture(ink)
        if cv2.countNonZero(digit) >= seen.least and not mend.is_shadow(digit, seen.darkness, alone=True):
            return digit
    return np.zeros_like(gray)


def _mended(gray: np.ndarray, seen: Contrast) -> Iterator[np.ndarray]:
    """What may be ink in a picture of more than 64 px, which may have a fault: (H, W) bool each, the likeliest first.

    Without a fault, they are what lies above the levels, one after another.
    """
    if len(seen.levels) == 1:
        tones = tones_of(seen.darkness[::4, ::4])
        ink = seen.darkness > seen.levels[0]
        whole = mend.turned(ink)
        if whole is not ink:
            yield whole if _light_is_ink(whole) else ~whole
    else:
        tones = tones_of(seen.darkness)
        if tones.grain >= FOG:
            yield from _outlined(gray)
        between = mend.splash(tones.standing)
        if between is not None:
            pale, dark = (_as_picture(seen.darkness > level) for level in (tones.floor, between))
            ink = mend.uncovered(drop_specks(dark), pale) > 0
            yield mend.filled(ink, seen.darkness, tones.floor, between)
    for level in seen.levels:
        yield mend.filled(seen.darkness > level, seen.darkness, tones.floor, level)


def _outlined(gray: np.ndarray) -> list[np.ndarray]:
    """The digit that is sharply outlined in fog, dark or light: (H, W) uint8 -> one (H, W) bool, or none.

    Of a dark digit, only the holes could pass for light ink, and they are smaller than the digit.
    """
    found = (mend.outlined(gray), mend.outlined(255 - gray))
    digits = [drop_specks(_as_picture(ink)) for ink in found if ink is not None and _light_is_ink(ink)]
    return [ink > 0 for ink in sorted(digits, key=lambda ink: np.prod(cv2.boundingRect(ink)[2:]))[-1:]]


def soft(gray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A small picture's ink, hard and soft: (H, W) uint8, either polarity, 64 px or less -> two of (H, W) uint8.

    The first tells ink (255) from paper (0) as `binarize` does, at half its level, since the faintest strokes of an
    antialiased digit hold it together; none where there are no two tones, only grain. The second is that ink as dark
    as it came, 0 paper, 255 the darkest.
    """
    low, high = (int(level) for level in (gray.min(), gray.max()))
    if high - low < BLANK_CONTRAST:
        return np.zeros_like(gray), np.zeros_like(gray)
    level, light = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = float((light > 0).mean())
    apart = float(gray[light > 0].mean() - gray[light == 0].mean())
    within = max(0.0, float(gray.var()) - share * (1 - share) * apart**2)
    if apart < TWO_TONES * np.sqrt(within):
        return np.zeros_like(gray), np.zeros_like(gray)
    dark_is_ink = not _light_is_ink(gray > level)
    darkness = ((high - gray if dark_is_ink else gray - low) * (255 / (high - low))).astype(np.uint8)
    middle = ((high - level) if dark_is_ink else (level - low)) * (255 / (high - low))
    ink = drop_specks(_as_picture(darkness > FAINT * middle))
    return ink, np.where(cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0, darkness, 0).astype(np.uint8)


def _is_even(gray: np.ndarray, low: int, high: int) -> bool:
    """True where almost every pixel lies near one of the two extremes, so that one threshold is safe."""
    band = (high - low) / 5
    between = cv2.countNonZero(cv2.inRange(gray, int(np.ceil(low + band)), int(np.floor(high - band))))
    return between <= (1 - EVEN_SHARE) * gray.size


def _light_is_ink(light: np.ndarray) -> bool:
    """Which of the two tones is ink: (H, W) bool, True light -> whether that is the light one.

    Paper surrounds: it holds a larger share of the borders than of the area, even where a crop is so
    tight that most of the picture is ink. One border may lie on something else, a table or a shadow. What there is
    little of, and that in a corner, is ink.
    """
    share = light.mean()
    borders = np.array([side.mean() for side in (light[0], light[-1], light[:, 0], light[:, -1])])
    top, foot, left, right = (borders if share < 0.5 else 1 - borders) > 0
    if min(share, 1 - share) < LITTLE and top != foot and left != right:
        return bool(share < LITTLE)
    return bool(np.median(borders) < share)


def _contrast_of_photograph(gray: np.ndarray, size: int) -> Contrast:
    """What may be ink on an uneven background: (H, W) uint8 of either polarity -> Contrast."""
    calm = cv2.medianBlur(gray, 3)
    if max(gray.shape) >= 4 * SMALL:
        calm = cv2.GaussianBlur(calm, (0, 0), size / 600)
    if _is_light_on_dark(calm, size):
        calm = 255 - calm
    # Illumination multiplies: ink keeps the same share of the paper's light in the sun and in the shade.
    darkness = 255 - cv2.divide(calm, np.maximum(_paper_under(calm, size), 1), scale=255)
    tones = tones_of(darkness)
    standing = tones.standing.sum()
    faint = _quantile(tones.standing, 0.75) < tones.level + CLEAR * NOISE_SIGMAS * tones.grain
    if not standing or (faint and standing < TIGHT * gray.size):
        return Contrast(darkness, [])
    levels = [max(tones.floor, int((tones.level + _quantile(tones.standing, share)) // 2)) for share in INK_SHARES]
    # A digit is larger than a single grain of the paper, which now and then is dark enough for ink.
    return Contrast(darkness, levels, max(GRAIN, GRAIN_SHARE * gray.size))


class Tones(NamedTuple):
    """The paper's darkness and its grain's, in levels; what stands out from both; how many pixels have each level."""

    level: int
    grain: float
    floor: int
    standing: np.ndarray


def tones_of(darkness: np.ndarray) -> Tones:
    """What paper, of which there is the most, tells of itself: (H, W) uint8 -> Tones."""
    counts = cv2.calcHist([darkness], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    level = _quantile(counts, 0.5)
    deviations = np.bincount(np.abs(np.arange(256) - level), weights=counts, minlength=256)
    grain = 1.4826 * _quantile(deviations, 0.5)  # a normal deviation's standard deviation from its median
    floor = int(level + max(NOISE_SIGMAS * grain, BLANK_CONTRAST))
    counts[: floor + 1] = 0
    return Tones(level, grain, floor, counts)


def _quantile(counts: np.ndarray, share: float) -> int:
    """The level below which a share of the pixels lies: counts of the levels 0 to 255 -> level."""
    below = np.cumsum(counts)
    return int(np.searchsorted(below, share * below[-1]))


def _is_light_on_dark(gray: np.ndarray, size: int) -> bool:
    """True where the rare, far deviations from the local mean are the light ones."""
    small, reach = _thumbnail(gray, size)
    small = small.astype(np.float32)
    deviation = small - cv2.blur(small, (reach, reach), borderType=cv2.BORDER_REFLECT)
    return float((deviation * deviation * deviation).mean()) > 0  # their skew


def _thumbnail(gray: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """A picture small enough to see how the light falls, and, in its px, half of the size of what is written: odd."""
    longest = max(gray.shape)
    small = shrink(gray, min(THUMBNAIL * longest // size, 4 * THUMBNAIL))
    return small, max(small.shape) * size // longest // 2 | 1


def _paper_under(gray: np.ndarray, size: int) -> np.ndarray:
    """The paper's brightness under the ink: (H, W) uint8, dark ink of so many px at most -> (H, W) uint8.

    A closing wider than any stroke fills the ink from the paper on both sides, follows a gradient and
    keeps the edges of shadows. It is smooth, so a thumbnail will do. The border is repeated outward, or
    a corner that is darker than all its neighbors would count as filled ink.
    """
    thumbnail, reach = _thumbnail(gray, size)
    framed = cv2.copyMakeBorder(thumbnail, *[reach] * 4, cv2.BORDER_REPLICATE)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))
    paper = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, kernel)[reach:-reach, reach:-reach]
    paper = cv2.GaussianBlur(paper, (0, 0), THUMBNAIL / 50)
    return cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)


def center(binary: np.ndarray) -> np.ndarray | None:
    """Crop to the ink: (H, W) uint8, 0 paper, 255 ink -> (h, w) uint8, or None where there is no ink."""
    x, y, width, height = cv2.boundingRect(binary)
    if width == 0:
        return None
    return binary[y : y + height, x : x + width]


def pad(centered: np.ndarray, side: int, margin: int) -> np.ndarray:
    """Scale into the middle of a square: (h, w) uint8, 0 paper, 255 ink -> (side, side) uint8, antialiased.

    The longer side of the ink becomes `side - 2 * margin` pixels; hair-thin strokes are thickened to
    2 px, or they would fade to nothing at this size.
    """
    glyph = side - 2 * margin
    fine = _scale(centered, OVERSAMPLE * glyph)
    solid = np.where(fine > fine.max() / 4, 255, 0).astype(np.uint8)  # shrinking has faded what is thin
    missing = round(OVERSAMPLE * STROKE - stroke_width(solid))
    if missing > 0:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1))
        fine = center(cv2.dilate(np.pad(solid, missing), kernel))
    small = _scale(fine, glyph)
    height, width = small.shape
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side), np.uint8)
    square[top : top + height, left : left + width] = small
    return square


def _scale(picture: np.ndarray, longest: int) -> np.ndarray:
    """Scale so that the longer side is `longest`: by area when shrinking, linearly when growing."""
    factor = longest / max(picture.shape)
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.resize(picture, (width, height), interpolation=how)
