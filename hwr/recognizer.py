"""A picture in, an answer out: Recognizer -> Prediction."""

import math
from typing import NamedTuple

from hwr.evaluation.calibration import Calibration
from hwr.imaging.decode import decode
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import WORK, Stages

DIGITS = "0123456789"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
LATIN = {"mnist"}  # datasets of Latin digits; all others are Persian


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

    def json(self) -> dict:
        """The same without its pictures, in types that JSON has; `reason` only where there is one."""
        names = ["digit", "confidence", "is_digit", "probabilities", "model", *(["reason"] if self.reason else [])]
        return {name: getattr(self, name) for name in names}


class Recognizer:
    """A network with the preparation it was trained with. `hwr.load(name)` makes one.

    data: the dataset it was trained on, which tells the script that it reads.
    """

    kind = "digit"
    classes = tuple(DIGITS)

    def __init__(self, name: str, engine, preparation: Preparation, calibration: Calibration, data: str = "hoda"):
        self.name = name
        self.preparation = preparation
        self.calibration = calibration
        self.engine = engine
        self.data = data

    @property
    def script(self) -> str:
        """What the digits are written in that it reads: "persian" or "latin"."""
        return "latin" if self.data in LATIN else "persian"

    def read(self, image, dpi: float | None = None) -> Prediction:
        """Read one digit: whatever `hwr.imaging.decode.decode` takes -> Prediction.

        dpi: the resolution of a scan in dots per inch, where it is known. The real size of the ink
        then helps to tell a zero from a round five.
        Raises PictureError, whose sentence says what is wrong with the picture, and ValueError for a
        resolution that is no positive number.
        """
        if dpi is not None and not 0 < dpi < math.inf:
            raise ValueError(f"a resolution of {dpi} dpi can't be; give dots per inch, such as 200, or None if unknown")
        stages = self.preparation.stages(decode(image, WORK if dpi is None else None))
        x = self.preparation.input(stages, dpi)
        if x is None:
            return self._none(stages, dict.fromkeys(DIGITS, 0.1), 0.0, "nothing is written on this picture")
        digits, is_digit = self.calibration.probabilities(self.engine.logits(x[None]))
        best = int(digits[0].argmax())
        probabilities = dict(zip(DIGITS, digits[0].tolist(), strict=True))
        confidence = float(digits[0, best] * is_digit[0])
        if self.calibration.refuses(is_digit[0]):
            return self._none(stages, probabilities, confidence, "what is written here does not look like a digit")
        return Prediction(DIGITS[best], True, confidence, probabilities, stages, self.name, None)

    def _none(self, stages: Stages, probabilities: dict, confidence: float, reason: str) -> Prediction:
        return Prediction(None, False, confidence, probabilities, stages, self.name, reason)
