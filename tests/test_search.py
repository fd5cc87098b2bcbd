import time

import cv2
import numpy as np
import pytest
from pictures import drawing, mask

from hwr.imaging import search
from hwr.imaging.segment import Row
from hwr.imaging.surroundings import is_squared

DIGITS = (7, 2, 5, 8, 3)


def row(digits=DIGITS, side: int = 100, margin: int = 30, step: int | None = None) -> np.ndarray:
    """Our own digits beside each other, dark on light: (H, W) uint8; each in a square of `side`, `step` px apart."""
    step = step or side
    ink = np.zeros((side + 2 * margin, step * (len(digits) - 1) + side + 2 * margin), np.uint8)
    for k, digit in enumerate(digits):
        place = ink[margin : margin + side, margin + k * step : margin + k * step + side]
        np.maximum(place, mask(digit, side, 24), out=place)
    return 255 - ink


def found(gray: np.ndarray) -> Row:
    seen = search.find(gray)
    assert seen is not None
    return seen


def pieces(gray: np.ndarray) -> int:
    return len(found(gray).pieces)


@pytest.fixture
def plain() -> np.ndarray:
    return row()


def test_pieces_stand_in_their_order(plain):
    seen = found(plain)
    assert len(seen.pieces) == len(DIGITS)
    lefts = [piece.box[0] for piece in seen.pieces]
    assert lefts == sorted(lefts)
    for piece in seen.pieces:
        x0, y0, x1, y1 = piece.box
        assert piece.ink.shape == (y1 - y0, x1 - x0)
        assert set(np.unique(piece.ink)) == {0, 255}
        assert piece.mark is None
    assert seen.height == pytest.approx(78, abs=8)


