"""What is in a printed box, and what stands across its lines."""

import cv2
import numpy as np
import pytest

from hwr.imaging.walls import whole

# About where a box is whose lines, 4 px thick, are drawn at 50 and 450, and at 50 and 150.
INSIDE = np.array([46.0, 46.0, 455.0, 155.0])


def page(*strokes) -> np.ndarray:
    """A box and some strokes, (x0, y0, x1, y1) each: (200, 600) uint8, 255 ink."""
    page = cv2.rectangle(np.zeros((200, 600), np.uint8), (50, 50), (450, 150), 255, 4)
    for x0, y0, x1, y1 in strokes:
        cv2.line(page, (x0, y0), (x1, y1), 255, 6)
    return page


def within(page: np.ndarray) -> np.ndarray:
    """What is within the lines of the box on a page."""
    found = np.zeros_like(page)
    found[53:148, 54:446] = page[53:148, 54:446]
    return found


def kept(*strokes) -> np.ndarray:
    drawn = page(*strokes)
    return whole(within(drawn), drawn, INSIDE)


@pytest.mark.parametrize(
    "stroke",
    [
        (425, 80, 480, 120),
        (20, 110, 80, 90),
        (100, 30, 100, 120),
        (200, 90, 210, 175),
        (300, 20, 330, 120),
        (400, 170, 380, 90),
    ],
)
def test_a_stroke_across_a_line_stays_whole(stroke):
    found = kept(stroke)
    alone = cv2.line(np.zeros_like(found), stroke[:2], stroke[2:], 255, 6)
    assert cv2.connectedComponents(found)[0] == 2, "one stroke, in one part"
    assert (found != alone).sum() < 0.12 * (alone > 0).sum(), "without the line"


@pytest.mark.parametrize(
    "strokes",
    [
        ((425, 80, 446, 100),),  # it ends at the wall
        ((455, 80, 480, 120),),  # it begins there, outside
        ((425, 80, 590, 120),),  # a label that begins within
        ((450, 20, 450, 190),),  # the wall goes on
        ((100, 80, 100, 140),),  # it ends within
        ((100, 10, 100, 40),),  # it ends outside
        ((100, 10, 100, 46), (200, 80, 200, 120)),  # it ends at the line
        ((100, 30, 300, 30), (100, 30, 100, 120)),  # it is no digit's
        ((100, 0, 100, 120),),  # the picture cuts it
        ((20, 20, 500, 20),),
    ],
)
def test_what_does_not_stand_across_a_line_ends_there(strokes):
    found = kept(*strokes)
    found[53:148, 54:446] = 0
    assert not found.any()


@pytest.mark.parametrize("apart", [9, 12, 16])
def test_a_neighbor_of_what_stands_across_a_line_stays_apart(apart):
    found = kept((100, 80, 100, 175), (100 + apart, 80, 100 + apart, 147))
    assert cv2.connectedComponents(found)[0] == 3
    assert found[174, 100]


@pytest.mark.parametrize("foot", [130, 138, 146])
def test_a_full_box_is_no_line_all_over(foot):
    stems = [(x, 80, x, foot) for x in range(80, 430, 25)]
    assert kept((67, 80, 67, 175), *stems)[174, 67]


def test_what_goes_along_the_line_is_kept_at_both_sides_of_it():
    drawn = page()
    cv2.rectangle(drawn, (200, 130), (260, 170), 255, -1)
    found = whole(within(drawn), drawn, INSIDE)
    assert found[130:171, 205:255].all()
    assert not found[:, 270:].any()


def test_an_arc_above_the_line_is_not_filled():
    drawn = cv2.ellipse(page(), (250, 70), (30, 45), 0, 0, 360, 255, 6)
    found = whole(within(drawn), drawn, INSIDE)
    assert cv2.connectedComponents(found)[0] == 2
    assert not found[40:100, 240:260].any()


@pytest.mark.parametrize("stroke", [(425, 80, 480, 120), (100, 20, 100, 100)])
def test_without_a_line_nothing_is_added(stroke):
    bare = page(stroke)
    bare[:, 446:455], bare[46:55] = 0, 0
    inner = within(bare)
    np.testing.assert_array_equal(whole(inner, bare, INSIDE), inner)


def test_beside_the_pictures_edge_nothing_is_added():
    drawn, shift = page((100, 60, 100, 140))[47:153, 47:453], np.array([47, 47, 47, 47])
    inner = within(page((100, 60, 100, 140)))[47:153, 47:453]
    np.testing.assert_array_equal(whole(inner, drawn, INSIDE - shift), inner)


def test_an_empty_box():
    blank = np.zeros((200, 600), np.uint8)
    assert not whole(blank, page(), np.array([300.0, 100.0, 300.0, 100.0])).any()
