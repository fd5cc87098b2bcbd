import cv2
import numpy as np
import pytest

from hwr.imaging.dividers import Box, width_of
from hwr.imaging.lines import without_lines

HEIGHT = 60.0  # px, of a digit
LEFT, RIGHT, TOP, FOOT = 20, 380, 40, 120  # px, of the box


def box(*dividers: tuple[int, int]) -> np.ndarray:
    """A box with dividers at x, each so wide: (160, 400) uint8, 255 ink."""
    page = np.zeros((160, 400), np.uint8)
    cv2.rectangle(page, (LEFT, TOP), (RIGHT, FOOT), 255, 4)
    for x, wide in dividers:
        page[TOP:FOOT, x - wide // 2 : x + wide // 2] = 255
    return page


def left_at(page: np.ndarray, known: Box | None = None) -> list[int]:
    """Where ink is left in the middle of the box, columns."""
    return np.flatnonzero(without_lines(page, page, HEIGHT, known)[0][70:90].any(axis=0)).tolist()


@pytest.mark.parametrize("thick", [4, 10, 20])
def test_dividers_of_even_cells_go_however_thick(thick):
    assert left_at(box((110, thick), (200, thick), (290, thick))) == []


def test_the_sides_of_a_thick_box_go_with_its_dividers():
    page = box((30, 18), (110, 18), (200, 18), (290, 18), (370, 18))
    assert left_at(page) == []


@pytest.mark.parametrize("thick", [4, 10])
def test_a_one_between_the_dividers_stays(thick):
    page = box((110, thick), (200, thick), (290, thick), (155, 4))
    assert left_at(page) == [153, 154, 155, 156]


@pytest.mark.parametrize("off", [0, 14])
def test_cells_need_not_begin_where_the_lines_do(off):
    page = np.zeros((160, 440), np.uint8)
    page[TOP : TOP + 4, LEFT - off : RIGHT] = page[FOOT - 4 : FOOT, LEFT - off : RIGHT] = 255
    for x in (92, 164, 236, 308):
        page[TOP:FOOT, x - 9 : x + 9] = 255
    assert left_at(page) == []


@pytest.mark.parametrize("places", [(80, 200), (110, 200), (110, 290), (65, 110)])
def test_dividers_of_uneven_cells_go(places):
    assert left_at(box(*((x, 4) for x in places))) == []


def test_the_divider_of_two_cells_goes():
    assert left_at(box((200, 4))) == []


def test_a_one_alone_in_its_box_is_no_divider():
    assert left_at(box((110, 4))) == [108, 109, 110, 111]


def test_sides_of_two_boxes_close_together_go():
    page = np.zeros((160, 400), np.uint8)
    for x in (20, 202):
        cv2.rectangle(page, (x, TOP), (x + 176, FOOT), 255, 4)
    page = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))  # as a blurred photograph has them
    assert left_at(page, Box(20, TOP - 4, 378, FOOT + 4, 176)) == []


def test_a_level_stroke_within_a_known_box_is_no_line():
    page = box()
    page[78:84, 100:260] = 255
    assert 180 not in left_at(page)
    assert left_at(page, Box(LEFT, TOP - 4, RIGHT, FOOT + 4)) == [*range(100, 260)]


def test_how_wide_dividers_are():
    assert width_of(box((110, 10), (290, 10))[70:90] > 0) == 7.5  # the sides have 5
    assert width_of(np.zeros((9, 9), bool)) == 0
