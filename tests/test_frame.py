import cv2
import numpy as np
import pytest
from pictures import mask

import hwr
from hwr.imaging import search
from hwr.imaging.frame import frames, straighten

DIGITS = (7, 2, 4, 8)
CORNERS = np.float32([[40, 40], [480, 40], [480, 160], [40, 160]])


def form(dividers: str = "drawn", line: int = 60) -> np.ndarray:
    """Our own digits, each in its cell of one printed box: (200, 520) uint8, dark on light."""
    page = np.full((200, 520), 230, np.uint8)
    for k, digit in enumerate(DIGITS):
        page[65:135, 60 + 110 * k : 130 + 110 * k] -= mask(digit, 70, 22) // 255 * 180
        x = 40 + 110 * k
        if k and dividers == "drawn":
            cv2.line(page, (x, 40), (x, 160), line, 2)
        if k and dividers == "ticks":
            cv2.line(page, (x, 130), (x, 160), line, 2)
    cv2.rectangle(page, (40, 40), (480, 160), line, 3)
    return page


def apart(digits: tuple[int, ...], groups: tuple[int, ...], gap: int) -> np.ndarray:
    """Our own digits in printed boxes of so many cells each, with paper between: (200, W) uint8, dark on light."""
    page, x, left = np.full((200, 2000), 230, np.uint8), 40, list(digits)
    for size in groups:
        cv2.rectangle(page, (x, 40), (x + 110 * size, 160), 110, 3)
        for k in range(size):
            page[65:135, x + 20 + 110 * k : x + 90 + 110 * k] -= mask(left.pop(0), 70, 22) // 255 * 180
        x += 110 * size + gap
    return page[:, : x + 40]


@pytest.mark.parametrize("gap", [12, 60])
@pytest.mark.parametrize("groups", [(1, 1, 1, 1), (2, 2), (3, 1), (1, 2, 1)])
@pytest.mark.parametrize("turn", [0, 4])
def test_a_number_in_boxes_beside_each_other(groups, gap, turn):
    page = apart(DIGITS, groups, gap)
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, 100), turn, 0.9)
    page = cv2.warpAffine(page, matrix, page.shape[::-1], borderValue=230)
    assert hwr.load().read_number(page, script="persian").text == "7248"


def test_boxes_far_from_each_other_are_no_row():
    page = np.hstack([apart((7, 2, 4), (3,), 12), np.full((200, 200), 230, np.uint8), apart((8, 2), (2,), 12)])
    assert straighten(page).inside[2] < 400
    assert hwr.load().read_number(page, script="persian").text == "724"


@pytest.mark.parametrize("turn", [0, 4])
def test_a_mark_in_its_square_below_a_line_of_print(turn):
    page = np.full((480, 640), 230, np.uint8)
    cv2.putText(page, "Faculty of Engineering", (60, 70), cv2.FONT_HERSHEY_TRIPLEX, 1.2, 60, 3)
    cv2.rectangle(page, (100, 150), (290, 310), 60, 3)
    for x, digit in ((115, 1), (185, 3)):
        page[185:275, x : x + 90] -= mask(digit, 90, 24) // 255 * 180
    matrix = cv2.getRotationMatrix2D((200, 230), turn, 1.0)
    page = cv2.warpAffine(page, matrix, (640, 480), borderValue=230)
    assert hwr.load().read_number(page, script="persian").text == "13"


@pytest.mark.parametrize("turn", [0, 2])
@pytest.mark.parametrize("dividers", ["drawn", "none"])
@pytest.mark.parametrize("rows", [slice(52, None), slice(148)])
def test_a_box_that_the_picture_cuts_is_closed(rows, dividers, turn):
    matrix = cv2.getRotationMatrix2D((260, 100), turn, 1.0)
    page = cv2.warpAffine(form(dividers), matrix, (520, 200), borderValue=230)
    said = hwr.load().read_number(page[rows], script="persian")
    assert said.text == "7248"
    first = rows.start or 0
    for k, digit in enumerate(said.digits):
        middle = matrix @ [95 + 110 * k, 100, 1] - [0, first]
        x0, y0, x1, y1 = digit.box
        assert (np.abs(np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - middle) <= 12).all()


def test_of_a_cut_box_the_inside_goes_to_the_edge():
    for rows in (slice(52, None), slice(148)):
        (framed,) = frames(form()[rows])
        inside = framed.inside.reshape(1, 2, 2)
        (_, above), (_, below) = cv2.perspectiveTransform(inside, framed.back)[0]
        assert abs(above - (40 - (rows.start or 0) if rows.stop else 0)) <= 10
        assert abs(below - (148 if rows.stop else 160 - rows.start)) <= 10
    assert frames(form()[52:148])[0].inside is None  # neither line is there
    both = np.hstack([form(), form()])[52:]
    assert frames(both)[0].inside is None or hwr.load().read_number(both, script="persian").text == "72487248"


@pytest.mark.parametrize(
    "page", [form()[52:148], form("none")[52:148], apart(DIGITS, (1, 1, 1, 1), 40)[52:], apart(DIGITS, (4,), 0)[52:148]]
)
def test_walls_without_lines_are_no_ones(page):
    assert hwr.load().read_number(page, script="persian").text == "7248"


