"""Recognizes handwritten digits and shows every step from the picture to the answer."""

import json

import numpy as np

from hwr import weights
from hwr.engines import EngineError, OpenCVEngine
from hwr.evaluation.calibration import Calibration
from hwr.imaging.decode import PictureError
from hwr.imaging.stages import Stages
from hwr.recipes import KINDS
from hwr.recognizer import DIGITS, Prediction, Recognizer
from hwr.weights import WeightsError
from hwr.writer import Identifier, Writer

__all__ = [
    "DEFAULT",
    "Identifier",
    "PictureError",
    "Prediction",
    "Recognizer",
    "Stages",
    "WeightsError",
    "Writer",
    "load",
]
__version__ = "0.1.0"

DEFAULT = "hoda-compact"

# What config.json lacks where an earlier version wrote it.
EARLIER = {"kind": "digit", "data": "hoda", "classes": [*DIGITS]}
LARGEST = 1e6  # no sound network answers with numbers beyond; OpenCV's ReLU makes such of a NaN


def load(name: str = DEFAULT) -> Recognizer | Identifier:
    """What reads digits, or tells whose hand wrote a page, by the name of its weights.

    name: of weights that ship; a folder that a training left, such as "runs/mnist-mlp"; or its name in runs/.
    Raises WeightsError for an unknown name, and for weights that are damaged or do not fit together.
    """
    config = _config(name)
    try:
        preparation = KINDS[config["kind"]](**config["preparation"])
        calibration = Calibration(**config["calibration"])
        classes = tuple(map(str, config["classes"]))
        engine = OpenCVEngine(weights.read(name, "model.onnx"))
        _check(engine, preparation.shape, classes, config["kind"])
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{name}: config.json is not as this version of hwr writes it ({error})") from None
    except EngineError as error:
        raise WeightsError(f"{name}: model.onnx can't be used: {error}; train it or install hwr again") from None
    if config["kind"] == "digit":
        return Recognizer(name, engine, preparation, calibration, config["data"])
    return Identifier(name, engine, preparation, calibration, classes, config["data"])


def _config(name: str) -> dict:
    """config.json: {"kind": a name in `hwr.recipes.KINDS`, "data", "classes", "preparation", "calibration", …}."""
    try:
        config = json.loads(weights.read(name, "config.json"))
        if not isinstance(config, dict):
            raise ValueError
    except WeightsError:
        raise
    except ValueError:
        raise WeightsError(
            f"{name}: config.json holds no settings; the file is damaged, train the model again"
        ) from None
    return EARLIER | config


def _check(engine: OpenCVEngine, shape: tuple[int, int, int], classes: tuple[str, ...], kind: str) -> None:
    """Raise EngineError for a network that does not belong to this config, or whose numbers make no sense."""
    if kind == "digit" and classes != tuple(DIGITS):
        raise EngineError(f"its classes are {', '.join(classes)}, where the ten digits were expected")
    if engine.shape != shape:
        raise EngineError(f"it takes pictures of {engine.shape}, config.json prepares {shape}")
    if engine.classes not in {len(classes), len(classes) + (kind == "digit")}:  # a digit's may know "no digit", too
        raise EngineError(f"it tells {engine.classes} classes apart, config.json has {len(classes)}")
    said = engine.logits(np.zeros((1, *shape), np.float32))
    if not (np.abs(said) < LARGEST).all():  # NaN is not
        raise EngineError("it answers with no finite numbers")
