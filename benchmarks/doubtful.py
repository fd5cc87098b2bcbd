"""Digits of Hoda's test set whose labels we believe to be wrong, by index, into doubtful.json.

python benchmarks/doubtful.py

Needs Hoda (HWR_DATA, or a download) and two minutes. A label is doubted where three networks that were trained apart,
of three architectures, all read the same other digit, each with a confidence of 0.9 or more. Nothing was trained or
chosen by this list, and no score leaves these pictures out.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr import data
from hwr.evaluation.score import ask

HERE = Path(__file__).parent
NETWORKS = ("digits", "hoda-compact", "persian-lenet5")
CONFIDENT = 0.9


def measure() -> list[dict]:
    """-> [{"index" in the test file, "label", "read", "confidences" by the name of the network}, …]"""
    test = data.read("hoda", "test")
    said = {name: ask(hwr.load(name), test) for name in NETWORKS}
    doubted = []
    for index, label in enumerate(test.labels.tolist()):
        read = {int(each.read[index]) for each in said.values()}
        confidences = {name: round(float(each.confidence[index]), 3) for name, each in said.items()}
        if len(read) == 1 and read != {label} and min(confidences.values()) >= CONFIDENT:
            doubted.append({"index": index, "label": label, "read": read.pop(), "confidences": confidences})
    return doubted


if __name__ == "__main__":
    doubted = measure()
    lines = ",\n".join(f"  {json.dumps(each)}" for each in doubted)
    (HERE / "doubtful.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(doubted)} labels doubted")
