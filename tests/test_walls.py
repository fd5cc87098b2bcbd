"""What is in a printed box, and what stands across its walls and lines."""

import cv2
import numpy as np
import pytest

from hwr.imaging.walls import whole, within

INSIDE = np.array([56.0, 53.0, 444.0, 147.0])  # of a box whose lines, 4 px thick, are drawn around 50 to 450, 50 to 150


def page(*strokes) -> np.ndarray:
    """A box and some strokes, (x0, y0, x1, y1) each: (200, 600) uint8, 0 paper, 200 ink."""
    page = cv2.rectangle(np.zeros((200, 600), np.uint8), (50, 50), (450, 150), 200, 4)
    for x0, y0, x1, y1 in strokes:
        cv2.line(page, (x0, y0), (x1, y1), 200, 6)
    return page


def kept(*strokes) -> np.ndarray:
    return within(page(*strokes), 100, INSIDE)


def test_what_is_outside_goes():
    found = kept((100, 70, 120, 130), (500, 70, 520, 130), (20, 20, 500, 20))
    assert found[100, 110]
    x0, y0, x1, y1 = INSIDE.astype(int)
    found[y0:y1, x0:x1] = 0
    assert not found.any()


@pytest.mark.parametrize(("stroke", "end"), [((425, 80, 480, 120), (478, 118)), ((20, 110, 80, 90), (23, 109))])
def test_a_stroke_across_a_wall_stays_whole(stroke, end):
    found = kept(stroke)
    assert found[end[1], end[0]]
    count, _ = cv2.connectedComponents((found > 100).astype(np.uint8))
    assert count == 2, "one stroke, in one part"
    assert (found > 100).sum() < 1.5 * 6 * np.hypot(stroke[2] - stroke[0], stroke[3] - stroke[1]), "without the wall"


@pytest.mark.parametrize(
    "stroke",
    [
        (425, 80, 449, 100),  # it ends at the wall
        (452, 80, 480, 120),  # it begins there, outside
        (425, 80, 590, 120),  # a label that begins within
        (450, 20, 450, 190),  # the wall goes on
    ],
)
def test_what_does_not_stand_across_a_wall_ends_there(stroke):
    assert not kept(stroke)[:, 446:].any()


def test_a_box_without_walls_keeps_what_is_inside_alone():
    bare = page((425, 80, 480, 120))
    bare[:, 446:455] = 0
    assert bare[:, 455:].any()
    assert np.flatnonzero(within(bare, 100, INSIDE).any(axis=0)).max() < 446


def test_an_empty_box():
    assert not within(page(), 100, np.array([300.0, 100.0, 300.0, 100.0])).any()


def written(page: np.ndarray) -> np.ndarray:
    """What is within the lines of the box on a page, as ink."""
    found = np.zeros_like(page)
    found[53:148, 53:448] = np.where(page[53:148, 53:448] > 100, 255, 0)
    return found


@pytest.mark.parametrize("stroke", [(100, 30, 100, 120), (200, 90, 210, 175), (300, 20, 330, 120), (400, 170, 380, 90)])
def test_a_stroke_across_the_upper_or_lower_line_stays_whole(stroke):
    drawn = page(stroke)
    ink = np.where(drawn > 100, 255, 0).astype(np.uint8)
    found = whole(written(drawn), ink, INSIDE)
    alone = cv2.line(np.zeros_like(drawn), stroke[:2], stroke[2:], 255, 6)
    assert cv2.connectedComponents(found)[0] == 2
    assert (found != alone).sum() < 0.1 * (alone > 0).sum()


@pytest.mark.parametrize(
    "strokes",
    [
        ((100, 80, 100, 140),),  # it ends within
        ((100, 10, 100, 40),),  # it ends outside
        ((100, 10, 100, 46), (200, 80, 200, 120)),  # it begins outside and ends at the line
        ((100, 30, 300, 30), (100, 30, 100, 120)),  # it is no digit's
        ((100, 0, 100, 120),),  # the picture cuts it
    ],
)
def test_what_does_not_stand_across_a_line_ends_there(strokes):
    drawn = page(*strokes)
    inner = written(drawn)
    found = whole(inner, np.where(drawn > 100, 255, 0).astype(np.uint8), INSIDE)
    assert not found[:48].any()


def test_an_arc_above_the_line_is_not_filled():
    drawn = cv2.ellipse(page(), (250, 70), (30, 45), 0, 0, 360, 200, 6)
    found = whole(written(drawn), np.where(drawn > 100, 255, 0).astype(np.uint8), INSIDE)
    assert cv2.connectedComponents(found)[0] == 2
    assert not found[40:100, 240:260].any()


def test_without_lines_or_beside_the_picture_nothing_is_added():
    bare = np.zeros((200, 600), np.uint8)
    cv2.line(bare, (100, 20), (100, 180), 255, 6)
    inner = np.zeros_like(bare)
    inner[53:148] = bare[53:148]
    assert (whole(inner, bare, INSIDE) == inner).all()
    tight = page((100, 60, 100, 140))[47:153]
    inner = written(page((100, 60, 100, 140)))[47:153]
    ink = np.where(tight > 100, 255, 0).astype(np.uint8)
    assert (whole(inner, ink, INSIDE - [0, 47, 0, 47]) == inner).all()
