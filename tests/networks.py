"""Small models that see the same digit everywhere, to be shipped beside the real ones or to lie in a folder."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from hwr import weights

SIDE = 28  # px
BOTH = "hoda+mnist"  # data of both scripts


def said(digit: int, data: str) -> np.ndarray:
    """The logits of a digit: ten of them; of data in both scripts 21, where it may be a Latin 0 as well."""
    logits = np.zeros(21 if data == BOTH else 10, np.float32)
    logits[digit] = 6
    logits[10:11] = 5.2
    return logits


def onnx(digit: int, data: str = "mnist") -> bytes:
    """A network from one picture, (1, 1, 28, 28), to the logits of a digit, whatever is on it."""
    logits = said(digit, data)
    kernel = numpy_helper.from_array(np.zeros((len(logits), 1, SIDE, SIDE), np.float32), "kernel")
    bias = numpy_helper.from_array(logits, "bias")
    nodes = [
        helper.make_node("Conv", ["picture", "kernel", "bias"], ["places"]),
        helper.make_node("Flatten", ["places"], ["logits"]),
    ]
    return _model(nodes, (1, 1, SIDE, SIDE), (1, len(logits)), [kernel, bias])


def rows(signs: int, width: int = 64) -> bytes:
    """A network of rows that tells so many signs apart, and finds all of them as likely at every column."""
    kernel = numpy_helper.from_array(np.zeros((signs, 1, 40, 2), np.float32), "kernel")
    nodes = [helper.make_node("Conv", ["picture", "kernel"], ["logits"], strides=[1, 2])]
    return _model(nodes, (1, 1, 40, width), (1, signs, 1, width // 2), [kernel])


def _model(nodes: list, picture: tuple, logits: tuple, constants: list) -> bytes:
    """An ONNX file of nodes from "picture" to "logits", which have these shapes."""
    shapes = ("picture", TensorProto.FLOAT, picture), ("logits", TensorProto.FLOAT, logits)
    inputs, outputs = ([helper.make_tensor_value_info(*each)] for each in shapes)
    graph = helper.make_graph(nodes, "constant", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def write(folder: Path, digit: int, data: str = "mnist") -> Path:
    """A folder as a training leaves it, of a model that was tested on 10,000 digits."""
    config = {
        "recipe": folder.name,
        "model": "constant",
        "data": data,
        "kind": "digit",
        "classes": list("0123456789"),
        "preparation": {"side": SIDE},
        "calibration": {"temperature": 1.0, "least_digit": 0.5},
    }
    report = {"recipe": {"name": folder.name, "data": data}, "scores": {"test": {"n": 10_000, "accuracy": 0.9876}}}
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "model.onnx").write_bytes(onnx(digit, data))
    return folder


def shipped(place: Path, models: dict[str, int], data: str = "mnist") -> Path:
    """A copy of what ships, with models by name that always see this digit. "both" is one of both scripts."""
    folder = shutil.copytree(weights.FOLDER, place / "weights", ignore=shutil.ignore_patterns("__pycache__"))
    index = weights.index()
    for name, digit in models.items():
        files = write(folder / name, digit, BOTH if name == "both" else data).iterdir()
        index[name] = {"files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}}
    (folder / "index.json").write_text(json.dumps(index))
    return folder
