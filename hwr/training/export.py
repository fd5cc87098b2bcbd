"""Writes what a training leaves: safetensors to train on, ONNX to answer with, and the config between them."""

import dataclasses
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from hwr.evaluation.calibration import Calibration
from hwr.recipes import Recipe

FILES = ("config.json", "model.safetensors", "model.onnx")


def write(network: nn.Module, recipe: Recipe, calibration: Calibration, folder: Path) -> None:
    """Write `FILES` of a trained network into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "recipe": recipe.name,
        "model": recipe.model,
        "preparation": dataclasses.asdict(recipe.prepare),
        "calibration": dataclasses.asdict(calibration),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    network = network.eval().to(memory_format=torch.contiguous_format)
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")
    example = torch.zeros(1, *recipe.prepare.shape)
    torch.onnx.export(
        network, (example,), folder / "model.onnx", input_names=["picture"], output_names=["logits"],
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip


def check_clean(commit: str) -> None:
    """Raise ValueError where weights trained at this state of the code could not be trained again by others."""
    if commit == "unknown" or commit.endswith("-dirty"):
        raise ValueError(f"weights ship from a clean commit, this is {commit}; commit the changes, then train")


def ship(run: Path, weights: Path) -> None:
    """Copy a run's weights, report and pictures into the package and enter sha256 and figures into its index.

    Raises ValueError for a run that did not start from a clean commit: nobody could repeat it.
    """
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    check_clean(report["commit"])
    name = report["recipe"]["name"]
    index_path = weights / "index.json"
    index = json.loads(index_path.read_text(encoding="utf-8")) if index_path.exists() else {}
    (weights / name).mkdir(exist_ok=True)
    sums = {}
    for file in (*FILES, "report.json", *sorted(path.name for path in run.glob("*.png"))):
        data = (run / file).read_bytes()
        (weights / name / file).write_bytes(data)
        sums[file] = hashlib.sha256(data).hexdigest()
    figures = {key: {f: s[f] for f in ("n", "correct", "accuracy", "ece")} for key, s in report["scores"].items()}
    index[name] = {"recipe": name, "files": sums, "figures": figures}
    index_path.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")
