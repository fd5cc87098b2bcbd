import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from hwr.evaluation import plots
from hwr.evaluation.score import Answers, score

LABELS = np.repeat(np.arange(10), 130)
DIGITS = tuple("0123456789")
HANDS = tuple(f"{hand:02}" for hand in range(1, 71))


@pytest.fixture
def figures(monkeypatch) -> list[Figure]:
    """Every figure that is drawn."""
    kept = []

    class Kept(Figure):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            kept.append(self)

    monkeypatch.setattr(plots, "Figure", Kept)
    return kept


def size(path) -> tuple[int, int]:
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == "PNG"
        return picture.size


def test_confusion_counts_every_cell(figures, tmp_path):
    digits = LABELS.copy()
    digits[:3], digits[130] = 5, -1
    plots.plot_confusion(
        score(Answers(digits, np.ones(1300)), LABELS, DIGITS), DIGITS, "a title", tmp_path / "confusion.png"
    )
    assert size(tmp_path / "confusion.png") == (960, 900)
    axes = figures[0].axes[0]
    counts = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert counts == {(0, 0): "127", (0, 5): "3", (1, 1): "129", (1, 10): "1"} | {(d, d): "130" for d in range(2, 10)}
    assert axes.get_title() == "a title\n4 of 1,300 wrong"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [*"0123456789", "none"]
    # What is right is not shaded, what is wrong the more the more often.
    shades = axes.images[0].get_array()
    assert shades.mask.sum() == 10
    assert shades[0, 5] > shades[1, 10] > shades[2, 3] == 0


def test_confusion_without_an_error(tmp_path):
    plots.plot_confusion(
        score(Answers(LABELS, np.ones(1300)), LABELS, DIGITS), DIGITS, "perfect", tmp_path / "confusion.png"
    )
    assert size(tmp_path / "confusion.png") == (960, 900)


def test_confusion_of_seventy_hands(figures, tmp_path):
    labels = np.repeat(np.arange(70), 2)
    read = labels.copy()
    read[3] = 69
    plots.plot_confusion(score(Answers(read, np.ones(140)), labels, HANDS), HANDS, "a title", tmp_path / "c.png")
    assert min(size(tmp_path / "c.png")) > 1500
    axes = figures[0].axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [*HANDS]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [*HANDS, "none"]
    # Each name has room: a cell is as high as its letters.
    figures[0].canvas.draw()
    cell = axes.get_window_extent().height / 70
    assert max(tick.get_window_extent().height for tick in axes.get_yticklabels()) <= cell
    assert len(axes.texts) == 71


def test_reliability_shows_how_often_each_confidence_is_right(figures, tmp_path):
    labels = np.zeros(1000, int)
    digits = np.where(np.arange(1000) % 4 == 0, 1, 0)  # three of four are right
    confidence = np.where(np.arange(1000) < 800, 0.98, 0.5)
    plots.plot_reliability(Answers(digits, confidence), labels, "a title", tmp_path / "reliability.png")
    assert size(tmp_path / "reliability.png") == (750, 750)
    _, curve = figures[0].axes[0].lines
    np.testing.assert_allclose(curve.get_xdata(), [0.5, 0.98])
    np.testing.assert_allclose(curve.get_ydata(), [0.75, 0.75])
    assert [text.get_text() for text in figures[0].axes[0].texts] == ["200", "800"]


def test_coverage_shows_the_errors_that_are_left_among_the_surest(figures, tmp_path):
    """Four answers, the second surest wrong: it counts from there on, and refused ones count as wrong, last."""
    confidence, labels = np.array([0.5, 0.9, 0.8, 0.0]), np.array([1, 1, 1, 1])
    plots.plot_coverage(Answers(np.array([1, 1, 2, -1]), confidence), labels, "a title", tmp_path / "coverage.png")
    assert size(tmp_path / "coverage.png") == (750, 540)
    axes = figures[0].axes[0]
    (curve,) = axes.lines
    np.testing.assert_allclose(curve.get_xdata(), [0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(curve.get_ydata(), [0, 100 / 2, 100 / 3, 100 * 2 / 4])
    assert axes.get_title() == "a title"


def test_the_worst_are_the_errors_that_were_surest(figures, tmp_path):
    images = [np.full((30, 20), shade, np.uint8) for shade in range(40)]
    labels = np.zeros(40, int)
    read = np.where(np.arange(40) < 30, 2, 0)
    read[7] = -1
    confidence = np.arange(40) / 40
    plots.plot_worst(images, labels, Answers(read, confidence), DIGITS, "a title", tmp_path / "worst.png")
    size(tmp_path / "worst.png")
    shown = [axes for axes in figures[0].axes if axes.images]
    assert [axes.images[0].get_array()[0, 0] for axes in shown] == [*range(29, 5, -1)]
    assert shown[0].get_title() == "written 0, read 2, 72 %"
    assert shown[22].get_title() == "written 0, read none, 18 %"
    assert figures[0].get_suptitle() == "a title\nthe 24 surest of 30 errors"


def test_the_worst_of_strips_lie_two_beside_each_other(figures, tmp_path):
    images = [np.full((30, 800), 255, np.uint8)] * 5
    said = Answers(np.full(5, 69), np.ones(5))
    plots.plot_worst(images, np.zeros(5, int), said, HANDS, "a title", tmp_path / "worst.png")
    assert {axes.get_subplotspec().colspan.start for axes in figures[0].axes if axes.images} == {0, 1}
    assert figures[0].axes[0].get_title() == "written 01, read 70, 100 %"


def test_the_worst_of_a_model_without_an_error(figures, tmp_path):
    said = Answers(LABELS, np.ones(1300))
    plots.plot_worst([np.zeros((2, 2), np.uint8)] * 1300, LABELS, said, DIGITS, "perfect", tmp_path / "worst.png")
    assert figures[0].get_suptitle() == "perfect\nno errors"
    size(tmp_path / "worst.png")
