"""Scores a recognizer on labeled pictures. Deterministic; a score carries its n and its protocol."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from hwr import data
from hwr.data.samples import Samples
from hwr.evaluation.calibration import DIGITS, Calibration, calibration_error
from hwr.imaging.preparation import Preparation


class Score(NamedTuple):
    """How well one model reads one set.

    n, correct, accuracy: the pictures, those read rightly, and their share. A refused digit is wrong.
    low, high: the 95 % interval of the accuracy (Wilson).
    refused: digits that were taken for no digit.
    ece: expected calibration error, 15 bins.
    confusion: (10, 11) counts, rows the truth, the last column refused.
    """

    n: int
    correct: int
    accuracy: float
    low: float
    high: float
    refused: int
    ece: float
    confusion: np.ndarray

    def json(self) -> dict:
        """The same in types that JSON has."""
        return self._asdict() | {"confusion": self.confusion.tolist()}


class Answers(NamedTuple):
    """What a model says of every picture: the digit (N,) -1 where refused, and its confidence (N,) 0 to 1."""

    digits: np.ndarray
    confidence: np.ndarray


def inputs(samples: Samples, preparation: Preparation, scale_known: bool = True) -> np.ndarray:
    """Every picture through the preparation: -> (N, C, H, W) float32; one without ink is all zeros."""
    dpi = samples.dpi if scale_known else None
    x = np.zeros((len(samples.images), *preparation.shape), np.float32)
    for i, gray in enumerate(samples.images):
        prepared = preparation.array(gray, dpi)
        if prepared is not None:
            x[i] = prepared
    return x


def answers(x: np.ndarray, logits: np.ndarray, calibration: Calibration) -> Answers:
    """(N, C, H, W) inputs and their (N, 11) logits -> Answers, by the rule that the Recognizer follows."""
    digits, is_digit = calibration.probabilities(logits)
    is_digit[~x[:, 0].any(axis=(1, 2))] = 0  # nothing is written there
    said = np.where(calibration.refuses(is_digit), -1, digits.argmax(axis=1))
    return Answers(said, digits.max(axis=1) * is_digit)


def score(said: Answers, labels: np.ndarray) -> Score:
    """Hold the answers against the labels: (N,) int64, 0 to 9."""
    n, right = len(labels), said.digits == labels
    correct = int(right.sum())
    confusion = np.zeros((DIGITS, DIGITS + 1), np.int64)
    np.add.at(confusion, (labels, said.digits), 1)  # -1, refused, is the last column
    low, high = wilson(correct, n)
    ece = calibration_error(said.confidence, right)
    return Score(n, correct, correct / n, low, high, int((said.digits < 0).sum()), ece, confusion)


def wilson(correct: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927): counts -> (low, high), 0 to 1."""
    z = 1.959964
    share, spread = correct / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / n + spread / (4 * n))
    return float(middle - half), float(middle + half)


def evaluate(
    recognizer, dataset: str, split: str = "test", data_dir: Path | None = None, scale_known: bool = True
) -> dict:
    """Score a Recognizer on a dataset by its name: -> the score as JSON has it, with what was scored.

    Raises ValueError, whose sentence says what is missing.
    """
    samples = data.read(dataset, split, data_dir)
    x = inputs(samples, recognizer.preparation, scale_known)
    scored = score(answers(x, recognizer.engine.logits(x), recognizer.calibration), samples.labels)
    what = {"model": recognizer.name, "dataset": dataset, "split": split}
    what["scale_known"] = scale_known and samples.dpi is not None
    return what | scored.json()
