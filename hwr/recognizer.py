"""A picture in, an answer out: Recognizer -> Prediction."""

import math
from numbers import Real
from typing import NamedTuple

import numpy as np

from hwr.attribution import why
from hwr.data import scripts
from hwr.data.samples import SCRIPTS
from hwr.evaluation.calibration import Calibration
from hwr.imaging.decode import decode
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import WORK, Stages
from hwr.reading import Reading, read_number

DIGITS = "0123456789"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
NO_DIGIT = "what is written here does not look like a digit"
WORTH_SAYING = 0.005  # a reading in the other script that is less probable is not told


class Alternative(NamedTuple):
    """What a picture says in the other script: a digit, its script, and the probability that this is what is meant."""

    digit: str
    script: str
    probability: float


class Prediction(NamedTuple):
    """What one picture says.

    digit: "0" to "9", or None where nothing is written or what is written is no digit.
    is_digit: whether `digit` is one.
    confidence: 0 to 1; ranks how sure it is that this is a digit, and this one.
    probabilities: of the ten digits, given that it is one; calibrated, sum 1.
    stages: every picture between what came in and what the network saw.
    model: the name of the weights that answered.
    reason: one sentence where `digit` is None, else None.
    script: what the digit is written in, "persian" or "latin"; None where there is none.
    other: the best reading in the other script, where either could be meant and it is worth saying, else None.
        Some shapes are in both: ۱ and 1, ۹ and 9, ۵ and 0.
    sure: whether the confidence is one at which no more than one answer in 50 is wrong.
    box: where a digit of a number stands, x0, y0, x1, y1 in px of the picture; None where the picture is of one digit.
    """

    digit: str | None
    is_digit: bool
    confidence: float
    probabilities: dict[str, float]
    stages: Stages
    model: str
    reason: str | None
    script: str | None = None
    other: Alternative | None = None
    sure: bool = False
    box: tuple[int, int, int, int] | None = None

    @property
    def persian(self) -> str | None:
        """The digit as Persian writes it, "۰" to "۹", or None."""
        return self.digit and PERSIAN[int(self.digit)]

    def __repr__(self) -> str:
        """One line, without the pictures."""
        told = {"digit": self.digit, "script": self.script, "confidence": round(self.confidence, 4), "sure": self.sure}
        told |= {"reason": self.reason} if self.reason else {}
        return f"Prediction({', '.join(f'{name}={value!r}' for name, value in told.items())}, …)"

    def json(self) -> dict:
        """The same without its pictures, in types that JSON has; `reason` and `other` only where there is one."""
        names = ["digit", "confidence", "is_digit", "probabilities", "script", "sure", "model"]
        told = {name: getattr(self, name) for name in [*names, *(["reason"] if self.reason else [])]}
        return told | ({"other": self.other._asdict()} if self.other else {})


class ScriptError(ValueError):
    """A script that a network does not read; the sentence says which it does."""


