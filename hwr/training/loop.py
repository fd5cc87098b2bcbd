"""Trains one recipe: data in, weights out. The only loop, and the only user of Accelerate.

A training is its recipe and its seed: what a step sees and the randomness in it follow from the seed and the
step's number. So one that was interrupted goes on to the same weights, bit for bit.
"""

import dataclasses
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from hwr import models
from hwr.recipes import Phase, Recipe
from hwr.training import checkpoint, losses, optimizers
from hwr.training.batches import Share
from hwr.training.origin import commit
from hwr.training.precision import mixed, native
from hwr.training.stop import Stop, Stopped
from hwr.training.views import Views

SAVE_EVERY = 120.0  # s: what a kill can cost at most, beside the epoch's own save
AT_A_TIME = 512  # pictures that are checked together


@dataclass
class History:
    """What happened: the loss of every step; of every epoch the share of its training pictures that were read
    rightly and, by the name of each check, of the validation pictures, 0 to 1."""

    losses: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    validation: dict[str, list[float]] = field(default_factory=dict)


@dataclass
class Place:
    """Where a training stands: its phase, the epoch within it, the step within that, and the steps in all;
    the best validation accuracy so far, in all and in this phase, and the epochs since the latter."""

    phase: int = 0
    epoch: int = 0
    step: int = 0
    steps: int = 0
    right: float = 0.0
    best: float = -1.0
    phase_best: float = -1.0
    stalled: int = 0
    seconds: float = 0.0


class Trained(NamedTuple):
    """A network with the weights that are kept, what happened on the way, how long it took on how many processes,
    whether this one is the one that writes, the commit of the code that trained, and whether it computed in "bf16" or
    "fp32"."""

    network: nn.Module
    history: History
    seconds: float
    processes: int
    main: bool
    commit: str
    precision: str


def train(recipe: Recipe, data_dir: Path | None, seed: int, out: Path, stop: Stop, resume: bool = False) -> Trained:
    """Train a recipe; the same seed, machine and number of threads and processes give the same weights.

    Saves its state into the folder `out` as it goes on, and goes on from there with `resume`. Raises Stopped,
    with its state saved, where `stop` was asked to; ValueError for data, weights or a checkpoint that won't do.
    """
    return _Training(recipe, data_dir, seed, out, stop, resume).run()


