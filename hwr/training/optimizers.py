"""The optimizers by name, with the settings that Keras and torch disagree about as the publications have them."""

from functools import partial

import torch
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, ReduceLROnPlateau

from hwr.recipes import Phase

OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "adadelta": partial(torch.optim.Adadelta, rho=0.95, eps=1e-7),
    "rmsprop": partial(torch.optim.RMSprop, alpha=0.9, eps=1e-7),
    "sgd": torch.optim.SGD,
}


def optimizer(phase: Phase, parameters) -> torch.optim.Optimizer:
    """The phase's optimizer over these parameters."""
    return OPTIMIZERS[phase.optimizer](parameters, lr=phase.lr, weight_decay=phase.weight_decay)


def one_cycle(phase: Phase, optimizer: torch.optim.Optimizer, steps: int) -> LRScheduler | None:
    """The schedule to step with every batch, over `steps` in all; None where the phase has another."""
    if phase.schedule not in ("one-cycle", "linear"):
        return None
    rise = min(0.5, max(phase.warmup, 2 / steps))  # torch wants two steps on the way up
    # Where an optimizer has a momentum, one-cycle moves it against the rate, from 0.95 to 0.85 and back.
    how = {"cycle_momentum": not {"momentum", "betas"}.isdisjoint(optimizer.defaults)}
    if phase.schedule == "linear":
        how = {"anneal_strategy": "linear", "cycle_momentum": False}
    return OneCycleLR(optimizer, phase.lr, max(steps, 4), pct_start=rise, final_div_factor=1000, **how)


def plateau(phase: Phase, optimizer: torch.optim.Optimizer) -> ReduceLROnPlateau | None:
    """The schedule to step with every epoch's validation accuracy; None where the phase has another.

    It counts as Keras does: torch halves when `patience` is exceeded, Keras when it is reached.
    """
    if phase.schedule != "plateau":
        return None
    return ReduceLROnPlateau(
        optimizer, "max", 0.5, phase.patience - 1, threshold=1e-4, threshold_mode="abs", min_lr=phase.floor
    )
