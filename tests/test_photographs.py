import cv2
import numpy as np
import pytest

from hwr.data import photographs
from hwr.data.samples import Samples


def scan(digit=1):
    """A bar as thick as Hoda's, cut tight but for a margin: 0 ink, 255 paper."""
    picture = np.full((38, 20), 255, np.uint8)
    cv2.line(picture, (6, 5), (8 + digit % 4, 32), 0, 4)
    return picture


@pytest.fixture
def few_scans(monkeypatch):
    labels = np.repeat(np.arange(10), 4)[::-1].copy()
    scans = Samples([scan(digit) for digit in labels], labels, 200.0)
    monkeypatch.setattr(photographs.hoda, "read", lambda split, data_dir: scans)
    monkeypatch.setattr(photographs, "PER_DIGIT", 2)


@pytest.mark.usefixtures("few_scans")
def test_the_first_of_each_digit_are_photographed_the_same_way_every_time():
    once, again = photographs.read("test"), photographs.read("test")
    assert np.bincount(once.labels).tolist() == [2] * 10
    assert once.dpi is None
    assert all(np.array_equal(a, b) for a, b in zip(once.images, again.images, strict=True))
    other = photographs.read("validation")
    assert not any(np.array_equal(a, b) for a, b in zip(once.images, other.images, strict=True))


def test_a_photograph_is_a_gray_square_of_96_to_200_px():
    for seed in range(60):
        picture = photographs.photograph(scan(seed), np.random.default_rng(seed))
        assert picture.dtype == np.uint8
        assert picture.shape[0] == picture.shape[1]
        assert 96 <= picture.shape[0] <= 200


def test_the_ink_is_whole_and_darker_than_its_paper_but_for_chalk():
    chalk = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        ink = photographs.frame(photographs.enlarge(scan(), rng.uniform(*photographs.ENLARGED)), rng)
        border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert border.max() < 0.5
        picture = photographs.photograph(scan(), np.random.default_rng(seed)).astype(float)
        # The same seed frames the same way.
        contrast = picture[ink < 0.05].mean() - picture[ink > 0.95].mean()
        assert abs(contrast) > 12
        chalk += contrast < 0
    assert 1 <= chalk <= 25


def test_the_light_is_uneven_but_never_out():
    for seed in range(30):
        light = photographs.light((120, 120), np.random.default_rng(seed))
        assert 0.2 < light.min() < light.max() <= 1.0


def test_enlarging_keeps_hairlines_and_the_gaps_between_strokes():
    hair = np.full((30, 12), 255, np.uint8)
    hair[4:-4, 6] = 0
    assert photographs.enlarge(hair, 5.0)[15].max() > 0.8
    two = np.full((30, 14), 255, np.uint8)
    two[4:-4, [4, 5, 8, 9]] = 0
    across = photographs.enlarge(two, 5.0)[75]
    assert across[len(across) // 2] < 0.2


@pytest.mark.data
def test_hoda_is_photographed(data_dir, monkeypatch):
    monkeypatch.setattr(photographs, "PER_DIGIT", 10)
    images, labels, *_ = photographs.read("validation", data_dir)
    assert np.bincount(labels).tolist() == [10] * 10
    assert min(image.std() for image in images) > 2
