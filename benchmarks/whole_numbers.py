"""How well the default model reads whole numbers, into whole_numbers.json.

python benchmarks/whole_numbers.py

5,000 numbers of 2 to 20 digits on made paper in seven conditions, 3,500 of Hoda's test digits and 1,500 of MNIST's; the
script is told. Needs both datasets (HWR_DATA, or a download) and some minutes. Exit status 1 where a claim fails.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr.data import numbers, scripts

HERE = Path(__file__).parent
STRINGS = {"hoda": 3_500, "mnist": 1_500}
CLAIMS = {"clean": 0.97, "boxed": 0.93, "touching": 0.85}  # the least share of Hoda's numbers that are wholly right


def measure(dataset: str, count: int) -> dict[str, dict]:
    """Read so many numbers: -> by the name of the condition n, those wholly right, their share, and errors a digit."""
    recognizer, (script,) = hwr.load(), scripts(dataset)
    told = defaultdict(lambda: {"n": 0, "right": 0, "digits": 0, "errors": 0})
    for number in numbers.strings(dataset, "test", count):
        read = recognizer.read_number(number.image, script=script).text
        said = told[number.condition]
        said["n"] += 1
        said["right"] += read == number.text
        said["digits"] += len(number.text)
        said["errors"] += distance(read, number.text)
    for said in told.values():
        said["share"], said["error rate"] = said["right"] / said["n"], said["errors"] / said["digits"]
    return dict(told)


def distance(read: str, written: str) -> int:
    """How many characters are wrong, missing or too many (V. I. Levenshtein, 1966)."""
    row = np.arange(len(written) + 1)
    for character in read:
        differs = np.array([character != each for each in written], int)
        after = np.minimum(row[:-1] + differs, row[1:] + 1)
        row = np.minimum.accumulate(np.r_[row[0] + 1, after] - np.arange(len(row))) + np.arange(len(row))
    return int(row[-1])


if __name__ == "__main__":
    figures = {"model": hwr.DEFAULT} | {dataset: measure(dataset, count) for dataset, count in STRINGS.items()}
    (HERE / "whole_numbers.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for dataset in STRINGS:
        for condition, said in figures[dataset].items():
            print(
                f"{dataset}, {condition}: {said['share']:.1%} of {said['n']:,} right, errors {said['error rate']:.2%}"
            )
    sys.exit(0 if all(figures["hoda"][name]["share"] >= least for name, least in CLAIMS.items()) else 1)
