"""Pictures of a score: confusion, reliability, risk against coverage, the worst errors. Needs matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from hwr.evaluation.calibration import BINS, bin_of
from hwr.evaluation.score import Answers, Score

INK, QUIET, ACCENT, GRID = "#1f2933", "#9aa5b1", "#0f766e", "#e4e7eb"
MANY = 20  # classes: more of them are told smaller, on a larger picture
WORST = 24  # pictures of errors, at most
WIDE = 2  # times as wide as high: a strip of writing, of which fewer fit beside each other


def plot_confusion(score: Score, classes: tuple[str, ...], title: str, path: Path) -> None:
    """The confusion matrix as a PNG: the errors shaded, the right answers only counted."""
    counts, many = score.confusion, len(classes) > MANY
    errors = counts.astype(float)
    np.fill_diagonal(errors, np.nan)
    side = 2 + 0.16 * len(classes) if many else 6  # inches
    figure = Figure(figsize=(side + 0.4, side), dpi=150, layout="constrained")
    axes = figure.subplots()
    lighter = 2 if many else 1.3  # small figures are read on pale colors only
    axes.imshow(np.sqrt(errors), cmap="OrRd", vmin=0, vmax=max(1.0, float(np.sqrt(np.nanmax(errors))) * lighter))
    for row, column in np.argwhere(counts):
        right = row == column
        style = {"color": ACCENT if right else INK, "fontsize": 6 if many else 8}
        axes.text(column, row, f"{counts[row, column]:,}", ha="center", va="center", **style)
    axes.set_xticks(range(len(classes) + 1), [*classes, "none"], rotation=90 if many else 0)
    axes.set_yticks(range(len(classes)), classes)
    if many:  # a line every tenth, to find one's way
        axes.hlines(np.arange(10, len(classes), 10) - 0.5, -0.5, len(classes) + 0.5, color=GRID, linewidth=0.6)
        axes.vlines(np.arange(10, len(classes), 10) - 0.5, -0.5, len(classes) - 0.5, color=GRID, linewidth=0.6)
    axes.set_xlabel("read as")
    axes.set_ylabel("written")
    axes.set_title(f"{title}\n{score.n - score.correct} of {score.n:,} wrong", fontsize=10, color=INK)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=6 if many else None)
    figure.savefig(path)


def plot_reliability(said: Answers, labels: np.ndarray, title: str, path: Path, bins: int = BINS) -> None:
    """How often answers of each confidence are right, as a PNG; below the diagonal is overconfident."""
    right = said.read == labels
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


def plot_coverage(said: Answers, labels: np.ndarray, title: str, path: Path) -> None:
    """How many errors are left where only the surest answers are kept, as a PNG: risk against coverage."""
    order = np.argsort(-said.confidence, kind="stable")
    wrong = np.cumsum(said.read[order] != labels[order])
    kept = np.arange(1, len(labels) + 1)
    figure = Figure(figsize=(5, 3.6), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.plot(kept / len(labels), 100 * wrong / kept, color=ACCENT)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="share that is answered, the surest first", ylabel="% of them wrong")
    axes.set_title(title, fontsize=10, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=GRID, linewidth=0.6)
    figure.savefig(path)


def plot_worst(
    images: list[np.ndarray],
    labels: np.ndarray,
    said: Answers,
    classes: tuple[str, ...],
    title: str,
    path: Path,
) -> None:
    """The errors that the model was surest of, as a PNG of up to 24 pictures: "written 3, read 2, 99 %".

    images: N gray pictures, 0 black, 255 white; labels: (N,) indices into the names of the classes.
    """
    wrong = np.flatnonzero(said.read != labels)
    worst = wrong[np.argsort(-said.confidence[wrong], kind="stable")][:WORST]
    shown = [images[k] for k in worst]
    wide = any(image.shape[1] > WIDE * image.shape[0] for image in shown)
    columns = 2 if wide else 6
    rows = max(1, -(-len(worst) // columns))
    figure = Figure(figsize=(9, 0.6 + (1.1 if wide else 1.7) * rows), dpi=150, layout="constrained")
    every = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in every:
        axes.axis("off")
    for axes, k, image in zip(every, worst, shown, strict=False):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
        read = classes[said.read[k]] if said.read[k] >= 0 else "none"
        told = f"written {classes[labels[k]]}, read {read}, {100 * said.confidence[k]:.0f} %"
        axes.set_title(told, fontsize=7, color=INK)
    which = f"the {len(worst)} surest of {len(wrong):,} errors"
    if len(worst) == len(wrong):
        which = f"all {len(wrong)} errors, the surest first" if len(wrong) else "no errors"
    figure.suptitle(f"{title}\n{which}", fontsize=10, color=INK)
    figure.savefig(path)
