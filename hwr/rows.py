"""What a network that sees a whole row at once says of its parts: Row -> Heard."""

import json
import warnings
from functools import cache
from typing import NamedTuple

import numpy as np

from hwr import weights
from hwr.data.samples import DIGITS, MARKS, NO_SIGN, sign_class
from hwr.engines import OpenCVEngine
from hwr.imaging.rows import RowPreparation
from hwr.imaging.segment import Row

NAME = "numbers"  # of the weights
SIGNS = NO_SIGN + 1 + len(MARKS)  # that it tells apart
FLOOR = -16.0  # nats: nothing is less probable, one bad column does not outweigh all the others


class Heard(NamedTuple):
    """What stands at each column of a row.

    logs: (T, 15) float64, the logarithms of the probabilities of the ten digits of one script, of the four marks in the
        order of MARKS, and of "no sign".
    left, scale: column c of the row's picture is column (c - left) * scale of `logs`.
    """

    logs: np.ndarray
    left: float
    scale: float

    def single(self, borders: np.ndarray) -> np.ndarray:
        """How likely it is that between two columns of the row's picture stands one sign, and which.

        (n, 2) float64, from - to -> (n, 14) float64, logarithms of probabilities, the digits' before the marks': of all
        ways through the columns that begin with "no sign" for none or some, have the sign for one or more, and end with
        "no sign" (A. Graves et al., Connectionist temporal classification, 2006, for a text of one sign).
        """
        starts, ends = self._columns(borders).T
        sign, none = self.logs[:, :-1], np.append(self.logs[:, -1], 0.0)
        n = len(starts)
        before = np.zeros((n, 1))
        within = after = np.full((n, sign.shape[1]), -np.inf)
        for step in range(int((ends - starts).max(initial=0))):
            at = np.minimum(starts + step, len(self.logs) - 1)
            on = (starts + step < ends)[:, None]
            blank = none[at][:, None]
            after = np.where(on, np.logaddexp(after, within) + blank, after)
            within = np.where(on, np.logaddexp(within, before) + sign[at], within)
            before = before + np.where(on, blank, 0)
        return np.maximum(np.logaddexp(within, after), FLOOR)

    def nothing(self, borders: np.ndarray) -> np.ndarray:
        """How likely it is that no sign's middle is between two columns: (n, 2) float64 -> (n,), logarithms."""
        total = np.append(0.0, np.cumsum(self.logs[:, -1]))
        starts, ends = self._columns(borders).T
        return np.maximum(total[ends] - total[starts], FLOOR)

    def _columns(self, borders: np.ndarray) -> np.ndarray:
        return np.clip(np.round((borders - self.left) * self.scale), 0, len(self.logs)).astype(int)


class RowNetwork:
    """The network of rows with the preparation that it was trained with."""

    def __init__(self, engine: OpenCVEngine, preparation: RowPreparation):
        self.engine, self.preparation = engine, preparation

    def hear(self, row: Row) -> "Answer":
        """Ask the network about a row."""
        strip = self.preparation.strip(row)
        logits = self.engine.logits(strip.x[None])[0, :, 0].T  # (T, 25)
        return Answer(logits, strip.left, strip.scale / self.preparation.step)


class Answer(NamedTuple):
    """The network's own answer, (T, 25) logits of both scripts' digits, "no sign", marks; and where its columns are."""

    logits: np.ndarray
    left: float
    scale: float

    def within(self, script: str) -> Heard:
        """The same where the script is known."""
        classes = [*(sign_class(sign, script) for sign in (*DIGITS, *MARKS)), NO_SIGN]
        own = self.logits[:, classes].astype(np.float64)
        own -= own.max(axis=1, keepdims=True)
        return Heard(own - np.log(np.exp(own).sum(axis=1, keepdims=True)), self.left, self.scale)


def load(name: str) -> RowNetwork:
    """The network by the name of its weights, as `weights.read` takes it. Raises ValueError for what won't do."""
    config = json.loads(weights.read(name, "config.json"))
    try:
        preparation = RowPreparation(**config["preparation"])
    except (KeyError, TypeError) as error:
        raise weights.WeightsError(f"{name}: config.json is not that of a network of rows ({error})") from None
    engine = OpenCVEngine(weights.read(name, "model.onnx"))
    if engine.classes != SIGNS:
        raise weights.WeightsError(f"{name} tells {engine.classes} classes apart; a network of rows tells {SIGNS}")
    if engine.shape != preparation.shape:
        raise weights.WeightsError(
            f"{name} sees {engine.shape} at a time, and its preparation makes {preparation.shape}: "
            "model.onnx and config.json are of two networks"
        )
    return RowNetwork(engine, preparation)


@cache
def shipped() -> RowNetwork | None:
    """The network that ships; None, with a warning, where it is missing or damaged: numbers are read without it."""
    try:
        return load(NAME)
    except ValueError as error:
        warnings.warn(f"numbers are read without the network of rows, and less well: {error}", stacklevel=2)
        return None
