"""How much a recipe's score hangs on its seed, into seeds.json.

python benchmarks/seeds.py RUN RUN ...

RUN: folders that `python train.py hoda-scans --seed K --out RUN` left, of one clean commit and of different seeds.
Claim: on Hoda's test set, the scans' resolution known, they read 99.78 % on the mean. Exit status 1 where it fails.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

RESULT = Path(__file__).with_suffix(".json")
LABELS = ("validation, scale known", "test, scale known")
CLAIM = 0.9978


def gather(reports: list[dict]) -> dict:
    """The reports of trainings that differ in nothing but the seed -> what seeds.json holds.

    Raises ValueError for others, or for fewer than two.
    """
    alike = {json.dumps([report["recipe"], report["commit"]], sort_keys=True) for report in reports}
    seeds = {report["seed"] for report in reports}
    if len(alike) > 1 or len(seeds) < max(2, len(reports)):
        raise ValueError("these are not trainings of one recipe at one commit with different seeds; give such")
    first = reports[0]
    told = {"recipe": first["recipe"]["name"], "commit": first["commit"], "bytes": first["bytes"]["model.onnx"]}
    for label in LABELS:
        scores = {report["seed"]: report["scores"][label] for report in sorted(reports, key=lambda each: each["seed"])}
        right = [score["accuracy"] for score in scores.values()]
        told[label] = {
            "n": next(iter(scores.values()))["n"],
            "wrong": {seed: score["n"] - score["correct"] for seed, score in scores.items()},
            "mean": statistics.mean(right),
            "sd": statistics.stdev(right),
        }
    return told


def main() -> int:
    """Gather, print, write seeds.json; 0 where the claim holds, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="a folder that a training left")
    runs = parser.parse_args().runs
    told = gather([json.loads((run / "report.json").read_text(encoding="utf-8")) for run in runs])
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for label in LABELS:
        said = told[label]
        wrong = ", ".join(str(count) for count in said["wrong"].values())
        print(f"{told['recipe']}, {label}: {said['mean']:.2%} ± {said['sd']:.2%}, {wrong} of {said['n']:,} wrong")
    return 0 if told[LABELS[1]]["mean"] >= CLAIM else 1


if __name__ == "__main__":
    sys.exit(main())