class Recognizer:
    """A network with the preparation it was trained with. `hwr.load(name)` makes one.

    data: what it was trained on, as recipes have it, which tells the scripts that it reads.
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
    def scripts(self) -> tuple[str, ...]:
        """What the digits are written in that it reads: "persian", "latin" or both."""
        return scripts(self.data)

    def check_script(self, script: str) -> None:
        """Raise ScriptError for a script that it does not read; "auto" is any that it does."""
        if script not in ("auto", *self.scripts):
            reads = " and ".join(each.capitalize() for each in self.scripts)
            came = str(script)[:40]  # whatever a stranger sent
            known = ", ".join(("auto", *self.scripts))
            raise ScriptError(f"{self.name} reads {reads} digits only, not {came!r}; choose one of {known}")

    def _check(self, dpi: float | None, script: str) -> None:
        self.check_script(script)
        if dpi is not None and not (isinstance(dpi, Real) and not isinstance(dpi, bool) and 0 < dpi < math.inf):
            raise ValueError(f"a resolution of {dpi!r} dpi can't be; give dots per inch, such as 200, or None")

    def read(self, image, dpi: float | None = None, script: str = "auto") -> Prediction:
        """Read one digit: whatever `hwr.imaging.decode.decode` takes -> Prediction.

        dpi: the resolution of a scan in dots per inch, where it is known. The real size of the ink
        then helps to tell a zero from a round five.
        script: "persian" or "latin" where it is known what the digit is written in, else "auto".
        Raises PictureError, whose sentence says what is wrong with the picture, ScriptError
        for a script that the network does not read, and ValueError for a resolution that is no positive number.
        """
        self._check(dpi, script)
        stages = self.preparation.stages(decode(image, WORK if dpi is None else None))
        return self.answer(stages, dpi, script)

    def read_number(self, image, dpi: float | None = None, script: str = "auto") -> Reading:
        """Read a number of up to some twenty digits: what `read` takes -> Reading, in one script throughout.

        The digits' sizes beside one another tell a zero from a five, so `dpi` is of use for a single digit alone.
        Raises what `read` raises.
        """
        self._check(dpi, script)
        return read_number(self, decode(image), dpi, script)

    def prepared(self, x: np.ndarray, script: str = "auto") -> tuple[np.ndarray, np.ndarray]:
        """What the network says of inputs: (N, C, side, side) float32 -> (N, 10) and (N,), 0 to 1, calibrated.

        The first are the probabilities of the digits, given that it is one; the second, that it is one.
        """
        return self.calibration.probabilities(self.engine.logits(x), script)

    def answer(self, stages: Stages, dpi: float | None = None, script: str = "auto") -> Prediction:
        """What `read` says of a picture whose stages are there already."""
        x = self.preparation.input(stages, dpi)
        if x is None:
            return self._none(stages, dict.fromkeys(DIGITS, 0.1), 0.0, "nothing is written on this picture")
        return self.told(stages, self.engine.logits(x[None]), script)

    def told(self, stages: Stages, logits: np.ndarray, script: str = "auto") -> Prediction:
        """What the network's answer to one input says: (1, K) logits -> Prediction."""
        digits, is_digit = self.calibration.probabilities(logits, script)
        best = int(digits[0].argmax())
        probabilities = dict(zip(DIGITS, digits[0].tolist(), strict=True))
        confidence = float(digits[0, best] * is_digit[0])
        if self.calibration.refuses(is_digit[0]):
            return self._none(stages, probabilities, confidence, NO_DIGIT)
        known, other = self.scripts[0] if script == "auto" else script, None
        if script == "auto" and len(self.scripts) > 1:
            known, other = _scripts(self.calibration.by_script(logits)[0], best)
        sure = confidence >= self.calibration.sure
        return Prediction(DIGITS[best], True, confidence, probabilities, stages, self.name, None, known, other, sure)

    def why(self, prediction: Prediction, dpi: float | None = None, script: str = "auto") -> np.ndarray | None:
        """How much each part of the padded picture speaks for an answer: -> (side, side) float32, None without a digit.

        dpi, script: as `read` was given them. What the numbers are, `hwr.attribution.why` tells.
        """
        return why(self, prediction, dpi, script)

    def _none(self, stages: Stages, probabilities: dict, confidence: float, reason: str) -> Prediction:
        return Prediction(None, False, confidence, probabilities, stages, self.name, reason)


def _scripts(shares: np.ndarray, best: int) -> tuple[str, Alternative | None]:
    """The script of the digit that is the best reading, and that of the other: (2, 10) of sum 1 -> both."""
    known = int(shares[:, best].argmax())
    across = shares[1 - known]
    digit = int(across.argmax())
    if across[digit] < WORTH_SAYING:
        return SCRIPTS[known], None
    return SCRIPTS[known], Alternative(DIGITS[digit], SCRIPTS[1 - known], float(across[digit]))
