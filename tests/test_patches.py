import dataclasses
import json
import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from hwr.imaging.patches import PagePreparation, tops

PUBLISHED = PagePreparation()


def writing(height: int = 300, width: int = 1500) -> np.ndarray:
    """A page or strip of lines: (height, width) uint8, dark ink on light, unevenly lit paper."""
    page = np.tile(np.linspace(250, 190, width), (height, 1)).astype(np.uint8)
    for k, y in enumerate(range(40, height, 70)):
        cv2.putText(page, "The quick brown fox jumps over it", (5 + 9 * k % 40, y), 2, 1.8, 40, 3)
    return page


@pytest.mark.parametrize(
    ("height", "count", "last"), [(1, 1, 0), (300, 1, 0), (379, 1, 0), (380, 2, 80), (860, 8, 560), (1070, 10, 720)]
)
def test_strips_begin_every_80_rows_as_long_as_they_fit(height, count, last):
    assert tops(height) == list(range(0, last + 1, 80))
    assert len(tops(height)) == count


def test_a_strip_is_one_and_a_page_many():
    page = writing(1070)
    strips = PUBLISHED.strips(page)
    assert [strip.shape for strip in strips] == [(300, 1500)] * 10
    assert np.array_equal(strips[9], page[720:1020])
    for height in (30, 300, 450):
        assert [strip.shape for strip in PUBLISHED.strips(writing(height))] == [(height, 1500)]


def test_a_strip_is_prepared_as_published():
    strip = writing()
    clean = cv2.GaussianBlur(cv2.createCLAHE(2.0, (8, 8)).apply(strip), (3, 3), 0)
    expected = [clean[:, x : x + 300] / 127.5 - 1 for x in np.linspace(0, 1200, 15, dtype=int)]
    patches = PUBLISHED.patches(strip)
    assert patches.shape == (35, 3, 300, 300)
    assert patches.dtype == np.float32
    for channel in range(3):
        np.testing.assert_allclose(patches[:15, channel], expected, atol=1e-6)
    # The random ones are windows of it as well, each another.
    places = [cv2.matchTemplate(clean, _gray(patch), cv2.TM_SQDIFF).argmin() for patch in patches[15:]]
    assert len(set(places)) > 15
    for patch, x in zip(patches[15:], places, strict=True):
        assert np.array_equal(_gray(patch), clean[:, x : x + 300])


def _gray(patch: np.ndarray) -> np.ndarray:
    return np.round((patch[0] + 1) * 127.5).astype(np.uint8)


def test_the_same_picture_has_the_same_patches():
    assert np.array_equal(PUBLISHED.patches(writing()), PUBLISHED.patches(writing()))
    other = dataclasses.replace(PUBLISHED, seed=1).patches(writing())
    assert np.array_equal(other[:15], PUBLISHED.patches(writing())[:15])
    assert not np.array_equal(other[15:], PUBLISHED.patches(writing())[15:])


def test_a_page_has_patches_of_all_its_strips():
    page = np.repeat(np.arange(0, 250, 2, dtype=np.uint8), 10)[:1070, None] + np.zeros(600, np.uint8)
    plain = dataclasses.replace(PUBLISHED, clip=0.0, random=0)
    patches = plain.patches(page)
    cleaned = [plain.clean(strip) for strip in plain.strips(page)]
    for k, patch in enumerate(patches):
        assert np.array_equal(patch, plain.patch(cleaned[k % 10], np.linspace(0, 300, 15, dtype=int)[k]))


def test_light_ink_on_dark_paper_is_the_same_writing():
    np.testing.assert_allclose(PUBLISHED.patches(255 - writing()), PUBLISHED.patches(writing()))


def test_a_dark_photograph_is_not_inverted():
    dim = (writing() * 0.4).astype(np.uint8)
    as_it_is = cv2.GaussianBlur(cv2.createCLAHE(2.0, (8, 8)).apply(dim), (3, 3), 0)
    assert np.array_equal(PUBLISHED.clean(dim), as_it_is)


def test_a_window_has_its_own_place_and_size():
    clean = writing()
    patch = PagePreparation(height=100, channels=1).patch(clean, 40, 20, 200)
    expected = cv2.resize(clean[20:220, 40:240], (100, 100), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(patch[0], expected / 127.5 - 1, atol=1e-6)


def test_a_narrow_strip_keeps_its_proportions_and_has_paper_beside_it():
    strip = np.full((300, 80), 200, np.uint8)
    strip[100:200, 30:50] = 20
    patch = PUBLISHED.patch(strip, 0)
    np.testing.assert_allclose(patch[0, :, :80], strip / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(patch[0, :, 80:], 200 / 127.5 - 1, atol=1e-6)
    assert PUBLISHED.patches(strip).shape == (35, 3, 300, 300)


def test_a_long_low_strip_costs_no_more_than_its_patches():
    strip = writing(30, 8000)
    tracemalloc.start()
    patches = PUBLISHED.patches(strip)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert patches.shape == (35, 3, 300, 300)
    assert peak < 2.2 * patches.nbytes  # scaled whole, it would have 24 million pixels


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 255), st.integers(0, 2**32))
def test_every_picture_has_patches(height, width, shade, seed):
    small = PagePreparation(height=8, even=2, random=2)
    gray = np.random.default_rng(seed).integers(0, shade + 1, (height, width), np.uint8)
    patches = small.patches(gray)
    assert patches.shape == (4, *small.shape) == (4, 3, 8, 8)
    assert patches.min() >= -1
    assert patches.max() <= 1


LOGITS = nps.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(2, 9)), elements=st.floats(-90, 90, width=32))


@given(LOGITS, st.sampled_from(["probabilities", "log-probabilities"]))
def test_what_patches_say_together_is_a_distribution(logits, pooled):
    said = PagePreparation(pooled=pooled).pool(logits)
    assert (said.shape, said.dtype) == (logits.shape[1:], np.float64)
    assert np.exp(said).sum() == pytest.approx(1)


def test_both_ways_of_pooling():
    logits = np.log([[0.9, 0.1], [0.2, 0.8]]) + np.array([[3.0], [-5.0]])
    np.testing.assert_allclose(np.exp(PUBLISHED.pool(logits)), [0.55, 0.45])
    geometric = np.sqrt([0.9 * 0.2, 0.1 * 0.8])
    said = PagePreparation(pooled="log-probabilities").pool(logits)
    np.testing.assert_allclose(np.exp(said), geometric / geometric.sum())
    with pytest.raises(ValueError, match="probabilities or log-probabilities, not by 'votes'"):
        PagePreparation(pooled="votes")


def test_settings_go_through_json():
    stored = json.loads(json.dumps(dataclasses.asdict(PUBLISHED)))
    assert PagePreparation(**stored) == PUBLISHED
