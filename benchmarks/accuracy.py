"""How well the default model reads every set, into accuracy.json and the README's table.

python benchmarks/accuracy.py

Needs Hoda (HWR_DATA, or a download). Takes about three minutes.
"""

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # measures this checkout, whether it is installed or not

import hwr
from hwr.evaluation.score import evaluate

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
TABLE = re.compile(r"(?<=<!-- accuracy -->\n).*?(?=<!-- end -->)", re.DOTALL)

SETS = {
    "Hoda's test set, scan resolution known": ("hoda", True),
    "Hoda's test set, resolution unknown": ("hoda", False),
    "photographs made of 10,000 of them": ("hoda-photographs", False),
    "pen drawings of our own": ("drawings", False),
}


def measure() -> dict[str, dict]:
    """Score the default model on every set: -> name of the set -> `evaluate`'s figures."""
    recognizer = hwr.load()
    data_dir = os.environ.get("HWR_DATA")
    return {
        name: evaluate(recognizer, dataset, "test", data_dir and Path(data_dir), scale_known)
        for name, (dataset, scale_known) in SETS.items()
    }


def table(measured: dict[str, dict]) -> str:
    """The README's table: -> Markdown."""
    lines = [
        "| read by `hoda-compact` | n | right | 95 % interval | wrong | calibration error |",
        "|---|--:|--:|:-:|--:|--:|",
    ]
    for name, score in measured.items():
        interval = f"{100 * score['low']:.2f}–{100 * score['high']:.2f} %"
        wrong = score["n"] - score["correct"]
        lines.append(
            f"| {name} | {score['n']:,} | **{100 * score['accuracy']:.2f} %** | {interval} "
            f"| {wrong:,}, of them {score['refused']:,} refused | {100 * score['ece']:.2f} % |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    figures = measure()
    (HERE / "accuracy.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    README.write_text(TABLE.sub(lambda _: table(figures), text), encoding="utf-8")
    print(table(figures))