@pytest.mark.parametrize("high", [116, 136, 176])
def test_a_margin_line_is_no_one(high):
    page = np.full((high, 420), 230, np.uint8)
    page[:, 40:43] = 110
    for k, digit in enumerate((7, 4, 2)):
        top = (high - 90) // 2
        page[top : top + 90, 80 + 100 * k : 170 + 100 * k] -= mask(digit, 90, 24) // 255 * 180
    assert hwr.load().read_number(page, script="persian").text == "742"


@pytest.mark.parametrize("dust", [0, 3])
def test_boxy_zeros_are_no_boxes(dust):
    page = np.full((200, 600), 230, np.uint8)
    for x in range(60, 500, 110):
        cv2.rectangle(page, (x, 60), (x + 70, 140), 40, 8)
        cv2.circle(page, (x + 35, 100), dust, 40, -1) if dust else None
    assert straighten(page).inside is None


def test_a_box_of_another_height_is_none_of_the_row():
    page = np.pad(apart((7, 2, 4), (3,), 12), ((60, 60), (0, 200)), constant_values=230)
    cv2.rectangle(page, (400, 40), (540, 280), 110, 3)
    page[125:195, 435:505] -= mask(8, 70, 22) // 255 * 180
    assert hwr.load().read_number(page, script="persian").text == "724"


def test_a_box_whose_digit_touches_its_lines_is_one_of_the_row():
    page = apart((7, 2, 4, 1), (1, 1, 1, 1), 12)
    right = page.shape[1] - 40 - 12
    page[43:158, right - 105 : right - 5] = 230
    cv2.line(page, (right - 55, 40), (right - 55, 118), 50, 10)  # a 1 that hangs from the line above
    assert straighten(page).inside[2] > right - 20
    assert hwr.load().read_number(page, script="persian").text == "7241"


def askew(page: np.ndarray, by: float) -> tuple[np.ndarray, np.ndarray]:
    """A page as a camera sees it from the side: the picture, and what takes the page's places there."""
    height, width = page.shape
    here = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    there = here + np.float32([[1, 0.4], [-0.6, 1], [0.5, -0.2], [-1, -0.8]]) * by + np.float32([30, 30])
    view = cv2.getPerspectiveTransform(here, there)
    return cv2.warpPerspective(page, view, (width + 60, height + 60), borderValue=230), view


@pytest.mark.parametrize("dividers", ["none", "drawn", "ticks"])
def test_a_number_in_a_box_seen_from_the_side(dividers):
    photo, _ = askew(form(dividers), 30)
    assert hwr.load().read_number(photo, script="persian").text == "7248"


def test_the_box_is_upright_then():
    photo, view = askew(form(), 30)
    flat = straighten(photo)
    assert flat.gray.shape != photo.shape
    corners = cv2.perspectiveTransform(CORNERS[None] @ np.eye(2), np.linalg.inv(flat.back) @ view)[0]
    top, right, bottom, left = np.roll(corners, -1, axis=0) - corners
    assert abs(top[1]) + abs(bottom[1]) < 0.02 * abs(top[0])
    assert abs(left[0]) + abs(right[0]) < 0.08 * abs(left[1])


def test_boxes_are_placed_on_the_picture_that_came():
    photo, view = askew(form(), 30)
    row = search.find(photo)
    for k, piece in enumerate(row.pieces):
        x0, y0, x1, y1 = row.place(piece.box, photo.shape)
        middle = cv2.perspectiveTransform(np.float32([[[95 + 110 * k, 100]]]), view)[0, 0]
        assert np.hypot(*(np.array([x0 + x1, y0 + y1]) / 2 - middle)) < 25


@pytest.mark.parametrize(
    "page", [form(), np.full((50, 80), 255, np.uint8), form()[:, :100], np.zeros((1, 1), np.uint8)]
)
def test_what_is_upright_or_no_box_is_left_as_it_is(page):
    flat = straighten(page)
    assert flat.gray is page
    np.testing.assert_array_equal(flat.back, np.eye(3))


def test_a_wide_stroke_is_no_box():
    page = np.full((200, 520), 230, np.uint8)
    cv2.line(page, (30, 60), (490, 120), 40, 14)
    assert straighten(page).gray is page


@pytest.mark.parametrize("turn", [0, 3])
@pytest.mark.parametrize("pale", [40, 150])
def test_what_is_printed_beside_a_box_is_left_out(turn, pale):
    page = np.full((260, 900), 230, np.uint8)
    cv2.rectangle(page, (60, 60), (560, 190), pale, 4)
    for k, digit in enumerate((7, 2, 4, 8)):
        tile = page[75:175, 85 + 115 * k : 185 + 115 * k]
        np.minimum(tile, 255 - mask(digit, 100, 24), out=tile)
    cv2.putText(page, "Number", (590, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 5)
    view = cv2.getRotationMatrix2D((450, 130), turn, 1)
    row = search.find(cv2.warpAffine(page, view, (900, 260), borderValue=230))
    assert len(row.pieces) == 4
