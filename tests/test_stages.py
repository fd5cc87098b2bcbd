import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import drawing, encode, mask
from PIL import Image

from hwr.imaging.decode import decode
from hwr.imaging.stages import STROKE, WORK, binarize, center, contrast, pad, shrink, soft

SIDE, MARGIN = 32, 2
GLYPH = SIDE - 2 * MARGIN
DIGITS = range(10)
BOTH_WAYS = pytest.mark.parametrize("negative", [False, True], ids=["dark on light", "light on dark"])

RIGHT, DOWN = np.meshgrid(np.linspace(-1, 1, 280), np.linspace(-1, 1, 280))
HALF = 0.75 + 0.25 * RIGHT  # twice as bright on the right as on the left
VIGNETTE = 1 - 0.125 * (RIGHT**2 + DOWN**2)
SHADOW = np.where(RIGHT + 0.3 * DOWN > 0.1, 1, 0.6)
FALLING = np.where(DOWN > 0, 1, 0.6)
SOFT = 1 - 0.3 / (1 + np.exp(-(RIGHT + 0.3 * DOWN) / 0.15))
LIGHTS = {"gradient": HALF, "vignette": VIGNETTE, "both": HALF * VIGNETTE, "shadow": SHADOW, "shadow above": FALLING}
SOFT_LIGHTS = {"gradient": HALF, "vignette": VIGNETTE, "both": HALF * VIGNETTE, "soft shadow": SOFT}


