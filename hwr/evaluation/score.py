"""Scores a recognizer on labeled pictures. Deterministic; a score carries its n and its protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from hwr import data
from hwr.data.samples import Samples
from hwr.evaluation import results
from hwr.evaluation.calibration import Calibration, calibration_error
from hwr.evaluation.pooled import pooled
from hwr.imaging.patches import PagePreparation
from hwr.imaging.preparation import Preparation

PAGES = {"pages70"}  # datasets of pages, whose classes are the writers; all others hold digits
BATCH = 500  # digits that are prepared before the network answers them: what lies in memory stays small


class Score(NamedTuple):
    """How well one model reads one set of K classes.

    n, correct, accuracy: the pictures, those read rightly, and their share. A refused picture is wrong.
    low, high: the 95 % interval of the accuracy (Wilson).
    refused: pictures that got no class: blank, or taken for no digit.
    ece: expected calibration error, 15 bins.
    confusion: (K, K + 1) counts, rows the truth, the last column refused.
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
    """What a model says of every picture: the class read (N,) -1 where refused, its confidence (N,) 0 to 1."""

    read: np.ndarray
    confidence: np.ndarray


def inputs(samples: Samples, preparation: Preparation, scale_known: bool = True) -> np.ndarray:
    """Every digit through the preparation: -> (N, C, H, W) float32; one without ink is all zeros."""
    return _prepare(samples.images, preparation, samples.dpi if scale_known else None)[0]


def _prepare(images: list[np.ndarray], preparation: Preparation, dpi: float | None) -> tuple[np.ndarray, np.ndarray]:
    """N pictures -> (N, C, H, W) float32, zeros where nothing is written, and (N,) bool, where something is."""
    x = np.zeros((len(images), *preparation.shape), np.float32)
    written = np.ones(len(images), bool)
    for i, gray in enumerate(images):
        prepared = preparation.array(gray, dpi)
        if prepared is None:
            written[i] = False
        else:
            x[i] = prepared
    return x, written


def logits(engine, preparation, samples: Samples, scale_known: bool = True) -> np.ndarray:
    """What a network says of every picture: -> (N, K) float32, a row of NaN where nothing is written.

    engine: has `logits`, (N, C, H, W) float32 -> (N, K).
    preparation: a Preparation for digits. A PagePreparation for pages, whose rows are log-probabilities pooled
        over the patches of a page.
    Raises ValueError where the network answers a picture with no finite numbers.
    """
    of = _of_digits if isinstance(preparation, Preparation) else _of_pages
    said = []
    with tqdm(total=len(samples.images), unit="picture", leave=False, disable=None) as bar:  # on a terminal only
        for some in of(engine, preparation, samples, samples.dpi if scale_known else None):
            said.append(some)
            bar.update(len(some))
    return np.concatenate(said)


def _finite(said: np.ndarray) -> np.ndarray:
    """The same as float32, a copy: a network's own NaN would pass for a blank picture's."""
    if not np.isfinite(said).all():
        raise ValueError("the network answers with no finite numbers; train it again, at a lower rate")
    return np.array(said, np.float32)


def _of_digits(engine, preparation: Preparation, samples: Samples, dpi: float | None) -> Iterator[np.ndarray]:
    for start in range(0, len(samples.images), BATCH):
        x, written = _prepare(samples.images[start : start + BATCH], preparation, dpi)
        said = _finite(engine.logits(x))
        said[~written] = np.nan
        yield said


def _of_pages(engine, preparation: PagePreparation, samples: Samples, dpi: None) -> Iterator[np.ndarray]:
    for gray in samples.images:
        said = pooled(engine, preparation, gray)
        yield np.full((1, len(samples.classes)), np.nan, np.float32) if said is None else _finite(said[None])


def answers(logits: np.ndarray, calibration: Calibration, script: str = "auto") -> Answers:
    """(N, K) logits, a row of NaN where nothing is written -> Answers, by the rule that the Recognizer follows.

    script: what the digits are written in, of those that the network reads, or "auto".
    """
    written = ~np.isnan(logits).any(axis=1)
    classes, is_digit = calibration.probabilities(np.where(written[:, None], logits, 0), script)
    is_digit = np.where(written, is_digit, 0)
    said = np.where(calibration.refuses(is_digit), -1, classes.argmax(axis=1))
    return Answers(said, classes.max(axis=1) * is_digit)


def ask(recognizer, samples: Samples, scale_known: bool = True, script_known: bool = True) -> Answers:
    """What a recognizer, or an identifier, says of every picture.

    scale_known, script_known: whether it is told the scan's scale, where there is one, and what the digits are written
        in, where it reads that among others.
    """
    given = logits(recognizer.engine, recognizer.preparation, samples, scale_known)
    return answers(given, recognizer.calibration, samples.script if script_known else "auto")


def score(said: Answers, labels: np.ndarray, classes: tuple[str, ...]) -> Score:
    """Hold the answers against the labels: (N,) int64, indices into the names of the classes."""
    n, right = len(labels), said.read == labels
    correct = int(right.sum())
    confusion = np.zeros((len(classes), len(classes) + 1), np.int64)
    np.add.at(confusion, (labels, said.read), 1)  # -1, refused, is the last column
    low, high = wilson(correct, n)
    ece = calibration_error(said.confidence, right)
    return Score(n, correct, correct / n, low, high, int((said.read < 0).sum()), ece, confusion)


def wilson(correct: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927): counts -> (low, high), 0 to 1."""
    z = 1.959964
    share, spread = correct / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / n + spread / (4 * n))
    return float(middle - half), float(middle + half)


def evaluate(
    recognizer,
    dataset: str,
    split: str = "test",
    data_dir: Path | None = None,
    scale_known: bool = True,
    csv: Path | None = None,
    script_known: bool = True,
) -> dict:
    """Score a recognizer on a dataset by its name: -> the score as JSON has it, with what was scored.

    scale_known, script_known: as in `ask`.
    csv: a file to write what was said of every picture into.
    Raises ValueError, whose sentence says what is missing, or that the dataset is not of the model's kind.
    """
    if dataset in data.READERS and (dataset in PAGES) != (recognizer.kind == "page"):
        fitting = ", ".join(name for name in data.READERS if (name in PAGES) == (recognizer.kind == "page"))
        raise ValueError(f"{recognizer.name} {_does(recognizer)}, {dataset} is no set of these; score it on {fitting}")
    samples = data.read(dataset, split, data_dir)
    if samples.classes != recognizer.classes:
        raise ValueError(
            f"{dataset} has the classes {_listed(samples.classes)}, "
            f"{recognizer.name} was trained on {_listed(recognizer.classes)}; score it on {recognizer.data}"
        )
    said = ask(recognizer, samples, scale_known, script_known)
    if csv is not None:
        results.write_csv(csv, samples, said)
    what = {"model": recognizer.name, "dataset": dataset, "split": split}
    what["scale_known"] = scale_known and samples.dpi is not None
    what["script_known"] = script_known
    return what | score(said, samples.labels, samples.classes).json()


def _does(recognizer) -> str:
    if recognizer.kind == "page":
        return f"tells whose hand wrote a page, among {len(recognizer.classes)} writers"
    return "reads digits"


def _listed(classes: tuple[str, ...]) -> str:
    return ", ".join(classes if len(classes) <= 10 else [*classes[:3], "…", classes[-1]])
