"""How well the default model reads every set, into accuracy.json.

python benchmarks/accuracy.py

Needs Hoda (HWR_DATA, or a download) and about three minutes. Exit status 1 where a claim fails.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr.evaluation.score import evaluate

HERE = Path(__file__).parent
CLAIMS = {"hoda": 0.995, "hoda-photographs": 0.99, "drawings": 0.99}  # the least accuracy
KNOWN_SCALE_CLAIM = 0.997  # on Hoda where the scan's resolution is known

SETS = {
    "Hoda's test set, scan resolution known": ("hoda", True),
    "Hoda's test set, resolution unknown": ("hoda", False),
    "photographs made of 10,000 of them": ("hoda-photographs", False),
    "pen drawings of our own": ("drawings", False),
}


def claim(score: dict) -> float:
    """The least accuracy that is claimed for a set, 0 to 1."""
    return KNOWN_SCALE_CLAIM if score["scale_known"] else CLAIMS[score["dataset"]]


def measure() -> dict[str, dict]:
    """Score the default model on every set: -> name of the set -> `evaluate`'s figures."""
    recognizer = hwr.load()
    return {
        name: evaluate(recognizer, dataset, scale_known=scale_known) for name, (dataset, scale_known) in SETS.items()
    }


if __name__ == "__main__":
    figures = measure()
    (HERE / "accuracy.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, score in figures.items():
        print(f"{name}: {score['accuracy']:.2%}, {score['n'] - score['correct']} of {score['n']:,} wrong")
    sys.exit(0 if all(score["accuracy"] >= claim(score) for score in figures.values()) else 1)
