"""Ruled lines across a single digit's picture."""

import cv2
import numpy as np
import pytest
from pictures import mask

from hwr.imaging.rules import margins, without_rules

SIDE = 280  # px, of a digit's picture; its pen has 24 px there


def ruled(digit: int, rules, thick: int, gap: int = 0, pen: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """A digit's ink alone, and on lines of ((x0, y0), (x1, y1)) px, every other so many px of which may be missing."""
    ink = np.where(mask(digit, SIDE, pen) > 127, 255, 0).astype(np.uint8)
    lines = np.zeros_like(ink)
    for start, end in rules:
        cv2.line(lines, start, end, 255, thick)
    if gap:
        lines[:, np.arange(SIDE) // gap % 3 == 2] = 0
    return ink, np.maximum(ink, lines)


LEVEL = [((0, 160), (SIDE, 160))]
LEANING = [((0, 150), (SIDE, 120)), ((0, 250), (SIDE, 220))]
SQUARED = [((0, y), (SIDE, y + 14)) for y in range(-12, SIDE, 50)] + [
    ((x + 14, 0), (x, SIDE)) for x in range(5, SIDE, 50)
]


def share(found: np.ndarray, drawn: np.ndarray) -> float:
    """Intersection over union of two inks."""
    return (found & drawn > 0).sum() / (found | drawn > 0).sum()


ON_LINES = [(digit, rules, gap) for digit in range(10) for rules, gap in ((LEVEL, 0), (LEVEL, 6), (LEANING, 0))]
# Within the stems of the others, half as thick as a square, a line would run all the way.
ON_SQUARES = [(digit, SQUARED, 0) for digit in (0, 5, 6, 7, 8, 9)]


@pytest.mark.parametrize(("digit", "rules", "gap"), ON_LINES + ON_SQUARES)
def test_lines_go_and_the_digit_stays(digit, rules, gap):
    ink, page = ruled(digit, rules, 3, gap)
    assert share(page, ink) < 0.98
    _, labels, stats, _ = cv2.connectedComponentsWithStats(without_rules(page), connectivity=8)
    digit_alone = np.isin(labels, np.flatnonzero(stats[:, cv2.CC_STAT_AREA] > 50)[1:])
    assert share(np.where(digit_alone, 255, 0).astype(np.uint8), ink) > 0.9


@pytest.mark.parametrize(("thick", "pen"), [(20, 24), (8, 10)])  # too thick for a line, and for one beside that pen
def test_a_line_as_thick_as_the_pen_is_a_stroke(thick, pen):
    _, page = ruled(3, LEVEL, thick, pen=pen)
    assert without_rules(page) is page


def test_a_dark_frame_is_no_digit_with_a_thick_pen():
    _, page = ruled(3, LEVEL, 8, pen=10)
    page[:20] = page[-20:] = page[:, :20] = page[:, -20:] = 255
    assert without_rules(page) is page


def test_a_line_that_ends_on_the_picture_is_a_stroke():
    _, page = ruled(3, [((40, 160), (240, 160))], 3)
    assert without_rules(page) is page


def test_a_stroke_stays_that_is_as_straight_and_thin_as_the_lines():
    seven, lines = np.zeros((2, SIDE, SIDE), np.uint8)
    cv2.polylines(seven, [np.array([[50, 90], [230, 95], [130, 200]])], False, 255, 6)
    for y in (30, 240):
        cv2.line(lines, (0, y), (SIDE, y + 9), 255, 2)
    left = without_rules(np.maximum(seven, lines))
    assert not left[:60].any()
    assert share(left, seven) > 0.97


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("sides", [(True, True), (True, False), (False, True)])
def test_a_digit_that_reaches_the_borders_keeps_its_strokes(digit, sides):
    ink, _ = ruled(digit, [], 1)
    x, y, wide, tall = cv2.boundingRect(ink)
    rows, columns = (
        slice(start, start + size) if cut else slice(None)
        for cut, start, size in zip(sides, (y, x), (tall, wide), strict=True)
    )
    tight = np.ascontiguousarray(ink[rows, columns])
    assert without_rules(tight) is tight


def test_lines_alone_stay():
    page = np.zeros((SIDE, SIDE), np.uint8)
    for start, end in SQUARED:
        cv2.line(page, start, end, 255, 3)
    assert without_rules(page) is page


@pytest.mark.parametrize(("thick", "found"), [(4, True), (24, False)])
def test_a_margin_of_a_page_is_thinner_than_the_pen(thick, found):
    page = np.zeros((300, 900), np.uint8)
    for k in range(3):
        page[50:250, 200 * k + 250 : 200 * k + 450] = np.where(mask(3, 200, 24) > 127, 255, 0)
    cv2.line(page, (90, 0), (130, 300), 255, thick)
    for y in range(20, 300, 80):
        page[y : y + 3] = 255
    told = margins(page)
    assert told.any() == found
    assert not told[:, 200:].any()
    if found:
        assert np.median(np.flatnonzero(told[150])) == pytest.approx(110, abs=3)
        assert told.any(axis=1).mean() > 0.9
