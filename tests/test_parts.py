"""What of a picture's ink is the digit."""

import cv2
import numpy as np
import pytest
from pictures import drawing, mask

from hwr.imaging.parts import MOST_OF_A_DIGIT, corners, drop_specks
from hwr.imaging.stages import binarize

DIGITS = range(10)


def overlap(found: np.ndarray, drawn: np.ndarray) -> float:
    """Intersection over union of two inks."""
    found, drawn = found > 127, drawn > 127
    return (found & drawn).sum() / (found | drawn).sum()


@pytest.mark.parametrize("digit", DIGITS)
def test_dust_is_dropped(digit):
    ink = np.where(mask(digit) > 127, 255, 0).astype(np.uint8)
    rng = np.random.default_rng(digit)
    dusty = ink.copy()
    for x, y in rng.integers(5, 275, (60, 2)):
        if not ink[y - 4 : y + 5, x - 4 : x + 5].any():
            dusty[y : y + 2, x : x + 2] = 255
    assert (dusty != ink).sum() > 50
    np.testing.assert_array_equal(drop_specks(dusty), ink)


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("across", [False, True])
def test_a_broken_stroke_is_kept_whole(digit, across):
    broken = np.where(mask(digit) > 127, 255, 0).astype(np.uint8)
    scanned = broken.T if across else broken
    scanned[20::60] = scanned[21::60] = 0  # a few of the scanner's lines are dead
    assert cv2.connectedComponents(broken)[0] > 2
    assert overlap(drop_specks(broken), broken) > 0.95  # a splinter may be as small as dust


def bars(count: int, pitch: int = 10) -> np.ndarray:
    """That many upright bars side by side, 4 px wide."""
    ink = np.zeros((60, count * pitch + 10), np.uint8)
    for k in range(count):
        ink[10:50, 5 + k * pitch : 9 + k * pitch] = 255
    return ink


def test_more_parts_than_a_digit_has_are_grain():
    np.testing.assert_array_equal(drop_specks(bars(MOST_OF_A_DIGIT)), bars(MOST_OF_A_DIGIT))
    assert not drop_specks(bars(MOST_OF_A_DIGIT + 1)).any()


def test_what_lies_far_away_belongs_to_something_else():
    digit, near, far = np.zeros((3, 100, 400), np.uint8)
    digit[20:80, 20:50] = 255
    near[40:60, 70:90] = 255  # 20 px from a digit of 60
    far[40:60, 340:360] = 255
    np.testing.assert_array_equal(drop_specks(digit | near | far), digit | near)


@pytest.mark.parametrize("count", [2, 3])
def test_several_digits_far_apart_are_all_shown(count):
    """The network then sees that they are no single digit."""
    row = np.zeros((200, 900), np.uint8)
    for k in range(count):
        row[60:140, 100 + 300 * k : 140 + 300 * k] = 255
    np.testing.assert_array_equal(drop_specks(row), row)
    edge = row.copy()
    edge[100:140, 890:] = 255  # what reaches a border is of something else
    np.testing.assert_array_equal(drop_specks(edge[:, 300 * count - 200 :]) > 0, row[:, 300 * count - 200 :] > 0)


def test_parts_join_one_after_another():
    chain = bars(6, pitch=25)  # the last is 4 of its own lengths away from the first
    np.testing.assert_array_equal(drop_specks(chain), chain)


def boxed(digit: int, room: int, thick: int, turn: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """The ink of a digit, and of a printed box so many px around it, turned by some degrees: two of (H, W) uint8."""
    ink = np.pad(np.where(mask(digit) > 127, 255, 0).astype(np.uint8), 120)
    x, y, wide, tall = cv2.boundingRect(ink)
    box = np.zeros_like(ink)
    cv2.rectangle(box, (x - room, y - room), (x + wide + room, y + tall + room), 255, thick)
    turned = cv2.getRotationMatrix2D((260, 260), turn, 1)
    return ink, cv2.warpAffine(box, turned, box.shape)


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize(("room", "thick", "turn"), [(20, 2, 0), (40, 8, 0), (40, 4, 3), (90, 6, -14)])
def test_a_printed_box_is_no_part_of_the_digit(digit, room, thick, turn):
    ink, box = boxed(digit, room, thick, turn)
    assert not (ink & box).any()
    np.testing.assert_array_equal(drop_specks(ink | box), ink)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_word_beside_the_box_is_no_part_of_the_digit(digit):
    ink, box = boxed(digit, 40, 4)
    word = np.zeros_like(ink)
    cv2.putText(word, "No", (2, 270), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 255, 6)
    word[:, 75:] = 0
    np.testing.assert_array_equal(drop_specks(ink | box | word), ink)


def test_a_ring_stays_and_a_zero_with_corners():
    ring, dot, square = np.zeros((3, 300, 300), np.uint8)
    cv2.circle(ring, (150, 150), 100, 255, 12)
    cv2.circle(dot, (150, 150), 25, 255, -1)
    np.testing.assert_array_equal(drop_specks(ring | dot), ring | dot)
    cv2.rectangle(square, (100, 60), (200, 220), 255, 24)
    np.testing.assert_array_equal(drop_specks(square), square)
    square[130:160, 150] = 255  # a hair
    assert (drop_specks(square)[60:220, 100:105] > 0).all()


@pytest.mark.parametrize("turn", [0, 4])
def test_an_empty_box_is_nothing(turn):
    _, box = boxed(7, 30, 3, turn)
    assert not drop_specks(box).any()


def test_a_pattern_of_dots_is_soon_nothing():
    dots = np.zeros((900, 900), np.uint8)
    for y, x in np.ndindex(2, 2):
        dots[20 + y : -20 : 6, 20 + x : -20 : 6] = 255
    assert not drop_specks(dots).any()


# The corners of a box


BOX = np.array([[50, 60], [600, 90], [590, 220], [45, 200]])


@pytest.mark.parametrize(("middles", "radius"), [([], 0), ([(597, 150)], 24), ([(48, 150)], 14)])
def test_what_stands_across_a_side_moves_no_corner(middles, radius):
    ink = np.zeros((300, 700), np.uint8)
    cv2.polylines(ink, [BOX], True, 1, 3)
    for middle in middles:
        cv2.circle(ink, middle, radius, 1, 4)
    found = corners(ink > 0)
    away = np.abs(found[:, None] - BOX[None]).max(axis=2).min(axis=1)
    assert (away <= 4).all()  # the outline is a line's half outside of its middle, and is told by whole pixels


def test_an_ellipse_has_no_corners():
    ink = cv2.ellipse(np.zeros((300, 700), np.uint8), (350, 150), (300, 120), 0, 0, 360, 1, 3)
    assert corners(ink > 0) is None


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("size", [8, 10, 12])
def test_a_small_digit_on_a_large_sheet_is_no_noise(size, digit):
    gray = np.full((100, 100), 255, np.uint8)
    gray[40 : 40 + size, 40 : 40 + size] = cv2.resize(
        drawing(digit, 84, 20), (size, size), interpolation=cv2.INTER_AREA
    )
    assert binarize(gray).any()


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_of_crayon_is_no_noise(digit):
    ink = mask(digit, 700, 60)
    wax = cv2.GaussianBlur(np.random.default_rng(digit).normal(0, 1, ink.shape), (0, 0), 3)
    rough = np.where(wax < np.quantile(wax, 0.75), ink, 0).astype(np.uint8)
    assert overlap(drop_specks(np.where(rough > 127, 255, 0).astype(np.uint8)), ink) > 0.6
