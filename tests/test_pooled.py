import cv2
import numpy as np
import pytest

from hwr.evaluation.pooled import is_blank, pooled
from hwr.imaging.patches import PagePreparation


def writing(ink: int, paper: int) -> np.ndarray:
    gray = np.full((300, 900), paper, np.uint8)
    for x in range(30, 870, 20):
        cv2.line(gray, (x, 200), (x + 12, 120), ink, 2)
    return gray


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 200), (255, 20)])
def test_a_page_with_a_few_strokes_is_not_blank(ink, paper):
    assert not is_blank(writing(ink, paper))


@pytest.mark.parametrize("grain", [0, 4, 10])
def test_a_page_of_paper_in_a_slanting_light_is_blank(grain):
    light = np.linspace(120, 250, 1500)[None] - np.linspace(0, 60, 1000)[:, None]
    noisy = light + np.random.default_rng(0).normal(0, grain, light.shape)
    assert is_blank(np.clip(noisy, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3)])
def test_small_pictures_of_one_shade_are_blank(shape):
    assert is_blank(np.full(shape, 77, np.uint8))


def test_the_patches_speak_together():
    class Engine:
        def logits(self, x: np.ndarray) -> np.ndarray:
            self.given = x
            return np.log(np.tile([[0.5, 0.5], [0.9, 0.1]], (len(x) // 2, 1)))

    engine, preparation = Engine(), PagePreparation(height=32, even=4, random=6)
    said = pooled(engine, preparation, writing(0, 255))
    np.testing.assert_array_equal(engine.given, preparation.patches(writing(0, 255)))
    np.testing.assert_allclose(np.exp(said), [0.7, 0.3])
    assert pooled(engine, preparation, np.full((300, 900), 200, np.uint8)) is None
