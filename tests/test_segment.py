import cv2
import numpy as np
import pytest
from pictures import mask

from hwr.imaging import segment
from hwr.imaging.stages import center


def test_paper_between_two_pieces():
    one = segment.Piece((0, 0, 10, 10), np.full((10, 10), 255, np.uint8))
    other = segment.Piece((15, 0, 20, 10), np.full((10, 5), 255, np.uint8))
    assert segment.gap(one, other) == 6  # from the last pixel of one to the first of the other


def test_a_piece_on_a_sheet_of_its_own():
    sheet = segment.picture(segment.Piece((5, 5, 15, 35), np.full((30, 10), 255, np.uint8)))
    assert (sheet == 0).sum() == 300
    assert (sheet[0] == 255).all()
    assert (sheet[:, 0] == 255).all()


# How high an ordinary digit is


def sizes(*parts: tuple[int, int]) -> float:
    tall, wide = np.array(parts).T
    return segment.ordinary(tall, wide, np.minimum(tall * wide, 12 * (tall + wide)))


def test_most_digits_are_ordinary():
    assert sizes((100, 60), (104, 70), (30, 30), (98, 66)) == pytest.approx(100, abs=4)


def test_one_digit_among_zeros_tells_the_height():
    assert sizes((100, 60), *[(30, 30)] * 9) == 100


def test_dividers_of_a_box_do_not():
    assert sizes(*[(100, 6)] * 3, *[(30, 30)] * 9) == 30


# Which mark a stroke is


def test_a_slash_is_higher_than_digits():
    rows = np.arange(130)[:, None]
    columns = np.arange(70)[None]
    stroke = np.where(np.abs(columns - (64 - 0.45 * rows)) < 6, 255, 0).astype(np.uint8)
    assert segment._mark(stroke, 0.0, 65.0, 100.0) == "/"
    assert segment._mark(stroke[:, ::-1], 0.0, 65.0, 100.0) is None
    assert segment._mark(stroke, 0.0, 65.0, 140.0) is None


# Zeros written as dots


def dots(*places: tuple[int, int], side: int = 8) -> list[bool]:
    pieces = [segment.Piece((x, y, x + side, y + side), np.full((side, side), 255, np.uint8)) for x, y in places]
    return segment._are_dots_in_a_row(pieces, 100.0).tolist()


def test_dots_in_a_row_are_zeros():
    assert dots((0, 50), (60, 52), (130, 55), (180, 55)) == [True] * 4


def test_dots_elsewhere_are_dust():
    assert dots((0, 50), (60, 90), (130, 20), (180, 70)) == [False] * 4
    assert dots((0, 0), (0, 40), (0, 80)) == [False] * 3  # one above the other
    assert dots((0, 50), (60, 50)) == [False] * 2
    assert dots((0, 50), (60, 50), (130, 50), side=4) == [False] * 3
    assert dots((0, 50), (60, 50), (130, 50), side=40) == [False] * 3


# A tap of the pen


def tapped(x: int, y: int, side: int, pen: int = 6) -> list[tuple[int, int]]:
    """Two upright strokes of a thin pen and a dot: -> where the pieces are from left to right, columns."""
    ink = np.zeros((200, 300), np.uint8)
    ink[50:150, 60 : 60 + pen] = ink[50:150, 200 : 200 + pen] = 255
    ink[y : y + side, x : x + side] = 255
    pieces, _ = segment.pieces(ink, 100.0)
    return [piece.box[::2] for piece in pieces]


def test_a_tap_between_digits_is_a_piece():
    assert tapped(130, 98, side=6) == [(60, 66), (130, 136), (200, 206)]


@pytest.mark.parametrize(("x", "y", "side"), [(130, 98, 4), (130, 20, 6), (72, 98, 6)])
def test_what_is_smaller_than_the_pen_or_elsewhere_is_dust(x, y, side):
    assert len(tapped(x, y, side)) == 2


def test_specks_are_no_taps():
    ink = np.zeros((200, 2000), np.uint8)
    ink[50:150, 60] = ink[50:150, 200] = 255
    rng = np.random.default_rng(0)
    ink[rng.integers(60, 140, 3000), rng.integers(220, 1990, 3000)] = 255
    assert len(segment.pieces(ink, 100.0)[0]) == 2


def test_a_tap_far_from_digits_is_dust():
    ink = np.zeros((200, 700), np.uint8)
    ink[50:150, 60:66] = ink[50:150, 200:206] = ink[98:104, 500:506] = 255
    assert len(segment.pieces(ink, 100.0)[0]) == 2


def test_the_width_of_a_pen():
    labels = np.zeros((100, 100), int)
    labels[10:90, 20:28], labels[40:44, 60:64] = 1, 2
    assert segment._pen(labels, np.array([False, True, False])) == pytest.approx(7.5, abs=1)


def test_in_a_cell_is_no_mark():
    ink = np.zeros((200, 300), np.uint8)
    ink[50:150, 60:66] = ink[50:150, 200:206] = ink[96:104, 110:150] = 255
    assert [piece.mark for piece in segment.pieces(ink, 100.0)[0]] == [None, "-", None]
    cells = np.array([[40, 90], [100, 160], [170, 230]])
    assert [piece.mark for piece in segment.pieces(ink, 100.0, cells)[0]] == [None, None, None]


# Ticks beside a stroke


def ticked(gap: int, side: int) -> list[tuple[int, int, int, int]]:
    """Boxes of the pieces of two ones of a pen of 10 px, 100 px high, two ticks beside the first, each so far on."""
    ink = np.zeros((160, 400), np.uint8)
    for x in (40, 300):
        ink[30:130, x : x + 10] = 255
    for k in range(2):
        x = 50 + gap + k * (gap + side)
        ink[32 : 32 + side, x : x + side] = 255
    return [piece.box for piece in segment.pieces(ink, 100)[0]]


