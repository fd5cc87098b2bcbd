"""How well the default model reads every set, into accuracy.json.

python benchmarks/accuracy.py

Needs Hoda and MNIST (HWR_DATA, or a download) and about five minutes. Exit status 1 where a claim fails.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr.evaluation.score import evaluate

HERE = Path(__file__).parent
CLAIMS = {"hoda": 0.993, "mnist": 0.996, "hoda-photographs": 0.99, "drawings": 0.99}  # the least accuracy
KNOWN_SCALE_CLAIM = 0.997  # on Hoda where the scan's resolution is known
ECE_CLAIM = 0.003  # on Hoda and MNIST, script known

# What a set is called: the dataset, whether the scale is told, and whether the script is.
SETS = {
    "Hoda's test set, scan resolution known": ("hoda", True, True),
    "Hoda's test set, resolution unknown": ("hoda", False, True),
    "Hoda's test set, resolution and script unknown": ("hoda", False, False),
    "MNIST's test set": ("mnist", False, True),
    "MNIST's test set, script unknown": ("mnist", False, False),
    "photographs made of 10,000 of Hoda's": ("hoda-photographs", False, True),
    "pen drawings of our own": ("drawings", False, True),
    "pen drawings of our own, script unknown": ("drawings", False, False),
}


def holds(score: dict) -> bool:
    """Whether what is claimed for a set holds; where the script is unknown, shapes of both are no errors to count."""
    if not score["script_known"]:
        return True
    least = KNOWN_SCALE_CLAIM if score["scale_known"] else CLAIMS[score["dataset"]]
    return score["accuracy"] >= least and (score["dataset"] not in ("hoda", "mnist") or score["ece"] <= ECE_CLAIM)


def measure() -> dict[str, dict]:
    """Score the default model on every set: -> name of the set -> `evaluate`'s figures."""
    recognizer = hwr.load()
    return {
        name: evaluate(recognizer, dataset, scale_known=scale, script_known=script)
        for name, (dataset, scale, script) in SETS.items()
    }


if __name__ == "__main__":
    figures = measure()
    (HERE / "accuracy.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, score in figures.items():
        print(f"{name}: {score['accuracy']:.2%}, {score['n'] - score['correct']} of {score['n']:,} wrong")
    sys.exit(0 if all(map(holds, figures.values())) else 1)
