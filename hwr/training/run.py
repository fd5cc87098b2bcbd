"""One run from data to a folder of weights, figures and pictures: train, calibrate, export, score once, report."""

import dataclasses
import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from hwr import data
from hwr.data.samples import Samples
from hwr.evaluation import calibration, plots
from hwr.evaluation.score import Answers, Score, answers, inputs, score
from hwr.recipes import Recipe
from hwr.training import curves, export
from hwr.training.loop import Trained, train

LIBRARIES = ("torch", "accelerate", "numpy", "opencv-python-headless", "onnx", "scikit-image")
PROTOCOL = (
    "trained on the training split, settings chosen on validation, temperature and refusal level fitted on "
    "validation, test scored once; accuracy over all digits, a refused digit counts as wrong"
)


def run(recipe: Recipe, data_dir: Path | None, seed: int, out: Path, command: str) -> dict:
    """Train one recipe into the folder `out` and return its report, which lies there as report.json."""
    trained = train(recipe, data_dir, seed)
    validation = data.read(recipe.data, "validation", data_dir)
    logits = {known: _logits(trained, validation, recipe, known) for known in (True, False)}
    both = np.concatenate([logits[True], logits[False]])
    fitted = calibration.fit(both, np.concatenate([validation.labels] * 2))
    export.write(trained.network, recipe, fitted, out)
    curves.plot(trained.history, f"{recipe.name}, seed {seed}", out / "curves.png")

    test = data.read(recipe.data, "test", data_dir)
    scores = {}
    for known, scale in ((True, "scale known"), (False, "scale unknown")):
        scores[f"validation, {scale}"] = score(answers(logits[known], fitted), validation.labels)
        said = answers(_logits(trained, test, recipe, known), fitted)
        scores[f"test, {scale}"] = score(said, test.labels)
        _plot(said, scores[f"test, {scale}"], test, f"{recipe.name} on {recipe.data}, test, {scale}", known, out)
    report = _report(recipe, trained, seed, command, fitted, scores)
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def _plot(said: Answers, scored: Score, samples: Samples, title: str, known: bool, out: Path) -> None:
    name = "known" if known else "unknown"
    plots.plot_confusion(scored, title, out / f"confusion-{name}.png")
    plots.plot_reliability(said, samples.labels, title, out / f"reliability-{name}.png")


@torch.inference_mode()
def _logits(trained: Trained, samples: Samples, recipe: Recipe, known: bool) -> np.ndarray:
    """(N, 11) float32."""
    x = torch.from_numpy(inputs(samples, recipe.prepare, known))
    return torch.cat([trained.network(part) for part in x.split(512)]).numpy()


def _report(recipe, trained: Trained, seed: int, command: str, fitted, scores: dict[str, Score]) -> dict:
    return {
        "recipe": dataclasses.asdict(recipe),
        "seed": seed,
        "commit": commit(),
        "command": command,
        "protocol": PROTOCOL,
        "seconds": round(trained.seconds),
        "parameters": sum(p.numel() for p in trained.network.parameters()),
        "calibration": dataclasses.asdict(fitted),
        "scores": {name: scored.json() for name, scored in scores.items()},
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, Python {platform.python_version()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def commit() -> str:
    """The commit that is checked out, with "-dirty" behind it where files differ from it; "unknown" outside git."""
    told = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=40"], capture_output=True, text=True)
    return told.stdout.strip() or "unknown"