@pytest.mark.parametrize("side", [24, 40, 100, 240])
def test_any_size(side):
    assert pieces(row(side=side, margin=side // 3)) == len(DIGITS)


def test_light_on_dark(plain):
    assert pieces(255 - plain) == len(DIGITS)


@pytest.mark.parametrize("angle", [-7, -3, 3, 7])
def test_boxes_of_a_turned_page_lie_on_the_page(plain, angle):
    height, width = plain.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turn[:, 2] += 40
    page = cv2.warpAffine(plain, turn, (width + 80, height + 80), borderValue=255)
    seen = found(page)
    assert len(seen.pieces) == len(DIGITS)
    for k, piece in enumerate(seen.pieces):
        x0, y0, x1, y1 = seen.place(piece.box, page.shape)
        middle = turn @ [30 + 100 * k + 50, 80, 1]
        assert np.hypot(*(np.array([x0 + x1, y0 + y1]) / 2 - middle)) < 25
        assert (page[y0:y1, x0:x1] < 128).any()


def boxed(gray: np.ndarray, thick: int, dividers: str) -> np.ndarray:
    page = gray.copy()
    top, bottom, left, right = 20, gray.shape[0] - 20, 24, gray.shape[1] - 24
    cv2.rectangle(page, (left, top), (right, bottom), 60, thick)
    for k in range(1, len(DIGITS)):
        x = 30 + 100 * k
        if dividers == "drawn":
            cv2.line(page, (x, top), (x, bottom), 60, thick)
        elif dividers == "dashed":
            for y in range(top, bottom, 16):
                cv2.line(page, (x, y), (x, min(bottom, y + 8)), 60, thick)
    return page


@pytest.mark.parametrize("thick", [1, 2, 4])
@pytest.mark.parametrize("dividers", ["none", "drawn", "dashed"])
def test_boxes_go(plain, thick, dividers):
    assert pieces(boxed(plain, thick, dividers)) == len(DIGITS)


@pytest.mark.parametrize("y", [60, 90, 124])
def test_a_rule_goes_and_the_strokes_across_it_stay(plain, y):
    page = plain.copy()
    page[y : y + 3] = 70
    seen = found(page)
    assert len(seen.pieces) == len(DIGITS)
    assert seen.height == pytest.approx(found(plain).height, abs=8)


@pytest.mark.parametrize(
    ("mark", "draw"),
    [
        (".", lambda page: cv2.circle(page, (180, 115), 7, 0, -1)),
        (",", lambda page: cv2.line(page, (184, 110), (176, 136), 0, 9)),
        ("-", lambda page: cv2.line(page, (164, 80), (196, 81), 0, 9)),
        ("/", lambda page: cv2.line(page, (204, 30), (158, 134), 0, 8)),
    ],
)
def test_marks_between_groups(mark, draw):
    page = np.hstack([row((7, 2), margin=30)[:, :-30], np.full((160, 60), 255, np.uint8), row((3, 5))[:, 30:]])
    shifted = np.hstack([page[:, :230], np.full((160, 100), 255, np.uint8), page[:, 230:]])
    offset = np.full(shifted.shape, 255, np.uint8)
    draw(offset)
    shifted = np.minimum(shifted, np.roll(offset, 100, axis=1))
    assert [piece.mark for piece in found(shifted).pieces] == [None, None, mark, None, None]


def test_a_spot_beside_a_tiny_number_is_found_where_it_is():
    page = np.full((2000, 2000), 255, np.uint8)
    tiles = [cv2.resize(drawing(digit), (16, 16), interpolation=cv2.INTER_AREA) for digit in (7, 4, 3, 2)]
    page[1200:1216, 1500:1564] = np.hstack(tiles)
    cv2.circle(page, (200, 700), 4, 0, -1)
    seen = found(page)
    for x0, y0, x1, y1 in (seen.place(piece.box, page.shape) for piece in seen.pieces):
        assert page[y0:y1, x0:x1].min() < 255


def test_of_two_rows_that_are_alike_one_is_found():
    page = np.vstack([row(), np.full((200, row().shape[1]), 255, np.uint8), row()])
    assert len(found(page).pieces) == len(DIGITS)


def test_a_small_number_on_a_large_page():
    page = np.full((2400, 3200), 255, np.uint8)
    page[1000:1094, 1500:1794] = cv2.resize(row(side=50, margin=22), (294, 94), interpolation=cv2.INTER_AREA)
    seen = found(page)
    assert len(seen.pieces) == len(DIGITS)
    x0, y0, x1, y1 = seen.place(seen.pieces[0].box, page.shape)
    assert 1500 <= x0 < x1 <= 1600
    assert 1000 <= y0 < y1 <= 1094


@pytest.mark.parametrize("gray", [np.full((50, 200), level, np.uint8) for level in (0, 128, 255)])
def test_nothing_written(gray):
    assert search.find(gray) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
def test_pictures_of_no_size(shape):
    search.find(np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8))


def test_noise_is_no_number_and_costs_little():
    noise = np.random.default_rng(0).integers(0, 256, (2000, 3000)).astype(np.uint8)
    start = time.process_time()
    assert search.find(noise) is None
    assert time.process_time() - start < 2


def test_what_is_as_large_and_as_low_as_the_other_marks_is_one_of_them():
    page = np.full((160, 560), 255, np.uint8)
    for k, digit in enumerate((7, 2, 5, 8)):
        tile = page[30:130, 20 + 140 * k : 120 + 140 * k]
        np.minimum(tile, 255 - mask(digit, 100, 24), out=tile)
    for x, y in ((140, 112), (280, 112), (420, 102)):
        cv2.circle(page, (x, y), 7, 0, -1)
    assert [piece.mark for piece in found(page).pieces] == [None, ".", None, ".", None, ".", None]


def test_an_empty_sheet_in_the_shade_holds_no_number():
    y, x = np.mgrid[:300, :700] / 300
    for seed in range(10):
        rng = np.random.default_rng(seed)
        shadow = 1 / (1 + np.exp(-(x + y - rng.uniform(0.8, 2.2)) / 0.1))
        seen = 200 * (1 - 0.4 * shadow) + rng.normal(0, rng.uniform(1, 6), shadow.shape)
        assert search.find(np.clip(seen, 0, 255).astype(np.uint8)) is None


def test_what_is_paler_than_a_pen_can_be_left_out():
    page = row(step=160)
    for x in (150, 310):
        cv2.circle(page, (x, 80), 20, 120, -1)  # a stamp's dots
    seen = (np.linspace(0.7, 1, page.shape[1]) * page).astype(np.uint8)
    assert pieces(seen) == len(DIGITS) + 2
    assert [len(row.pieces) for views in search.rows(seen, dark=True) for row in views][:1] == [len(DIGITS)]


def test_of_two_tones_none_is_left_out(plain):
    assert not [row for views in search.rows(plain, dark=True) for row in views]


def test_a_round_shadow_is_left_out_with_a_number_beside_it_and_without():
    y, x = np.mgrid[:400, :700]
    for seed in range(10):
        rng = np.random.default_rng(seed)
        away = np.hypot(x - 550 - rng.uniform(-50, 50), y - 200)
        light = 200 * (1 - 0.4 / (1 + np.exp((away - rng.uniform(60, 110)) / rng.uniform(10, 20))))
        seen = light + rng.normal(0, rng.uniform(1, 4), light.shape)
        assert search.find(np.clip(seen, 0, 255).astype(np.uint8)) is None
        for k in range(3):
            seen[150:250, 40 + 110 * k : 140 + 110 * k] *= 1 - 0.7 * mask(k + 2, 100, 20) / 255
        assert len(found(np.clip(seen, 0, 255).astype(np.uint8)).pieces) == 3


@pytest.mark.parametrize(("rows", "columns", "squared"), [(12, 30, True), (8, 20, True), (3, 20, False), (6, 8, False)])
def test_a_table_is_no_squared_paper(rows, columns, squared):
    darkness = np.zeros((500, 1400), np.uint8)
    for k in range(rows + 1):
        darkness[min(498, 500 * k // rows)] = 100
    for k in range(columns + 1):
        darkness[:, min(1398, 1400 * k // columns)] = 100
    assert is_squared(darkness, 200) is squared
