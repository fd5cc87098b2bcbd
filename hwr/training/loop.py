"""Trains one recipe: data in, averaged weights out. The only loop, and the only user of Accelerate."""

import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader
from tqdm import tqdm

from hwr import data, models
from hwr.data.samples import Samples
from hwr.evaluation.score import inputs
from hwr.recipes import Recipe
from hwr.training.views import Views


class History(NamedTuple):
    """What happened: the loss of every step, and of every epoch the validation accuracy with the scale known
    and unknown, 0 to 1."""

    losses: list[float]
    known: list[float]
    unknown: list[float]


class Trained(NamedTuple):
    """A network with the weights that are kept, what happened on the way, and how long it took."""

    network: nn.Module
    history: History
    seconds: float


def train(recipe: Recipe, data_dir: Path | None, seed: int) -> Trained:
    """Train from random weights; the same seed on the same machine gives the same weights."""
    began = time.perf_counter()
    set_seed(seed)
    accelerator = Accelerator(mixed_precision="bf16")
    views = Views(data.read(recipe.data, "train", data_dir), recipe, seed)
    validation = data.read(recipe.data, "validation", data_dir)
    checks = [torch.from_numpy(inputs(validation, recipe.prepare, known)) for known in (True, False)]

    network = models.build(recipe.model).to(memory_format=torch.channels_last)
    average = AveragedModel(network, avg_fn=_moving_average(recipe.averaging), use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), recipe.lr, weight_decay=recipe.weight_decay)
    share = recipe.batch // accelerator.num_processes
    loader = DataLoader(views, share, shuffle=True, drop_last=True, collate_fn=tuple)
    network, optimizer, loader = accelerator.prepare(network, optimizer, loader)
    average.to(accelerator.device)
    schedule = torch.optim.lr_scheduler.OneCycleLR(  # stepped once a global step: it stays unprepared
        optimizer.optimizer, recipe.lr, recipe.epochs * len(loader), pct_start=0.2, final_div_factor=1000
    )

    history = History([], [], [])
    for epoch in range(recipe.epochs):
        views.epoch = epoch
        losses = _train_epoch(accelerator, network, average, optimizer, schedule, loader, recipe)
        history.losses.extend(losses)
        known, unknown = (_accuracy(average, x, validation) for x in checks)
        history.known.append(known)
        history.unknown.append(unknown)
        accelerator.print(
            f"epoch {epoch + 1}/{recipe.epochs}  loss {np.mean(losses):.4f}  "
            f"validation {known:.4%}, scale unknown {unknown:.4%}  {time.perf_counter() - began:.0f} s",
            flush=True,
        )
    return Trained(average.module.cpu().eval(), history, time.perf_counter() - began)


def _train_epoch(accelerator, network, average, optimizer, schedule, loader, recipe: Recipe) -> list[float]:
    """One pass over the data; returns the loss of every step."""
    network.train()
    losses = []
    for x, labels in tqdm(loader, leave=False, disable=None):
        with accelerator.autocast():
            logits = network(x.to(memory_format=torch.channels_last))
            loss = nn.functional.cross_entropy(logits.float(), labels, label_smoothing=recipe.smoothing)
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        schedule.step()
        average.update_parameters(accelerator.unwrap_model(network))
        losses.append(loss.item())
    return losses


def _moving_average(decay: float):
    """An exponential moving average that starts short, so that the first random weights are soon forgotten."""

    def update(average, current, steps):
        if not current.is_floating_point():
            return current
        return torch.lerp(average, current, 1 - min(decay, float((1 + steps) / (10 + steps))))

    return update


@torch.inference_mode()
def _accuracy(network: nn.Module, x: torch.Tensor, samples: Samples) -> float:
    """Share of the digits whose own logit is the highest of the ten: (N, C, H, W), Samples -> 0 to 1."""
    network.eval()
    device = next(network.parameters()).device
    best = torch.cat([network(part.to(device))[:, :10].argmax(1) for part in x.split(512)]).cpu().numpy()
    return float((best == samples.labels).mean())
