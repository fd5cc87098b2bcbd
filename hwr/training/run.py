"""One run from data to a folder of weights, figures and pictures: train, calibrate, export, score once, report."""

import dataclasses
import json
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from hwr import data, files
from hwr.data.samples import Samples
from hwr.engines import OpenCVEngine
from hwr.evaluation import calibration, plots, results
from hwr.evaluation.score import Score, answers, logits, score
from hwr.imaging.rows import RowPreparation
from hwr.recipes import RECIPES, Recipe
from hwr.training import curves, export, rows
from hwr.training.loop import Trained, train
from hwr.training.stop import Stop
from hwr.training.views import called, checked_rows, known_scales

LIBRARIES = ("torch", "torchvision", "accelerate", "numpy", "opencv-python-headless", "onnx", "scikit-image")
PROTOCOL = (
    "trained on the training split, settings chosen on validation, temperature and refusal level fitted on "
    "pictures outside of training, test scored once; accuracy over all pictures, a refused one counts as wrong"
)
AUTO = (", script unknown", ", script and scale unknown")  # where a scan has no scale, and where it has
TIMED = 50  # pictures that are read to tell how long one takes


def run(
    recipe: Recipe, data_dir: Path | None, seed: int, out: Path, command: str, stop: Stop, resume: bool = False
) -> dict | None:
    """Train one recipe into the folder `out` and return its report, which lies there as report.json.

    With several processes all but one return None: that one writes. Raises what `train` does.
    """
    trained = train(recipe, data_dir, seed, out, stop, resume)
    if not trained.main:
        return None
    try:
        return _leave(trained, recipe, data_dir, seed, out, {"commit": trained.commit, "command": command})
    except OSError as error:
        raise ValueError(f"{out}: can't be written ({error.strerror}); make room, then --resume") from None


def _leave(trained: Trained, recipe: Recipe, data_dir: Path | None, seed: int, out: Path, origin: dict) -> dict:
    """Score a trained network and write all that a run leaves; raises OSError."""
    export.halve(trained.network)
    asked = _ask(recipe, data_dir, trained.network)
    unseen = data.UNSEEN.get(recipe.data, "validation")
    fitted = _fit([part for name, part in asked.items() if name.startswith(unseen) and not name.endswith(AUTO)])
    classes = next(iter(asked.values())).samples.classes
    export.write(trained.network, recipe, classes, fitted, out)
    curves.write(trained.history, f"{recipe.name}, seed {seed}", out)
    report = {
        "recipe": dataclasses.asdict(recipe),
        "changed": RECIPES[recipe.name].changes(recipe),
        "seed": seed,
        **origin,
        "protocol": PROTOCOL,
        "init": recipe.init,
        "data": recipe.data,
        "processes": trained.processes,
        "precision": trained.precision,
        "seconds": round(trained.seconds),
        "steps": len(trained.history.losses),
        "parameters": sum(p.numel() for p in trained.network.parameters()),
        "bytes": {file: (out / file).stat().st_size for file in export.FILES},
        "answer_ms": _answer_ms(recipe, next(iter(asked.values())).samples, out),
        "calibration": dataclasses.asdict(fitted),
        "scores": {name: _score(name, part, fitted, recipe, out).json() for name, part in asked.items()},
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, Python {platform.python_version()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    files.write(out / "report.json", (json.dumps(report, indent=2) + "\n").encode())
    return report


class _Asked(NamedTuple):
    """A split of a dataset, the logits (N, K) float32 that its pictures got, and what is known of their script."""

    samples: Samples
    logits: np.ndarray
    script: str


class _Network:
    """A trained network as an engine."""

    def __init__(self, network: nn.Module):
        self._network = network.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C, H, W) float32 -> (N, K) float32."""
        return self._network(torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last)).numpy()


def _ask(recipe: Recipe, data_dir: Path | None, network: nn.Module) -> dict[str, _Asked]:
    """What every split gets, by what is known: the scan's scale or not, where it can be; the script or nothing."""
    if isinstance(recipe.prepare, RowPreparation):
        return _ask_rows(recipe, data_dir, network)
    asked, names = {}, data.sets(recipe.data)
    for split in dict.fromkeys(("validation", data.UNSEEN.get(recipe.data, "validation"), "test")):
        for name in names:
            samples = data.read(name, split, data_dir)
            for known in known_scales(samples, recipe):
                said = logits(_Network(network), recipe.prepare, samples, known is not False)
                asked[called(split, name, names, known)] = _Asked(samples, said, samples.script)
            if len(names) > 1:  # the last were asked without a scale
                asked[called(split, name, names, None) + AUTO[bool(samples.dpi)]] = _Asked(samples, said, "auto")
    return asked


def _ask_rows(recipe: Recipe, data_dir: Path | None, network: nn.Module) -> dict[str, _Asked]:
    """What the digits of every split's numbers get, each at its middle, their script known."""
    asked, names = {}, data.sets(recipe.data)
    for split in ("validation", "test"):
        for name, made in checked_rows(recipe, split, data_dir).items():
            pictures, labels, said = rows.middles(made, network)
            samples = Samples(pictures, labels, script=data.scripts(name)[0])
            asked[called(split, name, names, None)] = _Asked(samples, said, samples.script)
    return asked


def _fit(parts: list[_Asked]) -> calibration.Calibration:
    labels = [part.samples.labels for part in parts]
    scripts = np.repeat([part.script for part in parts], [len(each) for each in labels])
    return calibration.fit(np.concatenate([part.logits for part in parts]), np.concatenate(labels), scripts)


def _score(name: str, part: _Asked, fitted: calibration.Calibration, recipe: Recipe, out: Path) -> Score:
    """Score one split, and draw the test's pictures."""
    samples, said = part.samples, answers(part.logits, fitted, part.script)
    scored = score(said, samples.labels, samples.classes)
    split, _, scale = name.partition(", ")
    if split == "test":
        end = f"-{scale.replace(',', '').replace(' ', '-')}" if scale else ""
        title = f"{recipe.name} on {recipe.data}, {name}"
        plots.plot_confusion(scored, samples.classes, title, out / f"confusion{end}.png")
        plots.plot_reliability(said, samples.labels, title, out / f"reliability{end}.png")
        plots.plot_coverage(said, samples.labels, title, out / f"coverage{end}.png")
        plots.plot_worst(samples.images, samples.labels, said, samples.classes, title, out / f"worst{end}.png")
        results.write_csv(out / f"result{end}.csv", samples, said)
    return scored


def _answer_ms(recipe: Recipe, samples: Samples, folder: Path) -> float:
    """Median time from a gray picture to its answer, with the engine that will give it, in milliseconds."""
    engine = OpenCVEngine((folder / "model.onnx").read_bytes())
    times = []
    for k in range(min(TIMED, len(samples.images))):
        began = time.perf_counter()
        if isinstance(recipe.prepare, RowPreparation):
            engine.logits(np.zeros((1, *recipe.prepare.shape), np.float32))
        else:
            logits(engine, recipe.prepare, Samples([samples.images[k]], samples.labels[k : k + 1], samples.dpi))
        times.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(times), 2)
