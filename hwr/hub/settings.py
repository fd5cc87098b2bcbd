"""What a config.json of the Hub says, looked at before it is believed: it decides how much memory a picture takes."""

import dataclasses
import json
import math

import numpy as np

from hwr.evaluation.calibration import Calibration
from hwr.hub import HubError
from hwr.recipes import KINDS

# The least and the most of each number that a preparation or a calibration may have.
LIMITS = {
    "side": (8, 512),  # px: the most that any recipe has is 300
    "height": (8, 512),
    "margin": (0, 64),
    "channels": (1, 4),
    "enlarge": (1, 16),
    "even": (1, 256),
    "random": (0, 256),
    "seed": (0, 2**32 - 1),
    "radii": (1, 64),
    "tiles": (1, 64),
    "blur": (1, 31),
    "clip": (0, 1e3),
    "mean": (-1e3, 1e3),
    "std": (1e-6, 1e6),
    "scale": (1e-6, 1e6),
    "temperature": (1e-3, 1e3),
    "least_digit": (0, 1),
    "sure": (0, 1),
}
MOST_CLASSES = 1000
MOST_RINGS = 64


def check(data: bytes, name: str) -> None:
    """Raise HubError where bytes are no config.json, or one whose settings no picture can be prepared with."""
    try:
        config = json.loads(data)
        if not isinstance(config, dict):
            raise TypeError("it is no object")
    except (ValueError, TypeError, RecursionError):
        raise HubError(f"{name} holds no settings; use another model, or another revision of this one") from None
    try:
        _check_words(config)
        _check_numbers(config["calibration"], Calibration)
        Calibration(**config["calibration"])
        kind = config.get("kind", "digit")
        if kind == "row":
            raise ValueError("it tells apart the digits of a row and reads none by itself")
        _check_numbers(config["preparation"], KINDS[kind])
        _try(kind, KINDS[kind](**config["preparation"]))
    except Exception as error:  # whatever comes of settings that do not go together
        told = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise HubError(f"{name} is not as this version of hwr writes it ({told}); use another model") from None


def _check_words(config: dict) -> None:
    for name in ("model", "data", "kind"):
        if not isinstance(config.get(name, ""), str):
            raise TypeError(f"{name} is no word")
    classes = config.get("classes", [])
    if not isinstance(classes, list) or not all(isinstance(each, str) for each in classes):
        raise TypeError("classes is no list of words")
    if len(classes) > MOST_CLASSES:
        raise ValueError(f"it has {len(classes)} classes")


def _check_numbers(held, kind: type) -> None:
    """Raise TypeError or ValueError where values are not of their fields' types, or beyond LIMITS."""
    if not isinstance(held, dict):
        raise TypeError(f"there is no {kind.__name__}")
    for field in dataclasses.fields(kind):
        for value in _values(held.get(field.name, field.default), field):
            least, most = LIMITS.get(field.name, (-math.inf, math.inf))
            if isinstance(value, int | float) and not least <= value <= most:  # NaN is not
                raise ValueError(f"{field.name} is {value}, beyond {least} to {most}")


def _values(value, field: dataclasses.Field) -> tuple:
    """The values of a field, one or several, each of the type of its default."""
    own = field.default
    if isinstance(own, tuple):
        if not isinstance(value, list | tuple) or len(value) > MOST_RINGS:
            raise TypeError(f"{field.name} is no short list")
        values, own = tuple(value), own[0]
    else:
        values = (value,)
    # Python counts True as an int, and JSON writes 1.0 as 1.
    wanted = {type(own), int} if isinstance(own, float) else {type(own)}
    if not all(type(each) in wanted for each in values):
        raise TypeError(f"{field.name} is no {type(own).__name__}")
    return values


def _try(kind: str, preparation) -> None:
    """Prepare two pictures, a small and a larger one; raises whatever comes of settings that do not go together."""
    for height, width in ((48, 48), (320, 400)):
        picture = np.full((height, width), 255, np.uint8)
        picture[height // 4 : height // 2, width // 4 : width // 2] = 0
        came = preparation.array(picture) if kind == "digit" else preparation.patches(picture)
        if not np.isfinite(came).all():
            raise ValueError("what it prepares is no finite numbers")
