import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from hwr.evaluation import plots
from hwr.evaluation.score import Answers, score

LABELS = np.repeat(np.arange(10), 130)


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
    plots.plot_confusion(score(Answers(digits, np.ones(1300)), LABELS), "a title", tmp_path / "confusion.png")
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
    plots.plot_confusion(score(Answers(LABELS, np.ones(1300)), LABELS), "perfect", tmp_path / "confusion.png")
    assert size(tmp_path / "confusion.png") == (960, 900)


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
