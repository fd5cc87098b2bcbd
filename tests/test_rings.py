import json
from dataclasses import asdict

import cv2
import numpy as np
import pytest
import torch
from made import writing

from hwr.imaging.rings import CODES, RULE, RingPreparation, ink_of, unruled
from hwr.models.rings import Centered

PREPARATION = RingPreparation()


def page(seed: int = 0) -> np.ndarray:
    return writing(3, 300, 500, np.random.default_rng(seed))


def test_the_codes_of_a_small_picture():
    """A level bar of three pixels: right is bit 0, below is bit 2, left is bit 4, above is bit 6."""
    ink = np.zeros((5, 7), np.uint8)
    ink[2, 2:5] = 1
    y, x, codes = RingPreparation(radii=(1, 2)).codes(ink)
    assert codes.dtype == np.uint8
    assert (y.tolist(), x.tolist()) == ([2, 2, 2], [2, 3, 4])
    right, left = 1 << 0, 1 << 4
    # Neighbors at one pixel, and at two: the middle one has none there, an end the other end.
    assert codes.tolist() == [[right, right], [right | left, 0], [left, left]]


def test_every_bit_has_its_direction():
    """A pixel and one other, at each eighth of a turn; y points down."""
    steps = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    for bit, (down, right) in enumerate(steps):
        ink = np.zeros((7, 7), np.uint8)
        ink[3, 3] = ink[3 + down, 3 + right] = 1
        y, x, codes = RingPreparation(radii=(1,)).codes(ink)
        assert codes[(y == 3) & (x == 3)].tolist() == [[1 << bit]]


def test_only_the_edge_counts_and_beyond_the_border_is_paper():
    ink = np.ones((5, 5), np.uint8)
    y, x, codes = RingPreparation(radii=(1,)).codes(ink)
    assert len(y) == 16
    assert not ((y > 0) & (y < 4) & (x > 0) & (x < 4)).any()
    corner = codes[(y == 0) & (x == 0)]
    assert corner.tolist() == [[0b00000111]]  # right, right below, below


def test_statistics_are_square_roots_of_shares():
    ring = RingPreparation(radii=(1, 2), scale=5.0)
    codes = np.array([[7, 9], [7, 8], [7, 9], [255, 9]], np.uint8)
    found = ring.statistics(codes)
    assert (found.shape, found.dtype) == ((2 * CODES, 1, 1), np.float32)
    expected = np.zeros(2 * CODES, np.float32)
    expected[[7, 255, CODES + 9, CODES + 8]] = 5 * np.sqrt([0.75, 0.25, 0.75, 0.25])
    np.testing.assert_allclose(found.ravel(), expected)


def test_the_squares_of_each_ring_s_statistics_add_up():
    x = PREPARATION.patches(page())
    assert (x.shape, x.dtype) == ((1, *PREPARATION.shape), np.float32)
    assert PREPARATION.shape == (11 * CODES, 1, 1)
    sums = (x.reshape(11, CODES) ** 2).sum(axis=1)
    np.testing.assert_allclose(sums, PREPARATION.scale**2, rtol=1e-4)


@pytest.mark.parametrize("level", [0, 130, 255])
def test_a_blank_page_has_finite_statistics(level):
    x = PREPARATION.patches(np.full((300, 400), level, np.uint8))
    assert x.shape == (1, *PREPARATION.shape)
    assert np.isfinite(x).all()


def test_polarity_does_not_matter():
    gray = np.where(page() < 128, 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(ink_of(gray), ink_of(255 - gray))
    np.testing.assert_array_equal(ink_of(gray), gray == 0)
    np.testing.assert_array_equal(PREPARATION.patches(gray), PREPARATION.patches(255 - gray))


def test_rules_go_and_what_crosses_them_stays():
    ink = np.zeros((100, 300), np.uint8)
    ink[50:52, 10:290] = 1  # a rule
    ink[30:70, 100:104] = 1  # a stroke that crosses it
    ink[80:83, 20 : 20 + RULE - 10] = 1  # a level stroke, shorter than a rule
    kept = unruled(ink)
    assert kept[30:70, 100:104].all()
    assert kept[80:83, 20 : 20 + RULE - 10].all()
    kept[:, 98:106] = 0
    assert not kept[45:57].any()


def test_writing_on_rules_reads_almost_as_without():
    plain = np.where(page() < 128, 0, 255).astype(np.uint8)
    ruled = plain.copy()
    for y in range(50, 300, 60):
        ruled[y : y + 2] = 0
    expected, found = (PREPARATION.patches(gray).ravel() for gray in (plain, ruled))
    left_in = PREPARATION.statistics(PREPARATION.codes(ink_of(ruled))[2]).ravel()
    assert np.linalg.norm(found - expected) < 0.5 * np.linalg.norm(left_in - expected)


def test_round_trip_through_json():
    for preparation in (PREPARATION, RingPreparation(radii=(2, 7), scale=3.0)):
        again = RingPreparation(**json.loads(json.dumps(asdict(preparation))))
        assert again == preparation
        assert type(again.radii) is tuple
        assert hash(again) == hash(preparation)


def test_one_input_is_pooled_by_itself():
    logits = np.array([[1.0, 2.0, 4.0]], np.float32)
    said = PREPARATION.pool(logits)
    assert (said.shape, said.dtype) == ((3,), np.float64)
    assert np.exp(said).sum() == pytest.approx(1)
    np.testing.assert_allclose(np.diff(said), [1, 2])


def test_the_same_hand_is_nearer_than_another():
    near = np.linalg.norm(PREPARATION.patches(page(0)) - PREPARATION.patches(page(1)))
    thick = cv2.erode(page(0), np.ones((3, 3), np.uint8))
    assert near < np.linalg.norm(PREPARATION.patches(page(0)) - PREPARATION.patches(thick))


def test_centered_learns_the_mean_in_training_alone():
    torch.manual_seed(0)
    layer = Centered(4, momentum=0.1).train()
    mean = torch.tensor([1.0, -2.0, 0.0, 5.0])
    for _ in range(200):
        layer(mean + 0.1 * torch.randn(32, 4))
    torch.testing.assert_close(layer.mean, mean, atol=0.03, rtol=0)
    learned = layer.eval().mean.clone()
    torch.testing.assert_close(layer(mean[None]), torch.zeros(1, 4), atol=0.03, rtol=0)
    layer(torch.full((8, 4), 100.0))
    assert torch.equal(layer.mean, learned)
    assert list(layer.state_dict()) == ["mean"]
    assert list(layer.parameters()) == []
