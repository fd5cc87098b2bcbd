import cv2
import numpy as np
import pytest
from scans import scan

from hwr.imaging.augment import redraw, rewrite

MARGIN = 4  # px of paper, as the reader of Hoda leaves


def framed(digit: int, seed: int = 0) -> np.ndarray:
    return np.pad(scan(digit, np.random.default_rng(seed)), MARGIN, constant_values=255)


def box(gray: np.ndarray) -> tuple[int, int, int, int]:
    """x, y, width, height of what is darker than half."""
    return cv2.boundingRect(np.where(gray < 128, 255, 0).astype(np.uint8))


def border(gray: np.ndarray) -> np.ndarray:
    return np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])


@pytest.fixture(scope="module")
def rewritten() -> list[np.ndarray]:
    """Twenty of each digit, of one scan each: 0, 0, …, 1, 1, …"""
    return [rewrite(framed(digit), np.random.default_rng((digit, k))) for digit in range(10) for k in range(20)]


@pytest.fixture(scope="module")
def redrawn() -> list[np.ndarray]:
    return [redraw(framed(digit), np.random.default_rng((digit, k))) for digit in range(10) for k in range(20)]


@pytest.mark.parametrize("change", [rewrite, redraw])
def test_the_same_generator_makes_the_same_picture(change):
    first, again, other = (change(framed(3), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize("change", [rewrite, redraw])
def test_the_scan_is_left_alone(change):
    gray = framed(6)
    kept = gray.copy()
    change(gray, np.random.default_rng(0))
    np.testing.assert_array_equal(gray, kept)


def test_rewriting_stays_a_scan(rewritten):
    for gray in rewritten:
        assert gray.dtype == np.uint8
        assert set(np.unique(gray)) == {0, 255}
        assert border(gray).min() == 255


def test_rewriting_keeps_the_size_by_which_a_zero_is_told(rewritten):
    for digit in range(10):
        ratio = [max(box(gray)[2:]) / max(box(framed(digit))[2:]) for gray in rewritten[20 * digit : 20 * digit + 20]]
        assert np.mean(ratio) == pytest.approx(1, abs=0.1)
        assert np.std(ratio) < 0.2


def test_redrawing_takes_the_size_away(redrawn):
    zeros, eights = ([max(box(gray)[2:]) for gray in redrawn[20 * digit :][:20]] for digit in (0, 8))
    assert np.mean(zeros) == pytest.approx(np.mean(eights), rel=0.25)
    assert 40 < min(zeros + eights) < 80 < 110 < max(zeros + eights) < 200


def test_redrawing_draws_with_pens_from_hair_to_felt(redrawn):
    """۷ is two strokes of about its height: half its ink is one, and that by the height is the pen."""
    width = [(gray < 128).sum() / 2 / max(box(gray)[2:]) ** 2 for gray in redrawn[140:160]]
    assert min(width) < 0.03
    assert max(width) > 0.12


def test_redrawing_comes_antialiased_or_hard(redrawn):
    soft = [len(np.unique(gray)) > 2 for gray in redrawn]
    assert 0.3 < np.mean(soft) < 0.7


def test_redrawing_seldom_reaches_the_border(redrawn):
    assert np.mean([border(gray).min() < 128 for gray in redrawn]) < 0.04


def test_a_dot_has_no_stroke_to_thin():
    dot = np.pad(cv2.circle(np.full((11, 11), 255, np.uint8), (5, 5), 5, 0, -1), MARGIN, constant_values=255)
    for seed in range(20):
        gray = redraw(dot, np.random.default_rng(seed))
        x, y, width, height = box(gray)
        assert (gray[y : y + height, x : x + width] < 128).mean() > 0.6


def test_the_digit_stays_what_it_is(rewritten, redrawn, recognizer):
    for gray, dpi in ((rewritten, 200.0), (redrawn, None)):
        read = [recognizer.read(picture, dpi).digit for picture in gray]
        assert np.mean([said == str(k // 20) for k, said in enumerate(read)]) > 0.94
