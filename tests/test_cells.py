"""Cells of one width in a row: where they are, and what is written in them."""

import cv2
import numpy as np
import pytest

from hwr.imaging.cells import Grid, even, runs, standing, written

TALL = 100
ROWS = slice(20, 20 + TALL)
WALLS = [(0, 4), (98, 102), (198, 202), (298, 302), (398, 402)]


def grid(
    walls: list[tuple[int, int]], extent: tuple[int, int] = (0, 402), lines: np.ndarray | None = None
) -> Grid | None:
    return even(np.array(walls), extent, ROWS, np.ones((2, 420), bool) if lines is None else lines)


def test_cells_lie_between_walls():
    found = grid(WALLS)
    assert found.cells.tolist() == [[4, 98], [102, 198], [202, 298], [302, 398]]
    assert (found.rows, found.columns) == (ROWS, slice(0, 402))
    assert found.closed.all()


def test_a_wall_may_be_two_sides_with_paper_between():
    apart = [(x + shift, x + shift + 4) for x in (98, 198, 298) for shift in (-6, 6)]
    assert grid([(0, 4), *apart, (398, 402)]).cells.tolist() == [[4, 92], [108, 192], [208, 292], [308, 398]]


def test_a_stroke_close_to_a_wall_is_no_part_of_it():
    assert 202 <= grid(sorted([*WALLS, (206, 212)])).cells[2, 0] <= 205


def test_strokes_that_go_from_line_to_line_are_no_walls():
    assert grid([(0, 4), (60, 66), (98, 102), (250, 256), (198, 202), (298, 302), (398, 402)]).cells[1].tolist() == [
        102,
        198,
    ]
    assert grid([(0, 4), (60, 66), (130, 136), (250, 256), (398, 402)]) is None
    assert grid([(0, 4), (398, 402)]) is None


def test_walls_with_no_room_between_are_none():
    assert grid([(x, x + 50) for x in range(0, 400, 50)]) is None


def test_where_there_are_no_lines_is_no_cell():
    lines = np.ones((2, 420), bool)
    lines[:, 205:295] = False
    assert grid(WALLS, lines=lines).closed.tolist() == [True, True, False, True]


def page(*strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    """A box of four cells and what is written in it: (140, 402) uint8, 255 ink."""
    ink = np.zeros((140, 402), np.uint8)
    for first, last in WALLS:
        ink[15:125, first:last] = 255
    ink[15:20] = ink[120:125] = 255
    for stroke in strokes:
        cv2.line(ink, *stroke, 255, 8)
    return ink


def parts(ink: np.ndarray) -> list[tuple[int, int]]:
    """From where to where each part goes, columns, from left to right."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return sorted((x, x + wide) for x, _, wide, *_ in stats[1:].tolist())


def test_lines_go_and_digits_stay():
    left = written(page(((50, 40), (50, 100)), ((240, 70), (260, 70))), grid(WALLS))
    assert left.shape == (TALL, 402)
    assert parts(left) == [(46, 55), (236, 265)]


@pytest.mark.parametrize("stroke", [((50, 70), (94, 70)), ((60, 30), (94, 40))])
def test_what_touches_a_wall_is_cut_there(stroke):
    ((first, last),) = parts(written(page(stroke), grid(WALLS)))
    assert first < 60
    assert last == 98


def test_digits_that_touch_one_wall_are_two():
    left = written(page(((40, 60), (98, 70)), ((102, 70), (160, 60))), grid(WALLS))
    assert parts(left) == [(36, 98), (102, 165)]


def test_a_digit_that_goes_a_little_beyond_a_wall_stays_one():
    ((first, last),) = parts(written(page(((40, 60), (115, 72))), grid(WALLS)))
    assert (first, last) == (36, 120)


def test_what_is_left_of_lines_goes():
    ink = page()
    ink[20:23, 30:60] = ink[60:90, 102:105] = 255
    ink[117:120, 92:108] = 255  # in a corner on both sides of a wall
    assert parts(written(ink, grid(WALLS))) == []


def test_in_which_cell_something_stands():
    assert standing(np.array([10.0, 100.0, 150.0, 500.0]), grid(WALLS).cells).tolist() == [0, -1, 1, -1]
    assert standing(np.array([10.0]), np.zeros((0, 2))).tolist() == [-1]


def test_where_columns_are_set():
    assert runs(np.array([1, 0, 0, 1, 1], bool)).tolist() == [[0, 1], [3, 5]]
    assert runs(np.zeros(4, bool)).shape == (0, 2)
