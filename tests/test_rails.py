"""Boxes that are told by two level lines with walls at their ends."""

import cv2
import numpy as np
import pytest

from hwr.imaging.rails import cut_off, outlines

LEFT, RIGHT, TOP, FOOT = 200, 700, 150, 210
CORNERS = np.float32([[LEFT, TOP], [RIGHT, TOP], [RIGHT, FOOT], [LEFT, FOOT]])


def page(cells: int = 10, gap: int = 0) -> np.ndarray:
    """Cells in a row, or boxes with a gap between, px: (400, 1000) uint8, 1 ink."""
    ink = np.zeros((400, 1000), np.uint8)
    wide = (RIGHT - LEFT + gap) // cells
    for x in range(LEFT, LEFT + wide * cells, wide):
        cv2.rectangle(ink, (x, TOP), (x + wide - gap, FOOT), 1, 2)
    return ink


def found(ink: np.ndarray, known: tuple = ()) -> list:
    return list(outlines(ink, [np.array(each, float) for each in known]))


def near(corners: np.ndarray, left: int = LEFT, right: int = RIGHT) -> bool:
    return bool(np.abs(corners - [[left, TOP], [right, TOP], [right, FOOT], [left, FOOT]]).max() <= 5)


def box(ink: np.ndarray, left: int, right: int, top: int = TOP, foot: int = FOOT, thick: int = 2) -> np.ndarray:
    cv2.rectangle(ink, (left, top), (right, foot), 1, thick)
    return ink


def blank() -> np.ndarray:
    return np.zeros((400, 1000), np.uint8)


def seen_as(ink: np.ndarray, *corners: tuple[int, int]) -> np.ndarray:
    """A page whose upper left, upper right, lower right and lower left corner of the cells are elsewhere."""
    return cv2.warpPerspective(ink * 255, cv2.getPerspectiveTransform(CORNERS, np.float32(corners)), (1000, 400)) // 128


def test_cells_are_told_and_counted():
    boxes = found(page())
    assert boxes
    assert all(near(box.corners) and box.count == 10 and box.narrowest == 0 for box in boxes)


def test_of_boxes_beside_each_other_the_width_is_told():
    (box, *_) = found(page(gap=8))
    assert near(box.corners)
    assert box.count == 10
    assert box.narrowest == pytest.approx(38, abs=4)  # within its lines


def test_a_box_with_broken_lines_is_one():
    ink = page()
    for x in range(LEFT + 30, RIGHT, 60):
        ink[TOP - 3 : TOP + 3, x : x + 3] = ink[FOOT - 3 : FOOT + 3, x : x + 3] = 0
    assert any(near(box.corners) for box in found(ink))


def test_a_box_that_a_word_touches_is_one():
    ink = page()
    cv2.line(ink, (RIGHT - 4, 190), (RIGHT + 150, 180), 1, 9)
    assert any(near(box.corners) for box in found(ink))


def test_a_part_that_is_known_tells_all_of_it():
    ink = page(gap=8)
    known = [[LEFT + 51, TOP], [LEFT + 93, TOP], [LEFT + 93, FOOT], [LEFT + 51, FOOT]]
    assert near(found(ink, (known,))[0].corners)


def test_seen_from_aside_its_corners_are_its_own():
    seen = ((210, 140), (690, 170), (697, 232), (206, 206))
    box = max(found(seen_as(page(), *seen)), key=lambda box: box.count)
    assert box.count == 10
    assert np.abs(box.corners - seen).max() <= 6


def test_lines_without_walls_are_no_box():
    ink = np.zeros((400, 1000), np.uint8)
    ink[TOP : TOP + 2, LEFT:RIGHT] = ink[FOOT : FOOT + 2, LEFT:RIGHT] = 1
    assert found(ink) == []


def test_a_line_that_crosses_beside_a_box_is_none_of_it():
    ink = page()
    ink[:, LEFT - 40 : LEFT - 38] = 1  # the frame of a form
    boxes = found(ink)
    assert boxes
    assert all(near(box.corners) for box in boxes)


def test_boxes_far_from_each_other_are_two():
    ink = page(cells=5)
    ink[:, RIGHT - 150 : RIGHT - 60] = 0
    ink[TOP : FOOT + 1, [RIGHT - 152, RIGHT - 151, RIGHT - 60, RIGHT - 59]] = 1
    assert all(np.ptp(box.corners[:, 0]) < RIGHT - LEFT - 100 for box in found(ink))


def test_squares_whose_walls_go_on_are_no_box():
    ink = page()
    assert found(ink)
    for x in range(LEFT, RIGHT + 1, 50):
        ink[TOP - 40 : FOOT + 40, x - 1 : x + 2] = 1
    assert found(ink) == []


def test_a_row_of_a_table_may_fill_the_page():
    ink = page()
    for x in (LEFT, RIGHT):
        ink[TOP - 40 : FOOT + 40, x - 1 : x + 2] = 1
    assert any(np.ptp(each.corners[:, 1]) >= 55 for each in found(ink[TOP - 9 : FOOT + 9]))


@pytest.mark.parametrize("cells", [1, 10])
@pytest.mark.parametrize("above", [True, False])
def test_a_box_that_the_page_cuts_goes_to_its_edge(cells, above):
    ink = page(cells)
    ink = ink[TOP + 20 :] if above else ink[: FOOT - 20]
    corners, is_above = cut_off(ink)
    assert is_above == above
    whole = CORNERS - [0, TOP + 20 if above else 0]
    whole[:, 1] = whole[:, 1].clip(0, len(ink) - 1)
    np.testing.assert_allclose(corners, whole, atol=6)


