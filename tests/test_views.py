import dataclasses

import numpy as np
import pytest
import torch
from scans import scan
from torch.utils.data import DataLoader

from hwr.data.samples import Samples
from hwr.imaging.preparation import Preparation
from hwr.recipes import RECIPES
from hwr.training import views
from hwr.training.views import NO_DIGIT, Views

RECIPE = dataclasses.replace(RECIPES["hoda-compact"], views=2, clutter=0.25)
LABELS = np.arange(40) % 10
SCANS = [np.pad(scan(digit, np.random.default_rng(k)), 4, constant_values=255) for k, digit in enumerate(LABELS)]
SAMPLES = Samples(SCANS, LABELS, 200.0)
EVERY = list(range(50))  # 40 digits, and a quarter as many pictures without one


@pytest.fixture
def alone(monkeypatch):
    """No workers: what is patched here is what runs."""
    monkeypatch.setattr(views, "WORKERS", 0)


@pytest.fixture(scope="module")
def made() -> Views:
    return Views(SAMPLES, RECIPE, seed=0)


def seen(made: Views, epoch: int, indices=EVERY) -> torch.Tensor:
    made.epoch = epoch
    return made.__getitems__(indices)[0]


def test_digits_come_first_and_what_is_none_after_them(made):
    x, labels = made.__getitems__(EVERY)
    assert len(made) == 50
    assert x.shape == (50, *RECIPE.prepare.shape)
    assert x.dtype == torch.float32
    assert labels.tolist() == [*LABELS, *[NO_DIGIT] * 10]
    assert x[:, 0].amin() == 0
    assert x[:, 0].amax(dim=(1, 2)).min() > 0.9  # not one of them is blank


def test_the_same_seed_gives_the_same_views_whoever_makes_them(made, monkeypatch):
    monkeypatch.setattr(views, "WORKERS", 0)
    monkeypatch.setattr(views, "AT_A_TIME", 7)
    again, other = Views(SAMPLES, RECIPE, seed=0), Views(SAMPLES, RECIPE, seed=1)
    for epoch in range(2):
        assert torch.equal(seen(made, epoch), seen(again, epoch))
        changed = (seen(made, epoch) != seen(other, epoch)).flatten(1).any(1)
        assert changed.all()


def test_every_epoch_has_its_view_until_they_come_round(made):
    first, second, third = (seen(made, epoch) for epoch in range(3))
    assert (first != second).flatten(1).any(1).all()
    assert torch.equal(first, third)


def test_no_more_views_are_made_than_epochs_will_see(made):
    short = Views(SAMPLES, dataclasses.replace(RECIPE, epochs=1), seed=0)
    assert torch.equal(seen(short, 0), seen(made, 0))
    assert torch.equal(seen(short, 0), seen(short, 1))


@pytest.mark.usefixtures("alone")
def test_what_is_kept_is_what_was_prepared(monkeypatch):
    fresh, prepare = [], Preparation.array

    def array(self, gray, dpi=None):
        x = prepare(self, gray, dpi)
        if x is not None:
            fresh.append(x)
        return x

    monkeypatch.setattr(Preparation, "array", array)
    made = Views(SAMPLES, RECIPE, seed=3)
    kept = torch.cat([seen(made, epoch) for epoch in range(2)]).numpy()
    np.testing.assert_array_equal(kept, np.stack(fresh))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("redrawn", "photographed", "known_scale", "known"),
    [(1, 0, 1, 0), (0, 1, 1, 0), (0, 0, 1, 1), (0, 0, 0, 0), (0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5)],
)
def test_only_a_scan_tells_its_size(redrawn, photographed, known_scale, known, monkeypatch):
    monkeypatch.setattr(views, "KNOWN_SCALE", known_scale)
    recipe = dataclasses.replace(RECIPE, redrawn=redrawn, photographed=photographed, views=4)
    made = Views(SAMPLES, recipe, seed=0)
    sizes = torch.stack([seen(made, epoch)[:, 1, 0, 0] for epoch in range(4)])
    assert sizes[:, 40:].max() == 0
    assert (sizes[:, :40] > 0).float().mean().item() == pytest.approx(known, abs=0.12 * (0 < known < 1))
    if known == 1:
        zeros = sizes[:, :40][:, LABELS == 0]  # half as large as the others
        assert zeros.mean() < 0.7 * sizes[:, :40].mean()


@pytest.mark.usefixtures("alone")
def test_a_picture_in_which_nothing_is_found_gives_way_to_the_scan(monkeypatch):
    monkeypatch.setattr(views, "redraw", lambda gray, rng: np.full_like(gray, 255))
    recipe = dataclasses.replace(RECIPE, redrawn=1, photographed=0, views=1)
    x = seen(Views(SAMPLES, recipe, seed=0), 0, EVERY[:40]).numpy()
    np.testing.assert_array_equal(x, np.stack([RECIPE.prepare.array(gray, 200.0) for gray in SCANS]))


def test_a_loader_brings_every_picture_once_an_epoch(made):
    made.epoch = 1
    loader = DataLoader(made, 16, shuffle=True, collate_fn=tuple, generator=torch.Generator().manual_seed(0))
    batches = list(loader)
    assert [tuple(x.shape) for x, _ in batches] == [(16, 2, 32, 32)] * 3 + [(2, 2, 32, 32)]
    together = torch.cat([x for x, _ in batches]).flatten(1)
    ordered = seen(made, 1).flatten(1)
    assert sorted(map(tuple, together.tolist())) == sorted(map(tuple, ordered.tolist()))
    labels = torch.cat([labels for _, labels in batches])
    assert torch.bincount(labels).tolist() == [4] * 10 + [10]
    assert labels.dtype == torch.int64
