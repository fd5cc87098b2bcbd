import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from made import latin, write_mnist
from scans import scan, write_hoda

from hwr.data.samples import Samples
from hwr.imaging.preparation import Preparation
from hwr.models import build
from hwr.recipes import RECIPES, Handwriting, Recipe
from hwr.training import views
from hwr.training.views import Handwritten, Plain, Views, called, known_scales


def augmented(**told) -> Recipe:
    """hoda-compact with other settings of its augmentation."""
    recipe = RECIPES["hoda-compact"]
    return dataclasses.replace(recipe, augment=dataclasses.replace(recipe.augment, **({"clutter": 0.25} | told)))


RECIPE = augmented(views=2)
LABELS = np.arange(40) % 10
SCANS = [np.pad(scan(digit, np.random.default_rng(k)), 4, constant_values=255) for k, digit in enumerate(LABELS)]
SAMPLES = Samples(SCANS, LABELS, 200.0)
EVERY = list(range(50))  # 40 digits, and a quarter as many pictures without one


@pytest.fixture
def alone(monkeypatch):
    """No workers: what is patched here is what runs."""
    monkeypatch.setattr(views, "WORKERS", 0)


@pytest.fixture(scope="module")
def made() -> Handwritten:
    return Handwritten([SAMPLES], RECIPE, seed=0)


def seen(made: Handwritten, epoch: int, indices=EVERY) -> torch.Tensor:
    made.epoch = epoch
    return made.batch(indices)[0]


def test_digits_come_first_and_what_is_none_after_them(made):
    x, labels = made.batch(EVERY)
    assert len(made) == 50
    assert x.shape == (50, *RECIPE.prepare.shape)
    assert x.dtype == torch.float32
    assert labels.tolist() == [*LABELS, *[10] * 10]
    assert x[:, 0].amin() == 0
    assert x[:, 0].amax(dim=(1, 2)).min() > 0.9  # not one of them is blank


def test_the_same_seed_gives_the_same_views_whoever_makes_them(made, monkeypatch):
    monkeypatch.setattr(views, "WORKERS", 0)
    monkeypatch.setattr(views, "AT_A_TIME", 7)
    again, other = Handwritten([SAMPLES], RECIPE, seed=0), Handwritten([SAMPLES], RECIPE, seed=1)
    for epoch in range(2):
        assert torch.equal(seen(made, epoch), seen(again, epoch))
        changed = (seen(made, epoch) != seen(other, epoch)).flatten(1).any(1)
        assert changed.all()


def test_every_epoch_has_its_view_until_they_come_round(made):
    first, second, third = (seen(made, epoch) for epoch in range(3))
    assert (first != second).flatten(1).any(1).all()
    assert torch.equal(first, third)


def test_no_more_views_are_made_than_epochs_will_see(made):
    once = dataclasses.replace(RECIPE, phases=(dataclasses.replace(RECIPE.phases[0], epochs=1),))
    short = Handwritten([SAMPLES], once, seed=0)
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
    made = Handwritten([SAMPLES], RECIPE, seed=3)
    kept = torch.cat([seen(made, epoch) for epoch in range(2)]).numpy()
    np.testing.assert_array_equal(kept, np.stack(fresh))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("redrawn", "photographed", "scaled", "known"),
    [(1, 0, 1, 0), (0, 1, 1, 0), (0, 0, 1, 1), (0, 0, 0, 0), (0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5)],
)
def test_only_a_scan_tells_its_size(redrawn, photographed, scaled, known):
    recipe = augmented(redrawn=redrawn, photographed=photographed, scaled=scaled, views=4)
    made = Handwritten([SAMPLES], recipe, seed=0)
    sizes = torch.stack([seen(made, epoch)[:, 1, 0, 0] for epoch in range(4)])
    assert sizes[:, 40:].max() == 0
    assert (sizes[:, :40] > 0).float().mean().item() == pytest.approx(known, abs=0.12 * (0 < known < 1))
    if known == 1:
        zeros = sizes[:, :40][:, LABELS == 0]  # half as large as the others
        assert zeros.mean() < 0.7 * sizes[:, :40].mean()


@pytest.mark.usefixtures("alone")
def test_a_picture_in_which_nothing_is_found_gives_way_to_the_scan(monkeypatch):
    monkeypatch.setattr(views, "redraw", lambda gray, rng: np.full_like(gray, 255))
    recipe = augmented(redrawn=1, photographed=0, views=1)
    x = seen(Handwritten([SAMPLES], recipe, seed=0), 0, EVERY[:40]).numpy()
    np.testing.assert_array_equal(x, np.stack([RECIPE.prepare.array(gray, 200.0) for gray in SCANS]))


def test_a_batch_is_what_its_indices_say(made):
    some = [41, 3, 3, 0]
    x, labels = made.batch(some)
    assert torch.equal(x, seen(made, made.epoch)[some])
    assert labels.tolist() == [10, 3, 3, 0]
    assert labels.dtype == torch.int64


