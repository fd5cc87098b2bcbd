"""How well the default model reads whole numbers, into whole_numbers.json.

python benchmarks/whole_numbers.py

5,000 numbers of 2 to 20 digits on made paper in seven conditions, 3,500 of Hoda's test digits and 1,500 of MNIST's, and
filled forms of Hoda's as a telephone sees them; the script is told. Needs both datasets (HWR_DATA, or a download) and
some minutes. Exit status 1 where a claim fails.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr.data import forms, numbers, scripts

HERE = Path(__file__).parent
STRINGS = {"hoda": 3_500, "mnist": 1_500}
FORMS = 400
VIEWS = {"close": "form, close up", "half": "form, half a page"}
CLAIMS = {"clean": 0.97, "boxed": 0.93, "touching": 0.85}  # the least share of Hoda's numbers that are wholly right


def measure(dataset: str, written: Iterable[tuple[str, np.ndarray, str]]) -> dict[str, dict]:
    """Read numbers, each with its condition, its picture and its text: -> by the condition n, those wholly right, their
    share, and errors a digit."""
    recognizer, (script,) = hwr.load(), scripts(dataset)
    told = defaultdict(lambda: {"n": 0, "right": 0, "digits": 0, "errors": 0})
    for condition, picture, text in written:
        read = recognizer.read_number(picture, script=script).text
        said = told[condition]
        said["n"] += 1
        said["right"] += read == text
        said["digits"] += len(text)
        said["errors"] += distance(read, text)
    for said in told.values():
        said["share"], said["error rate"] = said["right"] / said["n"], said["errors"] / said["digits"]
    return dict(told)


def made(dataset: str) -> Iterator[tuple[str, np.ndarray, str]]:
    """A dataset's numbers as `measure` takes them; of Hoda's digits forms as well."""
    for number in numbers.strings(dataset, "test", STRINGS[dataset]):
        yield number.condition, number.image, number.text
    for form in forms.forms("test", FORMS) if dataset == "hoda" else ():
        yield VIEWS[form.view], form.image, form.text


def distance(read: str, written: str) -> int:
    """How many characters are wrong, missing or too many (V. I. Levenshtein, 1966)."""
    row = np.arange(len(written) + 1)
    for character in read:
        differs = np.array([character != each for each in written], int)
        after = np.minimum(row[:-1] + differs, row[1:] + 1)
        row = np.minimum.accumulate(np.r_[row[0] + 1, after] - np.arange(len(row))) + np.arange(len(row))
    return int(row[-1])


if __name__ == "__main__":
    figures = {"model": hwr.DEFAULT} | {dataset: measure(dataset, made(dataset)) for dataset in STRINGS}
    (HERE / "whole_numbers.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for dataset in STRINGS:
        for condition, said in figures[dataset].items():
            print(
                f"{dataset}, {condition}: {said['share']:.1%} of {said['n']:,} right, errors {said['error rate']:.2%}"
            )
    sys.exit(0 if all(figures["hoda"][name]["share"] >= least for name, least in CLAIMS.items()) else 1)
