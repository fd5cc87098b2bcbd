"""How a network's logits become probabilities that can be believed."""

from dataclasses import dataclass

import numpy as np

from hwr.data.samples import DIGITS, SCRIPTS

ONE, BOTH = len(DIGITS), len(SCRIPTS) * len(DIGITS)
BINS = 15  # of confidence, all of the same width
REFUSED = 0.001  # of the validation digits may fall below the level at which a picture is refused
SURE = 0.98  # of the answers of a confidence are right, where it is called sure


@dataclass(frozen=True)
class Calibration:
    """Fitted on validation data and stored with the weights.

    temperature: divides the logits.
    least_digit: a picture whose probability of being any digit is below this is refused; of use to networks
        that know "no digit".
    sure: the confidence below which more than one answer in 50 is wrong; a guess where it was not fitted.
    """

    temperature: float = 1.0
    least_digit: float = 0.5
    sure: float = 0.9

    def probabilities(self, logits: np.ndarray, script: str | np.ndarray = "auto") -> tuple[np.ndarray, np.ndarray]:
        """(N, K) logits -> the classes' probabilities, sum 1, and that of being one of them (N,).

        Eleven are the ten digits, whose probabilities are (N, 10), and "no digit". 21 are the digits of two scripts
        and "no digit": again (N, 10), of the script that is known. Whether it is a digit is asked of both even then:
        a thin round ۰ is as much a digit where only its Latin twin is often drawn so. Any other K are classes all:
        probabilities (N, K), and each picture is surely one of them.
        script: one of SCRIPTS, "auto" where either may be meant, or (N,) of these. It says nothing to other networks.
        """
        if logits.shape[1] == BOTH + 1:
            return self.by_script(logits, script).sum(axis=1), _softmax(self._scaled(logits))[:, :BOTH].sum(axis=1)
        scaled = self._scaled(logits)
        if logits.shape[1] != ONE + 1:
            return _softmax(scaled), np.ones(len(logits))
        # The ten by themselves: their share may be too small to divide by.
        return _softmax(scaled[:, :ONE]), _softmax(scaled)[:, :ONE].sum(axis=1)

    def by_script(self, logits: np.ndarray, script: str | np.ndarray = "auto") -> np.ndarray:
        """What a network of two scripts says of each digit in each: (N, 21) logits -> (N, 2, 10) of sum 1.

        script: as in `probabilities`; what is written in another than the known one has no share.
        """
        known = np.reshape(script, (-1, 1))
        meant = np.repeat((known == SCRIPTS) | (known == "auto"), ONE, axis=1)
        scaled = np.where(meant, self._scaled(logits)[:, :BOTH], -np.inf)
        return _softmax(scaled).reshape(-1, len(SCRIPTS), ONE)

    def _scaled(self, logits: np.ndarray) -> np.ndarray:
        return logits.astype(np.float64) / self.temperature

    def refuses(self, is_digit: np.ndarray) -> np.ndarray:
        """Which pictures are refused: probabilities of being a digit, any shape, 0 to 1 -> bool of that shape."""
        return is_digit < self.least_digit


def narrow(logits: np.ndarray, script: str) -> np.ndarray:
    """What a network says of one script by itself: (N, 21) logits -> (N, 11), of its digits and "no digit".

    script: one of SCRIPTS, or "auto" for either. That, and the logits of a network of one script, are left as they are.
    Raises ValueError for any other.
    """
    if script not in ("auto", *SCRIPTS):
        raise ValueError(f"no script is called {script!r}; there are {', '.join(SCRIPTS)}, and auto for either")
    if logits.shape[1] != BOTH + 1 or script == "auto":
        return logits
    first = SCRIPTS.index(script) * ONE
    return np.concatenate([logits[:, first : first + ONE], logits[:, BOTH:]], axis=1)


def _softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit(logits: np.ndarray, labels: np.ndarray, script: str | np.ndarray = "auto") -> Calibration:
    """Fit on pictures that were not trained on: (N, K) logits, (N,) labels, no row of them "no digit" -> Calibration.

    script: what is known of each, as in `Calibration.probabilities`.

    The temperature is the one of the greatest likelihood (Guo et al. 2017, arXiv:1706.04599), where N right answers
    in a row promise no more than (N + 1) / (N + 2) of the next (Platt 1999): few pictures, all of them right, would
    otherwise make a network as sure as can be. Pictures on which nothing is written, whose logits are NaN, say
    nothing of it.
    """
    from scipy.optimize import minimize_scalar

    written = ~np.isnan(logits).any(axis=1)
    logits, labels, script = logits[written], labels[written], np.broadcast_to(script, written.shape)[written]
    most = (len(labels) + 1) / (len(labels) + 2)

    def loss(log_temperature: float) -> float:
        classes, is_digit = Calibration(float(np.exp(log_temperature))).probabilities(logits, script)
        right = np.clip(classes[np.arange(len(labels)), labels] * is_digit, 1e-12, 1 - 1e-12)
        return -float((most * np.log(right) + (1 - most) * np.log1p(-right)).mean())

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))
    classes, is_digit = Calibration(temperature).probabilities(logits, script)
    sure = _level(classes.max(axis=1) * is_digit, classes.argmax(axis=1) == labels)
    least = min(0.5, float(np.quantile(is_digit, REFUSED)))
    return Calibration(round(temperature, 4), round(least, 4), round(sure, 4))


def _level(confidence: np.ndarray, right: np.ndarray) -> float:
    """The least confidence from which SURE of the answers are right: (N,) 0 to 1, (N,) bool -> 0 to 1.

    How many are right at a confidence is taken to rise with it, and no further is assumed: isotonic regression.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(confidence, kind="stable")
    share = isotonic_regression(right[order].astype(float)).x
    sure = np.flatnonzero(share >= SURE)
    return float(confidence[order][sure[0]]) if len(sure) else 1.0


def bin_of(confidence: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The bin that each confidence falls into: (N,) in 0 to 1 -> (N,) int, 0 to bins - 1."""
    return np.minimum((confidence * bins).astype(int), bins - 1)


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal width: (N,) in 0 to 1, (N,) bool -> 0 to 1."""
    place = bin_of(confidence, bins)
    count = np.bincount(place, minlength=bins)
    gap = np.bincount(place, weights=confidence - correct, minlength=bins)
    return float(np.abs(gap).sum() / max(1, count.sum()))