def test_without_a_size_plane_there_is_one_plane():
    recipe = dataclasses.replace(augmented(views=1), prepare=Preparation(side=28, margin=4))
    assert seen(Handwritten([SAMPLES], recipe, seed=0), 0).shape == (50, 1, 28, 28)


BOTH = dataclasses.replace(augmented(views=1), data="hoda+mnist", prepare=RECIPES["digits"].prepare)
LATIN = Samples([np.pad(255 - latin(k, np.random.default_rng(k)), 4, constant_values=255) for k in range(10)],
                np.arange(10), script="latin")  # fmt: skip


def test_digits_of_two_scripts_are_labeled_one_after_the_other():
    made = Handwritten([SAMPLES, LATIN], BOTH, seed=0)
    labels = made.batch(list(range(len(made))))[1].tolist()
    # 40 Persian ones, 10 Latin ones, and a quarter of these 50 as many of none: the 21st class.
    assert labels == [*LABELS, *range(10, 20), *[20] * round(50 / 4)]


@pytest.mark.usefixtures("alone")
def test_each_set_has_its_own_scale():
    recipe = dataclasses.replace(BOTH, augment=Handwriting(redrawn=0, photographed=0, clutter=0, views=1, scaled=1))
    size = seen(Handwritten([SAMPLES, LATIN], recipe, seed=0), 0, list(range(50)))[:, 1, 0, 0]
    assert size[:40].min() > 0
    assert size[40:].max() == 0  # MNIST has no resolution


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("marked", [0, 0.5, 1])
def test_a_share_of_the_digits_has_marks_across(monkeypatch, marked):
    drawn, whole = [], []
    monkeypatch.setattr(views, "mark", lambda gray, rng, struck: drawn.append(gray) or whole.append(struck) or gray)
    recipe = augmented(redrawn=0, photographed=0, clutter=0, marked=marked, views=4)
    sizes = torch.stack([seen(made, k, EVERY[:40])[:, 1, 0, 0] for made in [Handwritten([SAMPLES], recipe, 0)]
                         for k in range(4)])  # fmt: skip
    assert len(drawn) / 160 == pytest.approx(marked, abs=0.12 * (0 < marked < 1))
    may = (SAMPLES.labels[:40] != 1).mean()  # a 1 with a whole line across is a plus
    assert 0 < may < 1
    if marked == 1:
        assert np.mean(whole) == may
    assert all(max(gray.shape) > 45 for gray in drawn)  # redrawn first, so of no known scale
    assert (sizes == 0).sum() >= len(drawn)


@pytest.mark.usefixtures("alone")
def test_a_share_of_the_digits_is_drawn_in_forms_that_the_data_lack(monkeypatch):
    asked = []
    monkeypatch.setattr(views.hands, "draw", lambda digit, script, rng: asked.append((digit, script)))
    recipe = augmented(redrawn=0, photographed=0, clutter=0, scaled=1, drawn=0.5, views=4)
    made = Handwritten([SAMPLES], recipe, seed=0)
    sizes = torch.stack([seen(made, epoch, EVERY[:40])[:, 1, 0, 0] for epoch in range(4)])
    assert set(asked) <= {(digit, "persian") for digit in range(10)}
    assert len(asked) / 160 == pytest.approx(0.5, abs=0.12)
    assert (sizes == 0).sum() == len(asked)  # where none is drawn they are redrawn, so of no known scale


@pytest.mark.usefixtures("alone")
def test_what_is_drawn_is_what_is_seen(monkeypatch):
    monkeypatch.setattr(views.hands, "draw", lambda digit, script, rng: SCANS[(digit + 1) % 10])
    recipe = augmented(redrawn=0, photographed=0, clutter=0, drawn=1, views=1)
    x = seen(Handwritten([SAMPLES], recipe, seed=0), 0, EVERY[:10]).numpy()
    np.testing.assert_array_equal(x, np.stack([RECIPE.prepare.array(SCANS[(k + 1) % 10]) for k in range(10)]))


@pytest.mark.usefixtures("alone")
def test_letters_come_of_the_fonts_that_the_recipe_names():
    with pytest.raises(ValueError, match=r"these fonts are not installed: Away\.ttf; on Debian, apt-get install "):
        Handwritten([SAMPLES], augmented(fonts=("Away.ttf",), views=1), seed=0)


@pytest.mark.parametrize("other", [{"mean": 0.5}, {"std": 0.5}, {"channels": 3}], ids=str)
def test_what_bytes_can_not_hold_is_told_in_a_sentence(other):
    recipe = dataclasses.replace(RECIPE, prepare=dataclasses.replace(RECIPE.prepare, **other))
    says = "hoda-compact augments its pictures, which are kept as bytes of one plane; its preparation has "
    with pytest.raises(ValueError, match=says):
        Handwritten([SAMPLES], recipe, seed=0)


