"""One run from data to a folder of weights, figures and pictures: train, calibrate, export, score once, report."""

import dataclasses
import json
import platform
import subprocess
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from hwr import data
from hwr.data.samples import Samples
from hwr.evaluation import calibration, plots
from hwr.evaluation.score import Score, answers, inputs, score
from hwr.recipes import Recipe
from hwr.training import curves, export
from hwr.training.loop import Trained, train

SCALES = ("scale known", "scale unknown")
KNOWN = SCALES[0]
LIBRARIES = ("torch", "accelerate", "numpy", "opencv-python-headless", "onnx", "scikit-image")
PROTOCOL = (
    "trained on the training split, settings chosen on validation, temperature and refusal level fitted on "
    "validation, test scored once; accuracy over all digits, a refused digit counts as wrong"
)


def run(recipe: Recipe, data_dir: Path | None, seed: int, out: Path, command: str) -> dict:
    """Train one recipe into the folder `out` and return its report, which lies there as report.json."""
    started_at = commit()  # what trains is what was there at the start
    trained = train(recipe, data_dir, seed)
    sets = {split: data.read(recipe.data, split, data_dir) for split in ("validation", "test")}
    asked = {name: _ask(trained, sets[name[0]], recipe, name[1]) for name in product(sets, SCALES)}
    on_validation = np.concatenate([asked["validation", scale].logits for scale in SCALES])
    fitted = calibration.fit(on_validation, np.tile(sets["validation"].labels, len(SCALES)))
    export.write(trained.network, recipe, fitted, out)
    curves.plot(trained.history, f"{recipe.name}, seed {seed}", out / "curves.png")

    scores = {}
    for (split, scale), (x, logits) in asked.items():
        said, labels = answers(x, logits, fitted), sets[split].labels
        scores[f"{split}, {scale}"] = scored = score(said, labels)
        if split == "test":
            title, name = f"{recipe.name} on {recipe.data}, {split}, {scale}", scale.replace(" ", "-")
            plots.plot_confusion(scored, title, out / f"confusion-{name}.png")
            plots.plot_reliability(said, labels, title, out / f"reliability-{name}.png")
    origin = {"recipe": dataclasses.asdict(recipe), "seed": seed, "commit": started_at, "command": command}
    report = origin | _figures(trained, fitted, scores)
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


class _Asked(NamedTuple):
    """Inputs (N, C, H, W) float32, and the logits (N, 11) float32 that they got."""

    x: np.ndarray
    logits: np.ndarray


@torch.inference_mode()
def _ask(trained: Trained, samples: Samples, recipe: Recipe, scale: str) -> _Asked:
    x = inputs(samples, recipe.prepare, scale == KNOWN)
    return _Asked(x, torch.cat([trained.network(part) for part in torch.from_numpy(x).split(512)]).numpy())


def _figures(trained: Trained, fitted: calibration.Calibration, scores: dict[str, Score]) -> dict:
    return {
        "protocol": PROTOCOL,
        "seconds": round(trained.seconds),
        "parameters": sum(p.numel() for p in trained.network.parameters()),
        "calibration": dataclasses.asdict(fitted),
        "scores": {name: scored.json() for name, scored in scores.items()},
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, Python {platform.python_version()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def commit(folder: Path = Path(__file__).parent) -> str:
    """The commit of this code, with "-dirty" behind it where files differ from it; "unknown" outside git."""
    asked = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40"]
    told = subprocess.run(asked, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"
