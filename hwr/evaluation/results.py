"""What was said of every picture, as a table that spreadsheets open."""

import csv
from pathlib import Path

from hwr.data.samples import Samples

COLUMNS = ("filename", "actual", "predicted")


def write_csv(path: Path, samples: Samples, said) -> None:
    """Write a line a picture: its file's name, what is written there, what was read; nothing where refused.

    said: `hwr.evaluation.score.Answers`. A picture that comes from no file of its own is told by its place in
    the split, from 0. Raises OSError where the file can't be written.
    """
    names = samples.names or [str(k) for k in range(len(samples.labels))]
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for name, label, read in zip(names, samples.labels.tolist(), said.read.tolist(), strict=True):
            table.writerow([name, samples.classes[label], samples.classes[read] if read >= 0 else ""])