def test_plain_shows_every_picture_as_it_is():
    recipe = dataclasses.replace(RECIPE, augment=None)
    plain = Plain(SAMPLES, recipe)
    x, labels = plain.batch([5, 1])
    assert len(plain) == 40
    np.testing.assert_array_equal(x.numpy(), [RECIPE.prepare.array(SCANS[k], 200.0) for k in (5, 1)])
    assert (x.dtype, labels.dtype, labels.tolist()) == (torch.float32, torch.int64, [5, 1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_hoda(tmp_path_factory.mktemp("data"), train=20, validation=30, test=10)


def test_the_recipe_decides_what_training_sees(folder):
    for augment, kind in ((None, Plain), (RECIPE.augment, Handwritten)):
        recipe = dataclasses.replace(RECIPE, augment=augment)
        training = Views(recipe, folder, 0, torch.nn.Identity()).training()
        assert type(training) is kind
        assert len(training) == (20 if augment is None else 25)


def test_validation_is_checked_with_its_scale_and_without(folder):
    known, unknown = Views(RECIPE, folder, 0, torch.nn.Identity()).checks()
    assert (known.name, unknown.name) == ("validation, scale known", "validation, scale unknown")
    for check in (known, unknown):
        assert (check.x.shape, check.x.dtype) == ((30, 2, 32, 32), torch.float32)
        assert check.labels.tolist() == [k % 10 for k in range(30)]
        assert check.columns == slice(0, 10)  # "no digit" is no answer here
    assert torch.equal(known.x[:, 0], unknown.x[:, 0])
    assert known.x[:, 1].min() > 0
    assert unknown.x[:, 1].max() == 0


def test_each_set_is_checked_with_its_script_known(tmp_path):
    write_mnist(write_hoda(tmp_path, train=20, validation=30, test=10), train=24)
    checks = Views(BOTH, tmp_path, 0, torch.nn.Identity()).checks()
    assert [(check.name, len(check.labels), check.columns) for check in checks] == [
        ("validation, hoda, scale known", 30, slice(0, 10)),
        ("validation, hoda, scale unknown", 30, slice(0, 10)),
        ("validation, mnist", 2, slice(10, 20)),
    ]
    known, unknown, latin = checks
    assert known.x[:, 1].min() > 0
    assert unknown.x[:, 1].max() == latin.x[:, 1].max() == 0
    assert latin.labels.max() < 10  # an index into the columns
    assert len(Views(BOTH, tmp_path, 0, torch.nn.Identity()).training()) == round(1.25 * (20 + 22))


def test_scales_are_known_where_the_scan_has_one_and_the_network_sees_it():
    assert known_scales(SAMPLES, RECIPE) == (True, False)
    assert known_scales(SAMPLES, augmented(scaled=1.0)) == (True,)
    assert known_scales(LATIN, RECIPE) == (None,)
    assert known_scales(SAMPLES, dataclasses.replace(RECIPE, prepare=Preparation())) == (None,)


@pytest.mark.parametrize(
    ("names", "known", "told"),
    [
        (("hoda",), None, "test"),
        (("hoda",), True, "test, scale known"),
        (("hoda", "mnist"), None, "test, hoda"),
        (("hoda", "mnist"), False, "test, hoda, scale unknown"),
    ],
)
def test_what_pictures_are_called(names, known, told):
    assert called("test", "hoda", names, known) == told


def test_without_a_size_plane_validation_is_checked_once(folder):
    recipe = dataclasses.replace(RECIPES["mnist-mlp"], data="hoda")
    (check,) = Views(recipe, folder, 0, torch.nn.Identity()).checks()
    assert (check.name, check.x.shape) == ("validation", (30, 1, 28, 28))


@pytest.mark.parametrize(
    ("data", "model", "says"),
    [
        ("hoda+gan-digits", "compact-both", r"hoda\+gan-digits names two sets of one script; name one of each"),
        ("hoda", "compact-both", "compact-both tells 21 classes apart, and hoda has 10 digits; name a network"),
        ("hoda+mnist", "compact", r"compact tells 11 classes apart, and hoda\+mnist has 20 digits; name a network"),
    ],
)
def test_scripts_that_a_network_does_not_tell_apart_are_told_in_a_sentence(data, model, says):
    """A Latin 0 would be learned as no digit, or there would be no such class."""
    recipe = dataclasses.replace(RECIPES["digits"], data=data, model=model)
    with pytest.raises(ValueError, match=says):
        Views(recipe, None, 0, build(model))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_every_recipe_s_data_are_what_its_network_tells_apart(recipe):
    Views(recipe, None, 0, build(recipe.model))


@pytest.mark.parametrize(
    ("name", "other", "says"),
    [
        ("mnist-mlp", "pages70", "mnist-mlp trains on digits, and pages70 is no set of these"),
        ("pages70-compact", "mnist", "pages70-compact trains on pages, and mnist is no set of these"),
    ],
)
def test_data_of_another_kind_is_told_in_a_sentence(name, other, says):
    with pytest.raises(ValueError, match=says):
        Views(dataclasses.replace(RECIPES[name], data=other), None, 0, torch.nn.Identity())
