import cv2
import numpy as np
import pytest

from hwr.data import hoda, mnist
from hwr.data.corruptions import CORRUPTIONS, DIGIT, SIDE, STRENGTHS, corrupt, drawn

MOVING = ("shear", "scale", "rotate", "translate")


def scan() -> np.ndarray:
    """A hook of two tones, as large as Hoda's digits: 0 ink, 255 paper."""
    picture = np.full((38, 36), 255, np.uint8)
    cv2.polylines(picture, [np.array([[5, 6], [30, 6], [14, 32]])], False, 0, 3)
    return picture


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    return cv2.boundingRect((picture < 128).astype(np.uint8))


def every():
    return pytest.mark.parametrize("name", CORRUPTIONS)


def corrupted(name: str, strength: int, seed: int) -> np.ndarray:
    return corrupt(drawn(scan()), name, strength, np.random.default_rng(seed))


@pytest.mark.parametrize("picture", [scan(), cv2.GaussianBlur(scan(), (3, 3), 0)], ids=["two tones", "gray"])
def test_a_digit_is_drawn_large_in_the_middle(picture):
    sheet = drawn(picture)
    assert sheet.shape == (SIDE, SIDE)
    assert sheet.dtype == np.uint8
    assert (sheet.min(), sheet.max()) == (0, 255)
    x, y, width, height = box(sheet)
    assert abs(max(width, height) - DIGIT) <= 3
    assert abs(2 * x + width - SIDE) <= 2
    assert abs(2 * y + height - SIDE) <= 2


def test_there_are_fifteen_at_three_strengths():
    assert len(CORRUPTIONS) == 15
    assert STRENGTHS == (1, 2, 3)


@every()
def test_the_same_seed_gives_the_same_picture_and_leaves_the_digit_alone(name):
    sheet = drawn(scan())
    before = sheet.copy()
    once, again = (corrupt(sheet, name, 2, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(once, again)
    assert np.array_equal(sheet, before)
    assert (once.shape, once.dtype) == ((SIDE, SIDE), np.uint8)


@every()
def test_a_greater_strength_leaves_less_of_the_picture(name):
    clean = drawn(scan()).astype(float)
    away = [[((corrupted(name, strength, seed) - clean) ** 2).mean() for strength in STRENGTHS] for seed in range(8)]
    assert all(0 < weak < middle < strong for weak, middle, strong in away)


@pytest.mark.parametrize("name", [name for name in CORRUPTIONS if name not in MOVING])
def test_the_ink_can_still_be_told_from_its_paper(name):
    """What no digit can do without: where there was a stroke and still is one, it differs from the paper beside it."""
    ink = drawn(scan()) < 128
    inner = cv2.erode(ink.astype(np.uint8), np.ones((3, 3))) > 0
    paper = cv2.dilate(ink.astype(np.uint8), np.ones((9, 9))) == 0
    for seed in range(8):
        seen = corrupted(name, 3, seed).astype(float)
        seen[:, :43] = seen[:, -43:] = np.nan  # where stripes turn it round
        # The mean: dashes, blots and grains lie on both.
        assert np.nanmean(seen[paper]) - np.nanmean(seen[inner]) > 20


def test_what_moves_the_ink_keeps_it_whole():
    x, y, width, height = box(drawn(scan()))
    for seed in range(8):
        for name in ("shear", "rotate", "translate"):
            left, top, across, down = box(corrupted(name, 3, seed))
            assert min(left, top, SIDE - left - across, SIDE - top - down) >= 1, name
        left, top, across, down = box(corrupted("translate", 3, seed))
        assert abs(abs(left - x) - 30) <= 1
        assert abs(abs(top - y) - 30) <= 1
    *_, across, down = box(corrupted("scale", 3, 0))
    assert down == pytest.approx(height / 4, abs=2)
    assert across == pytest.approx(width / 4, abs=2)


def test_every_kind_of_noise_blur_light_and_pen_comes():
    light = {int(corrupted("brightness", 1, seed)[0, 0]) for seed in range(12)}
    assert light == {153, 255}
    area = (drawn(scan()) < 128).sum()
    areas = [(corrupted("pen", 3, seed) < 128).sum() for seed in range(12)]
    assert min(areas) < 0.7 * area < 1.3 * area < max(areas)
    tones = [len(np.unique(corrupted("noise", 3, seed)[:20])) for seed in range(12)]
    assert 2 in tones


def test_a_thinner_pen_breaks_no_stroke_and_makes_no_ring_of_a_dot():
    dot = np.full((30, 30), 255, np.uint8)
    cv2.circle(dot, (15, 15), 9, 0, -1)
    thin = 0
    for seed in range(12):
        for picture in (scan(), dot):
            clean = drawn(picture)
            other = (corrupt(clean, "pen", 3, np.random.default_rng(seed)) < 128).astype(np.uint8)
            assert cv2.connectedComponents(other)[0] == 2
            if picture is dot:
                assert other[SIDE // 2, SIDE // 2] == 1
            thin += other.sum() < (clean < 128).sum()
    assert thin


def test_stripes_turn_ink_round():
    seen, clean = corrupted("stripe", 3, 0), drawn(scan())
    assert np.array_equal(seen[:, 42:-42], clean[:, 42:-42])
    assert np.array_equal(seen[:, :42], 255 - clean[:, :42])
    assert (seen[:, :42] == 255).any()


@pytest.mark.parametrize(("name", "strength"), [("rain", 1), ("noise", 0), ("noise", 4)])
def test_what_there_is_not(name, strength):
    with pytest.raises(ValueError, match=f"there is no corruption '{name}' of strength {strength}; there are noise, "):
        corrupt(drawn(scan()), name, strength, np.random.default_rng(0))


@pytest.mark.data
@pytest.mark.parametrize("dataset", [hoda, mnist])
def test_the_digits_of_both_sets_are_drawn(dataset, data_dir):
    for gray in dataset.read("validation", data_dir).images[:50]:
        *_, width, height = box(drawn(gray))
        assert abs(max(width, height) - DIGIT) <= 6
