"""How well the default model tells what is no digit from digits, into rejection.json.

python benchmarks/rejection.py

Needs Hoda (HWR_DATA, or a download), requirements-train.txt, five fonts that no training has seen (Debian:
fonts-farsiweb, fonts-kacst, fonts-sil-scheherazade), and two minutes. Exit status 1 where a claim fails.
"""

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr import data
from hwr.data import clutter, printed
from hwr.imaging.augment import redraw

HERE = Path(__file__).parent
LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
ALIKE = "اوه"  # written as the digits ۱, ۹ and ۵ are
FONTS = ("nazli.ttf", "homa.ttf", "titr.ttf", "Scheherazade-Regular.ttf", "mry_KacstQurn.ttf")
PACKAGES = ("fonts-farsiweb", "fonts-kacst", "fonts-sil-scheherazade")
TIMES = 10  # each letter of each font is traced
DIGITS = 5_000  # the first of Hoda's test set
CLUTTER = 2_000  # pictures as trainings make them, of other seeds
AUROC_CLAIM, REFUSED_CLAIM = 0.98, 0.003


def measure() -> dict:
    """Ask the default model, which knows neither scale nor script, about digits, letters and clutter."""
    recognizer = hwr.load()
    test = data.read("hoda", "test")
    scans = _asked(recognizer, test.images)
    drawn = _asked(recognizer, [redraw(gray, np.random.default_rng(k)) for k, gray in enumerate(test.images[:DIGITS])])
    fonts = printed.installed(FONTS, PACKAGES)
    letters = {
        letter: _asked(
            recognizer,
            [
                printed.trace(letter, font, np.random.default_rng((k, n)))
                for k, font in enumerate(fonts)
                for n in range(TIMES)
            ],
        )
        for letter in LETTERS
    }
    maker = clutter.Clutter(data.read("hoda", "validation").images)
    other = _asked(recognizer, [maker.draw(np.random.default_rng((99, k))) for k in range(CLUTTER)])
    unlike = np.concatenate([said for letter, said in letters.items() if letter not in ALIKE])
    every = np.concatenate([*letters.values()])
    level = recognizer.calibration.least_digit
    return {
        "model": recognizer.name,
        "digits": {"n": len(scans), "refused": int((scans[:, 0] < level).sum())},
        "redrawn digits": {"n": len(drawn), "refused": int((drawn[:, 0] < level).sum())},
        "letters": _told(every, drawn, level) | {"fonts": list(FONTS), "times": TIMES},
        "letters unlike digits": _told(unlike, drawn, level) | {"left out": ALIKE},
        "clutter": _told(other, drawn, level),
        "refused by letter": {letter: float((said[:, 0] < level).mean()) for letter, said in letters.items()},
    }


def _asked(recognizer, images: list[np.ndarray]) -> np.ndarray:
    """(N, 3): the probability of being a digit, the greatest of the ten, the confidence; 0 where nothing is written."""
    said = np.zeros((len(images), 3))
    for k, gray in enumerate(images):
        x = recognizer.preparation.array(gray)
        if x is not None:
            digits, is_digit = recognizer.prepared(x[None])
            said[k] = is_digit[0], digits.max(), is_digit[0] * digits.max()
    return said


def _told(negatives: np.ndarray, digits: np.ndarray, level: float) -> dict:
    truth = np.r_[np.zeros(len(negatives)), np.ones(len(digits))]
    names = ("auroc", "auroc of the greatest probability", "auroc of the confidence")
    areas = {name: float(roc_auc_score(truth, np.r_[negatives[:, k], digits[:, k]])) for k, name in enumerate(names)}
    return {"n": len(negatives), "refused": float((negatives[:, 0] < level).mean())} | areas


if __name__ == "__main__":
    figures = measure()
    (HERE / "rejection.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    digits, letters = figures["digits"], figures["letters unlike digits"]
    sys.exit(0 if letters["auroc"] >= AUROC_CLAIM and digits["refused"] <= REFUSED_CLAIM * digits["n"] else 1)