@pytest.mark.parametrize(("gap", "side"), [(10, 6), (10, 14), (14, 14)])
def test_ticks_beside_a_stroke_are_of_it_one_after_another(gap, side):
    assert ticked(gap, side) == [(40, 30, 50 + 2 * (gap + side), 130), (300, 30, 310, 130)]


@pytest.mark.parametrize(("gap", "side"), [(14, 6), (18, 14)])
def test_ticks_farther_away_are_dust(gap, side):
    assert ticked(gap, side) == [(40, 30, 50, 130), (300, 30, 310, 130)]


@pytest.mark.parametrize(
    ("lean", "slash", "surely"), [(-15, False, False), (3, False, False), (15, True, False), (35, True, True)]
)
def test_a_straight_stroke_leans(lean, slash, surely):
    ink = center(cv2.line(np.zeros((110, 120), np.uint8), (60 + lean // 2, 5), (60 - lean // 2, 105), 255, 6))
    assert segment.leans(ink) is slash
    assert segment.leans(ink, segment.SLASHED) is surely


@pytest.mark.parametrize(("lean", "height", "upright"), [(8, 100, True), (8, 70, False), (35, 100, False)])
def test_a_slash_is_upright_where_it_is_as_a_1_is(lean, height, upright):
    """In degrees; and the height of digits, where the stroke is 100 px high."""
    ink = np.zeros((110, 150), np.uint8)
    cv2.line(ink, (40 + round(100 * np.tan(np.radians(lean))), 5), (40, 105), 255, 9)
    x, y, width, tall = cv2.boundingRect(ink)
    slash = segment.Piece((0, 0, width, tall), ink[y : y + tall, x : x + width], None)
    assert segment.is_upright(slash, height) is upright


@pytest.mark.parametrize("points", [[(80, 5), (5, 60)], [(45, 5), (32, 40), (5, 75)]])
def test_a_flat_or_bent_slash_is_not_upright(points):
    ink = np.zeros((80, 90), np.uint8)
    cv2.polylines(ink, [np.array(points)], False, 255, 6)
    x, y, width, tall = cv2.boundingRect(ink)
    assert not segment.is_upright(segment.Piece((0, 0, width, tall), ink[y : y + tall, x : x + width], None), 80)


def test_a_bent_stroke_is_no_slash():
    ink = cv2.polylines(np.zeros((110, 120), np.uint8), [np.array([[80, 5], [30, 50], [50, 105]])], False, 255, 6)
    assert not segment.leans(center(ink))


def test_a_level_stroke_is_no_slash():
    assert not segment.leans(np.full((1, 40), 255, np.uint8))
    assert not segment.leans(np.full((1, 1), 255, np.uint8))


# The row


def test_a_low_zero_is_of_the_row_and_what_is_left_of_the_row_above_is_not():
    """The window over the row is as high as both together with the digits, and there is more ink above."""
    ink = np.zeros((158, 427), np.uint8)
    for x in (126, 161, 203, 240):
        ink[67:132, x : x + 13] = 255
    ink[91:115, 283:301] = 255
    ink[:11, 100:330:5] = ink[:11, 101:330:5] = 255
    found, height = segment.pieces(ink, 64)
    assert height == 65
    assert [piece.box[0] for piece in found] == [126, 161, 203, 240, 283]


def test_scraps_of_other_rows_at_the_picture_s_edges_are_none_of_it():
    ink = np.zeros((200, 400), np.uint8)
    for x in (40, 100, 160, 220):
        ink[56:144, x : x + 12] = 255
    ink[163:, 70:90] = ink[:36, 130:150] = 255
    assert [piece.box[0] for piece in segment.pieces(ink, 88)[0]] == [40, 100, 160, 220]


@pytest.mark.parametrize(("top", "count"), [(0, 4), (20, 5)])
def test_a_margin_that_the_picture_s_edge_ends_is_no_one(top, count):
    ink = np.zeros((200, 400), np.uint8)
    for x in (100, 160, 220, 280):
        ink[80:160, x : x + 12] = 255
    ink[top:150, 40:46] = 255
    assert len(segment.pieces(ink, 80)[0]) == count


def outline(shape: tuple[int, int], pen: int = 4) -> np.ndarray:
    """A box drawn along the edges of a picture of (height, width)."""
    tall, wide = shape
    return cv2.rectangle(
        np.zeros(shape, np.uint8), (pen // 2, pen // 2), (wide - 1 - pen // 2, tall - 1 - pen // 2), 255, pen
    )


def test_an_empty_box_is_one():
    leaning = outline((80, 70))
    turned = cv2.warpAffine(leaning, cv2.getRotationMatrix2D((35, 40), 1.0, 1.0), (70, 80))
    assert all(map(segment.is_box, (leaning, outline((80, 160)), outline((30, 30), 2), turned)))


def test_what_is_round_narrow_or_holds_something_is_no_box():
    ring = cv2.ellipse(np.zeros((80, 80), np.uint8), (40, 40), (36, 36), 0, 0, 360, 255, 8)
    held, open_ = outline((80, 80)), outline((80, 80))
    cv2.line(held, (40, 20), (40, 60), 255, 5)
    open_[:10] = 0
    assert not any(map(segment.is_box, (ring, outline((80, 40)), outline((10, 10), 1), held, open_)))
    assert not any(segment.is_box(center(mask(digit, 100, 10))) for digit in range(10))
