import cv2
import numpy as np
import pytest

from hwr.data import drawings
from hwr.data.source import DataError


def ink_box(picture):
    """x, y, width, height of what is darker than half."""
    return cv2.boundingRect((picture < 128).astype(np.uint8))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(drawings, "PER_DIGIT", 3)


@pytest.mark.usefixtures("few")
def test_every_digit_comes_equally_often_in_the_promised_form():
    images, labels, dpi, *_ = drawings.read("test")
    assert dpi is None
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [3] * 10
    assert {(image.shape, image.dtype) for image in images} == {((drawings.SIDE, drawings.SIDE), np.dtype(np.uint8))}


@pytest.mark.usefixtures("few")
def test_the_same_split_is_always_the_same_and_another_is_another():
    once, again, other = (drawings.read(split).images for split in ("test", "test", "validation"))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(once, other, strict=True))


def test_an_unknown_split_lists_those_there_are():
    with pytest.raises(DataError, match="no split 'tset'; there are train, validation, test"):
        drawings.read("tset")


FORMS = [
    pytest.param(digit, form, id=f"{digit}-{k}")
    for digit, forms in drawings.FORMS.items()
    for k, form in enumerate(forms)
]


@pytest.mark.parametrize(("digit", "form"), FORMS)
def test_every_form_keeps_its_size_and_stays_on_the_canvas(digit, form, monkeypatch):
    monkeypatch.setitem(drawings.FORMS, digit, (form,))
    for seed in range(6):
        picture = drawings.draw(digit, np.random.default_rng(seed))
        assert picture.min() == 0
        border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert border.min() == 255
        longer = max(ink_box(picture)[2:]) / drawings.SIDE
        assert form.size[0] * 0.85 - 0.01 <= longer <= form.size[1] * 1.15 + 0.01


def test_pens_run_from_6_to_42_px_of_800():
    def width(seed):
        """A bar's area over its length is the pen's width."""
        picture = drawings.draw(1, np.random.default_rng(seed))
        area = (255 - picture.astype(int)).sum() / 255
        return area / np.hypot(*ink_box(picture)[2:]) / drawings.SIDE * 800

    widths = [width(seed) for seed in range(150)]
    assert 4 < min(widths) < 9
    assert 32 < max(widths) < 54


def test_zeros_run_from_dots_to_large_circles():
    sizes = [max(ink_box(drawings.draw(0, np.random.default_rng(seed)))[2:]) / drawings.SIDE for seed in range(200)]
    assert min(sizes) < 0.12
    assert max(sizes) > 0.70


def test_a_dot_is_full_and_a_large_zero_is_a_ring(monkeypatch):
    def hollow(form):
        monkeypatch.setitem(drawings.FORMS, 0, (form,))
        return [holes(drawings.draw(0, np.random.default_rng(seed))) for seed in range(20)]

    def holes(picture):
        """Pieces of paper beside the one around the digit."""
        return cv2.connectedComponents((picture > 128).astype(np.uint8), connectivity=4)[0] - 2

    dot, ring = drawings.FORMS[0][0], drawings.FORMS[0][4]
    assert sum(hollow(dot)) == 0
    assert sum(count >= 1 for count in hollow(ring)) >= 15  # a hand leaves a gap now and then


def test_a_stroke_runs_through_its_points_and_turns_sharply_where_marked():
    still = np.random.default_rng(0)
    still_path = drawings.trace("0,0 50,100! 100,0", still)
    straight = drawings.trace("0,0 50,100 100,0", np.random.default_rng(0))
    for path in (still_path, straight):
        distance = np.linalg.norm(path - [0.5, 1.0], axis=1).min()
        assert distance < 0.06

    def turn(path):
        steps = np.diff(path[5:-5], axis=0)
        angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        return np.abs(np.diff(angles)).max()

    assert turn(still_path) > 1.5
    assert turn(straight) < 0.8
