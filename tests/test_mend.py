import cv2
import numpy as np
import pytest
from pictures import drawing, mask

from hwr.imaging import mend
from hwr.imaging.parts import drop_specks
from hwr.imaging.stages import binarize

SIDE, PEN = 160, 20
DIGITS = range(10)
BOTH_WAYS = pytest.mark.parametrize("negative", [False, True], ids=["dark on light", "light on dark"])


def overlap(found: np.ndarray, drawn: np.ndarray) -> float:
    """Intersection over union of two inks."""
    found, drawn = found > 0, drawn > 127
    return (found & drawn).sum() / (found | drawn).sum()


def ink_of(digit: int) -> np.ndarray:
    return mask(digit, SIDE, PEN)


def dead(digit: int, share: float) -> np.ndarray:
    """A drawing of which so many pixels are black or white by chance."""
    rng = np.random.default_rng(digit)
    gray = drawing(digit, SIDE, PEN)
    return np.where(rng.random(gray.shape) < share, 255 * rng.integers(0, 2, gray.shape), gray).astype(np.uint8)


def clouds(seed: int) -> np.ndarray:
    """(SIDE, SIDE) float32, 0 to 1, of all sizes."""
    rng = np.random.default_rng(seed)
    octaves = [rng.random((2**k + 1, 2**k + 1), np.float32) / 2**k for k in range(1, 8)]
    every = sum(cv2.resize(octave, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for octave in octaves)
    return (every - every.min()) / (every.max() - every.min())


def fogged(digit: int) -> np.ndarray:
    """Through fog, of which the dark places are darker than ink in the bright ones."""
    return np.clip(255 * (1 - ink_of(digit) / 255 + 2 * clouds(digit)) / 3, 0, 255).astype(np.uint8)


def wet(digit: int) -> np.ndarray:
    """Where something was splashed: (SIDE, SIDE) bool."""
    noise = cv2.GaussianBlur(np.random.default_rng(digit).standard_normal((SIDE, SIDE)), (0, 0), 4)
    return noise > np.quantile(noise, 0.88)


def hollow(digit: int, shade: int) -> np.ndarray:
    """Only the outline is dark, the inside so gray."""
    inside = ink_of(digit) > 127
    outline = inside & (cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    return np.where(outline, 0, np.where(inside, shade, 255)).astype(np.uint8)


@BOTH_WAYS
@pytest.mark.parametrize("share", [0.06, 0.15, 0.25])
@pytest.mark.parametrize("digit", DIGITS)
def test_dead_pixels_are_smoothed(digit, share, negative):
    gray = dead(digit, share)
    assert overlap(binarize(255 - gray if negative else gray), ink_of(digit)) > 0.75


@pytest.mark.parametrize("pen", [1, 4, 40])
@pytest.mark.parametrize("digit", DIGITS)
def test_without_noise_nothing_is_smoothed(digit, pen):
    lines = drawing(digit, 96, pen)
    lines[::12] = lines[:, ::12] = 0  # a grid of hairlines
    grain = np.clip(drawing(digit) * 0.7 + np.random.default_rng(digit).normal(30, 15, (280, 280)), 0, 255)
    for gray in (drawing(digit, pen=pen), lines, grain.astype(np.uint8)):
        assert mend.smoothed(gray) is gray


@BOTH_WAYS
@pytest.mark.parametrize("lying", [False, True])
@pytest.mark.parametrize("digit", DIGITS)
def test_bands_are_turned_round(digit, lying, negative):
    gray = drawing(digit, SIDE, PEN)
    striped = gray.T.copy() if lying else gray.copy()
    striped[:, :50] = 255 - striped[:, :50]
    striped[:, -60:] = 255 - striped[:, -60:]
    striped = striped.T if lying else striped
    assert overlap(binarize(255 - striped if negative else striped), ink_of(digit)) > 0.97


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("pen", [4, 16, 60])
def test_without_a_seam_nothing_is_turned(digit, pen):
    ink = mask(digit, pen=pen) > 127
    x, y, width, height = cv2.boundingRect(ink.astype(np.uint8))
    for picture in (ink, ~ink, ink[y : y + height, x : x + width]):  # the last is cut as tight as can be
        assert mend.turned(picture) is picture


@BOTH_WAYS
def test_a_stroke_from_border_to_border_is_no_band(negative):
    stroke = np.zeros((100, 40), np.uint8)
    stroke[:, 12:26] = 255
    np.testing.assert_array_equal(binarize(stroke if negative else 255 - stroke), stroke)


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
def test_ink_is_told_from_fog_by_its_outline(digit, negative):
    gray = fogged(digit)
    ink = ink_of(digit) > 127
    assert gray[~ink].min() < gray[ink].max() - 40  # no threshold for all would do
    assert overlap(binarize(255 - gray if negative else gray), ink_of(digit)) > 0.8


@pytest.mark.parametrize("seed", range(10))
def test_fog_alone_has_no_outline(seed):
    rng = np.random.default_rng(seed)
    for gray in (255 * clouds(seed), 180 + rng.normal(0, 20, (SIDE, SIDE)), np.full((SIDE, SIDE), 90)):
        assert mend.outlined(np.clip(gray, 0, 255).astype(np.uint8)) is None


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
def test_a_pale_splash_is_not_ink_and_hides_none(digit, negative):
    gray = np.where(wet(digit), 190, drawing(digit, SIDE, PEN)).astype(np.uint8)
    gray = cv2.GaussianBlur(gray, (0, 0), 0.7)
    found = binarize(255 - gray if negative else gray)
    assert overlap(found, ink_of(digit)) > 0.85
    far = cv2.dilate(ink_of(digit), np.ones((25, 25), np.uint8)) == 0
    assert wet(digit)[far].any()
    assert not found[far].any()


@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("digit", DIGITS)
def test_blurred_ink_is_no_splash(digit, sigma):
    counts = np.bincount(cv2.GaussianBlur(mask(digit, SIDE, PEN), (0, 0), sigma).ravel(), minlength=256)
    counts[:15] = 0
    assert mend.splash(counts) is None


def test_what_is_pale_is_ink_between_two_dark_parts_only():
    stroke = np.zeros((60, 60), np.uint8)
    stroke[10:50, 25:35] = 255
    pale = stroke.copy()
    pale[25:31, 15:35] = 255  # lies over the stroke and beside it
    dark = stroke.copy()
    dark[25:31] = 0
    found = mend.uncovered(dark, pale)
    assert overlap(found, stroke) > 0.96  # the middle of the gap is bridged, its corners are rounded
    assert not found[stroke == 0].any()
    np.testing.assert_array_equal(mend.uncovered(stroke, pale), stroke)


@BOTH_WAYS
@pytest.mark.parametrize("shade", [150, 180, 220])
@pytest.mark.parametrize("digit", DIGITS)
def test_hollow_ink_is_filled_and_holes_are_not(digit, shade, negative):
    gray = hollow(digit, shade)
    assert overlap(binarize(255 - gray if negative else gray), ink_of(digit)) > 0.97


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("digit", [0, 5, 6, 9])
def test_a_hole_that_a_blur_has_closed_is_not_filled(digit, sigma):
    ink = mask(digit, 96, 24)
    darkness = cv2.GaussianBlur(ink, (0, 0), sigma) if sigma else ink
    drawn = darkness > 127
    assert (mend.filled(drawn, darkness, 14, 127) == drawn).all()


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("pen", [3, 16, 40])
def test_a_sound_drawing_has_the_ink_of_one_threshold(digit, pen):
    for gray in (drawing(digit, pen=pen), cv2.GaussianBlur(drawing(digit, pen=pen), (0, 0), 0.8)):
        level = (int(gray.min()) + int(gray.max())) // 2
        np.testing.assert_array_equal(binarize(gray), drop_specks(np.where(gray <= level, 255, 0).astype(np.uint8)))


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("tint", [0, 30, 60])
def test_ink_on_a_tint_is_no_shadow(digit, tint):
    """Nor is what fades away ink, however dark."""
    ink = np.where(ink_of(digit) > 127, 255, 0).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    darkness = np.zeros_like(ink)
    darkness[max(0, y - 4) : y + height + 4, max(0, x - 4) : x + width + 4] = tint
    darkness = cv2.GaussianBlur(np.where(ink > 0, 150, darkness).astype(np.uint8), (0, 0), 1.5)
    assert not mend.is_shadow(ink, darkness)
    away = np.hypot(*(np.mgrid[:SIDE, :SIDE] - SIDE / 2))
    shadow = (150 / (1 + np.exp((away - 45) / 9))).astype(np.uint8)
    assert mend.is_shadow(np.where(shadow > 75, 255, 0).astype(np.uint8), shadow)


@pytest.mark.filterwarnings("error")
def test_ink_that_fills_its_picture_is_no_shadow():
    full = np.full((SIDE, SIDE), 255, np.uint8)
    assert not mend.is_shadow(full, full // 2)
