"""A picture in, an answer out: Recognizer -> Prediction."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hwr.imaging.decode import decode
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import Stages

DIGITS = "0123456789"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"


class Prediction(NamedTuple):
    """What one picture says.

    digit: "0" to "9", or None where nothing is written or what is written is no digit.
    is_digit: whether `digit` is one.
    confidence: 0 to 1; ranks how sure it is that this is a digit, and this one.
    probabilities: of the ten digits, given that it is one; calibrated, sum 1.
    stages: every picture between what came in and what the network saw.
    model: the name of the weights that answered.
    reason: one sentence where `digit` is None, else None.
    """

    digit: str | None
    is_digit: bool
    confidence: float
    probabilities: dict[str, float]
    stages: Stages
    model: str
    reason: str | None

    @property
    def persian(self) -> str | None:
        """The digit as Persian writes it, "۰" to "۹", or None."""
        return self.digit and PERSIAN[int(self.digit)]


@dataclass(frozen=True)
class Calibration:
    """How logits become probabilities; fitted on validation data and stored with the weights.

    temperature: divides the logits.
    least_digit: a picture whose probability of being any digit is below this is refused.
    """

    temperature: float = 1.0
    least_digit: float = 0.5


class Recognizer:
    """A network with the preparation it was trained with. `hwr.load(name)` makes one."""

    def __init__(self, name: str, engine, preparation: Preparation, calibration: Calibration):
        self.name = name
        self.preparation = preparation
        self.calibration = calibration
        self._engine = engine

    def read(self, image, dpi: float | None = None) -> Prediction:
        """Read one digit: whatever `hwr.imaging.decode.decode` takes -> Prediction.

        dpi: the resolution of a scan in dots per inch, where it is known. The real size of the ink
        then helps to tell a zero from a round five.
        Raises PictureError, whose sentence says what is wrong with the picture.
        """
        stages = self.preparation.stages(decode(image))
        x = self.preparation.input(stages, dpi)
        if x is None:
            return self._none(stages, dict.fromkeys(DIGITS, 0.1), 0.0, "nothing is written on this picture")
        digits, is_digit = self.probabilities(self._engine.logits(x[None]))
        best = int(digits[0].argmax())
        probabilities = dict(zip(DIGITS, digits[0].tolist(), strict=True))
        confidence = float(digits[0, best] * is_digit[0])
        if is_digit[0] < self.calibration.least_digit:
            return self._none(stages, probabilities, confidence, "what is written here does not look like a digit")
        return Prediction(DIGITS[best], True, confidence, probabilities, stages, self.name, None)

    def probabilities(self, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, 11) logits -> the ten digits' probabilities (N, 10), sum 1, and that of being a digit (N,)."""
        scaled = logits.astype(np.float64) / self.calibration.temperature
        weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        is_digit = weights[:, :10].sum(axis=1)
        return weights[:, :10] / is_digit[:, None], is_digit

    def _none(self, stages: Stages, probabilities: dict, confidence: float, reason: str) -> Prediction:
        return Prediction(None, False, confidence, probabilities, stages, self.name, reason)