def test_what_the_page_does_not_cut_is_not_closed():
    ink = page()
    assert cut_off(ink) is None
    assert cut_off(ink[TOP - 10 :]) is None  # its line is there
    assert cut_off(ink[TOP + 20 : FOOT - 20]) is None  # neither line is
    assert cut_off(np.ones_like(ink)) is None
    line = blank()
    line[FOOT : FOOT + 2, LEFT:RIGHT] = 1
    for x in (LEFT + 100, RIGHT - 100):  # strokes to the edge, not at the ends of the line
        line[:FOOT, x : x + 4] = 1
    assert cut_off(line) is None
    ones = ink[TOP + 20 :].copy()
    ones[: FOOT - TOP - 20, LEFT + 2 : LEFT + 10] = ones[: FOOT - TOP - 20, RIGHT - 9 : RIGHT - 1] = 1
    assert cut_off(ones) is None  # strokes thicker than the line are 1s on it


def test_squared_paper_is_no_box():
    ink = np.zeros((400, 1000), np.uint8)
    for at in range(10, 1000, 50):
        ink[:, at : at + 2] = 1
        ink[at : at + 2] = 1
    assert found(ink) == []


def test_lines_are_thinner_than_bars():
    assert found(box(blank(), LEFT, RIGHT, thick=5))
    assert found(box(blank(), LEFT, RIGHT, thick=15)) == []


@pytest.mark.parametrize(("degrees", "told"), [(1.5, True), (15, True), (40, False)])
def test_a_box_leans_a_little(degrees, told):
    turn = cv2.getRotationMatrix2D((450, 180), degrees, 1.0)
    ink = cv2.warpAffine(page() * 255, turn, (1000, 400)) // 128
    corners = CORNERS @ turn[:, :2].T + turn[:, 2]
    assert any(np.abs(each.corners - corners).max() <= 6 for each in found(ink)) == told


def test_a_box_is_found_among_longer_lines():
    ink = page()
    for y in (10, 40, 70, 100, 300, 330, 360, 390):
        ink[y : y + 2, 50:950] = 1
    assert any(near(each.corners) for each in found(ink))


@pytest.mark.parametrize(("tall", "thick", "told"), [(8, 1, False), (12, 1, True), (300, 3, True), (360, 3, False)])
def test_a_box_is_as_high_as_writing(tall, thick, told):
    assert bool(found(box(blank(), LEFT, RIGHT, 20, 20 + tall, thick))) == told


def test_lines_that_part_are_no_box():
    assert found(seen_as(page(1), (210, 140), (690, 150), (690, 230), (210, 205)))
    assert found(seen_as(page(1), (210, 140), (690, 90), (690, 260), (210, 205))) == []


def test_half_a_stroke_is_no_wall():
    ink = box(blank(), LEFT, RIGHT)
    ink[TOP + 2 : TOP + 30, LEFT - 2 : LEFT + 3] = ink[TOP + 2 : TOP + 30, RIGHT - 2 : RIGHT + 3] = 0
    assert found(ink) == []


def test_what_crosses_half_of_a_box_is_no_line_of_it():
    ink = box(blank(), LEFT, RIGHT)
    ink[180:183, 300:560] = 1
    assert any(near(each.corners) for each in found(ink))


def test_some_walls_may_go_on():
    ink = page()
    for x in (LEFT, RIGHT):
        ink[TOP - 40 : FOOT + 40, x - 1 : x + 2] = 1
    assert any(near(each.corners) for each in found(ink))


def test_walls_of_narrow_columns_may_go_on():
    ink = page(cells=20)
    for x in range(LEFT, RIGHT + 1, 25):
        ink[TOP - 40 : FOOT + 40, x - 1 : x + 2] = 1
    assert any(near(each.corners) for each in found(ink))


def test_the_narrowest_of_uneven_boxes_is_told():
    ink = blank()
    for left, right in ((200, 245), (270, 380), (405, 700)):
        box(ink, left, right)
    outline = max(found(ink), key=lambda each: np.ptp(each.corners[:, 0]))
    assert near(outline.corners)
    assert outline.narrowest == pytest.approx(45, abs=4)


def test_an_empty_page_has_none():
    assert found(np.zeros((400, 1000), np.uint8)) == []
    assert found(np.ones((400, 1000), np.uint8)) == []
    point = [[5, 5]] * 4
    assert found(np.zeros((40, 40), np.uint8), (point,)) == []


@pytest.mark.parametrize(("beyond", "told"), [(140, False), (0, True)])
def test_strokes_between_the_lines_of_ruled_paper_are_no_walls(beyond, told):
    """The lines are pale, so that only dashes are seen of them, and between two strokes, which are darker, more."""
    ink = box(blank(), LEFT, RIGHT)
    for start in range(0, beyond, 18):
        for y in (TOP, FOOT):
            ink[y - 1 : y + 1, LEFT - start - 14 : LEFT - start - 4] = 1
            ink[y - 1 : y + 1, RIGHT + start + 4 : RIGHT + start + 14] = 1
    assert any(near(box.corners) for box in found(ink)) is told