def sheet(shape=(280, 280), level=200.0, grain=2.0, light=1.0, ink=0.0, seed=0) -> np.ndarray:
    """Paper as a camera sees it: `level` gray, `grain` its standard deviation, `ink` the share of light it takes."""
    seen = level * light * (1 - np.asarray(ink)) + np.random.default_rng(seed).normal(0, grain, shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def overlap(found: np.ndarray, drawn: np.ndarray) -> float:
    """Intersection over union of two inks."""
    found, drawn = found > 127, drawn > 127
    return (found & drawn).sum() / (found | drawn).sum()


def prepared(gray: np.ndarray) -> np.ndarray:
    return pad(center(binarize(shrink(gray))), SIDE, MARGIN)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean difference of two padded pictures in gray levels, at the best of the shifts by a pixel at most."""
    shifts = [np.roll(b, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(np.abs(a.astype(int) - shifted).mean() for shifted in shifts)


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("pen", [4, 16, 40])
def test_ink_of_a_drawing(digit, pen, negative):
    gray = drawing(digit, pen=pen)
    binary = binarize(255 - gray if negative else gray)
    assert binary.dtype == np.uint8
    np.testing.assert_array_equal(binary, np.where(mask(digit, pen=pen) > 127, 255, 0))


@given(st.integers(0, 9), st.integers(3, 40), st.integers(70, 300))
@settings(max_examples=40, deadline=None)
def test_a_negative_has_the_same_stages(digit, pen, side):
    gray = drawing(digit, side, pen)
    differ = binarize(255 - gray) != binarize(gray)
    halfway = (int(gray.min()) + int(gray.max())) / 2
    assert (np.abs(gray[differ] - halfway) <= 1).all()  # a pixel between the two tones may be either
    hard = np.where(gray > 127, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(prepared(255 - hard), prepared(hard))


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("margin", [1, 3])
@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_a_tight_crop_may_be_mostly_ink(digit, margin, scale, negative):
    ink = mask(digit, pen=60)
    x, y, width, height = cv2.boundingRect(ink)
    framed = np.pad(ink, 20)[y + 20 - margin : y + 20 + height + margin, x + 20 - margin : x + 20 + width + margin]
    small = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert overlap(binarize(small if negative else 255 - small), small) > 0.9


@BOTH_WAYS
@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("digit", DIGITS)
def test_ink_in_a_corner_is_ink(digit, x, y, negative):
    ink = center(np.where(mask(digit, 120, 40) > 127, 255, 0).astype(np.uint8))
    ink = ink[8:-8, 8:-8]  # half the pen is outside
    page = np.zeros((360, 360), np.uint8)
    page[y * (360 - ink.shape[0]) :, x * (360 - ink.shape[1]) :][: ink.shape[0], : ink.shape[1]] = ink
    assert (page[[0, -1]].any(axis=1).sum(), page[:, [0, -1]].any(axis=0).sum()) == (1, 1)
    np.testing.assert_array_equal(binarize(page if negative else 255 - page), page)


@BOTH_WAYS
def test_a_dot_may_fill_its_picture(negative):
    """Most of every border is ink, but more of the area is."""
    dot = cv2.resize(np.pad(np.full((12, 12), 255, np.uint8), 1), (21, 20), interpolation=cv2.INTER_CUBIC)
    dot = np.where(dot > 200, 255, 0).astype(np.uint8)
    dot = center(cv2.morphologyEx(np.pad(dot, 9), cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))))
    assert 0.5 < (dot[0] > 0).mean() < (dot > 0).mean()
    np.testing.assert_array_equal(binarize(dot if negative else 255 - dot), dot)


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
def test_faint_ink_on_gray_paper(digit, negative):
    gray = sheet(level=180, ink=mask(digit) / 255 * 20 / 180, seed=digit)
    assert overlap(binarize(255 - gray if negative else gray), mask(digit)) > 0.95


@BOTH_WAYS
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("light", LIGHTS)
def test_uneven_light(digit, light, negative):
    gray = sheet(level=235, light=LIGHTS[light], ink=0.6 * mask(digit) / 255, seed=digit)
    assert overlap(binarize(255 - gray if negative else gray), mask(digit)) > 0.95


def test_the_gradient_is_too_steep_for_one_threshold():
    """Paper in the dark is darker than ink in the light: no threshold for all would do."""
    wide = mask(7)
    gray = sheet(level=235, light=HALF, ink=0.4 * wide / 255)
    assert np.quantile(gray[wide == 0], 0.05) < np.quantile(gray[wide == 255], 0.95)
    assert overlap(binarize(gray), wide) > 0.95


@pytest.mark.parametrize("radius", [0.06, 0.15, 0.28])
@BOTH_WAYS
def test_a_blot_is_not_hollowed(radius, negative):
    blot = cv2.circle(np.zeros((280, 280), np.uint8), (140, 150), int(280 * radius), 255, -1)
    gray = sheet(level=220, light=HALF, grain=3, ink=0.7 * blot / 255)
    assert overlap(binarize(255 - gray if negative else gray), blot) > 0.95


@pytest.mark.parametrize("quality", [5, 30])
@pytest.mark.parametrize("digit", DIGITS)
def test_jpeg_leaves_the_ink_alone(digit, quality):
    gray = decode(encode(Image.fromarray(drawing(digit)), "JPEG", quality=quality))
    assert overlap(binarize(gray), mask(digit)) > 0.9


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_tone_is_blank(level):
    assert not binarize(np.full((50, 70), level, np.uint8)).any()
    assert center(binarize(np.full((1, 1), level, np.uint8))) is None


@pytest.mark.parametrize("side", [30, 300])
def test_what_hardly_differs_from_paper_is_no_ink(side):
    blot = np.zeros((side, side), np.uint8)
    blot[side // 3 : side // 2, side // 3 : side // 2] = 1
    assert not binarize(200 - 13 * blot).any()
    assert binarize(200 - 20 * blot).any()


@pytest.mark.parametrize("side", [100, 200, 600, 1024])
@pytest.mark.parametrize("grain", [2, 5, 8, 12, 20])
def test_grain_alone_is_nothing(side, grain):
    for seed in range(8):
        assert not binarize(sheet((side, side), 180, grain, seed=seed)).any()


@pytest.mark.parametrize("light", SOFT_LIGHTS)
@pytest.mark.parametrize("grain", [1, 2, 4])
def test_light_alone_is_nothing(light, grain):
    for seed in range(8):
        assert not binarize(sheet(grain=grain, light=SOFT_LIGHTS[light], seed=seed)).any()


def test_white_noise_is_nothing():
    noise = np.random.default_rng(0).integers(0, 256, (280, 280)).astype(np.uint8)
    assert not binarize(noise).any()


@pytest.mark.parametrize("side", [28, 64])
def test_a_small_picture_s_grain_is_no_ink(side):
    grain = np.clip(np.random.default_rng(0).normal(180, 8, (side, side)), 0, 255).astype(np.uint8)
    assert not np.any(soft(grain))
    grain[8:20, 12:15] = 60
    assert soft(grain)[0][8:20, 12:15].all()


def beside(digit: int, what: str) -> np.ndarray:
    """The ink of something that is no part of the digit."""
    other = np.zeros((280, 280), np.uint8)
    if what == "table":
        other[:, :24] = 255
    elif what == "slanted table":
        cv2.fillPoly(other, [np.array([[0, 0], [30, 0], [12, 280], [0, 280]])], 255)
    elif what == "ruled line":
        other[272:275] = 255
    return other


@pytest.mark.parametrize("what", ["table", "slanted table", "ruled line"])
@pytest.mark.parametrize("digit", DIGITS)
def test_what_runs_along_the_border_is_no_part_of_the_digit(digit, what):
    gray = 255 - (mask(digit) | beside(digit, what))
    assert overlap(binarize(gray), mask(digit)) > 0.99
    seen = sheet(level=220, light=VIGNETTE, ink=0.7 * (mask(digit) | beside(digit, what)) / 255, seed=digit)
    assert overlap(binarize(seen), mask(digit)) > 0.95


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40))
def test_center_crops_to_the_ink(x, y, width, height):
    page = np.zeros((100, 100), np.uint8)
    page[y, x : x + width] = page[y + height - 1, x : x + width] = 255
    page[y : y + height, x] = page[y : y + height, x + width - 1] = 255
    np.testing.assert_array_equal(center(page), page[y : y + height, x : x + width])


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([(32, 2), (28, 4), (32, 0)]))
def test_pad_fills_the_longer_side_and_centers(width, height, form):
    side, margin = form
    glyph, longer = side - 2 * margin, max(width, height)
    square = pad(np.full((height, width), 255, np.uint8), side, margin)
    assert square.shape == (side, side)
    assert square.dtype == np.uint8
    if 3 * min(width, height) < longer:  # a stroke, which may be thickened
        return
    x, y, w, h = cv2.boundingRect(square)
    assert (max(w, h), min(w, h)) == (glyph, pytest.approx(glyph * min(width, height) / longer, abs=0.75))
    assert (x, y) == ((side - w) // 2, (side - h) // 2)
    assert square[y : y + h, x : x + w].min() == 255


def test_pad_antialiases_and_keeps_the_amount_of_ink():
    disk = cv2.circle(np.zeros((201, 201), np.uint8), (100, 100), 100, 255, -1)
    square = pad(disk, SIDE, MARGIN)
    assert len(np.unique(square)) > 10
    assert square.sum() / 255 == pytest.approx(np.pi * (GLYPH / 2) ** 2, rel=0.02)


@pytest.mark.parametrize("length", [60, 200, 900])
@pytest.mark.parametrize("angle", [0, 30, 45, 90])
def test_hairlines_stay_visible(length, angle):
    page = np.zeros((length + 20, length + 20), np.uint8)
    way = length / 2 * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    start, end = ((length / 2 + 10 + sign * way).round().astype(int).tolist() for sign in (-1, 1))
    cv2.line(page, start, end, 255, 1)
    square = pad(center(page), SIDE, MARGIN)
    x, y, w, h = cv2.boundingRect((square > 25).astype(np.uint8))
    assert max(w, h) == GLYPH
    along = square.max(axis=0)[x + 1 : x + w - 1] if w >= h else square.max(axis=1)[y + 1 : y + h - 1]
    assert along.min() > 127  # not a gap in it
    width = square.sum() / 255 / np.hypot(*((w, h) if 0 < angle < 90 else (max(w, h), 0)))
    assert 0.7 * STROKE < width < 1.15 * STROKE


def test_thick_strokes_are_left_as_they_are():
    bar = np.full((280, 60), 255, np.uint8)
    assert pad(bar, SIDE, MARGIN).sum() == GLYPH * 6 * 255


@given(st.integers(0, 9), st.integers(0, 150), st.integers(0, 150))
@settings(max_examples=30, deadline=None)
def test_where_it_stands_on_the_page_does_not_matter(digit, right, down):
    page = np.full((300, 300), 255, np.uint8)
    page[down : down + 150, right : right + 150] = drawing(digit, 150)
    np.testing.assert_array_equal(prepared(page), prepared(drawing(digit, 150)))


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("scale", [2, 4])
def test_its_scale_hardly_matters(digit, scale):
    once = prepared(drawing(digit))
    enlarged = np.kron(drawing(digit), np.ones((scale, scale), np.uint8))
    assert difference(prepared(enlarged), once) < 1.5
    assert difference(prepared(drawing(digit, 280 * scale)), once) < 8


def test_ten_digits_differ_more_than_their_scales():
    """What the test above is worth."""
    every = [prepared(drawing(digit)) for digit in DIGITS]
    assert min(difference(every[a], every[b]) for a in DIGITS for b in range(a)) > 12


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((2048, 1024), (1024, 512)), ((500, 4000), (128, 1024)), ((1024, 1000), (1024, 1000)), ((1, 8000), (1, 1024))],
)
def test_shrink_keeps_proportions_and_never_grows(shape, expected):
    assert WORK == 1024
    assert shrink(np.zeros(shape, np.uint8)).shape == expected


def test_shrink_keeps_the_mean():
    page = np.random.default_rng(0).integers(0, 256, (2048, 2048)).astype(np.uint8)
    small = shrink(page)
    assert small.mean() == pytest.approx(page.mean(), abs=0.5)
    assert small.std() < page.std() / 1.8  # by area: four pixels make one


def test_a_ruled_sheet_keeps_its_digit():
    """Seventeen pale lines have more ink than the digit; they cross it and reach both edges of the sheet."""
    sheet = np.full((1200, 900), 232.0)
    sheet[60::70] = sheet[61::70] = sheet[62::70] = 173
    digit = mask(3, 360, 14)
    sheet[420:780, 270:630] = np.where(digit > 127, 40, sheet[420:780, 270:630])
    shaded = sheet * np.linspace(0.75, 1, 900)
    ink = binarize(np.clip(shaded + np.random.default_rng(0).normal(0, 4, sheet.shape), 0, 255).astype(np.uint8))
    found = np.pad(digit > 127, ((420, 420), (270, 270)))
    both = (found & (ink > 0)).sum()
    assert both / (found | (ink > 0)).sum() > 0.8


def test_a_dark_table_beside_the_sheet_is_no_ink():
    """The table reaches from edge to edge; the digit is a tenth of the picture."""
    photo = np.full((900, 1200), 225.0)
    digit = mask(9, 140, 12)
    photo[300:440, 500:640] = np.where(digit > 127, 60, 225)
    photo[840:] = 45
    photo = photo * np.linspace(0.8, 1, 1200) + np.random.default_rng(0).normal(0, 3, photo.shape)
    ink = binarize(np.clip(photo, 0, 255).astype(np.uint8))
    assert ink[300:440, 500:640].any()
    assert not ink[840:].any()


@pytest.fixture
def faint() -> np.ndarray:
    """A small H, white on black, whose bar is so faint that one threshold loses it: (36, 36) uint8, antialiased."""
    gray = np.zeros((36, 36), np.uint8)
    gray[6:30, 9:12] = gray[6:30, 24:27] = 250
    gray[17:19, 12:24] = 125
    return cv2.GaussianBlur(gray, (0, 0), 0.6)


@BOTH_WAYS
def test_faint_strokes_hold_a_small_picture_together(faint, negative):
    gray = 255 - faint if negative else faint
    assert cv2.connectedComponents(binarize(gray))[0] > 2  # in two pieces
    hard, ink = soft(gray)
    assert (hard.dtype, ink.dtype, hard.shape, ink.shape) == (np.uint8, np.uint8, gray.shape, gray.shape)
    assert cv2.connectedComponents(hard)[0] == 2  # paper, and one piece
    kept = hard > 0
    assert kept[faint > 80].all()
    assert not kept[faint < 40].any()
    np.testing.assert_allclose(ink[kept], faint[kept] * (255 / faint.max()), atol=1)  # as dark as it came
    assert ink[17:19, 13:23].max() < 0.6 * ink.max() == 0.6 * 255


@BOTH_WAYS
def test_soft_ink_fades_at_its_edges_and_is_nothing_on_paper(negative):
    small = cv2.resize(mask(4, pen=20), (36, 36), interpolation=cv2.INTER_AREA)
    paper, ink_level = (210, 40) if negative else (30, 220)
    gray = np.round(paper + (ink_level - paper) * (small / small.max())).astype(np.uint8)
    hard, ink = soft(gray)
    np.testing.assert_allclose(ink[hard > 0], (small * (255 / small.max()))[hard > 0], atol=3)
    assert ((ink > 40) & (ink < 215)).sum() > 20
    assert not ink[cv2.dilate(hard, np.ones((3, 3), np.uint8)) == 0].any()
    assert hard[small > 60].all()


def test_soft_ink_leaves_out_dust(faint):
    gray = faint.copy()
    gray[1, 34] = faint.max()
    np.testing.assert_array_equal(soft(gray)[1], soft(faint)[1])


@pytest.mark.parametrize("level", [0, 130, 255])
def test_one_tone_has_no_soft_ink(level):
    for gray in (np.full((28, 28), level, np.uint8), np.clip(sheet((28, 28), level, 1.0), 0, 255)):
        hard, ink = soft(gray)
        assert not hard.any()
        assert not ink.any()


def test_an_empty_sheet_in_the_shade_holds_no_digit():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shadow = 1 / (1 + np.exp(-(RIGHT + DOWN - rng.uniform(-1, 1)) / rng.uniform(0.1, 0.3)))
        assert not binarize(sheet(grain=rng.uniform(1, 6), light=1 - rng.uniform(0.2, 0.6) * shadow, seed=seed)).any()


def round_shadow(rng: np.random.Generator) -> np.ndarray:
    """What a head or a hand leaves of the light, its edge some 30 px wide and more: (280, 280)."""
    away = np.hypot(RIGHT - rng.uniform(-0.4, 0.4), DOWN - rng.uniform(-0.4, 0.4))
    return 1 - rng.uniform(0.35, 0.6) / (1 + np.exp((away - rng.uniform(0.3, 0.5)) / rng.uniform(0.08, 0.15)))


def test_a_round_shadow_on_an_empty_sheet_is_no_zero():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gray = sheet(grain=rng.uniform(1, 3), light=round_shadow(rng), seed=seed)
        assert contrast(gray).levels  # it is as dark as ink
        assert not binarize(gray).any()


def test_a_digit_that_is_paler_than_a_round_shadow_is_ink():
    seen = []
    for seed in range(20):
        ink = np.zeros((280, 280), np.uint8)
        ink[70:190, 100:220] = cv2.resize(mask(seed % 10), (120, 120), interpolation=cv2.INTER_AREA)
        gray = sheet(ink=0.4 * ink / 255, light=round_shadow(np.random.default_rng(seed)), seed=seed)
        seen.append(overlap(binarize(gray), ink))
    assert np.count_nonzero(np.array(seen) > 0.45) >= 12  # the others are taken for a shadow's edge, or with it


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("share", [0.15, 0.2])
def test_a_digit_out_of_focus_on_a_large_picture_is_ink(share, digit):
    side, size = 1024, round(share * 1024)
    ink = np.zeros((side, side), np.float32)
    ink[400 : 400 + size, 400 : 400 + size] = mask(digit, size, size // 6) / 255
    gray = sheet((side, side), ink=0.7 * cv2.GaussianBlur(ink, (0, 0), 0.02 * side))
    assert binarize(gray).any()


@pytest.mark.parametrize("blur", [0.5, 2, 4])
@pytest.mark.parametrize("radius", [12, 20, 60])
def test_a_dot_out_of_focus_is_ink(radius, blur):
    dot = (np.hypot(140 * RIGHT - 20, 140 * DOWN) <= radius).astype(np.float32)
    gray = sheet(ink=0.7 * cv2.GaussianBlur(dot, (0, 0), blur))
    assert overlap(binarize(gray), 255 * dot) > 0.8