class _Training:
    def __init__(self, recipe: Recipe, data_dir: Path | None, seed: int, out: Path, stop: Stop, resume: bool):
        self.recipe, self.seed, self.out, self.stop = recipe, seed, out, stop
        self.started = time.perf_counter()
        # Where there is no GPU it must be told so, or every process that a launcher started would train alone.
        self.accelerator = Accelerator(cpu=not torch.accelerator.is_available())
        self.rank, self.processes = self.accelerator.process_index, self.accelerator.num_processes
        self.share = Share(recipe.batch, self.rank, self.processes)
        self.settings = _settings(recipe, seed, self.processes)
        self.resumed = checkpoint.load_last(out, self.settings) if resume else None
        if self._is_main and not resume:
            checkpoint.check_free(out)
        self.commit = commit()  # what trains is what is there at the start
        if self.resumed and self.resumed["commit"] != self.commit:
            self.commit = f"{self.resumed['commit']}, then {self.commit}"
        stop.saved = resume

        torch.manual_seed(seed)
        self.network = models.build(recipe.model)
        models.initialize(self.network, recipe.init)
        views = Views(recipe, data_dir, seed, self.network)
        self.pictures, self.checks = views.training(), views.checks()
        # Where the network's front is frozen, the views have been through it already, and its tail is trained.
        self.body = getattr(self.network, "tail", self.network)
        self.body.to(self.accelerator.device, memory_format=torch.channels_last)
        self.precision = native(recipe.precision, self.accelerator.device)
        self.place, self.history = Place(), History(validation={check.name: [] for check in self.checks})
        if self.resumed:
            self.precision = self.resumed.get("precision", recipe.precision)  # wherever that began
            self.place, self.history = Place(**self.resumed["place"]), History(**self.resumed["history"])
            self.body.load_state_dict(self.resumed["body"])
        self.all_steps = sum(phase.epochs * self._steps(phase) for phase in recipe.phases)

    def run(self) -> Trained:
        self.stop.gently = True
        self.began = self.saved = time.perf_counter()
        self.first_step, self.seconds_before = self.place.steps, self.place.seconds
        with tqdm(total=self.all_steps, initial=self.place.steps, unit="step", disable=self._quiet()) as self.bar:
            while self.place.phase < len(self.recipe.phases):
                self._train_phase(self.recipe.phases[self.place.phase])
        self.stop.gently = False
        if self.stop.asked:
            raise Stopped(self.stop.asked)
        self.network.cpu().eval()
        return Trained(
            self.network, self.history, self.place.seconds, self.processes, self._is_main, self.commit, self.precision
        )

    def _train_phase(self, phase: Phase) -> None:
        self.phase, steps = phase, self._steps(phase)
        trained = self.body if phase.trains == "all" else self.body[-1]
        self.body.requires_grad_(False)
        trained.requires_grad_(True)
        self.parallel = self.accelerator.prepare_model(self.body)
        self.average = None
        if phase.averaging:
            self.average = AveragedModel(self.body, avg_fn=_moving_average(phase.averaging), use_buffers=True)
        self.optimizer = optimizers.optimizer(phase, trained.parameters())
        self.one_cycle = optimizers.one_cycle(phase, self.optimizer, phase.epochs * steps)
        self.plateau = optimizers.plateau(phase, self.optimizer)
        if self.resumed:
            for name, part in self._parts().items():
                if name in self.resumed:  # between two phases there are none
                    part.load_state_dict(self.resumed[name])
            self.resumed = None
        while self.place.epoch < phase.epochs and not (phase.stop and self.place.stalled >= phase.stop):
            self._train_epoch(steps)
        self._keep()
        self.place.phase += 1
        self.place.epoch, self.place.stalled, self.place.phase_best = 0, 0, -1.0
        self._save(parts=False)

    def _train_epoch(self, steps: int) -> None:
        place = self.place
        epoch = sum(phase.epochs for phase in self.recipe.phases[: place.phase]) + place.epoch
        self.pictures.epoch = epoch
        self.body.train()
        for indices in self.share.batches(len(self.pictures), steps, self.seed, epoch, place.step):
            self._train_step(*self.pictures.batch(indices))
            self._stop_or_save()
        accuracies = self._check()
        self.history.training.append(place.right / (steps * self.recipe.batch))
        for name, accuracy in accuracies.items():
            self.history.validation[name].append(accuracy)
        place.step = place.right = 0
        place.epoch += 1
        self._judge(float(np.mean([*accuracies.values()])))
        self._tell(epoch + 1, steps)
        self._save()

    def _train_step(self, x: torch.Tensor, labels: torch.Tensor) -> None:
        torch.manual_seed(_seed_of_step(self.seed, self.place.steps, self.rank))
        device = self.accelerator.device
        x, labels = _laid_out(x.to(device)), labels.to(device)
        with mixed(self.precision, device):
            logits = self.parallel(x)
        loss = losses.loss(logits.float(), labels, self.phase.smoothing)
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.optimizer.step()
        if self.one_cycle:
            self.one_cycle.step()
        if self.average:
            self.average.update_parameters(self.body)
        right = (logits.argmax(1) == labels).sum().item() / labels[0].numel()  # of a strip each column has a label
        loss, right = self._together(loss.item(), right)
        self.history.losses.append(loss / self.processes)
        self.place.right += right
        self.place.step += 1
        self.place.steps += 1
        self.bar.update()

    def _together(self, *numbers: float) -> list[float]:
        """The sums over all processes, and in `asked` the signal that one of them heard: all know it at once."""
        heard = [self.stop.asked == number for number in Stop.SIGNALS]
        told = torch.tensor([*numbers, *heard], dtype=torch.float32, device=self.accelerator.device)
        sums = self.accelerator.reduce(told, "sum").tolist()
        self.asked = next((number for number, count in zip(Stop.SIGNALS, sums[-2:], strict=True) if count), 0)
        return sums[:-2]

    def _stop_or_save(self) -> None:
        if self.asked:
            self._save()
            self.accelerator.wait_for_everyone()  # where one leaves, the launcher ends the others, saved or not
            raise Stopped(self.asked)
        if time.perf_counter() - self.saved > SAVE_EVERY:
            self._save()

    @torch.inference_mode()
    def _check(self) -> dict[str, float]:
        """Read the validation pictures, each by one of the processes: -> the accuracies by the names of the checks."""
        network = self.average.module if self.average else self.body
        network.eval()
        accuracies = {}
        for check in self.checks:
            right = 0
            for start in range(self.rank, self.rank + len(check.labels), AT_A_TIME * self.processes):
                part = slice(start, start + AT_A_TIME * self.processes, self.processes)
                x = _laid_out(check.x[part].to(self.accelerator.device))
                said = network(x)[:, check.columns].argmax(1).cpu()
                right += self._together((said == check.labels[part]).sum().item())[0]
                self._stop_or_save()
            accuracies[check.name] = right / check.labels.numel()
        return accuracies

    def _judge(self, accuracy: float) -> None:
        """Note whether this epoch was the best so far, whose weights are put aside."""
        place = self.place
        if self.plateau:
            self.plateau.step(accuracy)
        place.stalled = 0 if accuracy > place.phase_best else place.stalled + 1
        place.phase_best = max(place.phase_best, accuracy)
        if accuracy > place.best:
            place.best = accuracy
            if self._is_main:
                kept = self.average.module if self.average else self.body
                checkpoint.save_best(kept.state_dict(), self.out)

    def _keep(self) -> None:
        """Take the weights that the phase ends with into the network."""
        if self.recipe.keep == "best":
            self.accelerator.wait_for_everyone()
            self.body.load_state_dict(checkpoint.load_best(self.out))
        elif self.average:
            self.body.load_state_dict(self.average.module.state_dict())

    def _parts(self) -> dict:
        parts = {"average": self.average, "optimizer": self.optimizer, "one_cycle": self.one_cycle}
        parts["plateau"] = self.plateau
        return {name: part for name, part in parts.items() if part}

    def _save(self, parts: bool = True) -> None:
        now = time.perf_counter()
        self.place.seconds = self.seconds_before + now - self.started
        self.saved = now
        if self._is_main:
            state = {
                "settings": self.settings,
                "commit": self.commit,
                "precision": self.precision,
                "place": asdict(self.place),
                "history": asdict(self.history),
            }
            state["body"] = self.body.state_dict()
            if parts:
                state |= {name: part.state_dict() for name, part in self._parts().items()}
            checkpoint.save_last(state, self.out)
            self.stop.saved = True

    def _tell(self, epoch: int, steps: int) -> None:
        if not self._is_main:
            return
        done = max(1, self.place.steps - self.first_step)
        left = (time.perf_counter() - self.began) / done * (self.all_steps - self.place.steps)
        most = "at most " if any(phase.stop for phase in self.recipe.phases) else ""
        loss = np.mean(self.history.losses[-steps:])
        checks = ", ".join(f"{name} {values[-1]:.2%}" for name, values in self.history.validation.items())
        self.bar.write(
            f"epoch {epoch}/{self.recipe.epochs}  loss {loss:.4f}  training {self.history.training[-1]:.2%}  "
            f"{checks}  {most}{_minutes(left)} left"
        )

    def _steps(self, phase: Phase) -> int:
        return phase.steps or max(1, len(self.pictures) // self.recipe.batch)

    def _quiet(self) -> bool | None:
        return None if self._is_main else True  # None: no bar where the output is no terminal

    @property
    def _is_main(self) -> bool:
        return self.accelerator.is_main_process


def _settings(recipe: Recipe, seed: int, processes: int) -> dict:
    """What a checkpoint must have been trained with to be gone on from; words about it do not count."""
    settings = json.loads(json.dumps(dataclasses.asdict(recipe)))
    return {k: v for k, v in settings.items() if k not in ("claim", "differs")} | {"seed": seed, "processes": processes}


def _seed_of_step(seed: int, step: int, rank: int) -> int:
    """What dropout draws from in one step of one process."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> 1)


def _laid_out(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _moving_average(decay: float):
    """An exponential moving average that starts short, so that the first random weights are soon forgotten."""

    def update(average, current, steps):
        if not current.is_floating_point():
            return current
        return torch.lerp(average, current, 1 - min(decay, float((1 + steps) / (10 + steps))))

    return update
