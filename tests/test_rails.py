"""Boxes that are told by two level lines with walls at their ends."""

import cv2
import numpy as np
import pytest

from hwr.imaging.rails import outlines

LEFT, RIGHT, TOP, FOOT = 200, 700, 150, 210


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


def test_cells_are_told_and_counted():
    boxes = found(page())
    assert boxes
    assert all(near(box.corners) and box.cells == 10 and box.cell == 0 for box in boxes)


def test_of_boxes_beside_each_other_the_width_is_told():
    (box, *_) = found(page(gap=8))
    assert near(box.corners)
    assert box.cells == 10
    assert box.cell == pytest.approx(38, abs=4)  # within its lines


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
    corners = np.float32([[LEFT, TOP], [RIGHT, TOP], [RIGHT, FOOT], [LEFT, FOOT]])
    seen = np.float32([[210, 140], [690, 170], [697, 232], [206, 206]])
    ink = cv2.warpPerspective(page() * 255, cv2.getPerspectiveTransform(corners, seen), (1000, 400)) // 128
    box = max(found(ink), key=lambda box: box.cells)
    assert box.cells == 10
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


def test_squared_paper_is_no_box():
    ink = np.zeros((400, 1000), np.uint8)
    for at in range(10, 1000, 50):
        ink[:, at : at + 2] = 1
        ink[at : at + 2] = 1
    assert found(ink) == []


def test_an_empty_page_has_none():
    assert found(np.zeros((400, 1000), np.uint8)) == []
    assert found(np.ones((400, 1000), np.uint8)) == []
    point = [[5, 5]] * 4
    assert found(np.zeros((40, 40), np.uint8), (point,)) == []
