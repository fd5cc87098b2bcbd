"""Recognizes handwritten Persian digits and shows every step from the picture to the answer."""

import json

from hwr import weights
from hwr.engines import OpenCVEngine
from hwr.evaluation.calibration import Calibration
from hwr.imaging.decode import PictureError
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import Stages
from hwr.recognizer import Prediction, Recognizer
from hwr.weights import WeightsError

__all__ = ["DEFAULT", "PictureError", "Prediction", "Recognizer", "Stages", "WeightsError", "load"]
__version__ = "0.1.0"

DEFAULT = "hoda-compact"


def load(name: str = DEFAULT) -> Recognizer:
    """A recognizer by the name of its weights. Raises WeightsError for an unknown name or damaged weights."""
    config = json.loads(weights.read(name, "config.json"))
    return Recognizer(
        name,
        OpenCVEngine(weights.read(name, "model.onnx")),
        Preparation(**config["preparation"]),
        Calibration(**config["calibration"]),
    )
