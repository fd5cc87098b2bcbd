"""Writes what a training leaves: safetensors to train on, ONNX to answer with, and the config between them."""

import dataclasses
import hashlib
import json
import re
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save
from torch import nn

from hwr import files
from hwr.evaluation.calibration import Calibration
from hwr.recipes import KINDS, Recipe

FILES = ("config.json", "model.safetensors", "model.onnx")
HALVED = 1_000_000  # bytes: larger weights are stored with 16 bits each


def halve(network: nn.Module) -> None:
    """Round the weights of a large network to 16 bits, in place: what is scored is then what is stored."""
    if is_halved(network):
        for tensor in network.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half())


def is_halved(network: nn.Module) -> bool:
    """Whether a network's weights are stored with 16 bits each."""
    return sum(tensor.numel() for tensor in network.state_dict().values()) * 4 > HALVED


def write(network: nn.Module, recipe: Recipe, classes: tuple[str, ...], calibration: Calibration, folder: Path) -> None:
    """Write `FILES` of a trained network into a folder, made if need be; the config last, whole or not at all."""
    half = is_halved(network)
    network = network.eval().to(memory_format=torch.contiguous_format)
    tensors = {name: _stored(tensor, half).contiguous() for name, tensor in network.state_dict().items()}
    files.write(folder / "model.safetensors", save(tensors))
    files.write(folder / "model.onnx", onnx_of(network, recipe.prepare.shape, half))
    config = {
        "recipe": recipe.name,
        "model": recipe.model,
        "data": recipe.data,
        "kind": next(kind for kind, preparation in KINDS.items() if isinstance(recipe.prepare, preparation)),
        "classes": list(classes),
        "preparation": dataclasses.asdict(recipe.prepare),
        "calibration": dataclasses.asdict(calibration),
    }
    files.write(folder / "config.json", (json.dumps(config, indent=2) + "\n").encode())


def _stored(tensor: torch.Tensor, half: bool) -> torch.Tensor:
    return tensor.half() if half and tensor.is_floating_point() else tensor


def onnx_of(network: nn.Module, shape: tuple[int, ...], half: bool) -> bytes:
    """A network in evaluation mode as the bytes of an ONNX file, from "picture" (1, *shape) to "logits"."""
    exported = torch.onnx.export(
        network, (torch.zeros(1, *shape),), input_names=["picture"], output_names=["logits"],
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:  # the exporter writes to paths only
        exported.save(file.name)
        model = onnx.load(file.name)
    if half:
        _halve_initializers(model.graph)
    return model.SerializeToString()


def _halve_initializers(graph: onnx.GraphProto) -> None:
    """Store the weights with 16 bits each, and widen them where the network begins."""
    widened = []
    for tensor in list(graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size > 1:
            graph.initializer.remove(tensor)
            graph.initializer.append(numpy_helper.from_array(array.astype(np.float16), f"{tensor.name}_16"))
            widened.append(helper.make_node("Cast", [f"{tensor.name}_16"], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*widened, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def check_clean(commit: str) -> None:
    """Raise ValueError where weights trained at this state of the code could not be trained again by others."""
    if not re.fullmatch(r"[0-9a-f]{40}", commit):  # unknown, with changes, or one after another
        raise ValueError(f"weights ship from a clean commit, this is {commit}; commit the changes, then train")


def ship(run: Path, weights: Path) -> None:
    """Copy a run's weights and report into the package and enter sha256 and figures into its index.

    Raises ValueError for a run that did not start from a clean commit: nobody could repeat it.
    """
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    check_clean(report["commit"])
    name = report["recipe"]["name"]
    index_path = weights / "index.json"
    index = json.loads(index_path.read_text(encoding="utf-8")) if index_path.exists() else {}
    sums = {}
    for file in (*FILES, "report.json"):
        data = (run / file).read_bytes()
        files.write(weights / name / file, data)
        sums[file] = hashlib.sha256(data).hexdigest()
    figures = {key: {f: s[f] for f in ("n", "correct", "accuracy", "ece")} for key, s in report["scores"].items()}
    index[name] = {"recipe": name, "files": sums, "figures": figures}
    files.write(index_path, (json.dumps(index, indent=2, sort_keys=True) + "\n").encode())
