import dataclasses
import json
import re

import pytest
import torch

from hwr.data import READERS, scripts, sets
from hwr.imaging.patches import PagePreparation
from hwr.imaging.preparation import Preparation
from hwr.imaging.rings import RingPreparation
from hwr.imaging.rows import RowPreparation
from hwr.models import BUILDERS, build
from hwr.models.compact import Compact
from hwr.recipes import KINDS, RECIPES, Handwriting, Pens, Strings, Windows
from hwr.training.optimizers import OPTIMIZERS

every = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


def test_the_published_systems_and_our_own():
    assert list(RECIPES) == [
        "digits", "numbers", "hoda-compact", "hoda-scans", "hoda-resnet50", "persian-lenet5", "mnist-mlp",
        "mnist-cnn-adadelta", "mnist-cnn-rmsprop", "pages70-mobilenetv2", "pages70-compact",
    ]  # fmt: skip


def test_digits_is_of_both_scripts_and_held_against_the_best_figure_on_hoda():
    digits, compact = RECIPES["digits"], RECIPES["hoda-compact"]
    assert scripts(digits.data) == ("persian", "latin")
    assert digits.claim == compact.claim
    assert len(set(digits.augment.fonts)) == len(digits.augment.fonts) > 0


@every
def test_what_it_names_is_there(recipe):
    assert RECIPES[recipe.name] is recipe
    assert set(sets(recipe.data)) <= set(READERS)
    assert len(set(scripts(recipe.data))) == len(sets(recipe.data))  # a script each, or labels would collide
    assert recipe.model in BUILDERS
    assert all(phase.optimizer in OPTIMIZERS for phase in recipe.phases)
    assert type(recipe.prepare) in KINDS.values()


@every
def test_its_inputs_fit_its_network(recipe):
    network = build(recipe.model).eval()
    classes = 70 if recipe.data == "pages70" else 10 * len(scripts(recipe.data))
    with torch.inference_mode():
        answer = network(torch.zeros(1, *recipe.prepare.shape))
    others = {"digits": 1, "hoda-compact": 1, "numbers": 5}.get(recipe.name, 0)  # "no digit", and marks
    assert answer.shape[:2] == (1, classes + others)
    columns = recipe.prepare.width // recipe.prepare.step if recipe.model == "rows" else 1  # each is told
    assert answer.numel() == columns * (classes + others)
    assert torch.isfinite(answer).all()


@every
def test_its_settings_make_sense(recipe):
    assert recipe.batch >= 1
    assert recipe.init in ("random", "imagenet")
    assert recipe.keep in ("last", "best")
    assert recipe.precision in ("fp32", "bf16")
    assert recipe.epochs == sum(phase.epochs for phase in recipe.phases)
    for phase in recipe.phases:
        assert phase.epochs >= 1
        assert phase.steps is None or phase.steps >= 1
        assert 0 <= phase.floor < phase.lr < 1
        assert 0 < phase.warmup < 1
        assert all(0 <= share < 1 for share in (phase.smoothing, phase.averaging, phase.weight_decay))
        assert phase.schedule in ("constant", "one-cycle", "linear", "plateau")
        assert phase.trains in ("all", "head")
        assert phase.patience >= 1
        assert phase.stop >= 0


@every
def test_what_is_augmented_fits_what_is_prepared(recipe):
    kinds = {
        Preparation: (Handwriting, type(None)),
        PagePreparation: (Windows,),
        RingPreparation: (Pens,),
        RowPreparation: (Strings,),
    }
    assert isinstance(recipe.augment, kinds[type(recipe.prepare)])
    if isinstance(recipe.augment, Handwriting):
        how = recipe.augment
        assert how.redrawn + how.photographed + how.printed + how.marked + how.drawn < 1  # the others are scans
        assert (recipe.prepare.mean, recipe.prepare.std, recipe.prepare.channels) == (0, 1, 1)  # views are bytes
        # A class for what is no digit is needed where such pictures are trained on.
        assert recipe.augment.clutter == 0 or recipe.model in ("compact", "compact-both")


@every
def test_what_starts_from_imagenet_has_weights_there(recipe):
    assert recipe.init != "imagenet" or BUILDERS[recipe.model].imagenet.url.startswith("https://download.pytorch.org/")
    if any(phase.trains == "head" for phase in recipe.phases):
        assert recipe.init == "imagenet"  # or its body would stay random


@every
def test_its_claim_can_be_looked_up(recipe):
    assert recipe.claim.accuracy is None or 0.5 < recipe.claim.accuracy <= 1
    assert "https://" in recipe.claim.source or recipe.data == "mnist"  # of MNIST's nothing but a text is at hand
    assert len(recipe.claim.source) > 15
    assert len(recipe.claim.protocol) > 15
    assert all(len(sentence) > 20 for sentence in recipe.differs)
    assert recipe.differs


@every
def test_frozen_and_told_in_json(recipe):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.batch = 1
    told = json.loads(json.dumps(dataclasses.asdict(recipe)))
    assert type(recipe.prepare)(**told["prepare"]) == recipe.prepare
    assert told["claim"]["accuracy"] == recipe.claim.accuracy
    assert len(told["phases"]) == len(recipe.phases)
    assert hash(recipe) == hash(dataclasses.replace(recipe))


@every
def test_a_recipe_does_not_differ_from_itself(recipe):
    assert recipe.changes(recipe) == {}
    assert recipe.changes(dataclasses.replace(recipe)) == {}


def test_changes_are_told_by_name():
    recipe = RECIPES["hoda-compact"]
    phase = dataclasses.replace(recipe.phases[0], epochs=3, lr=1e-4)
    other = dataclasses.replace(
        recipe, batch=8, phases=(phase,), augment=dataclasses.replace(recipe.augment, views=2)
    )  # fmt: skip
    assert recipe.changes(other) == {
        "batch": [256, 8], "epochs": [40, 3], "lr": [3e-3, 1e-4], "augment, views": [8, 2],
    }  # fmt: skip
    assert other.changes(recipe)["batch"] == [8, 256]


def test_changes_of_several_phases_count_from_1():
    recipe = RECIPES["pages70-mobilenetv2"]
    phases = (recipe.phases[0], dataclasses.replace(recipe.phases[1], epochs=2))
    assert recipe.changes(dataclasses.replace(recipe, phases=phases)) == {"phase 2, epochs": [30, 2]}


def test_an_augmentation_that_is_left_out_is_a_change():
    recipe = RECIPES["mnist-cnn-rmsprop"]
    changes = recipe.changes(dataclasses.replace(recipe, augment=None))
    assert changes["augment, views"] == [recipe.augment.views, None]
    assert all(name.startswith("augment") for name in changes)


@every
def test_its_network_s_docstring_counts_its_parameters(recipe):
    """To the number where it gives one, rounded where it says million."""
    network = build(recipe.model)
    told = re.search(r"([\d.,]+) (million )?parameters", type(network).__doc__)
    found = sum(weight.numel() for weight in network.parameters())
    if isinstance(network, Compact):  # of more than one size
        counts = {"compact": 234_187, "compact-both": 331_605, "compact-scans": 311_882}
        assert (told, found) == (None, counts[recipe.model])
    elif told[2]:
        assert f"{found / 1e6:.1f}" == told[1]
    else:
        assert f"{found:,}" == told[1]
