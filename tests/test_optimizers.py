import dataclasses

import numpy as np
import pytest
import torch

from hwr.recipes import Phase
from hwr.training import optimizers

PHASE = Phase(epochs=1, optimizer="sgd", lr=0.1)


def made(phase: Phase) -> torch.optim.Optimizer:
    return optimizers.optimizer(phase, [torch.nn.Parameter(torch.ones(3))])


def rates(phase: Phase, steps: int) -> np.ndarray:
    """The learning rate of each step."""
    optimizer = made(phase)
    schedule = optimizers.one_cycle(phase, optimizer, steps)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return np.array(seen)


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_every_optimizer_takes_the_phase_s_settings_and_goes_downhill(name):
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = optimizers.optimizer(Phase(epochs=1, optimizer=name, lr=0.05, weight_decay=0.01), [weight])
    assert (optimizer.defaults["lr"], optimizer.defaults["weight_decay"]) == (0.05, 0.01)
    (weight**2).sum().backward()
    optimizer.step()
    assert (weight < 1).all()


def test_where_keras_and_torch_disagree_it_is_keras():
    adadelta, rmsprop = (made(dataclasses.replace(PHASE, optimizer=name)).defaults for name in ("adadelta", "rmsprop"))
    assert (adadelta["rho"], adadelta["eps"]) == (0.95, 1e-7)
    assert (rmsprop["alpha"], rmsprop["eps"], rmsprop["momentum"]) == (0.9, 1e-7, 0)


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "linear", "plateau"])
def test_a_phase_has_one_schedule_at_most(schedule):
    phase = dataclasses.replace(PHASE, schedule=schedule)
    optimizer = made(phase)
    assert (optimizers.one_cycle(phase, optimizer, 100) is not None) == (schedule in ("one-cycle", "linear"))
    assert (optimizers.plateau(phase, optimizer) is not None) == (schedule == "plateau")


@pytest.mark.parametrize("schedule", ["one-cycle", "linear"])
def test_the_rate_rises_over_the_warmup_and_falls_to_almost_nothing(schedule):
    seen = rates(dataclasses.replace(PHASE, schedule=schedule, warmup=0.2), 100)
    peak = int(seen.argmax())
    assert peak == 19  # the last of a fifth of them
    assert seen[peak] == pytest.approx(0.1)
    assert seen[0] == pytest.approx(0.1 / 25)
    assert seen[-1] == pytest.approx(0.1 / 25 / 1000)
    assert (np.diff(seen[: peak + 1]) > 0).all()
    assert (np.diff(seen[peak:]) < 0).all()


def test_linear_is_straight_and_one_cycle_is_a_cosine():
    for schedule, bends in (("linear", 0), ("one-cycle", 1)):
        seen = rates(dataclasses.replace(PHASE, schedule=schedule, warmup=0.2), 100)
        rise, fall = np.diff(seen[:20], 2), np.diff(seen[19:], 2)
        assert (np.abs([*rise, *fall]).max() > 1e-6) == bends
    turn = np.linspace(0, np.pi, 81)
    least = 0.1 / 25 / 1000
    np.testing.assert_allclose(seen[19:], least + (0.1 - least) * (1 + np.cos(turn)) / 2, atol=1e-9)


@pytest.mark.parametrize("schedule", ["one-cycle", "linear"])
@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_every_optimizer_can_follow_a_schedule(name, schedule):
    assert rates(dataclasses.replace(PHASE, optimizer=name, schedule=schedule), 20).max() == pytest.approx(0.1)


@pytest.mark.parametrize("schedule", ["one-cycle", "linear"])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 6, 7, 10, 19, 21])
def test_few_steps_are_enough_for_a_schedule(schedule, steps):
    seen = rates(dataclasses.replace(PHASE, schedule=schedule, warmup=0.1), steps)
    assert (seen > 0).all()
    assert seen.max() <= 0.1 + 1e-12
    if steps > 1:
        assert seen.max() > 0.095  # its peak can lie between two steps


def keras(accuracies: list[float], lr: float, patience: int, floor: float) -> list[float]:
    """The rate after each epoch by Keras' ReduceLROnPlateau with factor=0.5, mode="max", as its source has it."""
    best, wait, seen = -np.inf, 0, []
    for accuracy in accuracies:
        if accuracy > best + 1e-4:
            best, wait = accuracy, 0
        else:
            wait += 1
            if wait >= patience:
                lr, wait = max(lr * 0.5, floor), 0
        seen.append(lr)
    return seen


def plateau(accuracies: list[float], **told) -> list[float]:
    phase = dataclasses.replace(PHASE, schedule="plateau", **told)
    optimizer = made(phase)
    schedule, seen = optimizers.plateau(phase, optimizer), []
    for accuracy in accuracies:
        schedule.step(accuracy)
        seen.append(optimizer.param_groups[0]["lr"])
    return seen


def test_the_rate_is_halved_when_patience_is_reached():
    assert plateau([0.5, 0.5, 0.5, 0.5, 0.5], patience=2) == [0.1, 0.1, 0.05, 0.05, 0.025]
    assert plateau([0.5, 0.4, 0.6, 0.6, 0.7], patience=2) == [0.1] * 5
    assert plateau([0.5, 0.50005, 0.50009], patience=2)[-1] == 0.05  # too little to count


def test_the_rate_never_falls_below_the_floor():
    seen = plateau([0.5] * 20, patience=1, floor=0.02)
    assert seen[-1] == min(seen) == 0.02


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("patience", [1, 2, 3])
def test_it_counts_as_keras_does(seed, patience):
    accuracies = np.random.default_rng(seed).choice([0.9, 0.90005, 0.91, 0.92, 0.93], 30).tolist()
    expected = keras(accuracies, 0.1, patience, 1e-3)
    assert plateau(accuracies, patience=patience, floor=1e-3) == pytest.approx(expected)
