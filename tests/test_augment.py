import cv2
import numpy as np
import pytest
from made import latin
from scans import scan

from hwr.imaging.augment import MARK_SHARES, mark, redraw, rewrite

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


@pytest.mark.parametrize("change", [rewrite, redraw, mark])
def test_the_same_generator_makes_the_same_picture(change):
    first, again, other = (change(framed(3), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize("change", [rewrite, redraw, mark])
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


@pytest.fixture(scope="module")
def grays() -> list[np.ndarray]:
    """Ten Latin digits as the reader of MNIST gives them, antialiased."""
    drawn = [255 - latin(digit, np.random.default_rng(digit)) for digit in range(10)]
    return [np.pad(gray, MARGIN, constant_values=255) for gray in drawn]


def test_rewriting_a_scan_in_gray_keeps_its_gray_and_its_size(grays):
    for gray in grays:
        for seed in range(10):
            again = rewrite(gray, np.random.default_rng(seed))
            assert again.dtype == np.uint8
            between = (again > 20) & (again < 235)
            assert between.sum() > 10
            assert between.sum() < 4 * ((gray > 20) & (gray < 235)).sum()  # and no blur
            assert max(box(again)[2:]) == pytest.approx(max(box(gray)[2:]), rel=0.45)
            assert border(again).min() > 200
    ratio = [max(box(rewrite(gray, np.random.default_rng(k)))[2:]) / max(box(gray)[2:])
             for gray in grays for k in range(20)]  # fmt: skip
    assert np.mean(ratio) == pytest.approx(1, abs=0.07)


def test_rewriting_in_gray_keeps_the_ink(grays):
    """What is in between dark and light must not fade: strokes are as dark as they were."""
    amount = [(255.0 - rewrite(gray, np.random.default_rng(k))).sum() / (255.0 - gray).sum()
              for gray in grays for k in range(20)]  # fmt: skip
    assert np.mean(amount) == pytest.approx(1, abs=0.1)
    assert np.median([rewrite(gray, np.random.default_rng(1)).min() for gray in grays]) < 40


@pytest.fixture(scope="module")
def marked(redrawn) -> list[tuple[np.ndarray, np.ndarray]]:
    """Digits, and the same with something across."""
    return [(gray, mark(gray, np.random.default_rng(k))) for k, gray in enumerate(redrawn)]


def test_marks_change_something_but_not_the_size(marked):
    for gray, other in marked:
        assert (other.shape, other.dtype) == (gray.shape, np.uint8)
    changed = [(gray != other).any() for gray, other in marked]
    assert np.mean(changed) > 0.9  # a gap may lie where there is no ink
    share = [(gray != other).mean() for gray, other in marked]
    assert max(share) < 0.3  # the digit is not covered


def test_marks_are_ink_or_a_gap_in_it(marked):
    added = [(other < gray).any() for gray, other in marked]
    taken = [(other > gray).any() for gray, other in marked]
    assert not any(a and t for a, t in zip(added, taken, strict=True))
    assert np.mean(added) == pytest.approx(1 - MARK_SHARES[-1], abs=0.12)  # all but the gaps
    assert np.mean(taken) > 0.1


@pytest.mark.parametrize("struck", [True, False])
def test_only_where_it_may_be_struck_is_a_line_whole(struck):
    """Of 300 marks on white paper, those that are straight and whole."""
    whole = 0
    for k in range(300):
        page = mark(np.full((80, 80), 255, np.uint8), np.random.default_rng(k), struck)
        points = cv2.findNonZero((page < 128).astype(np.uint8))
        if points is not None:
            short, long = sorted(cv2.minAreaRect(points)[1])
            whole += long > 50 and short < 6 and len(points) > 0.8 * (short + 1) * (long + 1)
    assert (whole > 15) if struck else (whole == 0)


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
        read = [recognizer.read(picture, dpi, "persian").digit for picture in gray]
        assert np.mean([said == str(k // 20) for k, said in enumerate(read)]) > 0.94
