import dataclasses
import json

import pytest
import torch

from hwr.data import READERS
from hwr.models import build
from hwr.recipes import RECIPES

every = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


@every
def test_what_it_names_is_there(recipe):
    assert RECIPES[recipe.name] is recipe
    assert recipe.data in READERS
    network = build(recipe.model).eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, *recipe.prepare.shape)).shape == (1, 11)


@every
def test_its_settings_make_sense(recipe):
    shares = (recipe.smoothing, recipe.redrawn, recipe.photographed, recipe.clutter, recipe.averaging)
    assert all(0 <= share < 1 for share in shares)
    assert recipe.redrawn + recipe.photographed < 1  # what is left are scans
    assert min(recipe.epochs, recipe.batch, recipe.views) >= 1
    assert 0 < recipe.weight_decay < 1
    assert 0 < recipe.lr < 1


@every
def test_its_claim_can_be_looked_up(recipe):
    assert recipe.claim.accuracy is None or 0.5 < recipe.claim.accuracy <= 1
    assert "https://" in recipe.claim.source
    assert len(recipe.claim.protocol) > 20


@every
def test_frozen_and_told_in_json(recipe):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.epochs = 1
    told = json.loads(json.dumps(dataclasses.asdict(recipe)))
    assert told["prepare"] == dataclasses.asdict(recipe.prepare)
    assert told["claim"]["accuracy"] == recipe.claim.accuracy
    assert hash(recipe) == hash(dataclasses.replace(recipe))
