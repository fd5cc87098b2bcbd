import cv2
import numpy as np
import pytest

from hwr.imaging.lines import Box, without_lines

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
    np.testing.assert_array_equal(without_lines(ring(), ring(), HEIGHT), ring())


def test_a_rule_goes():
    page = ring() | ruled(130)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT), ring())


def test_strokes_across_a_rule_stay():
    page = ring() | ruled(80)
    left = without_lines(page, page, HEIGHT)
    assert ((left > 0) != (ring() > 0)).mean() < 0.001


@pytest.mark.parametrize("seen", [0.0, 0.3])
def test_a_pale_rule_goes_that_hardly_counts_as_ink(seen):
    faint = ring() | ruled(20, 130)
    dots = np.random.default_rng(0).random(faint.shape) < seen
    ink = np.where(dots, faint, ring()).astype(np.uint8)
    np.testing.assert_array_equal(without_lines(ink, faint, HEIGHT), ring())


def test_gray_paper_is_no_line():
    everything = np.full((160, 400), 255, np.uint8)
    np.testing.assert_array_equal(without_lines(ring(), everything, HEIGHT), ring())


def test_ticks_on_a_line_go():
    page = ring() | ruled(130)
    for x in (60, 130, 270, 340):
        page[106:130, x : x + 3] = 255
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT), ring())


def test_one_stroke_on_a_line_stays():
    page = ring() | ruled(130)
    page[90:130, 60:66] = 255
    assert without_lines(page, page, HEIGHT)[95:125, 60:66].all()


def test_a_digit_is_no_divider_though_it_is_crossed_as_often():
    digit = np.zeros((160, 400), np.uint8)
    for y in (50, 70, 90, 110):
        digit[y : y + 8, 100:130] = 255
    digit[50:118, 126:134] = 255
    page = digit | ruled(20, 140)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT), digit)


def test_the_thick_lines_of_a_box_go():
    page = ring()
    cv2.rectangle(page, (30, 20), (370, 140), 255, 15)
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT)[40:120, 150:250], ring()[40:120, 150:250])
    assert not without_lines(page, page, HEIGHT)[:, 60:140].any()


def test_short_lines_of_boxes_beside_each_other_go():
    page = ring()
    for x in (60, 165, 270):
        cv2.rectangle(page, (x, 35), (x + 85, 125), 255, 3)
    assert without_lines(page, page, HEIGHT)[:, 70:140].any()
    np.testing.assert_array_equal(without_lines(page, page, HEIGHT, Box(34, 126, 85)), ring())


def cells(thick: int, *strokes: int) -> np.ndarray:
    """A box of four cells with dividers so thick, and upright strokes from line to line: (160, 400) uint8, 255 ink."""
    page = np.zeros((160, 400), np.uint8)
    cv2.rectangle(page, (20, 40), (380, 120), 255, 4)
    for x in (110, 200, 290):
        page[40:120, x - thick // 2 : x + thick // 2] = 255
    for x in strokes:
        page[40:120, x - 2 : x + 2] = 255
    return page


@pytest.mark.parametrize("thick", [4, 10, 20])
def test_dividers_of_even_cells_go_however_thick(thick):
    page = cells(thick)
    assert not without_lines(page, page, HEIGHT)[:, 60:340].any()


@pytest.mark.parametrize("thick", [4, 10])
def test_a_one_between_the_dividers_stays(thick):
    page = cells(thick, 155)
    left = without_lines(page, page, HEIGHT)
    assert left[60:100, 153:157].all()
    assert not left[60:100, [110, 200, 290]].any()


def test_a_one_alone_in_its_box_is_no_divider():
    page = np.zeros((160, 400), np.uint8)
    cv2.rectangle(page, (20, 40), (380, 120), 255, 4)
    page[40:120, 108:112] = 255
    assert without_lines(page, page, HEIGHT)[60:100, 108:112].all()
