import cv2
import numpy as np
import pytest

from hwr.imaging.dividers import Box
from hwr.imaging.lines import without_lines

HEIGHT = 60.0  # px, of a digit


def ring() -> np.ndarray:
    """A round digit in the middle: (160, 400) uint8, 255 ink."""
    return cv2.circle(np.zeros((160, 400), np.uint8), (200, 80), 26, 255, 7)


def ruled(*rows: int) -> np.ndarray:
    lines = np.zeros((160, 400), np.uint8)
    for y in rows:
        lines[y : y + 3] = 255
    return lines


def test_ink_without_lines_is_left_as_it_is():
    np.testing.assert_array_equal(without_lines(ring(), ring(), HEIGHT)[0], ring())


def test_a_rule_goes():
    page = ring() | ruled(130)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[0], ring())


def test_strokes_across_a_rule_stay():
    page = ring() | ruled(80)
    left = without_lines(page, page, HEIGHT)[0]
    assert ((left > 0) != (ring() > 0)).mean() < 0.001


@pytest.mark.parametrize("seen", [0.0, 0.3])
def test_a_pale_rule_goes_that_hardly_counts_as_ink(seen):
    faint = ring() | ruled(20, 130)
    dots = np.random.default_rng(0).random(faint.shape) < seen
    ink = np.where(dots, faint, ring()).astype(np.uint8)
    np.testing.assert_array_equal(without_lines(ink, faint, HEIGHT)[0], ring())


def test_gray_paper_is_no_line():
    everything = np.full((160, 400), 255, np.uint8)
    np.testing.assert_array_equal(without_lines(ring(), everything, HEIGHT)[0], ring())


def test_ticks_on_a_line_go():
    page = ring() | ruled(130)
    for x in (60, 130, 270, 340):
        page[106:130, x : x + 3] = 255
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[0], ring())


def test_one_stroke_on_a_line_stays():
    page = ring() | ruled(130)
    page[90:130, 60:66] = 255
    assert without_lines(page, page, HEIGHT)[0][95:125, 60:66].all()


def test_a_digit_is_no_divider_though_it_is_crossed_as_often():
    digit = np.zeros((160, 400), np.uint8)
    for y in (50, 70, 90, 110):
        digit[y : y + 8, 100:130] = 255
    digit[50:118, 126:134] = 255
    page = digit | ruled(20, 140)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[0], digit)


def test_the_thick_lines_of_a_box_go():
    page = ring()
    cv2.rectangle(page, (30, 20), (370, 140), 255, 15)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[0][40:120, 150:250], ring()[40:120, 150:250])
    assert not without_lines(page, page, HEIGHT)[0][:, 60:140].any()


def test_short_lines_of_boxes_beside_each_other_go():
    page = ring()
    for x in (60, 165, 270):
        cv2.rectangle(page, (x, 35), (x + 85, 125), 255, 3)
    assert without_lines(page, page, HEIGHT)[0][:, 70:140].any()
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT, Box(60, 34, 355, 126, 85))[0], ring())


def dotted(y: int, *digits: int) -> np.ndarray:
    """Dots in a row at y, and round digits in the middle row: (160, 400) uint8, 255 ink."""
    page = np.zeros((160, 400), np.uint8)
    for x in range(20, 390, 14):
        cv2.circle(page, (x, y), 3, 255, -1)
    for x in digits:
        cv2.circle(page, (x, 80), 26, 255, 7)
    return page


def test_a_dotted_line_under_digits_goes():
    assert not without_lines(dotted(125, 200), dotted(125, 200), HEIGHT)[0][115:].any()
    np.testing.assert_array_equal(without_lines(dotted(125, 200), dotted(125, 200), HEIGHT)[0], ring())


def test_a_row_of_dots_beside_a_digit_is_of_zeros():
    page = dotted(80)
    page[:, :90] = 0
    cv2.circle(page, (50, 80), 26, 255, 7)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[0], page)


def test_a_row_of_dots_alone_stays():
    np.testing.assert_array_equal(without_lines(dotted(125), dotted(125), HEIGHT)[0], dotted(125))
