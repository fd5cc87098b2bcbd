"""Pictures of a score: the confusion matrix and the reliability diagram. Needs matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from hwr.evaluation.calibration import BINS, bin_of
from hwr.evaluation.score import Answers, Score

INK, QUIET, ACCENT = "#1f2933", "#9aa5b1", "#0f766e"


def plot_confusion(score: Score, title: str, path: Path) -> None:
    """The confusion matrix as a PNG: the errors shaded, the right answers only counted."""
    counts = score.confusion
    errors = counts.astype(float)
    np.fill_diagonal(errors, np.nan)
    figure = Figure(figsize=(6.4, 6), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.sqrt(errors), cmap="OrRd", vmin=0, vmax=max(1.0, float(np.sqrt(np.nanmax(errors))) * 1.3))
    for row, column in np.ndindex(*counts.shape):
        if counts[row, column]:
            shade = ACCENT if row == column else INK
            axes.text(column, row, f"{counts[row, column]:,}", ha="center", va="center", fontsize=8, color=shade)
    axes.set_xticks(range(11), [*"0123456789", "none"])
    axes.set_yticks(range(10), [*"0123456789"])
    axes.set_xlabel("read as")
    axes.set_ylabel("written")
    axes.set_title(f"{title}\n{score.n - score.correct} of {score.n:,} wrong", fontsize=10, color=INK)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.savefig(path)


def plot_reliability(said: Answers, labels: np.ndarray, title: str, path: Path, bins: int = BINS) -> None:
    """How often answers of each confidence are right, as a PNG; below the diagonal is overconfident."""
    right = said.digits == labels
    place = bin_of(said.confidence, bins)
    count = np.bincount(place, minlength=bins)
    held = count > 0
    confidence = np.bincount(place, said.confidence, bins)[held] / count[held]
    accuracy = np.bincount(place, right, bins)[held] / count[held]
    figure = Figure(figsize=(5, 5), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--")
    axes.plot(confidence, accuracy, color=ACCENT, marker="o")
    for x, y, n in zip(confidence, accuracy, count[held], strict=True):
        axes.annotate(f"{n:,}", (x, y), textcoords="offset points", xytext=(6, -9), fontsize=7, color=INK)
    axes.set(xlim=(0, 1.04), ylim=(0, 1.04), xlabel="confidence", ylabel="share that is right")
    axes.set_title(title, fontsize=10, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
