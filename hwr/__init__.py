"""Recognizes handwritten digits and shows every step from the picture to the answer."""

import json
from collections.abc import Mapping

import numpy as np

from hwr import weights
from hwr.data import scripts
from hwr.engines import EngineError, OpenCVEngine, TorchEngine
from hwr.evaluation.calibration import Calibration
from hwr.hub import AwayError
from hwr.imaging.decode import PictureError
from hwr.imaging.stages import Stages
from hwr.reading import Reading
from hwr.recipes import KINDS
from hwr.recognizer import DIGITS, Prediction, Recognizer
from hwr.weights import WeightsError
from hwr.writer import Identifier, Writer

__all__ = [
    "DEFAULT",
    "AwayError",
    "Identifier",
    "PictureError",
    "Prediction",
    "Reading",
    "Recognizer",
    "Stages",
    "WeightsError",
    "Writer",
    "load",
    "load_or_shipped",
]
__version__ = "0.1.0"

DEFAULT = "digits"

# What config.json lacks where an earlier version wrote it.
EARLIER = {"kind": "digit", "data": "hoda", "classes": [*DIGITS]}
LARGEST = 1e6  # no sound network answers with numbers beyond; OpenCV's ReLU makes such of a NaN


def load(name: str = DEFAULT) -> Recognizer | Identifier:
    """What reads digits, or tells whose hand wrote a page, by the name of its weights.

    name: of weights that ship; a folder that a training left, such as "runs/mnist-mlp"; its name in runs/; a model on
    the Hub, "user/repo" or "user/repo@revision"; or "hoda-resnet50", whose weights others published there. What came
    from the Hub once is kept, and answers without it: name a newer revision to have that.
    Raises WeightsError for an unknown name, and for weights that are damaged or do not fit together; AwayError, one
    of these, where the Hub can't be reached.
    """
    files = _files(name)
    config = _config(name, files["config.json"])
    if config["kind"] == "row":
        raise WeightsError(f"{name} tells apart the digits of a whole number, for read_number; it reads none by itself")
    try:
        preparation = KINDS[config["kind"]](**config["preparation"])
        calibration = Calibration(**config["calibration"])
        classes = tuple(map(str, config["classes"]))
        file = "model.onnx" if "model.onnx" in files else "model.safetensors"
        engine = OpenCVEngine(files[file]) if file == "model.onnx" else TorchEngine(config["model"], files[file])
        _check(engine, preparation.shape, classes, config["kind"], len(scripts(config["data"])))
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{name}: config.json is not as this version of hwr writes it ({error})") from None
    except EngineError as error:
        raise WeightsError(f"{name}: {file} can't be used: {error}; train it or install hwr again") from None
    if config["kind"] == "digit":
        return Recognizer(name, engine, preparation, calibration, config["data"])
    return Identifier(name, engine, preparation, calibration, classes, config["data"])


def load_or_shipped(name: str) -> tuple[Recognizer | Identifier, str | None]:
    """What `load` gives and None; or, where the Hub can't be reached, what ships, and a sentence that says so."""
    try:
        return load(name), None
    except AwayError as error:
        return load(), f"{DEFAULT}, which ships with hwr, answers in place of {name}: {error}"


def _files(name: str) -> Mapping[str, bytes]:
    """A model's files by name: config.json, and model.onnx or model.safetensors, the first for preference."""
    if weights.folder(name) is None:
        from hwr import hub

        found = hub.find(name)
        if found is not None:
            return found
    return {file: weights.read(name, file) for file in ("config.json", "model.onnx")}


def _config(name: str, data: bytes) -> dict:
    """config.json: {"kind": a name in `hwr.recipes.KINDS`, "data", "classes", "preparation", "calibration", …}."""
    try:
        config = json.loads(data)
        if not isinstance(config, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise WeightsError(
            f"{name}: config.json holds no settings; the file is damaged, train the model again"
        ) from None
    return EARLIER | config


def _check(
    engine: OpenCVEngine | TorchEngine, shape: tuple[int, int, int], classes: tuple[str, ...], kind: str, written: int
) -> None:
    """Raise EngineError for a network that does not belong to this config, or whose numbers make no sense.

    written: in how many scripts its digits are written.
    """
    if kind == "digit" and classes != tuple(DIGITS):
        raise EngineError(f"its classes are {', '.join(classes)}, where the ten digits were expected")
    if isinstance(engine, OpenCVEngine) and engine.shape != shape:  # torch has no way to tell before it runs
        raise EngineError(f"it takes pictures of {engine.shape}, config.json prepares {shape}")
    told = {len(classes)}
    if kind == "digit":  # it may know "no digit", too; where it reads two scripts it does
        told = {len(classes), len(classes) + 1} if written == 1 else {written * len(classes) + 1}
    if engine.classes not in told:
        raise EngineError(f"it tells {engine.classes} classes apart, config.json has {len(classes)}")
    said = engine.logits(np.zeros((1, *shape), np.float32))
    if not (np.abs(said) < LARGEST).all():  # NaN is not
        raise EngineError("it answers with no finite numbers")
