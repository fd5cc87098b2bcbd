"""The curves of a training: as pictures, which need matplotlib, and as numbers."""

import csv
import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from hwr import files
from hwr.evaluation.plots import ACCENT, INK
from hwr.training.loop import History

QUIET, OTHER = "#cbd2d9", "#c2410c"
SMOOTH = 50  # steps
FINE = 1_000  # times: an axis that spans more has no room for numbers between the powers of ten
NAMES = {"loss": "loss.csv", "accuracy": "accuracy.csv", "picture": "curves.png"}


def write(history: History, title: str, folder: Path) -> None:
    """Loss of every step and accuracy of every epoch, as loss.csv, accuracy.csv and curves.png."""
    losses = [["step", "loss"], *enumerate(history.losses, start=1)]
    files.write(folder / NAMES["loss"], _csv(losses))
    columns = {"epoch": range(1, len(history.training) + 1), "training": history.training, **history.validation}
    files.write(folder / NAMES["accuracy"], _csv([list(columns), *zip(*columns.values(), strict=True)]))
    plot(history, title, folder / NAMES["picture"])


def _csv(rows: list) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def plot(history: History, title: str, path: Path) -> None:
    """Loss of every step above, error of every epoch below."""
    figure = Figure(figsize=(7, 6), dpi=150, layout="constrained")
    above, below = figure.subplots(2)
    losses = np.asarray(history.losses)
    above.plot(losses, color=QUIET, linewidth=0.6, label="each step")
    if len(losses) >= SMOOTH:
        mean = np.convolve(losses, np.ones(SMOOTH) / SMOOTH, mode="valid")
        above.plot(np.arange(len(mean)) + SMOOTH - 1, mean, color=INK, linewidth=1.2, label=f"mean of {SMOOTH}")
    above.set(xlabel="step", ylabel="training loss", yscale="log")
    epochs = np.arange(1, len(history.training) + 1)
    colors = (QUIET, ACCENT, OTHER)
    for (name, accuracy), color in zip(
        {"training": history.training, **history.validation}.items(), colors, strict=False
    ):
        error = 100 * (1 - np.asarray(accuracy))
        below.plot(epochs, error, color=color, marker=".", linewidth=1.2, label=f"{name}: {error[-1]:.2f} % at the end")
    below.set(xlabel="epoch", ylabel="error, %", yscale="log")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in (above, below):
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5) if high < FINE * low else (1,), numticks=99))
        axes.yaxis.set_major_formatter("{x:g}")  # 0.3, where a logarithmic axis would say 3 × 10⁻¹
        axes.yaxis.set_minor_locator(NullLocator())
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    figure.suptitle(title, fontsize=10, color=INK)
    figure.savefig(path)
