"""What the benchmark of corruptions keeps of earlier figures, and when its claim holds."""

import copy

import pytest

from benchmarks.robustness import CLAIMED, is_met, keep

OURS, BESIDE, AWAY = "digits", "persian-lenet5", "hoda-resnet50"


def figures() -> dict:
    models = {OURS: {"mean": 0.03}, BESIDE: {"mean": 0.2}, AWAY: {"mean": 0.1}}
    return {"model": OURS, "sets": {name: {"n": 500, "models": copy.deepcopy(models)} for name in ("hoda", "mnist")}}


def measured() -> dict:
    """The same anew, ours better, without the model that is away."""
    sets = figures()["sets"]
    for of_one in sets.values():
        del of_one["models"][AWAY]
        of_one["models"][OURS]["mean"] = 0.02
    return sets


def test_what_is_away_keeps_its_figures_where_another_model_has_the_same():
    sets = measured()
    assert keep(sets, figures(), [AWAY]) == [AWAY]
    for of_one in sets.values():
        assert of_one["models"] == {OURS: {"mean": 0.02}, BESIDE: {"mean": 0.2}, AWAY: {"mean": 0.1}}


def test_it_has_none_where_the_pictures_are_others():
    sets = measured()
    for of_one in sets.values():
        of_one["models"][BESIDE]["mean"] = 0.21
    assert keep(sets, figures(), [AWAY]) == []
    sets = measured()
    for of_one in sets.values():
        of_one["n"] = 400
    assert keep(sets, figures(), [AWAY]) == []
    assert all(AWAY not in of_one["models"] for of_one in sets.values())


def test_what_was_measured_before_by_ours_alone_tells_nothing():
    sets = measured()
    for of_one in sets.values():
        del of_one["models"][BESIDE]
    assert keep(sets, figures(), [AWAY]) == []


@pytest.mark.parametrize(("mean", "met"), [(0.033, True), (0.034, False)])
def test_the_claim_is_a_third_of_each(mean, met):
    said = figures()
    said["sets"]["hoda"]["models"][OURS]["mean"] = mean
    assert {BESIDE, AWAY} == {*CLAIMED}
    assert is_met(said) == met
    del said["sets"]["hoda"]["models"][AWAY]
    assert not is_met(said)
