import dataclasses

import numpy as np
import pytest
import torch
from made import writing

from hwr.data.samples import Samples
from hwr.imaging.patches import PagePreparation
from hwr.imaging.rings import RingPreparation
from hwr.recipes import RECIPES, Pens, Windows
from hwr.training import windows
from hwr.training.windows import CHECKED, PageViews, PenViews, check_pages, pens, window

RINGS = RingPreparation(radii=(1, 3))
PAGES = Samples([writing(k, 600, 640, np.random.default_rng(k)) for k in (1, 2, 3)], np.array([0, 1, 2]))
STRIPS = Samples([page[:300] for page in PAGES.images], PAGES.labels)
PAGE = dataclasses.replace(
    RECIPES["pages70-mobilenetv2"], prepare=PagePreparation(height=32), augment=Windows(views=5), precision="fp32"
)
PEN = dataclasses.replace(RECIPES["pages70-compact"], prepare=RINGS, augment=Pens(views=2, windows=3))
STILL = Windows(views=1, turn=0, shift=0, zoom=0, contrast=0)
BARE = torch.nn.Identity()


class Front(torch.nn.Module):
    """A network whose frozen front halves what it sees."""

    def __init__(self):
        super().__init__()
        self.front = torch.nn.AvgPool2d(2)


def everything(made) -> tuple[torch.Tensor, torch.Tensor]:
    return made.batch(list(range(len(made))))


def test_windows_of_pages_have_their_labels():
    made = PageViews(PAGES, PAGE, 0, BARE)
    x, labels = everything(made)
    assert len(made) == 15
    assert (x.shape, x.dtype) == ((15, 3, 32, 32), torch.float32)
    assert (labels.tolist(), labels.dtype) == ([0] * 5 + [1] * 5 + [2] * 5, torch.int64)
    assert -1 <= x.min() < -0.2
    assert 0.5 < x.max() <= 1
    some, told = made.batch([7, 0, 7])
    assert torch.equal(some, x[[7, 0, 7]])
    assert told.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("make", "samples"), [(lambda s, seed: PageViews(s, PAGE, seed, BARE), PAGES),
                          (lambda s, seed: PenViews(s, PEN, seed), PAGES)],
)  # fmt: skip
def test_the_same_seed_gives_the_same_windows(make, samples):
    first, again, other = (everything(make(samples, seed))[0] for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert first.shape != other.shape or not torch.equal(first, other)


def test_what_went_through_the_front_is_kept():
    x, _ = everything(PageViews(PAGES, PAGE, 0, Front()))
    plain, _ = everything(PageViews(PAGES, PAGE, 0, BARE))
    torch.testing.assert_close(x, torch.nn.functional.avg_pool2d(plain, 2), atol=2e-3, rtol=0)  # 16 bits


def test_a_still_window_is_cut_out_of_the_strip():
    strip = writing(1, 40, 200, np.random.default_rng(0))
    cut = window(strip[:, :40], STILL, np.random.default_rng(0))  # no wider than high: it can lie in one place only
    assert (cut.shape, cut.dtype) == ((40, 40), np.uint8)
    assert np.abs(cut.astype(int) - strip[:, :40]).max() <= 1


def test_a_window_lies_anywhere_and_varies():
    strip = writing(1, 60, 400, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    seen = [window(strip, Windows(views=1), rng) for _ in range(20)]
    assert all((one.shape, one.dtype) == ((60, 60), np.uint8) for one in seen)
    assert len({one.tobytes() for one in seen}) == 20


def test_contrast_fades_towards_the_mean():
    strip = writing(1, 60, 60, np.random.default_rng(0))
    still = window(strip, STILL, np.random.default_rng(0)).astype(float)
    for seed in range(5):
        faded = window(strip, dataclasses.replace(STILL, contrast=0.2), np.random.default_rng(seed)).astype(float)
        assert 0.75 * still.std() < faded.std() < 1.25 * still.std()


def test_pens_give_windows_of_every_page():
    made = PenViews(PAGES, PEN, 0)
    x, labels = everything(made)
    assert x.shape == (len(made), *RINGS.shape)
    assert x.dtype == torch.float32
    assert 3 <= len(made) <= 3 * 2 * 3
    assert sorted(set(labels.tolist())) == [0, 1, 2]
    assert labels.tolist() == sorted(labels.tolist())
    assert 0 <= x.min() <= x.max() <= RINGS.scale
    sums = (x.reshape(len(x), 2, -1) ** 2).sum(2)
    torch.testing.assert_close(sums, torch.full_like(sums, RINGS.scale**2), atol=0.1, rtol=0)


def test_a_page_with_little_ink_is_seen_as_it_is():
    sparse = np.full((400, 500), 255, np.uint8)
    sparse[100:110, 100:120] = 0
    (only,) = pens(sparse, RINGS, Pens(views=2, windows=3), np.random.default_rng(0))
    np.testing.assert_allclose(only, RINGS.patches(sparse)[0], atol=1e-2)
    assert only.dtype == np.float16


def test_another_pen_stays_within_bounds(monkeypatch):
    """Turned, sheared, zoomed and stretched by no more than the recipe says; here a long level line."""
    page = np.full((400, 800), 255, np.uint8)
    page[198:202, 100:700] = 0
    for seed in range(10):
        ink = windows._by_another_pen(page, Pens(views=1, windows=1), np.random.default_rng(seed))
        assert (ink.shape, ink.dtype) == (page.shape, np.uint8)
        assert set(np.unique(ink)) == {0, 1}
        y, x = np.nonzero(ink)
        slope = np.degrees(np.arctan(np.polyfit(x, y, 1)[0]))
        assert abs(slope) < 2.1
        assert 0.88 < np.ptp(x) / 600 < 1.12
    still = Pens(views=1, windows=1, turn=0, shear=0, zoom=0, stretch=0)
    ink = windows._by_another_pen(page, still, np.random.default_rng(0))
    assert np.ptp(np.nonzero(ink)[1]) == pytest.approx(600, abs=4)


@pytest.mark.parametrize(("ruled", "left"), [(0.0, False), (1.0, True)])
def test_rules_are_left_in_the_share_of_views_that_the_recipe_says(ruled, left, monkeypatch):
    page = writing(1, 400, 640, np.random.default_rng(0))
    page[200:202] = 0
    seen, drawn = [], windows._by_another_pen
    monkeypatch.setattr(windows, "_by_another_pen", lambda p, *told: seen.append(p) or drawn(p, *told))
    pens(page, RINGS, Pens(views=3, windows=1, ruled=ruled), np.random.default_rng(0))
    assert len(seen) == 3
    assert all(((view[200:202] < 128).mean() > 0.9) == left for view in seen)


def test_checks_are_evenly_spaced_patches_of_each_strip():
    x, labels = check_pages(STRIPS, PAGE.prepare, BARE)
    assert (x.shape, x.dtype) == ((3 * CHECKED, 3, 32, 32), torch.float32)
    assert labels.tolist() == [0] * CHECKED + [1] * CHECKED + [2] * CHECKED
    even = dataclasses.replace(PAGE.prepare, even=CHECKED, random=0).patches(STRIPS.images[1])
    np.testing.assert_allclose(x[CHECKED : 2 * CHECKED].numpy(), even, atol=1e-3)


def test_checks_of_rings_are_one_a_strip_and_as_served():
    x, labels = check_pages(STRIPS, RINGS, BARE)
    assert labels.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(x.numpy(), np.concatenate([RINGS.patches(strip) for strip in STRIPS.images]))
